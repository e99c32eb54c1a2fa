use serde::Deserialize;
use serde_json::value::RawValue;

use super::{EventClass, EventPattern, event_class};

/// Compared with AWS's engine by `scripts/ruler`.
const PATTERNS: &str = include_str!("../../tests/events/patterns.jsonl");
const HEARD: &str = include_str!("../../tests/events/heard.jsonl");

/// A pattern, an event, and whether it matches; null if the pattern is refused.
#[derive(Deserialize)]
struct Case<'a> {
    case: String,
    #[serde(borrow)]
    pattern: &'a RawValue,
    #[serde(borrow)]
    event: &'a RawValue,
    matches: Option<bool>,
}

/// A class, by its name or its file, the patterns of rules, and what they hear: of all events, and which of them hear some.
#[derive(Deserialize)]
struct Hears<'a> {
    case: String,
    #[serde(borrow)]
    class: &'a RawValue,
    #[serde(borrow)]
    patterns: Vec<&'a RawValue>,
    heard: Option<bool>,
    #[serde(default)]
    partly: Vec<usize>,
    #[serde(default)]
    unread: Vec<usize>,
}

fn class(json: &str) -> EventClass {
    let named = serde_json::from_str::<String>(json).ok().and_then(|name| event_class(&name));
    named.cloned().unwrap_or_else(|| EventClass::parse(json).unwrap())
}

#[test]
fn patterns_match_as_aws_s_engine_matches() {
    assert!(PATTERNS.lines().count() >= 60);
    for line in PATTERNS.lines() {
        let Case { case, pattern, event, matches } = serde_json::from_str(line).unwrap();
        let pattern = EventPattern::parse(pattern.get());
        let answer = pattern.as_ref().ok().map(|pattern| pattern.matches(event.get()).unwrap());
        assert_eq!(answer, matches, "{case}: {pattern:?}");
    }
}

#[test]
fn rules_together_hear_all_some_or_none() {
    for line in HEARD.lines() {
        let Hears { case, class: of, patterns, heard, partly, unread } = serde_json::from_str(line).unwrap();
        let patterns: Vec<&str> = patterns.into_iter().map(RawValue::get).collect();
        let hearing = class(of.get()).heard(&patterns);
        let number = |text: &&str| patterns.iter().position(|it| it == text).unwrap();
        let numbers = |texts: &[&str]| texts.iter().map(number).collect::<Vec<_>>();
        let answer = (hearing.is_heard, numbers(&hearing.partly), numbers(&hearing.unread));
        assert_eq!(answer, (heard, partly, unread), "{case}");
    }
}

#[test]
fn every_class_has_a_file_that_can_be_read() {
    let of_findings = ["guardduty_high", "inspector_high", "macie_high", "securityhub_high"];
    let others =
        ["access_analyzer_external", "access_analyzer_unused", "cloudtrail_insight", "securityhub_guardduty_high"];
    for name in of_findings.into_iter().chain(others) {
        assert!(event_class(name).is_some(), "{name}");
    }
    assert!(event_class("nobody").is_none());
    for odd in ["", "{}", r#"{"events": []}"#, r#"{"events": [1]}"#, r#"{"events": [{"a": 1}], "texts": [1]}"#] {
        assert!(EventClass::parse(odd).is_err(), "{odd}");
    }
}

#[test]
fn what_is_no_event_is_not_judged() {
    let pattern = EventPattern::parse(r#"{"a": ["x"]}"#).unwrap();
    for odd in ["", "[]", "1", "{"] {
        assert_eq!(pattern.matches(odd), None, "{odd}");
    }
}

#[test]
fn a_hostile_pattern_is_refused_at_once() {
    let choice = r#"{"a": ["x"]}, {"b": ["x"]}"#;
    let many = format!(r#"{{{}"c": ["x"]}}"#, format!(r#""$or": [{choice}], "#).repeat(20));
    let error = EventPattern::parse(&many).unwrap_err();
    assert_eq!(error.to_string(), "$or has too many combinations");
    assert!(EventPattern::parse(&r#"{"a":"#.repeat(10_000)).is_err());
}

#[test]
fn too_many_combinations_are_not_known() {
    let fields = |values: &str| (0..9).map(|at| format!(r#""f{at}": [{values}]"#)).collect::<Vec<_>>().join(", ");
    let class = EventClass::parse(r#"{"events": [{"source": "s"}]}"#).unwrap();
    let all = |at: usize| format!(r#"{{"f{at}": [{{"anything-but": "x"}}, "x", {{"exists": false}}]}}"#);
    assert_eq!(class.heard(&[&all(0)]).is_heard, Some(true));
    let many = format!("{{{}}}", fields(r#"{"anything-but": "x"}, "x", {"exists": false}"#));
    let hearing = class.heard(&[&many]);
    assert_eq!((hearing.is_heard, hearing.partly.len()), (None, 1));
    let some = format!("{{{}}}", fields(r#""x""#));
    assert_eq!(class.heard(&[&some]).is_heard, Some(false));
}
