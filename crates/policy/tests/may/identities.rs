//! The evaluator agrees with the judge of identities: who has a right on everything of a kind is not denied it on a
//! resource that no policy names, and who is allowed that without doing anything for it has the right.

use orgcensus_policy::identity::{Access, Attached, Boundary, Identity, IdentityPolicy, Through, judge};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::random::{Choices, answer_to, config};

const USER: &str = "arn:aws:iam::111122223333:user/ana";

/// Actions, each with a resource that no policy names, and the patterns that policies have.
const ASKED: [(&str, &str, [&str; 4]); 3] = [
    ("s3:GetObject", "arn:aws:s3:::fresh/k", ["*", "arn:aws:s3:::*", "arn:aws:s3:::*/*", "arn:aws:s3:::one/*"]),
    (
        "sqs:ReceiveMessage",
        "arn:aws:sqs:eu-west-1:111122223333:fresh",
        ["*", "arn:aws:sqs:*", "arn:aws:sqs:*:111122223333:*", "arn:aws:sqs:eu-west-1:111122223333:one"],
    ),
    (
        "iam:PassRole",
        "arn:aws:iam::111122223333:role/fresh",
        ["*", "arn:aws:iam::*:role/*", "arn:aws:iam::111122223333:role/*", "arn:aws:iam::111122223333:role/one"],
    ),
];

const ACTIONS: [&str; 8] =
    ["*", "s3:*", "S3:get*", "sqs:*", "sqs:ReceiveMessage", "iam:PassRole", "iam:Pass*", "ec2:*"];

fn statement(choices: &mut Choices) -> Value {
    let is_deny = choices.one_in(4);
    let (_, _, patterns) = choices.of(&ASKED);
    let conditions = match (choices.below(6), is_deny) {
        (4, _) => json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
        (5, true) => json!({"Bool": {"aws:SecureTransport": "false"}}),
        (5, false) => json!({"Bool": {"aws:SecureTransport": "true"}}),
        _ => json!({}),
    };
    let actions = [choices.of(&ACTIONS), choices.of(&ACTIONS)];
    let effect = if is_deny { "Deny" } else { "Allow" };
    json!({"Effect": effect, "Action": actions, "Resource": choices.of(&patterns), "Condition": conditions})
}

fn document(choices: &mut Choices) -> Value {
    let count = 1 + choices.below(2);
    let statements: Vec<Value> = (0..count).map(|_| statement(choices)).collect();
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn access(policies: &[Value], boundary: Option<&Value>) -> Access {
    let read = |document: &Value| IdentityPolicy::parse(&document.to_string()).expect("a policy");
    let own: Vec<IdentityPolicy> = policies.iter().map(read).collect();
    let bound = boundary.map(read);
    let attached: Vec<Attached> = own
        .iter()
        .map(|policy| Attached { through: Through::Inline, resource_arn: USER, policy: Some(policy) })
        .collect();
    let boundary = bound.as_ref().map_or(Boundary::None, Boundary::Policy);
    judge(&Identity { arn: USER, has_user_name: true, attached: &attached, boundary })
}

/// Whether the identity has the right on everything of its kind.
fn has(access: &Access, action: &str) -> bool {
    match action {
        "iam:PassRole" => access.passes_every_role == Some(true),
        _ => access.reads_all_by.contains(&action),
    }
}

fn answer(policies: &[Value], boundary: Option<&Value>, action: &str, resource: &str) -> Value {
    let mut identity = json!({"arn": USER, "policies": policies});
    if let Some(boundary) = boundary {
        identity["boundary"] = boundary.clone();
    }
    let question = json!({"principal": USER, "action": action, "resource": resource});
    answer_to(&json!({"id": 1, "organization": {"identities": [identity]}, "question": question}))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_right_on_everything_is_one_on_what_nobody_names(bytes in vec(any::<u8>(), 0..80)) {
        let mut choices = Choices(bytes.iter());
        let policies: Vec<Value> = (0..choices.of(&[1, 1, 2])).map(|_| document(&mut choices)).collect();
        let boundary = choices.one_in(3).then(|| document(&mut choices));
        let access = access(&policies, boundary.as_ref());
        for (action, resource, _) in ASKED {
            let answer = answer(&policies, boundary.as_ref(), action, resource);
            let result = answer["result"].as_str().unwrap_or_default();
            let is_free = answer["caller_must"].as_array().is_some_and(Vec::is_empty);
            let why = format!("{action}: {answer} {policies:?} {boundary:?}");
            prop_assert!(["allowed", "conditional", "denied"].contains(&result), "{}", why);
            prop_assert!(!has(&access, action) || result != "denied", "{}", why);
            prop_assert!(has(&access, action) || result != "allowed" || !is_free, "{}", why);
        }
    }
}
