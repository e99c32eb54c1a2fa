//! All cases of this folder, as `may --jsonl` answers them. README.md says how to read them.

use std::collections::{BTreeMap, BTreeSet};

use orgcensus_policy::evaluation::answer_line;
use serde_json::Value;

const FILES: [&str; 13] = [
    include_str!("identity.jsonl"),
    include_str!("unread.jsonl"),
    include_str!("scp.jsonl"),
    include_str!("rcp.jsonl"),
    include_str!("both_sides.jsonl"),
    include_str!("callers.jsonl"),
    include_str!("kms.jsonl"),
    include_str!("roles.jsonl"),
    include_str!("s3.jsonl"),
    include_str!("urls.jsonl"),
    include_str!("endpoints.jsonl"),
    include_str!("conditions.jsonl"),
    include_str!("several_rules.jsonl"),
];

/// A request, and what must be answered.
struct Case {
    line: Value,
    expect: Value,
}

fn all() -> Vec<Case> {
    let read = |line: &str| {
        let mut line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let expect = line.as_object_mut().and_then(|members| members.remove("expect"));
        Case { expect: expect.unwrap_or_else(|| panic!("no expect: {line}")), line }
    };
    FILES.iter().flat_map(|file| file.lines()).map(read).collect()
}

/// The keys of a list of needs.
fn keys(needs: &Value) -> Vec<&str> {
    needs.as_array().into_iter().flatten().filter_map(|need| need["key"].as_str()).collect()
}

fn words(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// What is wrong with an answer, if anything.
fn fault(case: &Case, answer: &Value) -> Option<String> {
    let expect = &case.expect;
    let layer = &answer["decided_by"]["layer"];
    let alternatives: Vec<Vec<&str>> = answer["conditions"].as_array().into_iter().flatten().map(keys).collect();
    let is_layer = expect["layer"].is_null() || expect["layer"] == *layer;
    let is_must = expect["caller_must"].is_null() || words(&expect["caller_must"]) == keys(&answer["caller_must"]);
    let expected: Vec<Vec<&str>> = expect["conditions"].as_array().into_iter().flatten().map(words).collect();
    let are_conditions = expect["conditions"].is_null() || expected == alternatives;
    let is_conditional = answer["result"] == "conditional";
    let is_right = expect["result"] == answer["result"]
        && is_layer
        && is_must
        && are_conditions
        && is_conditional != alternatives.is_empty()
        && answer["id"] == case.line["id"];
    (!is_right).then(|| format!("{}\n  must be {expect}\n  {answer}", case.line["id"]))
}

#[test]
fn all_cases_hold() {
    let cases = all();
    let faults: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let answer = answer_line(case.line.to_string().as_bytes());
            fault(case, &serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error}: {answer}")))
        })
        .collect();
    assert!(faults.is_empty(), "{} of {} are wrong\n{}", faults.len(), cases.len(), faults.join("\n"));
}

#[test]
fn every_rule_has_several_cases_of_several_results() {
    let cases = all();
    assert!(cases.len() >= 200, "{}", cases.len());
    let names: BTreeSet<String> = cases.iter().map(|case| case.line["id"].to_string()).collect();
    assert_eq!(names.len(), cases.len());
    let mut results: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for case in &cases {
        let rule = case.line["id"].as_str().and_then(|id| id.split(':').next()).unwrap_or_default();
        results.entry(rule).or_default().push(case.expect["result"].as_str().unwrap_or_default());
    }
    for number in 1..=24 {
        let rule = format!("E{number}");
        let found = results.get(rule.as_str()).map(Vec::as_slice).unwrap_or_default();
        assert!(found.len() >= 5, "{rule} has {} cases", found.len());
        assert!(found.contains(&"denied") && found.contains(&"allowed"), "{rule} has cases of one side: {found:?}");
    }
}

#[test]
fn answers_come_alone_and_errors_too() {
    let broken: [&[u8]; 6] = [b"{", b"", b"7", b"{\"id\":1}", b"{\"id\":1,\"question\":{}}", b"\xff"];
    for line in broken {
        let answer: Value = serde_json::from_str(&answer_line(line)).unwrap_or_default();
        assert!(answer["error"].is_string() && answer.get("result").is_none(), "{answer}");
    }
}
