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
            .answer("GetFindingsStatistics", odd);
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
        .answer("GetFindingsStatistics", &groups(""));
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
