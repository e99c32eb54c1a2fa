//! What each message says, and what it does not say unless it is asked for.

use orgcensus_answers::{Change, Told as Counted};
use orgcensus_lake::testing::commit;

use super::*;
use crate::run_report::testing;

const ADDRESSES: Addresses<'static> = Addresses {
    page: Some("s3://bucket/lake/_runs/run-1/report.html"),
    run_report: Some("s3://bucket/lake/_runs/run-1/run.json"),
};

fn found(rule_id: &str, priority: Priority, change: Change) -> Found {
    let mut found = Found::of(rule_id, priority, change, "o-example");
    found.title = "A user was created".to_owned();
    found.account_id = Some("111122223333".to_owned());
    found.account_name = Some("secret-project".to_owned());
    found.region = Some("global".to_owned());
    found.resource = Some("arn:aws:iam::111122223333:user/secret-project".to_owned());
    found.now = Some("secret-project".repeat(TEXT_MAX));
    found
}

/// What rules found since the night before; the most important `each_max` of what is at least a warning one by one.
fn changed(found: Vec<Found>, each_max: usize) -> Changed {
    let mut told = Counted::default();
    found.iter().for_each(|it| told.add(it, None));
    let since = commit(0, "o-example", "2026-11-21", true);
    let floor = Priority::Warning;
    let each = found.into_iter().filter(|it| it.is_seen() && it.priority >= floor).take(each_max).collect();
    Changed { since, told, each, floor: Some(floor) }
}

fn some() -> Vec<Found> {
    vec![
        found("D9", Priority::Critical, Change::Appeared),
        found("D14", Priority::Critical, Change::NotSeen),
        found("D17", Priority::Warning, Change::Changed),
        found("D2", Priority::Warning, Change::Appeared),
        found("D6", Priority::Info, Change::Appeared),
    ]
}

fn messages(report: &RunReport, changed: &Result<Changed, Missing>, with_names: bool) -> Vec<Message> {
    all(&Run { report, addresses: &ADDRESSES }, changed, with_names)
}

#[test]
fn a_run_is_told_with_counts_by_priority_and_where_to_read_more() {
    let report = testing::published();
    let told = messages(&report, &Ok(changed(some(), 0)), false);
    let percent = 100.0 * report.coverage.unwrap();
    let text = format!(
        "Census of o-example, 2026-11-22: published, {percent:.1} % complete. \
         Changes since 2026-11-21: 1 critical, 2 warning, 1 info; 1 not known."
    );
    let expected = json!({
        "text": text,
        "format": 1,
        "kind": "run",
        "organization_id": "o-example",
        "run_id": "run-1",
        "snapshot_date": "2026-11-22",
        "page": "s3://bucket/lake/_runs/run-1/report.html",
        "run_report": "s3://bucket/lake/_runs/run-1/run.json",
        "verdict": "published",
        "exit_code": 0,
        "coverage": report.coverage,
        "changes": {
            "since": "2026-11-21",
            "since_run_id": "run-0",
            "found": {"critical": 1, "error": 0, "warning": 2, "notice": 0, "info": 1},
            "unknown": {"critical": 1, "error": 0, "warning": 0, "notice": 0, "info": 0},
        },
        "changes_missing": null,
    });
    assert_eq!(told[0].body, expected);
}

#[test]
fn the_first_night_and_a_run_without_a_snapshot_have_no_changes_and_say_so() {
    let published = testing::published();
    let first = &messages(&published, &Err(Missing::First), false)[0];
    assert!(first.text.ends_with(". Changes are not known: there is no earlier complete snapshot."), "{}", first.text);
    assert_eq!((&first.body["changes"], first.body["changes_missing"].is_string()), (&Value::Null, true));
    let not_shown = RunReport { exit_code: exit::NOT_SHOWN, ..published.clone() };
    let told = &messages(&not_shown, &Err(Missing::First), false)[0];
    assert!(told.text.contains("complete, but catalogue, retention or report failed. "), "{}", told.text);
    let mut failed = RunReport { verdict: Some(Verdict::NotPublished), snapshot: None, exit_code: 4, ..published };
    let text = |report: &RunReport| messages(report, &Err(Missing::NoSnapshot), false)[0].text.clone();
    let expected = "Census of o-example: nothing was published, exit code 4. \
                    Changes are not known: no snapshot was published.";
    assert_eq!(text(&failed), expected);
    failed.verdict = Some(Verdict::Stopped);
    assert!(text(&failed).starts_with("Census of o-example: stopped by a signal."), "{}", text(&failed));
}

#[test]
fn changes_are_told_one_by_one_and_then_how_many_more() {
    let report = testing::published();
    let kinds =
        |max: usize| messages(&report, &Ok(changed(some(), max)), false).iter().map(|it| it.kind).collect::<Vec<_>>();
    assert_eq!(kinds(9), ["run", "change", "change", "change"]);
    assert_eq!(kinds(3), ["run", "change", "change", "change"]);
    assert_eq!(kinds(2), ["run", "change", "change", "more"]);
    let told = messages(&report, &Ok(changed(some(), 1)), false);
    assert_eq!(told[1].text, "critical: A user was created (D9, appeared in 111122223333 global)");
    let more = &told[2];
    assert_eq!(
        (&more.body["told"], &more.body["more"], &more.body["priority_at_least"]),
        (&json!(1), &json!(2), &json!("warning"))
    );
    assert_eq!(more.text, "and 2 more changes of priority warning or higher: `orgcensus changes` lists them");
}

#[test]
fn names_are_told_only_if_they_are_asked_for_and_never_in_the_text() {
    let report = testing::published();
    for message in messages(&report, &Ok(changed(some(), 9)), false) {
        assert!(!message.json().contains("secret-project"), "{}", message.json());
    }
    let told = messages(&report, &Ok(changed(some(), 1)), true);
    assert_eq!(told[1].body["account_name"], "secret-project");
    assert_eq!(told[1].body["resource"], "arn:aws:iam::111122223333:user/secret-project");
    let now = told[1].body["now"].as_str().unwrap();
    assert!(now.chars().count() == TEXT_MAX + 1 && now.ends_with('…'), "{now}");
    assert!(told[1].body["was"].is_null() && !told[1].text.contains("secret-project"));
}

#[test]
fn a_subject_is_as_sns_takes_it() {
    let message = Message {
        kind: "change",
        priority: Some(Priority::Critical),
        text: format!("critical: \n\u{1b}é{}", "x".repeat(200)),
        id: "run-1".to_owned(),
        body: json!({"text": "x"}),
    };
    let call = message.call(3);
    assert_eq!((call.kind, call.priority, call.id.as_str()), ("change", Some("critical"), "run-1-3"));
    assert!(call.subject.starts_with("critical: x") && call.subject.len() == 99, "{}", call.subject);
    assert_eq!(call.json, r#"{"text":"x"}"#);
}
