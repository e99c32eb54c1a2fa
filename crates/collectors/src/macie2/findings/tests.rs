use orgcensus_collect::testing::Recorded;
use orgcensus_collect::{Class, Error};
use serde_json::{Value, json};

use super::FINDINGS;
use crate::findings::KEPT_MAX;
use crate::testing::{columns, json_error};

const ON: &str = r#"{"status":"ENABLED"}"#;
const OFF: &str = r#"{"message":"Macie is not enabled","__type":"AccessDeniedException"}"#;
const WORST_FIRST: &str = r#""sortCriteria":{"attributeName":"severity.score","orderBy":"DESC"}"#;
const TABLE: &str = "security_findings";
const NAMES: [&str; 6] = ["finding_id", "severity", "severity_score", "resource_type", "resource_id", "resource_arn"];

fn on() -> Recorded {
    Recorded::new().answer("GetMacieSession", ON)
}

fn found(id: &str, severity: &str, score: i64, object: &Value) -> Value {
    json!({
        "id": id, "accountId": "111122223333", "type": "SensitiveData:S3Object/Personal", "title": "It holds <names>.",
        "severity": {"description": severity, "score": score}, "archived": false, "newMember": "of 2030",
        "createdAt": "2025-12-22T00:00:00.000Z", "updatedAt": "2025-12-30T00:00:00.000Z",
        "resourcesAffected": {"s3Bucket": {"arn": "arn:aws:s3:::b1", "name": "b1"}, "s3Object": object},
    })
}

fn findings(all: &[Value]) -> String {
    json!({ "findings": all }).to_string()
}

#[tokio::test]
async fn findings_of_two_pages_about_a_bucket_and_an_object() {
    let object = json!({"bucketArn": "arn:aws:s3:::b1", "key": "a.csv", "path": "b1/a.csv"});
    let recorded = on()
        // Findings about members are not asked for, nor those that someone has dealt with.
        .answer_to(
            "ListFindings",
            r#""accountId":{"eq":["111122223333"]},"archived":{"eq":["false"]}"#,
            r#"{"findingIds":["a"],"nextToken":"second"}"#,
        )
        .answer_to("GetFindings", WORST_FIRST, &findings(&[found("a", "High", 3, &object)]))
        .answer_to("ListFindings", "second", r#"{"findingIds":["b"]}"#)
        .answer_to("GetFindings", r#"["b"]"#, &findings(&[found("b", "Low", 1, &Value::Null)]));
    let collected = recorded.run(&FINDINGS).await;
    collected.result.as_ref().unwrap();
    collected.assert_all_calls(&FINDINGS);
    assert_eq!(
        columns(&collected, TABLE, &NAMES),
        [
            json!(["a", "HIGH", 3.0, "S3Object", "b1/a.csv", "arn:aws:s3:::b1"]),
            json!(["b", "LOW", 1.0, "S3Bucket", "arn:aws:s3:::b1", "arn:aws:s3:::b1"]),
        ]
    );
    let names = ["service", "product", "finding_arn", "finding_type", "title", "first_seen_days"];
    assert_eq!(
        columns(&collected, TABLE, &names)[0],
        json!(["macie", "aws/macie", null, "SensitiveData:S3Object/Personal", "It holds <names>.", 10])
    );
    assert!(collected.missed.is_none() && collected.reason.is_none());
}

#[tokio::test]
async fn off_paused_or_without_findings_there_is_no_row_and_nothing_is_missing() {
    let off = Recorded::new().refuse("GetMacieSession", "", 403, OFF);
    let paused = Recorded::new().answer("GetMacieSession", r#"{"status":"PAUSED"}"#);
    for recorded in [off, paused, on().answer_to("ListFindings", WORST_FIRST, r#"{"findingIds":[]}"#)] {
        let collected = recorded.run(&FINDINGS).await;
        collected.result.as_ref().unwrap();
        assert!(collected.table(TABLE).is_empty() && collected.missed.is_none());
    }
}

#[tokio::test]
async fn what_is_left_out_is_unknown_and_counted() {
    let recorded = on()
        .answer("ListFindings", r#"{"findingIds":["a","b","c"]}"#)
        .answer("GetFindings", &findings(&[json!({"id": "a"}), json!({"type": "Nameless"})]));
    let collected = recorded.run(&FINDINGS).await;
    collected.result.as_ref().unwrap();
    assert_eq!(columns(&collected, TABLE, &NAMES), [json!(["a", null, null, null, null, null])]);
    // Type and severity of the first, the second's id, and the third is not answered.
    assert_eq!(collected.short(), (4, vec![TABLE]));
}

#[tokio::test]
async fn beyond_the_bound_nothing_more_is_read_and_the_coverage_says_so() {
    let size = 50;
    let mut recorded = on();
    for number in 0..KEPT_MAX / size {
        let ids: Vec<String> = (0..size).map(|it| format!("f{}", number * size + it)).collect();
        let all: Vec<Value> = ids.iter().map(|id| found(id, "Medium", 2, &Value::Null)).collect();
        let page = json!({"findingIds": ids, "nextToken": format!("page-{number}")}).to_string();
        recorded = recorded.answer("ListFindings", &page).answer("GetFindings", &findings(&all));
    }
    let collected = recorded.answer("ListFindings", r#"{"findingIds":["one more"]}"#).run(&FINDINGS).await;
    collected.result.as_ref().unwrap();
    assert_eq!(collected.table(TABLE).len(), KEPT_MAX);
    assert_eq!((collected.short(), collected.reason), ((1, vec![TABLE]), Some("too_many_findings")));
}

#[tokio::test]
async fn a_refusal_ends_the_task() {
    let denied = r#"{"message":"User: x is not authorized","__type":"AccessDeniedException"}"#;
    let session = Recorded::new().refuse("GetMacieSession", "", 403, denied);
    let list = on().refuse("ListFindings", "", 403, denied);
    let get = on().answer("ListFindings", r#"{"findingIds":["a"]}"#).refuse("GetFindings", "", 403, denied);
    for recorded in [session, list, get] {
        let collected = recorded.run(&FINDINGS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
        assert!(collected.table(TABLE).is_empty());
    }
    // A session without a status is not paused; nor is one that is asked for in vain.
    let silent = Recorded::new().answer("GetMacieSession", "{}").run(&FINDINGS).await;
    assert!(matches!(&silent.result, Err(Error::Aws(error)) if error.code == "ValueUnread"));
    let odd = json_error("InternalServerException");
    let failed = Recorded::new().refuse("GetMacieSession", "", 400, &odd).run(&FINDINGS).await;
    assert!(failed.result.is_err());
}
