//! The cases of this folder as lines for `explain --jsonl`, and what each must come to. README.md says how to read them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

/// The files.
const FILES: [&str; 12] = [
    include_str!("parsing.jsonl"),
    include_str!("conditions.jsonl"),
    include_str!("principals.jsonl"),
    include_str!("federation.jsonl"),
    include_str!("denies.jsonl"),
    include_str!("verdicts.jsonl"),
    include_str!("resources.jsonl"),
    include_str!("deployed.jsonl"),
    include_str!("addresses.jsonl"),
    include_str!("certain.jsonl"),
    include_str!("urls.jsonl"),
    include_str!("refused.jsonl"),
];

/// One case.
pub(crate) struct Case {
    rule: String,
    is: String,
    flags: BTreeSet<String>,
    /// What the error of one that is refused must hold.
    error: Option<String>,
    /// What goes in, its id being the case's name.
    pub(crate) line: Value,
}

/// All cases.
pub(crate) fn all() -> Vec<Case> {
    FILES.iter().flat_map(|file| file.lines()).map(read).collect()
}

fn read(line: &str) -> Case {
    let case: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    let text = |key: &str| case[key].as_str().unwrap_or_else(|| panic!("no {key}: {line}")).to_owned();
    let ours = json!({
        "resource_account": "111122223333", "org_ids": ["o-ourorg0001"], "org_accounts": ["111122223333", "222233334444"],
        "trusted_accounts": ["555566667777"], "trusted_vpcs": ["vpc-0aaa", "vpce-0bbb"],
    });
    let context = case.get("context").cloned().unwrap_or(ours);
    let flags = case.get("flags").map(words).unwrap_or_default();
    let id = format!("{}: {}", text("rule"), text("id"));
    Case {
        rule: text("rule"),
        is: text("is"),
        flags,
        error: case.get("error").and_then(Value::as_str).map(str::to_owned),
        line: json!({"id": id, "policy": policy(&case), "context": context}),
    }
}

/// The document that a case's short forms stand for.
fn policy(case: &Value) -> Value {
    if let Some(policy) = case.get("policy") {
        return policy.clone();
    }
    let statements = case.get("statements").cloned().unwrap_or_else(|| {
        let trust = case.get("trust");
        let principal = trust.or(case.get("principal")).cloned().unwrap_or(json!("*"));
        let federated = principal.get("Federated").is_some();
        let mut statement = match trust {
            Some(_) if federated => json!({"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity"}),
            Some(_) => json!({"Effect": "Allow", "Action": "sts:AssumeRole"}),
            None => json!({"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}),
        };
        statement["Principal"] = principal;
        if let Some(condition) = case.get("condition") {
            statement["Condition"] = condition.clone();
        }
        json!([statement])
    });
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn words(list: &Value) -> BTreeSet<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Names the cases whose answers, which come in the same order, are not what they must be.
pub(crate) fn check(cases: &[Case], answers: &[Value]) {
    assert_eq!(cases.len(), answers.len());
    let wrong = |(case, answer): (&Case, &Value)| {
        let found = match (&answer["public"], &answer["external"]) {
            (Value::Bool(true), Value::Bool(true)) => "public",
            (Value::Bool(false), Value::Bool(true)) => "external",
            (Value::Bool(false), Value::Bool(false)) => "inside",
            (Value::Bool(false), Value::Null) => "unknown",
            (Value::Null, Value::Bool(true)) => "halfway",
            (Value::Null, Value::Null) if answer["error"].is_string() => "refused",
            (Value::Null, Value::Null) => "undecided",
            _ => "none of these",
        };
        let named = |word: &String| answer["error"].as_str().is_some_and(|error| error.contains(word));
        let same = found == case.is
            && case.error.iter().all(named)
            && words(&answer["flags"]) == case.flags
            && answer["id"] == case.line["id"];
        (!same).then(|| format!("{}\n  must be {} {:?}\n  {answer}", case.line["id"], case.is, case.flags))
    };
    let wrong: Vec<String> = cases.iter().zip(answers).filter_map(wrong).collect();
    assert!(wrong.is_empty(), "{} of {} are wrong\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// Every rule has cases that let someone in and cases that do not, and no two cases have the same name.
pub(crate) fn check_all_rules(cases: &[Case]) {
    assert!(cases.len() >= 800, "{}", cases.len());
    let names: BTreeSet<String> = cases.iter().map(|case| case.line["id"].to_string()).collect();
    assert_eq!(names.len(), cases.len());
    for (family, count) in [("P", 8), ("C", 15), ("R", 7), ("D", 6), ("V", 6)] {
        for number in 1..=count {
            let rule = format!("{family}{number}");
            let of_rule = cases.iter().filter(|case| case.rule == rule);
            assert!(of_rule.count() > 0, "{rule} has no case");
        }
    }
}
