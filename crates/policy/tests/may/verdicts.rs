//! The evaluator agrees with the verdict on a resource's policy: whom a verdict keeps out is denied, and of those whom
//! it lets in someone is not.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use orgcensus_policy::{
    Document, Facts, Guardrail, Guardrails, OrganizationFacts, Policies, PolicyKind, Target, Verdict, verdict,
};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::random::{Choices, answer_to, config};

const QUEUE: &str = "arn:aws:sqs:eu-west-1:111122223333:q";
const OWN: &str = "111122223333";
const OURS: [&str; 3] = [OWN, "222233334444", "333344445555"];

/// Callers of no account of ours: unsigned, of an account that policies name, of one that no policy names.
const OUTSIDERS: [&str; 7] = [
    "anonymous",
    "arn:aws:iam::777766665555:user/eve",
    "arn:aws:iam::777766665555:role/app",
    "arn:aws:iam::777766665555:root",
    "arn:aws:iam::888877776666:user/eve",
    "arn:aws:iam::888877776666:role/app",
    "arn:aws:iam::888877776666:root",
];

/// How many of them are nobody in particular: they come first.
const STRANGERS: usize = 4;

/// Callers of other accounts of ours, whose own policies allow everything.
const INSIDERS: [&str; 4] = [
    "arn:aws:iam::222233334444:user/ben",
    "arn:aws:iam::222233334444:role/app",
    "arn:aws:iam::222233334444:root",
    "arn:aws:iam::333344445555:root",
];

static ORGANIZATION: LazyLock<OrganizationFacts> = LazyLock::new(|| OrganizationFacts {
    ids: Some(HashSet::from(["o-ourorg0001".to_owned()])),
    accounts: Some(OURS.iter().map(|id| (*id).to_owned()).collect()),
    own_vpcs: Some(HashSet::new()),
    own_vpc_endpoints: Some(HashSet::new()),
    ..OrganizationFacts::default()
});

/// An operator, a key and values.
type Test = (&'static str, &'static str, &'static [&'static str]);

/// What policies are made of.
struct Words {
    actions: &'static [&'static str],
    /// Conditions of Allows.
    allows: Vec<Test>,
    /// Conditions of Denies.
    denies: Vec<Test>,
    /// The most conditions of a statement.
    most_conditions: usize,
    /// The most Denies of a policy.
    most_denies: usize,
}

/// Conditions of Allows and of Denies that a verdict weighs exactly, and others.
const PLAIN_ALLOWS: &[Test] = &[
    ("StringEquals", "aws:PrincipalOrgID", &["o-ourorg0001"]),
    ("StringEqualsIfExists", "aws:PrincipalOrgID", &["o-ourorg0001"]),
    ("StringEquals", "aws:PrincipalAccount", &[OWN]),
    ("StringEqualsIfExists", "aws:PrincipalAccount", &[OWN]),
    ("Bool", "aws:SecureTransport", &["true"]),
    ("Bool", "aws:PrincipalIsAWSService", &["false"]),
    ("StringEquals", "sts:ExternalId", &["1"]),
];
const OTHER_ALLOWS: &[Test] = &[
    ("StringEquals", "aws:PrincipalAccount", &["888877776666", "222233334444"]),
    ("StringNotEquals", "aws:PrincipalAccount", &["222233334444"]),
    ("ArnLike", "aws:PrincipalArn", &["arn:aws:iam::888877776666:role/*"]),
    ("ArnLike", "aws:PrincipalArn", &["arn:aws:iam::222233334444:*"]),
    ("IpAddress", "aws:SourceIp", &["203.0.113.0/24"]),
    ("StringEquals", "aws:SourceVpce", &["vpce-0fff"]),
];
const PLAIN_DENIES: &[Test] = &[
    ("StringNotEquals", "aws:PrincipalOrgID", &["o-ourorg0001"]),
    ("StringNotEqualsIfExists", "aws:PrincipalOrgID", &["o-ourorg0001"]),
    ("StringNotEquals", "aws:PrincipalAccount", &[OWN, "222233334444"]),
    ("StringNotEquals", "aws:PrincipalAccount", &["888877776666"]),
    ("ArnNotLike", "aws:PrincipalArn", &["arn:aws:iam::888877776666:role/*"]),
    ("BoolIfExists", "aws:PrincipalIsAWSService", &["false"]),
];
const OTHER_DENIES: &[Test] =
    &[("NotIpAddress", "aws:SourceIp", &["203.0.113.0/24"]), ("Bool", "aws:SecureTransport", &["false"])];

/// Policies of which a verdict may say more than holds: it reads a Deny only where it covers all of an Allow, and does
/// not weigh conditions of several kinds together.
static ANY: LazyLock<Words> = LazyLock::new(|| Words {
    actions: &["sqs:SendMessage", "sqs:Send*", "sqs:*", "*"],
    allows: [PLAIN_ALLOWS, OTHER_ALLOWS].concat(),
    denies: [PLAIN_DENIES, OTHER_DENIES].concat(),
    most_conditions: 2,
    most_denies: 3,
});

/// Policies of which a verdict says exactly what holds.
static PLAIN: LazyLock<Words> = LazyLock::new(|| Words {
    actions: &["sqs:SendMessage"],
    allows: PLAIN_ALLOWS.to_vec(),
    denies: PLAIN_DENIES.to_vec(),
    most_conditions: 1,
    most_denies: 1,
});

impl Words {
    fn policy(&self, choices: &mut Choices) -> Value {
        let count = choices.of(&[1, 1, 2, 2, 3]);
        let mut left = self.most_denies;
        let mut statement = |choices: &mut Choices| {
            let is_deny = left > 0 && choices.one_in(3);
            left -= usize::from(is_deny);
            self.statement(choices, is_deny)
        };
        let statements: Vec<Value> = (0..count).map(|_| statement(choices)).collect();
        json!({"Version": "2012-10-17", "Statement": statements})
    }

    fn statement(&self, choices: &mut Choices, is_deny: bool) -> Value {
        let principal = match choices.below(10) {
            0..=2 => json!("*"),
            3 => json!({"AWS": "888877776666"}),
            4 => json!({"AWS": "arn:aws:iam::888877776666:user/eve"}),
            5 => json!({"AWS": "arn:aws:iam::222233334444:user/ben"}),
            6 => json!({"AWS": "222233334444"}),
            7 => json!({"AWS": OWN}),
            8 => json!({"AWS": ["222233334444", "arn:aws:iam::888877776666:root"]}),
            _ => json!({"Service": "sns.amazonaws.com"}),
        };
        let (effect, tests) = if is_deny { ("Deny", &self.denies) } else { ("Allow", &self.allows) };
        let (action, resource) = (choices.of(self.actions), choices.of(&[QUEUE, "*"]));
        let mut held = Map::new();
        for _ in 0..choices.below(self.most_conditions + 1) {
            let (operator, key, values) = choices.of(tests);
            held.entry(operator).or_insert_with(|| json!({}))[key] = json!(values);
        }
        json!({"Effect": effect, "Principal": principal, "Action": action, "Resource": resource, "Condition": held})
    }

    /// A resource control policy: it denies, and is for everyone.
    fn control(&self, choices: &mut Choices) -> Value {
        let mut statement = self.statement(choices, true);
        statement["Principal"] = json!("*");
        json!({"Version": "2012-10-17", "Statement": [statement]})
    }
}

/// The verdict on the queue, whose account has these resource control policies.
fn judge(policy: &Value, controls: &[Value]) -> Verdict {
    let read = controls.iter().map(|it| Arc::new(Guardrail::parse("control".to_owned(), &it.to_string())));
    let guardrails = Guardrails::new(read.collect(), false);
    let target = Target::of(QUEUE, Some(OWN));
    let facts = Facts {
        kind: PolicyKind::Resource,
        resource_account: Some(OWN),
        service: Some("sqs"),
        target: target.as_ref(),
        organization: &ORGANIZATION,
    };
    let documents = [Document::parse(&policy.to_string())];
    verdict(&Policies { guardrails: Some(&guardrails), ..Policies::of(&documents) }, &facts)
}

/// What the evaluator says of a caller.
fn result(policy: &Value, controls: &[Value], principal: &str) -> String {
    let all = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}});
    let identities: Vec<Value> = INSIDERS.iter().map(|arn| json!({"arn": arn, "policies": [all]})).collect();
    let attached: Vec<Value> = controls.iter().map(|it| json!({"target": "r-1", "document": it})).collect();
    let accounts: Vec<Value> = OURS.iter().map(|id| json!({"id": id})).collect();
    let line = json!({
        "id": 1,
        "organization": {
            "id": "o-ourorg0001",
            "management": "999900001111",
            "units": [{"id": "r-1"}],
            "accounts": accounts,
            "rcps": attached,
            "identities": identities,
            "resource": {"arn": QUEUE, "policy": policy},
        },
        "question": {"principal": principal, "action": "sqs:SendMessage", "resource": QUEUE},
    });
    let answer = answer_to(&line);
    answer["result"].as_str().unwrap_or_else(|| panic!("{answer}: {line}")).to_owned()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn whom_a_verdict_keeps_out_is_denied(bytes in vec(any::<u8>(), 0..100)) {
        let mut choices = Choices(bytes.iter());
        let policy = ANY.policy(&mut choices);
        let controls: Vec<Value> = (0..choices.of(&[0, 0, 1])).map(|_| ANY.control(&mut choices)).collect();
        let verdict = judge(&policy, &controls);
        for (place, principal) in OUTSIDERS.into_iter().enumerate() {
            let result = result(&policy, &controls, principal);
            let why = format!("{principal}: {result}: {policy} {controls:?} {:?}", verdict.reasons);
            prop_assert!(verdict.is_external != Some(false) || result == "denied", "{}", why);
            prop_assert!(verdict.is_public != Some(false) || place >= STRANGERS || result != "allowed", "{}", why);
        }
    }

    #[test]
    fn of_those_whom_a_verdict_lets_in_someone_may(bytes in vec(any::<u8>(), 0..100)) {
        let policy = PLAIN.policy(&mut Choices(bytes.iter()));
        let verdict = judge(&policy, &[]);
        let may = |callers: &[&str]| Some(callers.iter().any(|it| result(&policy, &[], it) != "denied"));
        prop_assert_eq!(verdict.is_external, may(&OUTSIDERS), "{} {:?}", policy, verdict.reasons);
        prop_assert_eq!(verdict.is_in_org, may(&INSIDERS), "{} {:?}", policy, verdict.reasons);
        prop_assert!(verdict.is_public != Some(true) || may(&OUTSIDERS[..STRANGERS]) == Some(true), "{}", policy);
    }
}
