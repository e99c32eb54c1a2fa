//! Random requests: the evaluator's answer equals the reference's.

use orgcensus_policy::evaluation::answer_line;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::reference;

const OWN: &str = "111122223333";
const USER: &str = "arn:aws:iam::111122223333:user/ana";
const ROLE: &str = "arn:aws:iam::111122223333:role/app";
const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/app/s1";
const ROOT: &str = "arn:aws:iam::111122223333:root";
const NEAR: &str = "arn:aws:iam::222233334444:user/ben";
const FAR: &str = "arn:aws:iam::888877776666:user/eve";
const SERVICE: &str = "sns.amazonaws.com";

/// What is asked for: an action and a resource.
const ASKED: [(&str, &str); 4] = [
    ("sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:q"),
    ("kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:key/k"),
    ("sts:AssumeRole", "arn:aws:iam::111122223333:role/target"),
    ("sns:Publish", "arn:aws:sns:eu-west-1:111122223333:t"),
];

const PRINCIPALS: [&str; 7] = [USER, SESSION, NEAR, FAR, ROOT, "anonymous", SERVICE];
const ACTIONS: [&str; 7] = ["*", "sqs:*", "sqs:Send*", "kms:Decrypt", "sts:assumerole", "sns:*", "ec2:*"];
const NODES: [&str; 4] = ["r-1", "ou-a", "ou-b", OWN];

/// Operators, keys and lists of values that go together.
const CONDITIONS: [(&str, &str, &[&str]); 34] = [
    ("StringEquals", "aws:SourceVpc", &["vpc-1"]),
    ("StringEquals", "aws:SourceVpc", &["vpc-1", "vpc-2"]),
    ("StringNotEquals", "aws:SourceVpc", &["vpc-1"]),
    ("StringNotEquals", "aws:SourceVpc", &["vpc-1", "vpc-2"]),
    ("StringEqualsIfExists", "aws:SourceVpc", &["vpc-1"]),
    ("StringNotEqualsIfExists", "aws:SourceVpc", &["vpc-2"]),
    ("StringLike", "aws:SourceVpc", &["vpc-*"]),
    ("StringNotLike", "aws:SourceVpc", &["vpc-*"]),
    ("Null", "aws:SourceVpc", &["true"]),
    ("Null", "aws:SourceVpc", &["false"]),
    ("Bool", "aws:MultiFactorAuthPresent", &["true"]),
    ("BoolIfExists", "aws:MultiFactorAuthPresent", &["false"]),
    ("Null", "aws:MultiFactorAuthPresent", &["true"]),
    ("Bool", "aws:SecureTransport", &["true"]),
    ("Bool", "aws:SecureTransport", &["false"]),
    ("BoolIfExists", "aws:SecureTransport", &["false"]),
    ("StringEquals", "sts:ExternalId", &["1"]),
    ("StringNotEquals", "sts:ExternalId", &["1"]),
    ("StringEqualsIfExists", "sts:ExternalId", &["1", "2"]),
    ("Null", "sts:ExternalId", &["false"]),
    ("ForAllValues:StringEquals", "aws:TagKeys", &["a"]),
    ("ForAllValues:StringEquals", "aws:TagKeys", &["a", "b"]),
    ("ForAnyValue:StringEquals", "aws:TagKeys", &["a"]),
    ("ForAnyValue:StringEquals", "aws:TagKeys", &["b"]),
    ("ForAnyValue:StringNotEquals", "aws:TagKeys", &["a"]),
    ("ForAllValues:StringNotEquals", "aws:TagKeys", &["b"]),
    ("StringEquals", "aws:PrincipalOrgID", &["o-ourorg0001"]),
    ("StringNotEqualsIfExists", "aws:PrincipalOrgID", &["o-ourorg0001"]),
    ("StringEquals", "aws:PrincipalAccount", &[OWN]),
    ("StringNotEquals", "aws:PrincipalAccount", &["222233334444"]),
    ("ArnLike", "aws:PrincipalArn", &["arn:aws:iam::111122223333:role/*"]),
    ("ArnNotLike", "aws:PrincipalArn", &[USER]),
    ("Bool", "aws:PrincipalIsAWSService", &["false"]),
    ("BoolIfExists", "aws:PrincipalIsAWSService", &["false"]),
];

/// Whom a `NotPrincipal` lists.
const LISTED: [&[&str]; 4] = [&[USER, ROOT], &[ROOT], &[NEAR], &[SESSION, ROLE, ROOT]];

/// What a question gives for keys; nothing: they are known to be missing.
const NETWORKS: [&[&str]; 3] = [&["vpc-1"], &[], &["vpc-9"]];
const TAGS: [&[&str]; 3] = [&["a"], &["a", "z"], &[]];

/// Bytes as choices; once they are used up, the first choice is made.
pub(crate) struct Choices<'a>(pub(crate) std::slice::Iter<'a, u8>);

impl Choices<'_> {
    pub(crate) fn below(&mut self, count: usize) -> usize {
        usize::from(self.0.next().copied().unwrap_or_default()) % count
    }

    /// True once in so many times; never when the bytes are used up.
    pub(crate) fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == count - 1
    }

    pub(crate) fn of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    fn conditions(&mut self) -> Value {
        let mut operators = Map::new();
        for _ in 0..self.of(&[0, 0, 0, 1, 1, 2]) {
            let (operator, key, values) = self.of(&CONDITIONS);
            let keys = operators.entry(operator).or_insert_with(|| json!({}));
            keys[key] = json!(values);
        }
        Value::Object(operators)
    }

    fn statement(&mut self, deny_one_in: usize, resource: &str) -> Value {
        let effect = if self.one_in(deny_one_in) { "Deny" } else { "Allow" };
        let action = if self.one_in(9) { "NotAction" } else { "Action" };
        let on = if self.one_in(12) { "NotResource" } else { "Resource" };
        let actions = [self.of(&ACTIONS), self.of(&ACTIONS)];
        let named = self.of(&["*", resource, resource, "arn:aws:sqs:*", "arn:aws:s3:::b"]);
        json!({"Effect": effect, action: actions, on: named, "Condition": self.conditions()})
    }

    fn document(&mut self, deny_one_in: usize, resource: &str) -> Value {
        let count = 1 + self.below(2);
        let statements: Vec<Value> = (0..count).map(|_| self.statement(deny_one_in, resource)).collect();
        json!({"Version": "2012-10-17", "Statement": statements})
    }

    /// A document, or null.
    fn maybe_unread(&mut self, deny_one_in: usize, resource: &str) -> Value {
        if self.one_in(16) { Value::Null } else { self.document(deny_one_in, resource) }
    }

    fn principal(&mut self) -> Value {
        match self.below(10) {
            0 => json!("*"),
            1 => json!({"Service": SERVICE}),
            2 => json!({"AWS": [OWN, NEAR]}),
            3 => json!({"AWS": "222233334444"}),
            4 => json!({"AWS": ["888877776666", ROLE]}),
            other => {
                let named = [USER, ROLE, SESSION, ROOT, NEAR][other % 5];
                json!({"AWS": named})
            }
        }
    }

    fn resource_policy(&mut self, resource: &str) -> Value {
        let mut policy = self.document(4, resource);
        for statement in policy["Statement"].as_array_mut().into_iter().flatten() {
            if statement["Effect"] == "Deny" && self.one_in(4) {
                let listed = self.of(&LISTED);
                statement["NotPrincipal"] = json!({"AWS": listed});
            } else {
                statement["Principal"] = self.principal();
            }
        }
        policy
    }

    fn identity(&mut self, arn: &str, resource: &str) -> Value {
        let count = self.below(3);
        let policies: Vec<Value> = (0..count).map(|_| self.maybe_unread(5, resource)).collect();
        let mut identity = json!({"arn": arn, "policies": policies});
        if self.one_in(4) {
            identity["boundary"] = self.maybe_unread(6, resource);
        }
        if arn == ROLE && self.one_in(3) {
            identity["session_policy"] = self.maybe_unread(6, resource);
        }
        identity
    }

    fn attachments(&mut self, most: usize, resource: &str, is_rcp: bool) -> Value {
        let count = self.below(most + 1);
        let one = |choices: &mut Self| {
            let mut document = choices.maybe_unread(if is_rcp { 1 } else { 3 }, resource);
            for statement in document["Statement"].as_array_mut().into_iter().flatten().filter(|_| is_rcp) {
                statement["Principal"] = json!("*");
            }
            if document["Statement"].is_null() {
                document = Value::Null;
            }
            json!({"target": choices.of(&NODES), "document": document})
        };
        Value::Array((0..count).map(|_| one(self)).collect())
    }

    fn line(&mut self) -> Value {
        let (action, resource) = self.of(&ASKED);
        let principal = self.of(&PRINCIPALS);
        let mut identities = Vec::new();
        for arn in [USER, ROLE, NEAR, FAR] {
            if !self.one_in(4) {
                identities.push(self.identity(arn, resource));
            }
        }
        let detached: Vec<&str> = NODES.into_iter().filter(|_| self.one_in(7)).collect();
        let mut on = json!({"arn": resource});
        if !self.one_in(5) {
            on["policy"] = if self.one_in(16) { Value::Null } else { self.resource_policy(resource) };
        }
        let mut context = Map::new();
        if self.one_in(4) {
            context.insert("aws:SourceVpc".to_owned(), self.of(&NETWORKS).into());
        }
        if self.one_in(5) {
            context.insert("aws:TagKeys".to_owned(), self.of(&TAGS).into());
        }
        json!({
            "id": 1,
            "organization": {
                "id": "o-ourorg0001",
                "management": "999900001111",
                "units": [{"id": "r-1"}, {"id": "ou-a", "parent": "r-1"}, {"id": "ou-b", "parent": "r-1"}],
                "accounts": [{"id": OWN, "unit": "ou-a"}, {"id": "222233334444", "unit": "ou-b"}],
                "scps": self.attachments(2, resource, false),
                "rcps": self.attachments(1, resource, true),
                "full_aws_access_detached_from": detached,
                "identities": identities,
                "resource": on,
            },
            "question": {"principal": principal, "action": action, "resource": resource, "context": context},
        })
    }
}

/// How many requests are made.
pub(crate) fn config() -> ProptestConfig {
    let wanted = std::env::var("ORGCENSUS_MAY_REQUESTS").ok();
    ProptestConfig::with_cases(wanted.map_or(1000, |text| text.parse().expect("ORGCENSUS_MAY_REQUESTS: a number")))
}

/// What the evaluator says to a line; null if it is no JSON.
pub(crate) fn answer_to(line: &Value) -> Value {
    serde_json::from_str(&answer_line(line.to_string().as_bytes())).unwrap_or_default()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_answer_is_that_of_the_reference(bytes in vec(any::<u8>(), 0..400)) {
        let line = Choices(bytes.iter()).line();
        let answer = answer_to(&line);
        let expected = reference::result(&line);
        prop_assert_eq!(answer["result"].as_str(), Some(expected), "\n{}\n{}", line, answer);
    }

    #[test]
    fn a_deny_more_allows_no_more(bytes in vec(any::<u8>(), 0..400)) {
        let line = Choices(bytes.iter()).line();
        let rank = |line: &Value| {
            let answer = answer_to(line);
            ["denied", "conditional", "allowed"].iter().position(|it| answer["result"] == *it)
        };
        let mut less = line.clone();
        let deny = json!({"Version": "2012-10-17", "Statement":
            {"Effect": "Deny", "Action": "s*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}});
        if let Some(scps) = less["organization"]["scps"].as_array_mut() {
            scps.push(json!({"target": "r-1", "document": deny}));
        }
        // Where something was not read there is nothing to compare.
        if let (Some(before), Some(after)) = (rank(&line), rank(&less)) {
            prop_assert!(after <= before, "{}", less);
        }
    }

    #[test]
    fn e5_no_scp_is_about_whoever_is_not_ours(bytes in vec(any::<u8>(), 0..400)) {
        let mut choices = Choices(bytes.iter());
        let mut line = choices.line();
        line["question"]["principal"] = json!(choices.of(&[FAR, "anonymous", SERVICE]));
        let mut free = line.clone();
        free["organization"]["scps"] = json!([]);
        free["organization"]["full_aws_access_detached_from"] = json!([]);
        let answer = |line: &Value| answer_line(line.to_string().as_bytes());
        prop_assert_eq!(answer(&line), answer(&free), "\n{}", line);
    }

    #[test]
    fn no_line_makes_a_panic(text in any::<String>()) {
        let question = json!({"principal": &text, "action": "s3:GetObject", "resource": &text, "context": {&text: [&text]}});
        let odd = json!({"id": &text, "question": question});
        for line in [text.clone(), odd.to_string()] {
            let answer = answer_line(line.as_bytes());
            prop_assert!(answer.starts_with("{\"id\":") && !answer.contains('\n'), "{}", answer);
        }
    }
}
