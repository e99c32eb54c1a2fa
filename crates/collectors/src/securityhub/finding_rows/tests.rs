use orgcensus_collect::testing::Recorded;
use orgcensus_collect::{Class, Error};
use serde_json::{Value, json};

use super::FINDING_ROWS;
use crate::findings::KEPT_MAX;
use crate::securityhub::PAGES_MAX;
use crate::testing::{columns, json_error};

const CALL: &str = "GetFindings";
const TABLE: &str = "security_findings";

/// A finding of a check.
fn check(id: &str, status: &str, severity: &str) -> Value {
    json!({
        "Id": id, "ProductArn": "arn:aws:securityhub:eu-west-1::product/aws/securityhub",
        "Types": ["Software and Configuration Checks/Industry and Regulatory Standards"], "Title": "No <root> key",
        "CreatedAt": "2025-12-22T00:00:00.000Z", "UpdatedAt": "2025-12-30T00:00:00.000Z", "NewMember": "of 2030",
        "Severity": {"Label": severity, "Normalized": 90}, "Workflow": {"Status": "NEW"},
        "Resources": [{"Type": "AwsAccount", "Id": "AWS::::Account:111122223333"}],
        "Compliance": {"Status": status, "SecurityControlId": "IAM.4"},
    })
}

fn page(findings: &[Value], token: Option<&str>) -> String {
    json!({ "Findings": findings, "NextToken": token }).to_string()
}

#[tokio::test]
async fn open_findings_the_worst_first_and_whose_they_are() {
    let told = json!({
        "Id": "arn:aws:guardduty:eu-west-1:111122223333:detector/d1/finding/f1",
        "ProductArn": "arn:aws:securityhub:eu-west-1::product/aws/guardduty", "Types": ["TTPs/Discovery"],
        "Title": "Probed", "Severity": {"Label": "HIGH", "Normalized": 70}, "Workflow": {"Status": "NOTIFIED"},
        "FirstObservedAt": "2025-12-02T00:00:00Z", "CreatedAt": "2025-12-22T00:00:00Z",
        "Resources": [{"Type": "AwsS3Bucket", "Id": "arn:aws:s3:::b1"}, {"Type": "AwsAccount", "Id": "other"}],
    });
    let recorded = Recorded::new()
        // Neither members' findings nor those of other regions are asked for, nor those that someone has dealt with.
        .answer_to(
            CALL,
            concat!(
                r#""AwsAccountId":[{"Value":"111122223333","Comparison":"EQUALS"}],"#,
                r#""Region":[{"Value":"eu-west-1","Comparison":"EQUALS"}],"#,
                r#""RecordState":[{"Value":"ACTIVE","Comparison":"EQUALS"}],"#,
                r#""WorkflowStatus":[{"Value":"SUPPRESSED","Comparison":"NOT_EQUALS"},"#,
                r#"{"Value":"RESOLVED","Comparison":"NOT_EQUALS"}]"#
            ),
            &page(&[check("c1", "FAILED", "CRITICAL"), told], Some("second")),
        )
        .answer_to(
            CALL,
            "second",
            // One that passed is no finding; a check that could not tell is one.
            &page(&[check("c2", "PASSED", "INFORMATIONAL"), check("c3", "WARNING", "INFORMATIONAL")], None),
        );
    let collected = recorded.run(&FINDING_ROWS).await;
    collected.result.as_ref().unwrap();
    collected.assert_all_calls(&FINDING_ROWS);
    let guardduty = "arn:aws:guardduty:eu-west-1:111122223333:detector/d1/finding/f1";
    let names = ["product", "finding_id", "severity", "status", "compliance_status", "control_id", "first_seen_days"];
    assert_eq!(
        columns(&collected, TABLE, &names),
        [
            json!(["aws/securityhub", "c1", "CRITICAL", "NEW", "FAILED", "IAM.4", 10]),
            json!(["aws/guardduty", guardduty, "HIGH", "NOTIFIED", null, null, 30]),
            json!(["aws/securityhub", "c3", "INFORMATIONAL", "NEW", "WARNING", "IAM.4", 10]),
        ]
    );
    let names = ["service", "finding_arn", "title", "severity_score", "resource_type", "resource_id", "resource_arn"];
    let account = "AWS::::Account:111122223333";
    let rows = columns(&collected, TABLE, &names);
    assert_eq!(rows[0], json!(["security_hub_cspm", null, "No <root> key", 90.0, "AwsAccount", account, null]));
    let bucket = "arn:aws:s3:::b1";
    assert_eq!(rows[1], json!(["security_hub_cspm", guardduty, "Probed", 70.0, "AwsS3Bucket", bucket, bucket]));
    assert!(collected.missed.is_none() && collected.reason.is_none());
}

#[tokio::test]
async fn the_worst_are_asked_for_first() {
    let sorted = r#""SortCriteria":[{"Field":"SeverityNormalized","SortOrder":"desc"}]"#;
    let collected = Recorded::new().answer_to(CALL, sorted, r#"{"Findings":[]}"#).run(&FINDING_ROWS).await;
    collected.result.as_ref().unwrap();
    assert!(collected.table(TABLE).is_empty() && collected.missed.is_none());
}

#[tokio::test]
async fn what_is_left_out_is_unknown_and_counted() {
    let product = "arn:aws:securityhub:eu-west-1:111122223333:product/111122223333/default";
    let findings =
        [json!({"Id": "a", "ProductArn": product}), json!({"Id": "b"}), json!({"ProductArn": product}), json!({})];
    let collected = Recorded::new().answer(CALL, &page(&findings, None)).run(&FINDING_ROWS).await;
    collected.result.as_ref().unwrap();
    let names = ["product", "finding_id", "severity", "title"];
    assert_eq!(columns(&collected, TABLE, &names), [json!(["111122223333/default", "a", null, null])]);
    // Title and resources of the first, the product of the second, the third's id, and both of the last.
    assert_eq!(collected.short(), (6, vec![TABLE]));
}

#[tokio::test]
async fn beyond_a_bound_nothing_more_is_read_and_the_coverage_says_so() {
    // Too many open ones.
    let mut recorded = Recorded::new();
    for number in 0..=KEPT_MAX / 100 {
        let ids = (0..100).map(|it| format!("c{}", number * 100 + it));
        let findings: Vec<Value> = ids.map(|id| check(&id, "FAILED", "HIGH")).collect();
        recorded = recorded.answer(CALL, &page(&findings, Some(&format!("page-{number}"))));
    }
    let collected = recorded.run(&FINDING_ROWS).await;
    collected.result.as_ref().unwrap();
    assert_eq!(collected.table(TABLE).len(), KEPT_MAX);
    assert_eq!((collected.short(), collected.reason), ((1, vec![TABLE]), Some("too_many_findings")));

    // Too many pages of what passed, after which there may be open ones; and just as many as are read.
    for (more, reason) in [(Some("more"), Some("too_many_findings")), (None, None)] {
        let mut recorded = Recorded::new();
        for number in 1..PAGES_MAX {
            let passed = check("c", "PASSED", "INFORMATIONAL");
            recorded = recorded.answer(CALL, &page(&[passed], Some(&format!("page-{number}"))));
        }
        let last = page(&[check("c", "NOT_AVAILABLE", "INFORMATIONAL")], more);
        let collected = recorded.answer(CALL, &last).run(&FINDING_ROWS).await;
        collected.result.as_ref().unwrap();
        assert_eq!((collected.table(TABLE).len(), collected.reason), (1, reason));
        assert_eq!(collected.missed.is_some(), reason.is_some());
    }
}

#[tokio::test]
async fn where_it_is_off_there_is_no_row_and_a_refusal_ends_the_task() {
    let off = r#"{"Code":"InvalidAccessException","Message":"Account 1 is not subscribed to AWS Security Hub"}"#;
    let collected = Recorded::new().refuse(CALL, "", 401, off).run(&FINDING_ROWS).await;
    collected.result.as_ref().unwrap();
    assert!(collected.table(TABLE).is_empty() && collected.missed.is_none());

    let denied = json_error("AccessDeniedException");
    let collected = Recorded::new().refuse(CALL, "", 403, &denied).run(&FINDING_ROWS).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    let first = page(&[], Some("second"));
    let collected = Recorded::new().answer(CALL, &first).refuse(CALL, "second", 401, off).run(&FINDING_ROWS).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.code == "InvalidAccessException"));
}
