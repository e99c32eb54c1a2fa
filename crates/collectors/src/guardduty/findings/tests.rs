use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::{Value, json};

use super::FINDINGS;
use crate::findings::KEPT_MAX;
use crate::testing::{columns, json_error};

const LISTED: &str = r#"{"detectorIds":["d1"]}"#;
const ON: &str = r#"{"status":"ENABLED"}"#;
const TABLE: &str = "security_findings";
const WORST_FIRST: &str = r#""sortCriteria":{"attributeName":"severity","orderBy":"DESC"}"#;

fn on() -> Recorded {
    Recorded::new().answer("ListDetectors", LISTED).answer_to("GetDetector", "/detector/d1", ON)
}

fn found(id: &str, severity: f64, resource: &Value) -> Value {
    json!({
        "accountId": "111122223333", "region": "eu-west-1", "id": id, "arn": format!("arn:{id}"),
        "type": "UnauthorizedAccess:EC2/SSHBruteForce", "title": "<b>i-1</b> tries passwords.", "severity": severity,
        "createdAt": "2025-12-01T00:00:00.000Z", "updatedAt": "2025-12-31T00:00:00.000Z", "resource": resource,
        "service": {
            "archived": false, "eventFirstSeen": "2025-12-22T00:00:00Z", "eventLastSeen": "2025-12-30T00:00:00Z"
        },
        "newMember": "of 2030",
    })
}

fn findings(all: &[Value]) -> String {
    json!({ "findings": all }).to_string()
}

fn ids(from: usize, count: usize) -> Vec<String> {
    (from..from + count).map(|number| format!("f{number}")).collect()
}

fn page(ids: &[String], token: Option<&str>) -> String {
    json!({ "findingIds": ids, "nextToken": token }).to_string()
}

#[tokio::test]
async fn findings_of_two_pages_each_with_its_resource() {
    let instance = json!({"resourceType": "Instance", "instanceDetails": {"instanceId": "i-1"}});
    // The key's finding also names the instance whose role the key is of.
    let key = json!({
        "resourceType": "AccessKey", "accessKeyDetails": {"accessKeyId": "ASIA1", "userName": "web"},
        "instanceDetails": {"instanceId": "i-2"},
    });
    let bucket = json!({"resourceType": "S3Bucket", "s3BucketDetails": [{"arn": "arn:aws:s3:::b1"}, {}]});
    let function = json!({"resourceType": "Lambda", "lambdaDetails": {"functionArn": "arn:function"}});
    let recorded = on()
        // Findings about members are not asked for, nor those that someone has dealt with.
        .answer_to(
            "ListFindings",
            r#""accountId":{"equals":["111122223333"]},"service.archived":{"equals":["false"]}"#,
            r#"{"findingIds":["a","b"],"nextToken":"second"}"#,
        )
        .answer_to("GetFindings", WORST_FIRST, &findings(&[found("a", 9.0, &instance), found("b", 8.9, &key)]))
        .answer_to("ListFindings", "second", r#"{"findingIds":["c","d"],"nextToken":""}"#)
        .answer_to(
            "GetFindings",
            r#""findingIds":["c","d"]"#,
            &findings(&[found("c", 6.9, &bucket), found("d", 3.9, &function)]),
        );
    let collected = recorded.run(&FINDINGS).await;
    collected.result.as_ref().unwrap();
    collected.assert_all_calls(&FINDINGS);
    let names = ["service", "product", "finding_id", "severity", "resource_type", "resource_id", "resource_arn"];
    let of = |id: &str, severity: &str, resource: [Option<&str>; 3]| {
        let [kind, name, arn] = resource;
        json!(["guardduty", "aws/guardduty", id, severity, kind, name, arn])
    };
    let instance_arn = "arn:aws:ec2:eu-west-1:111122223333:instance/i-1";
    assert_eq!(
        columns(&collected, TABLE, &names),
        [
            of("a", "CRITICAL", [Some("Instance"), Some("i-1"), Some(instance_arn)]),
            of("b", "HIGH", [Some("AccessKey"), Some("ASIA1"), None]),
            of("c", "MEDIUM", [Some("S3Bucket"), Some("arn:aws:s3:::b1"), Some("arn:aws:s3:::b1")]),
            of("d", "LOW", [Some("Lambda"), Some("arn:function"), Some("arn:function")]),
        ]
    );
    let names = ["finding_arn", "finding_type", "title", "severity_score", "first_seen_days", "status"];
    assert_eq!(
        columns(&collected, TABLE, &names)[0],
        json!(["arn:a", "UnauthorizedAccess:EC2/SSHBruteForce", "<b>i-1</b> tries passwords.", 9.0, 10, null])
    );
    let moments = columns(&collected, TABLE, &["first_seen_at", "last_seen_at"]).remove(0);
    assert!(moments[0].as_str().unwrap().starts_with("2025-12-22"), "{moments}");
    assert!(moments[1].as_str().unwrap().starts_with("2025-12-30"), "{moments}");
    assert!(collected.missed.is_none() && collected.reason.is_none());
}

#[tokio::test]
async fn off_or_without_findings_there_is_no_row_and_nothing_is_missing() {
    let none = Recorded::new().answer("ListDetectors", r#"{"detectorIds":[]}"#);
    let suspended = Recorded::new().answer("ListDetectors", LISTED).answer("GetDetector", r#"{"status":"DISABLED"}"#);
    let empty = on().answer_to("ListFindings", WORST_FIRST, r#"{"findingIds":[]}"#);
    for recorded in [none, suspended, empty] {
        let collected = recorded.run(&FINDINGS).await;
        collected.result.as_ref().unwrap();
        assert!(collected.table(TABLE).is_empty() && collected.missed.is_none());
    }
}

#[tokio::test]
async fn what_is_left_out_is_unknown_and_counted() {
    let bare = json!({"id": "a", "resource": {}, "service": {}});
    let odd = json!({
        "id": "b", "arn": "arn:b", "type": "Odd", "severity": 1,
        "createdAt": "2025-12-22T00:00:00Z", "updatedAt": "soon",
    });
    let recorded = on()
        .answer("ListFindings", r#"{"findingIds":["a","b","c","d"]}"#)
        .answer("GetFindings", &findings(&[bare, odd, json!({"severity": 9, "type": "Nameless"})]));
    let collected = recorded.run(&FINDINGS).await;
    collected.result.as_ref().unwrap();
    let names = ["finding_id", "finding_type", "severity", "resource_id", "first_seen_days"];
    assert_eq!(
        columns(&collected, TABLE, &names),
        [json!(["a", null, null, null, null]), json!(["b", "Odd", "LOW", null, 10])]
    );
    // Severity, ARN and type of the first, a moment of the second, the third's id, and the fourth is not answered.
    assert_eq!(collected.short(), (6, vec![TABLE]));
}

/// A run whose last page has so many ids; none: there is no last page.
async fn capped(more: usize) -> Collected {
    let (size, nothing) = (50, json!({}));
    let mut recorded = on();
    for number in 0..KEPT_MAX / size {
        let ids = ids(number * size, size);
        let all: Vec<Value> = ids.iter().map(|id| found(id, 5.0, &nothing)).collect();
        let token = (more > 0 || number + 1 < KEPT_MAX / size).then(|| format!("page-{number}"));
        recorded =
            recorded.answer("ListFindings", &page(&ids, token.as_deref())).answer("GetFindings", &findings(&all));
    }
    if more > 0 {
        recorded = recorded.answer("ListFindings", &page(&ids(KEPT_MAX, more), Some("and more")));
    }
    recorded.run(&FINDINGS).await
}

#[tokio::test]
async fn beyond_the_bound_nothing_more_is_read_and_the_coverage_says_so() {
    let collected = capped(1).await;
    collected.result.as_ref().unwrap();
    assert_eq!(collected.table(TABLE).len(), KEPT_MAX);
    assert_eq!((collected.short(), collected.reason), ((1, vec![TABLE]), Some("too_many_findings")));
    let first = collected.missed.unwrap().first;
    assert_eq!((first.code.as_str(), first.operation.as_deref()), ("TooManyFindings", Some("guardduty:ListFindings")));

    // As many as there is room for are all of them.
    let collected = capped(0).await;
    assert_eq!(collected.table(TABLE).len(), KEPT_MAX);
    assert!(collected.missed.is_none() && collected.reason.is_none());
}

#[tokio::test]
async fn a_refusal_ends_the_task() {
    let denied = json_error("AccessDeniedException");
    let detectors = Recorded::new().refuse("ListDetectors", "", 403, &denied);
    let detector = Recorded::new().answer("ListDetectors", LISTED).refuse("GetDetector", "", 403, &denied);
    let list = on().refuse("ListFindings", "", 403, &denied);
    let get = on().answer("ListFindings", r#"{"findingIds":["a"]}"#).refuse("GetFindings", "", 403, &denied);
    for recorded in [detectors, detector, list, get] {
        let collected = recorded.run(&FINDINGS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
        assert!(collected.table(TABLE).is_empty());
    }
    // A detector that does not say whether it is on is not off.
    let silent = Recorded::new().answer("ListDetectors", LISTED).answer("GetDetector", "{}").run(&FINDINGS).await;
    assert!(matches!(&silent.result, Err(Error::Aws(error)) if error.code == "ValueUnread"));
}
