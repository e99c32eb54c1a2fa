use orgcensus_collect::testing::Recorded;
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::DETECTORS;
use crate::testing::{columns, json_error};

const LISTED: &str = r#"{"detectorIds":["d1"]}"#;
const FULL: &str = r#"{"status":"ENABLED","createdAt":"2025-12-22T00:00:00.000Z","serviceRole":"arn:role",
    "findingPublishingFrequency":"SIX_HOURS","tags":{"team":"security"},"newMember":"of 2030","features":[
    {"name":"CLOUD_TRAIL","status":"ENABLED","updatedAt":1766361600},
    {"name":"RUNTIME_MONITORING","status":"DISABLED","managedBy":"GUARDDUTY_POLICY","additionalConfiguration":[
        {"name":"EKS_ADDON_MANAGEMENT","status":"ENABLED"},{"name":"EC2_AGENT_MANAGEMENT","status":"DISABLED"},{}]},
    {"name":"ODD","status":"PONDERING"},{}]}"#;
const MANAGED: &str = r#"{"administrator":{"accountId":"222233334444","relationshipStatus":"Enabled"}}"#;
const COUNTS: [&str; 6] = ["detector_id", "is_enabled", "critical_count", "high_count", "medium_count", "low_count"];

fn groups(groups: &str) -> String {
    format!(r#"{{"findingStatistics":{{"groupedBySeverity":[{groups}]}}}}"#)
}

fn accounts(groups: &str) -> String {
    format!(r#"{{"findingStatistics":{{"groupedByAccount":[{groups}]}}}}"#)
}

/// The findings about one account.
fn of(account_id: &str, count: i64) -> String {
    format!(r#"{{"accountId":"{account_id}","totalFindings":{count}}}"#)
}

/// An administrator's detector, whose own findings were counted.
fn administrator() -> Recorded {
    Recorded::new()
        .answer("ListDetectors", LISTED)
        .answer("GetDetector", r#"{"status":"ENABLED"}"#)
        .answer("GetAdministratorAccount", "{}")
        .answer_to("GetFindingsStatistics", "SEVERITY", &groups(r#"{"severity":9,"totalFindings":7}"#))
}

#[tokio::test]
async fn an_administrator_shows_the_findings_of_its_members() {
    let all = [of("111122223333", 7), of("2", 3), of("3", 1)].join(",");
    // An answer that may have left out accounts: what it does not name is not known.
    let many: Vec<String> = (0..100).map(|at| of(&format!("9{at:02}"), 1)).collect();
    let recorded = administrator()
        .answer_to("GetFindingsStatistics", r#""groupBy":"ACCOUNT""#, &accounts(&all))
        .answer_to("GetFindingsStatistics", r#""severity":{"greaterThanOrEqual":9}"#, &accounts(&of("2", 1)))
        .answer_to("GetFindingsStatistics", r#""greaterThanOrEqual":7"#, &accounts(""))
        .answer_to("GetFindingsStatistics", r#""greaterThanOrEqual":4"#, r#"{"findingStatistics":{}}"#)
        .answer_to("GetFindingsStatistics", r#""severity":{"lessThan":4}"#, &accounts(&many.join(",")));
    let collected = recorded.run(&DETECTORS).await;
    collected.result.as_ref().unwrap();
    assert_eq!(columns(&collected, "guardduty_detectors", &COUNTS), [json!(["d1", true, 7, 0, 0, 0])]);
    let names = ["member_account_id", "critical_count", "high_count", "medium_count", "low_count"];
    let members = columns(&collected, "guardduty_member_findings", &names);
    assert_eq!(members[..2], [json!(["2", 1, 0, null, null]), json!(["3", 0, 0, null, null])]);
    assert_eq!((members.len(), &members[2]), (102, &json!(["900", 0, 0, null, 1])));
    assert!(collected.missed.is_none());
}

#[tokio::test]
async fn what_an_administrator_may_not_count_leaves_its_own_counts() {
    let denied = json_error("AccessDeniedException");
    let recorded = administrator().refuse("GetFindingsStatistics", "ACCOUNT", 403, &denied);
    let collected = recorded.run(&DETECTORS).await;
    collected.result.as_ref().unwrap();
    assert_eq!(columns(&collected, "guardduty_detectors", &["critical_count"]), [json!([7])]);
    assert_eq!(collected.short(), (1, vec!["guardduty_member_findings"]));

    // On its own, nothing more is asked; a group without a number is counted, and its account is not named.
    for (all, short) in [(of("111122223333", 7), 0), (r#"{"accountId":"2"}"#.to_owned(), 1)] {
        let recorded = administrator().answer_to("GetFindingsStatistics", "ACCOUNT", &accounts(&all));
        let collected = recorded.run(&DETECTORS).await;
        assert!(collected.table("guardduty_member_findings").is_empty());
        assert_eq!(collected.short().0, short, "{all}");
    }
}

#[tokio::test]
async fn a_detector_its_features_and_its_findings_by_severity() {
    let severities = [(10.0, 1), (9.0, 2), (8.9, 4), (7.0, 8), (6.9, 16), (4.0, 32), (3.9, 64), (1.0, 128)];
    let found: Vec<String> =
        severities.iter().map(|(it, count)| format!(r#"{{"severity":{it:?},"totalFindings":{count}}}"#)).collect();
    let recorded = Recorded::new()
        .answer("ListDetectors", LISTED)
        .answer_to("GetDetector", "/detector/d1", FULL)
        .answer("GetAdministratorAccount", MANAGED)
        // Findings about members are not asked for, nor those that someone has dealt with.
        .answer_to("GetFindingsStatistics", r#""accountId":{"equals":["111122223333"]}"#, &groups(&found.join(",")));
    let collected = recorded.run(&DETECTORS).await;
    collected.result.as_ref().unwrap();
    collected.assert_all_calls(&DETECTORS);
    assert_eq!(columns(&collected, "guardduty_detectors", &COUNTS), [json!(["d1", true, 3, 12, 48, 192])]);
    let names =
        ["age_days", "finding_publishing_frequency", "enabled_feature_count", "administrator_account_id", "tags"];
    assert_eq!(
        columns(&collected, "guardduty_detectors", &names),
        [json!([10, "SIX_HOURS", 1, "222233334444", {"team": "security"}])]
    );
    let names = ["feature_name", "is_enabled", "managed_by", "enabled_parts", "disabled_parts"];
    assert_eq!(
        columns(&collected, "guardduty_features", &names),
        [
            json!(["CLOUD_TRAIL", true, null, [], []]),
            json!([
                "RUNTIME_MONITORING",
                false,
                "GUARDDUTY_POLICY",
                ["EKS_ADDON_MANAGEMENT"],
                ["EC2_AGENT_MANAGEMENT"]
            ]),
            json!(["ODD", false, null, [], []]),
        ]
    );
    // The feature without a name.
    assert_eq!(collected.short(), (1, vec!["guardduty_features"]));
}

#[tokio::test]
async fn where_there_is_no_detector_it_is_off() {
    let recorded = Recorded::new().answer("ListDetectors", r#"{"detectorIds":[],"nextToken":"second"}"#).answer_to(
        "ListDetectors",
        "second",
        r#"{"detectorIds":[],"nextToken":""}"#,
    );
    let collected = recorded.run(&DETECTORS).await;
    collected.result.as_ref().unwrap();
    let rows = columns(&collected, "guardduty_detectors", &COUNTS);
    assert_eq!(rows, [json!([null, false, null, null, null, null])]);
    assert_eq!(collected.missed.map(|it| format!("{it:?}")), None);
}

#[tokio::test]
async fn a_suspended_detector_is_off_and_nothing_is_counted() {
    let recorded = Recorded::new()
        .answer("ListDetectors", LISTED)
        .answer("GetDetector", r#"{"status":"DISABLED","createdAt":"2025-12-22T00:00:00Z"}"#)
        .answer("GetAdministratorAccount", "{}");
    let collected = recorded.run(&DETECTORS).await;
    collected.result.as_ref().unwrap();
    let rows = columns(&collected, "guardduty_detectors", &COUNTS);
    assert_eq!(rows, [json!(["d1", false, null, null, null, null])]);
    assert_eq!(collected.missed.map(|it| format!("{it:?}")), None);
}

#[tokio::test]
async fn what_is_refused_or_odd_is_unknown_and_counted() {
    let denied = json_error("AccessDeniedException");
    let recorded = Recorded::new().answer("ListDetectors", LISTED).refuse("GetDetector", "", 403, &denied).refuse(
        "GetAdministratorAccount",
        "",
        403,
        &denied,
    );
    let collected = recorded.run(&DETECTORS).await;
    collected.result.as_ref().unwrap();
    let rows = columns(&collected, "guardduty_detectors", &COUNTS);
    assert_eq!(rows, [json!(["d1", null, null, null, null, null])]);
    assert_eq!(collected.short(), (2, vec!["guardduty_detectors", "guardduty_features"]));

    // A status that is left out; then numbers that are not whole, and a group without a number.
    let recorded = Recorded::new().answer("ListDetectors", LISTED).answer("GetDetector", "{}");
    let collected = recorded.answer("GetAdministratorAccount", "{}").run(&DETECTORS).await;
    assert_eq!(columns(&collected, "guardduty_detectors", &["is_enabled"]), [json!([null])]);
    assert_eq!(collected.short(), (1, vec!["guardduty_detectors"]));
    let more = r#"{"findingStatistics":{"groupedBySeverity":[{"severity":9,"totalFindings":1}]},"nextToken":"more"}"#;
    for odd in ["{}", more, &groups(r#"{"severity":9,"totalFindings":1},{"severity":7}"#)] {
        let recorded = Recorded::new()
            .answer("ListDetectors", LISTED)
            .answer("GetDetector", r#"{"status":"ENABLED"}"#)
            .answer("GetAdministratorAccount", "{}")
            .answer_to("GetFindingsStatistics", "SEVERITY", odd)
            .answer_to("GetFindingsStatistics", "ACCOUNT", &accounts(""));
        let collected = recorded.run(&DETECTORS).await;
        let rows = columns(&collected, "guardduty_detectors", &COUNTS);
        assert_eq!(rows, [json!(["d1", true, null, null, null, null])], "{odd}");
        assert_eq!(collected.short(), (1, vec!["guardduty_detectors"]), "{odd}");
    }
}

#[tokio::test]
async fn without_findings_all_counts_are_zero() {
    let recorded = Recorded::new()
        .answer("ListDetectors", LISTED)
        .answer("GetDetector", r#"{"status":"ENABLED"}"#)
        .answer("GetAdministratorAccount", r#"{"administrator":{}}"#)
        .answer_to("GetFindingsStatistics", "SEVERITY", &groups(""))
        .answer_to("GetFindingsStatistics", "ACCOUNT", &accounts(""));
    let collected = recorded.run(&DETECTORS).await;
    assert_eq!(columns(&collected, "guardduty_detectors", &COUNTS), [json!(["d1", true, 0, 0, 0, 0])]);
    assert_eq!(collected.missed.map(|it| format!("{it:?}")), None);
}

#[tokio::test]
async fn a_refused_list_ends_the_task() {
    let denied = json_error("AccessDeniedException");
    let collected = Recorded::new().refuse("ListDetectors", "", 403, &denied).run(&DETECTORS).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    assert!(collected.table("guardduty_detectors").is_empty());
}
