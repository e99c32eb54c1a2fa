use super::*;

const ALL: &str = r#"{"source":["aws.guardduty"]}"#;
const SEVERE: &str = r#"{"source":["aws.guardduty"],"detail":{"severity":[{"numeric":[">=",7]}]}}"#;
const HIGH: &str = r#"{"source":["aws.guardduty"],"detail":{"severity":[{"numeric":[">=",7,"<",9]}]}}"#;
const CRITICAL: &str = r#"{"source":["aws.guardduty"],"detail":{"severity":[{"numeric":[">=",9]}]}}"#;
const LOW: &str = r#"{"source":["aws.guardduty"],"detail":{"severity":[{"numeric":["<",4]}]}}"#;
const ONE_TYPE: &str = r#"{"source":["aws.guardduty"],"detail":{"type":["Recon:EC2/Portscan"]}}"#;
const OTHER_TYPES: &str = r#"{"source":["aws.guardduty"],"detail":{"type":[{"anything-but":"Recon:EC2/Portscan"}]}}"#;
const OTHERS: &str = r#"{"source":["aws.health"]}"#;
const ODD: &str = r#"{"source":["aws.guardduty"],"detail":{"type":[{"regex":"x"}]}}"#;
const ODD_OTHERS: &str = r#"{"source":["aws.health"],"detail":{"type":[{"regex":"x"}]}}"#;
const BROKEN: &str = "{";

const LIVE: Option<bool> = Some(true);
const DEAD: Option<bool> = Some(false);

/// Rules with what is known of them, and whether these are all.
type Rules<'r> = (&'r [(&'r str, Option<bool>)], bool);

fn asked<'r>(class: &'static str, is_made: Option<bool>, (rules, are_all): Rules<'r>) -> Asked<'r> {
    let listeners = rules.iter().map(|(pattern, is_live)| Listener { pattern, is_live: *is_live }).collect();
    Asked { class, is_made, listeners, are_all }
}

fn heard(is_heard: Option<bool>, partly: &[&str]) -> Heard {
    Heard { is_heard, partly: partly.iter().map(|it| (*it).to_owned()).collect() }
}

fn assert_heard(asked: &[Asked<'_>], is_heard: Option<bool>, partly: &[&str]) {
    assert_eq!(Heard::of(asked), heard(is_heard, partly), "{asked:?}");
}

#[test]
fn rules_that_tell_somebody_together_match_all() {
    // The rules, whether they are all, whether all is heard, and by which some is.
    let cases: [(Rules<'_>, Option<bool>, &[&str]); 26] = [
        ((&[], true), Some(false), &[]),
        ((&[], false), None, &[]),
        ((&[(ALL, LIVE)], true), Some(true), &[]),
        ((&[(SEVERE, LIVE)], true), Some(true), &[]),
        // What was not read can only add to it.
        ((&[(SEVERE, LIVE)], false), Some(true), &[]),
        ((&[(SEVERE, DEAD)], true), Some(false), &[]),
        ((&[(SEVERE, DEAD)], false), None, &[]),
        ((&[(SEVERE, None)], true), None, &[]),
        ((&[(LOW, None)], true), Some(false), &[]),
        ((&[(LOW, LIVE)], true), Some(false), &[]),
        ((&[(OTHERS, LIVE)], true), Some(false), &[]),
        ((&[(OTHERS, LIVE), (ALL, LIVE)], true), Some(true), &[]),
        // Two rules have what one has not.
        ((&[(HIGH, LIVE)], true), Some(false), &[HIGH]),
        ((&[(HIGH, LIVE), (CRITICAL, LIVE)], true), Some(true), &[]),
        ((&[(HIGH, LIVE), (CRITICAL, DEAD)], true), Some(false), &[HIGH]),
        ((&[(HIGH, LIVE), (CRITICAL, None)], true), None, &[HIGH]),
        ((&[(HIGH, LIVE)], false), None, &[HIGH]),
        ((&[(HIGH, DEAD), (CRITICAL, None)], true), Some(false), &[]),
        ((&[(ONE_TYPE, LIVE)], true), Some(false), &[ONE_TYPE]),
        ((&[(ONE_TYPE, LIVE), (OTHER_TYPES, LIVE)], true), Some(true), &[]),
        ((&[(ONE_TYPE, LIVE), (HIGH, LIVE)], true), Some(false), &[HIGH, ONE_TYPE]),
        // A pattern that is not understood is no "no", unless it is of another service.
        ((&[(ODD, LIVE)], true), None, &[]),
        ((&[(ODD, DEAD)], true), Some(false), &[]),
        ((&[(ODD, None), (ALL, LIVE)], true), Some(true), &[]),
        ((&[(ODD_OTHERS, LIVE)], true), Some(false), &[]),
        ((&[(BROKEN, LIVE)], true), None, &[]),
    ];
    for (rules, is_heard, partly) in cases {
        assert_heard(&[asked("guardduty_high", Some(true), rules)], is_heard, partly);
    }
}

#[test]
fn a_service_is_heard_if_all_of_its_classes_are() {
    let (external, unused) = ("access_analyzer_external", "access_analyzer_unused");
    let of_external = r#"{"source":["aws.access-analyzer"],"detail-type":["Access Analyzer Finding"]}"#;
    let of_unused = r#"{"source":["aws.access-analyzer"],"detail-type":["Unused Access Finding for IAM entities"]}"#;
    let both: &[(&str, Option<bool>)] = &[(of_external, LIVE), (of_unused, LIVE)];
    let one: &[(&str, Option<bool>)] = &[(of_external, LIVE)];
    let none: &[(&str, Option<bool>)] = &[];
    // The rules of each class, whether there is unused access to be found, and what is heard.
    for (of_first, of_second, is_made, is_heard, partly) in [
        ((both, true), (both, true), Some(true), Some(true), vec![]),
        ((one, true), (one, true), Some(true), Some(false), vec![of_external]),
        // Nothing looks for unused access, so there is nothing to hear.
        ((one, true), (none, true), Some(false), Some(true), vec![]),
        ((one, true), (none, true), None, None, vec![of_external]),
        ((both, true), (both, true), None, Some(true), vec![]),
        ((none, true), (none, true), None, Some(false), vec![]),
        ((none, true), (both, true), Some(true), Some(false), vec![of_unused]),
        ((one, true), (none, false), Some(true), None, vec![of_external]),
        ((none, true), (none, false), Some(true), Some(false), vec![]),
    ] {
        let classes = [asked(external, Some(true), of_first), asked(unused, is_made, of_second)];
        assert_heard(&classes, is_heard, &partly);
    }
    assert_heard(&[], None, &[]);
    assert_heard(&[asked(external, Some(false), (both, true))], None, &[]);
    assert_heard(&[asked("nobody", Some(true), (both, true))], None, &[]);
}

#[test]
fn what_another_service_passes_on_may_be_heard_there() {
    let (yes, no) = (Some(true), Some(false));
    // Whether it is heard of the service itself, whether the other passes it on, whether it is heard of that, and in all.
    for (own, is_passed_on, passed_on, is_heard) in [
        (no, yes, yes, yes),
        (no, yes, no, no),
        (no, yes, None, None),
        (no, no, yes, no),
        (no, no, None, no),
        (no, None, yes, None),
        (no, None, no, no),
        (no, None, None, None),
        (yes, no, no, yes),
        (yes, None, None, yes),
        (None, yes, yes, yes),
        (None, yes, no, None),
        (None, no, yes, None),
        (None, None, yes, None),
    ] {
        let all = heard(own, &["q"]).or_passed_on(is_passed_on, &heard(passed_on, &[]));
        let partly: &[&str] = if is_heard == yes { &[] } else { &["q"] };
        assert_eq!(all, heard(is_heard, partly), "{own:?} {is_passed_on:?} {passed_on:?}");
    }
}

#[test]
fn a_rule_tells_somebody_if_it_is_on_and_a_target_lives() {
    for (is_enabled, targets, are_read, is_live) in [
        (Some(true), vec![LIVE], true, Some(true)),
        (Some(true), vec![DEAD, LIVE], true, Some(true)),
        (Some(true), vec![None, LIVE], true, Some(true)),
        (Some(true), vec![LIVE], false, Some(true)),
        (Some(true), vec![DEAD], true, Some(false)),
        (Some(true), vec![], true, Some(false)),
        (Some(true), vec![DEAD, None], true, None),
        (Some(true), vec![DEAD], false, None),
        (Some(false), vec![LIVE], true, Some(false)),
        (Some(false), vec![None], false, Some(false)),
        // A state that nobody knows.
        (None, vec![LIVE], true, None),
    ] {
        let found = is_rule_live(is_enabled, targets.iter().copied(), are_read);
        assert_eq!(found, is_live, "{is_enabled:?} {targets:?} {are_read}");
    }
    for (count, lets_in, is_live) in [
        (Some(2), Some(true), Some(true)),
        (Some(0), Some(true), Some(false)),
        (Some(2), Some(false), Some(false)),
        (Some(0), None, Some(false)),
        (Some(2), None, None),
        (None, Some(true), None),
        (None, Some(false), Some(false)),
    ] {
        assert_eq!(is_topic_live(count, lets_in), is_live, "{count:?} {lets_in:?}");
    }
}

#[test]
fn patterns_that_hear_nothing_of_any_service_are_left_out() {
    for pattern in [ALL, SEVERE, ONE_TYPE, ODD, BROKEN, r#"{"source":[{"prefix":"aws."}]}"#] {
        assert!(may_match(pattern), "{pattern}");
    }
    for pattern in [LOW, OTHERS, ODD_OTHERS, r#"{"source":["shop"]}"#] {
        assert!(!may_match(pattern), "{pattern}");
    }
}
