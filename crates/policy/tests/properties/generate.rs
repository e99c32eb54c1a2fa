//! Makes policies from bytes: each byte chooses the next word, so that other bytes give other policies.

use serde_json::{Map, Value, json};

const PRINCIPALS: &[&str] = &[
    "*",
    "111122223333",
    "222233334444",
    "999988887777",
    "99998888777",
    "arn:aws:iam::111122223333:root",
    "arn:aws:iam::999988887777:role/a",
    "arn:aws:iam::*:root",
    "arn:aws:sts::999988887777:assumed-role/a/s",
    "arn:aws:iam::cloudfront:user/x",
    "AROAEXAMPLEEXAMPLE123",
    "s3.amazonaws.com",
    "*.amazonaws.com",
    "canonical",
    "accounts.google.com",
    "cognito-identity.amazonaws.com",
    "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com",
    "arn:aws:iam::111122223333:saml-provider/x",
];
const PRINCIPAL_KINDS: &[&str] = &["AWS", "AWS", "Service", "Federated", "CanonicalUser", "X"];
const ACTIONS: &[&str] =
    &["*", "s3:*", "s3:Get*", "s3:GetObject", "S3:putobject", "sqs:*", "*:Get*", "sts:AssumeRole", "x"];
const RESOURCES: &[&str] = &[
    "*",
    "arn:aws:s3:::b",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b/x",
    "arn:aws:s3:::b/${aws:username}/*",
    "arn:aws:sqs:*:*:?",
];
const OPERATORS: &[&str] = &[
    "StringEquals",
    "StringLike",
    "StringNotEquals",
    "StringNotLike",
    "StringEqualsIgnoreCase",
    "StringEqualsIfExists",
    "StringNotEqualsIfExists",
    "ForAllValues:StringLike",
    "ForAnyValue:StringLike",
    "ForAnyValue:StringNotLike",
    "ArnLike",
    "ArnNotEquals",
    "IpAddress",
    "NotIpAddress",
    "Bool",
    "BoolIfExists",
    "Null",
    "NumericEquals",
    "What",
];
const KEYS: &[&str] = &[
    "aws:PrincipalOrgID",
    "aws:PrincipalAccount",
    "AWS:principalarn",
    "aws:PrincipalOrgPaths",
    "aws:userid",
    "aws:SourceIp",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceOwner",
    "aws:ResourceAccount",
    "aws:PrincipalIsAWSService",
    "sns:Endpoint",
    "s3:DataAccessPointArn",
    "kms:CallerAccount",
    "aws:SecureTransport",
    "token.actions.githubusercontent.com:sub",
    "cognito-identity.amazonaws.com:amr",
    "lambda:FunctionUrlAuthType",
];
const VALUES: &[&str] = &[
    "*",
    "o-ourorg0001",
    "o-theirs0001",
    "o-*",
    "o-ourorg0001/r-1/*",
    "111122223333",
    "222233334444",
    "999988887777",
    "1111*",
    "anonymous",
    "arn:aws:iam::111122223333:role/*",
    "arn:aws:iam::999988887777:role/a",
    "arn:*:111122223333:*",
    "arn:aws:s3:::our-bucket",
    "arn:aws:s3:::whose-bucket",
    "arn:aws:sns:*:999988887777:*",
    "AROAEXAMPLE:*",
    "AROAEXAMPLEEXAMPLE123*",
    "${aws:ResourceAccount}",
    "${aws:PrincipalAccount}",
    "arn:aws:iam::${aws:ResourceAccount}:role/a",
    "10.0.0.0/8",
    "203.0.113.0/24",
    "0.0.0.0/1",
    "128.0.0.0/1",
    "::/0",
    "vpc-0aaa",
    "vpc-0fff",
    "vpce-0bbb",
    "vpce-*",
    "true",
    "false",
    "repo:a/*",
    "repo:*",
    "unauthenticated",
    "https://a.b/*",
    "*@a.b",
    "AWS_IAM",
];

/// A document, and words of which each must be found in it.
pub(super) struct Made {
    pub(super) text: String,
    pub(super) words: Vec<String>,
}

/// The bytes as choices; once they are used up, the first choice is made.
struct Choices<'a> {
    bytes: std::slice::Iter<'a, u8>,
    words: Vec<String>,
}

impl Choices<'_> {
    fn below(&mut self, count: usize) -> usize {
        usize::from(self.bytes.next().copied().unwrap_or_default()) % count
    }

    fn name(&mut self, names: &[&str]) -> String {
        let place = self.below(names.len());
        names[place].to_owned()
    }

    /// A word that must be kept: one of these or, now and then, some made of bytes.
    fn word(&mut self, words: &[&str]) -> Value {
        let word = if self.below(16) == 15 {
            let length = self.below(8);
            let bytes: Vec<u8> = (0..length).map(|_| b"*?:/0a-{}$\\ o1@."[self.below(16)]).collect();
            String::from_utf8_lossy(&bytes).into_owned()
        } else {
            self.name(words)
        };
        self.words.push(word.clone());
        json!(word)
    }

    fn list(&mut self, words: &[&str]) -> Value {
        let count = 1 + self.below(3);
        Value::Array((0..count).map(|_| self.word(words)).collect())
    }

    fn principal(&mut self) -> Value {
        if self.below(3) == 0 {
            return self.word(&["*"]);
        }
        let kind = self.name(PRINCIPAL_KINDS);
        let values = self.list(PRINCIPALS);
        json!({ kind: values })
    }

    fn conditions(&mut self) -> Value {
        let mut operators = Map::new();
        for _ in 0..self.below(4) {
            let (operator, key) = (self.name(OPERATORS), self.name(KEYS));
            let keys = operators.entry(operator).or_insert_with(|| json!({}));
            if keys.get(&key).is_none() {
                keys[key] = self.list(VALUES);
            }
        }
        Value::Object(operators)
    }

    fn statement(&mut self) -> Value {
        let mut statement = json!({"Effect": if self.below(2) == 0 { "Allow" } else { "Deny" }});
        for (element, words) in [("Action", ACTIONS), ("Resource", RESOURCES)] {
            let not = if self.below(6) == 5 { "Not" } else { "" };
            statement[format!("{not}{element}")] = self.list(words);
        }
        let not = if self.below(6) == 5 { "Not" } else { "" };
        statement[format!("{not}Principal")] = self.principal();
        statement["Condition"] = self.conditions();
        statement
    }
}

/// Makes a document of one to five statements.
pub(super) fn document(data: &[u8]) -> Made {
    let mut choices = Choices { bytes: data.iter(), words: Vec::new() };
    let version = choices.name(&["2012-10-17", "2012-10-17", "2008-10-17"]);
    let count = 1 + choices.below(5);
    let statements: Vec<Value> = (0..count).map(|_| choices.statement()).collect();
    let text = json!({"Version": version, "Statement": statements}).to_string();
    Made { text, words: choices.words }
}
