use orgcensus_collect::testing::Recorded;
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::SESSIONS;
use crate::testing::{columns, json_error};

const ON: &str = r#"{"status":"ENABLED","createdAt":"2025-12-22T00:00:00.000Z","serviceRole":"arn:role",
    "findingPublishingFrequency":"FIFTEEN_MINUTES","newMember":"of 2030"}"#;
const OFF: &str = r#"{"message":"Macie is not enabled","__type":"AccessDeniedException"}"#;
const MANAGED: &str = r#"{"administrator":{"accountId":"222233334444","relationshipStatus":"Enabled"}}"#;
const NAMES: [&str; 6] =
    ["is_enabled", "status", "administrator_account_id", "high_count", "low_count", "bucket_count"];

#[tokio::test]
async fn a_session_its_findings_and_its_buckets() {
    let groups = r#"{"countsByGroup":[{"groupKey":"High","count":2},{"groupKey":"Low","count":5},
        {"groupKey":"high","count":1},{"groupKey":"Odd","count":9}]}"#;
    let buckets = r#"{"bucketCount":7,"bucketStatisticsBySensitivity":{"sensitive":{"totalCount":3},
        "notClassified":{"totalCount":4},"notSensitive":{"totalCount":0}}}"#;
    let recorded = Recorded::new()
        .answer("GetMacieSession", ON)
        .answer("GetAdministratorAccount", MANAGED)
        // Findings about members are not asked for, nor those that someone has dealt with.
        .answer_to("GetFindingStatistics", r#""accountId":{"eq":["111122223333"]},"archived":{"eq":["false"]}"#, groups)
        .answer_to("GetBucketStatistics", "111122223333", buckets);
    let collected = recorded.run(&SESSIONS).await;
    collected.result.as_ref().unwrap();
    collected.assert_all_calls(&SESSIONS);
    let rows = columns(&collected, "macie_sessions", &NAMES);
    assert_eq!(rows, [json!([true, "ENABLED", "222233334444", 3, 5, 7])]);
    let names = ["age_days", "medium_count", "sensitive_bucket_count", "unclassified_bucket_count"];
    assert_eq!(columns(&collected, "macie_sessions", &names), [json!([10, 0, 3, 4])]);
    assert!(collected.missed.is_none());
}

#[tokio::test]
async fn off_is_a_row_and_denied_by_the_same_code_is_none() {
    for (status, off) in [(403, OFF), (404, json_error("ResourceNotFoundException").as_str())] {
        let collected = Recorded::new().refuse("GetMacieSession", "", status, off).run(&SESSIONS).await;
        collected.result.as_ref().unwrap();
        let rows = columns(&collected, "macie_sessions", &NAMES);
        assert_eq!(rows, [json!([false, null, null, null, null, null])]);
        assert!(collected.missed.is_none());
    }
    let denied = r#"{"message":"User: x is not authorized","__type":"AccessDeniedException"}"#;
    let collected = Recorded::new().refuse("GetMacieSession", "", 403, denied).run(&SESSIONS).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    assert!(collected.table("macie_sessions").is_empty());
}

#[tokio::test]
async fn while_it_is_paused_nothing_is_counted() {
    let recorded = Recorded::new().answer("GetMacieSession", r#"{"status":"PAUSED"}"#).refuse(
        "GetAdministratorAccount",
        "",
        404,
        &json_error("ResourceNotFoundException"),
    );
    let collected = recorded.run(&SESSIONS).await;
    collected.result.as_ref().unwrap();
    let rows = columns(&collected, "macie_sessions", &NAMES);
    assert_eq!(rows, [json!([false, "PAUSED", null, null, null, null])]);
    assert!(collected.missed.is_none());
}

#[tokio::test]
async fn what_is_refused_or_left_out_is_unknown_and_counted() {
    let denied = json_error("AccessDeniedException");
    let recorded = Recorded::new()
        .answer("GetMacieSession", ON)
        .refuse("GetAdministratorAccount", "", 403, &denied)
        .refuse("GetFindingStatistics", "", 403, &denied)
        .refuse("GetBucketStatistics", "", 403, &denied);
    let collected = recorded.run(&SESSIONS).await;
    collected.result.as_ref().unwrap();
    let rows = columns(&collected, "macie_sessions", &NAMES);
    assert_eq!(rows, [json!([true, "ENABLED", null, null, null, null])]);
    assert_eq!(collected.short(), (3, vec!["macie_sessions"]));

    for (groups, high) in [("{}", json!(null)), (r#"{"countsByGroup":[{"groupKey":"High"}]}"#, json!(null))] {
        let recorded = Recorded::new()
            .answer("GetMacieSession", ON)
            .answer("GetAdministratorAccount", "{}")
            .answer("GetFindingStatistics", groups)
            .answer("GetBucketStatistics", "{}");
        let collected = recorded.run(&SESSIONS).await;
        assert_eq!(columns(&collected, "macie_sessions", &["high_count"]), [json!([high])], "{groups}");
        assert_eq!(collected.short(), (2, vec!["macie_sessions"]), "{groups}");
    }
    let recorded = Recorded::new().answer("GetMacieSession", "{}").answer("GetAdministratorAccount", "{}");
    let collected = recorded.run(&SESSIONS).await;
    assert_eq!(columns(&collected, "macie_sessions", &["is_enabled"]), [json!([null])]);
    assert_eq!(collected.short(), (1, vec!["macie_sessions"]));
}
