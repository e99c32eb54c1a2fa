//! D5: a Deny counts only where what it asks for is certain. Some requests, a small evaluator of their own, and the
//! verdict may say that nobody outside gets in only if none of them does.

use orgcensus_policy::{Flag, PolicyKind};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::judge;

const ROOT: &str = "arn:aws:iam::999988887777:root";
const APP: &str = "arn:aws:iam::999988887777:role/path/app";
const BOB: &str = "arn:aws:iam::999988887777:user/bob";
const GUEST: &str = "arn:aws:sts::999988887777:federated-user/guest";

/// A request: the principals by whose names it is let in, and its keys.
struct Request {
    names: &'static [&'static str],
    keys: Vec<(&'static str, &'static str)>,
}

/// Requests of someone outside: each caller from two places, with and without what callers choose.
fn requests() -> Vec<Request> {
    type Caller = (&'static [&'static str], &'static [(&'static str, &'static str)]);
    let callers: [Caller; 6] = [
        (&["*"], &[("aws:PrincipalAccount", "anonymous"), ("aws:userid", "anonymous")]),
        (&["*", "999988887777"], &[("aws:PrincipalArn", ROOT)]),
        (&["*", "999988887777", APP], &[("aws:PrincipalArn", APP), ("aws:PrincipalOrgID", "o-theirs0001")]),
        (&["*", "999988887777", BOB], &[("aws:PrincipalArn", BOB), ("aws:username", "bob")]),
        (&["*", "999988887777"], &[("aws:PrincipalArn", GUEST)]),
        (&["*", "999988887777", APP], &[("aws:PrincipalArn", APP), ("aws:PrincipalTag/team", "a")]),
    ];
    let places: [&[(&str, &str)]; 3] = [
        &[("aws:SourceIp", "203.0.113.7"), ("aws:SecureTransport", "true")],
        &[("aws:SourceIp", "198.51.100.9"), ("aws:SecureTransport", "false")],
        &[("aws:SourceVpce", "vpce-0fff"), ("aws:SecureTransport", "true")],
    ];
    let mut requests = Vec::new();
    for (names, caller) in callers {
        for place in places {
            let mut keys = [caller, place].concat();
            if names.len() > 1 {
                let signed = [("aws:PrincipalAccount", "999988887777"), ("aws:PrincipalIsAWSService", "false")];
                keys.extend(signed);
            }
            requests.push(Request { names, keys });
        }
    }
    requests
}

impl Request {
    fn meets(&self, (operator, key, value): &Test) -> bool {
        let found = self.keys.iter().find(|(known, _)| known.eq_ignore_ascii_case(key)).map(|(_, value)| *value);
        if *operator == "Null" {
            return found.is_none() == (*value == "true");
        }
        let (name, if_exists) = operator.strip_suffix("IfExists").map_or((*operator, false), |name| (name, true));
        let (name, negated) = if name.contains("Not") { (name.replace("Not", ""), true) } else { (name.into(), false) };
        let Some(found) = found else { return if_exists || negated };
        let holds = match name.as_str() {
            "StringEquals" | "Bool" => found == *value,
            "StringLike" => glob(value, found),
            "ArnLike" => found.split(':').count() == value.split(':').count() && glob(value, found),
            "IpAddress" => *value == "0.0.0.0/0" || found.starts_with(value.trim_end_matches("0/24")),
            other => panic!("{other}"),
        };
        holds != negated
    }

    fn passes(&self, (principal, tests): &Said) -> bool {
        self.names.contains(principal) && tests.iter().all(|test| self.meets(test))
    }
}

/// Whether the text matches a pattern with stars.
fn glob(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|text| {
            (0..=text.len()).filter(|place| text.is_char_boundary(*place)).any(|place| glob(rest, &text[place..]))
        }),
    }
}

type Test = (&'static str, &'static str, &'static str);
type Said = (&'static str, Vec<Test>);

fn statement((principal, tests): &Said, effect: &str) -> String {
    let conditions = tests.iter().map(|(operator, key, value)| format!(r#""{operator}":{{"{key}":"{value}"}}"#));
    // Each operator is used once: a second one of the same name would replace the first.
    let conditions = conditions.collect::<Vec<_>>().join(",");
    format!(
        r#"{{"Effect":"{effect}","Principal":{{"AWS":"{principal}"}},"Action":"sqs:*","Resource":"*",
        "Condition":{{{conditions}}}}}"#
    )
}

fn test() -> impl Strategy<Value = Test> {
    let arns = || select(vec![ROOT, APP, BOB, GUEST]);
    let patterns =
        select(vec!["*", "arn:aws:iam::999988887777:*", "arn:aws:iam::999988887777:role/*", "arn:aws:iam::*", APP]);
    let texts = select(vec!["StringEquals", "StringNotEquals", "StringEqualsIfExists", "StringLike"]);
    let arn_likes = select(vec!["ArnLike", "ArnNotLike", "StringLike", "StringNotLike", "ArnLikeIfExists"]);
    let accounts = select(vec!["999988887777", "111122223333", "anonymous"]);
    let named = select(vec![
        ("aws:PrincipalOrgID", "o-theirs0001"),
        ("aws:username", "bob"),
        ("aws:PrincipalTag/team", "a"),
        ("aws:SourceVpce", "vpce-0fff"),
    ]);
    let bools = select(vec![("Bool", "aws:SecureTransport"), ("BoolIfExists", "aws:PrincipalIsAWSService")]);
    let ips = select(vec!["IpAddress", "NotIpAddress", "IpAddressIfExists"]);
    let keys = select(vec!["aws:PrincipalArn", "aws:PrincipalOrgID", "aws:SourceIp", "aws:PrincipalAccount"]);
    let truths = || select(vec!["true", "false"]);
    prop_oneof![
        3 => (texts.clone(), accounts).prop_map(|(operator, value)| (operator, "aws:PrincipalAccount", value)),
        1 => Just(("StringLike", "aws:PrincipalAccount", "*")),
        2 => (texts.clone(), arns()).prop_map(|(operator, value)| (operator, "aws:PrincipalArn", value)),
        2 => (arn_likes, patterns).prop_map(|(operator, value)| (operator, "aws:PrincipalArn", value)),
        2 => (texts, named).prop_map(|(operator, (key, value))| (operator, key, value)),
        1 => (bools, truths()).prop_map(|((operator, key), value)| (operator, key, value)),
        1 => (ips, select(vec!["203.0.113.0/24", "0.0.0.0/0"])).prop_map(|(operator, value)| (operator, "aws:SourceIp", value)),
        1 => (keys, truths()).prop_map(|(key, value)| ("Null", key, value)),
    ]
}

fn said() -> impl Strategy<Value = Said> {
    (select(vec!["*", "999988887777", APP, BOB]), vec(test(), 0..3)).prop_map(|(principal, mut tests)| {
        tests.sort_unstable();
        tests.dedup_by_key(|(operator, _, _)| *operator);
        (principal, tests)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]

    #[test]
    fn d5_a_deny_that_counts_is_implied(allow in said(), denies in vec(said(), 1..3)) {
        let mut text = statement(&allow, "Allow");
        for deny in &denies {
            text = format!("{text},{}", statement(deny, "Deny"));
        }
        let verdict = judge(PolicyKind::Resource, &text);
        for request in requests() {
            if request.passes(&allow) && !denies.iter().any(|deny| request.passes(deny)) {
                prop_assert!(verdict.is_external != Some(false), "{:?} gets in by {text}", request.keys);
            }
        }
        // If a Deny took something away, it took it from someone.
        let alone = judge(PolicyKind::Resource, &statement(&allow, "Allow"));
        prop_assert!(!(alone.is_external == Some(false) && verdict.is_external == Some(true)));
        prop_assert!(!verdict.flags.contains(&Flag::Denied) || verdict.is_external == Some(false));
    }
}
