use orgcensus_collect::testing::Recorded;
use orgcensus_collect::{Class, Error};
use serde_json::{Value, json};

use super::{FINDINGS, PAGES_MAX};
use crate::testing::{columns, json_error};

const CALL: &str = "GetFindings";
const COUNTS: [&str; 7] =
    ["critical_count", "high_count", "medium_count", "low_count", "informational_count", "read_count", "reason"];
const SCORES: [&str; 6] = [
    "standards_id",
    "passed_control_count",
    "failed_control_count",
    "unknown_control_count",
    "score_percent",
    "reason",
];

/// A finding of a check: its control, its standards, what it found.
fn check(control: &str, standards: &[&str], status: &str, severity: &str, workflow: &str) -> Value {
    let standards: Vec<Value> = standards.iter().map(|it| json!({"StandardsId": it})).collect();
    json!({
        "Severity": {"Label": severity},
        "Workflow": {"Status": workflow},
        "Compliance": {"Status": status, "SecurityControlId": control, "AssociatedStandards": standards},
    })
}

fn page(findings: &[Value], token: Option<&str>) -> String {
    json!({"Findings": findings, "NextToken": token}).to_string()
}

#[tokio::test]
async fn open_findings_by_severity_and_the_scores_of_standards() {
    let first = [
        check("IAM.1", &["fsbp", "cis"], "PASSED", "INFORMATIONAL", "NEW"),
        // One that failed beside one that passed: the control failed, in both standards.
        check("IAM.1", &["fsbp", "cis"], "FAILED", "CRITICAL", "NEW"),
        check("IAM.2", &["fsbp"], "PASSED", "INFORMATIONAL", "RESOLVED"),
        // Someone dealt with it, but its control failed all the same.
        check("IAM.3", &["fsbp"], "FAILED", "HIGH", "RESOLVED"),
    ];
    let second = [
        check("IAM.4", &["fsbp"], "WARNING", "MEDIUM", "NOTIFIED"),
        check("IAM.4", &["fsbp"], "PASSED", "INFORMATIONAL", "NEW"),
        check("S3.1", &["cis"], "NOT_AVAILABLE", "LOW", "NEW"),
        check("S3.2", &["cis"], "PASSED", "LOW", "NEW"),
        check("S3.3", &["cis"], "PASSED", "LOW", "NEW"),
        // A finding of another service, and one of which little is said.
        json!({"Severity": {"Label": "HIGH"}, "Workflow": {"Status": "NEW"}}),
        json!({"Severity": {}, "Compliance": {"Status": "FAILED"}}),
    ];
    let recorded = Recorded::new()
        // Neither members' findings nor those of other regions are asked for.
        .answer_to(
            CALL,
            r#""AwsAccountId":[{"Value":"111122223333","Comparison":"EQUALS"}],"Region":[{"Value":"eu-west-1","#,
            &page(&first, Some("second")),
        )
        .answer_to(CALL, "second", &page(&second, None));
    let collected = recorded.run(&FINDINGS).await;
    collected.result.as_ref().unwrap();
    collected.assert_all_calls(&FINDINGS);
    let rows = columns(&collected, "securityhub_finding_counts", &COUNTS);
    assert_eq!(rows, [json!([1, 1, 1, 1, 1, 11, null])]);
    let rows = columns(&collected, "securityhub_scores", &SCORES);
    assert_eq!(rows, [json!(["cis", 2, 1, 1, 50.0, null]), json!(["fsbp", 1, 2, 1, 25.0, null])]);
    assert!(collected.missed.is_none());
}

#[tokio::test]
async fn beyond_the_bound_nothing_is_counted_and_the_reason_is_told() {
    for (more, counts, score) in [
        (Some("more"), json!([null, null, null, null, null, 100, "too_many_findings"]), Value::Null),
        (None, json!([0, 100, 0, 0, 0, 100, null]), json!(0.0)),
    ] {
        let failed = [check("IAM.1", &["fsbp"], "FAILED", "HIGH", "NEW")];
        let mut recorded = Recorded::new();
        for number in 1..PAGES_MAX {
            recorded = recorded.answer(CALL, &page(&failed, Some(&format!("page-{number}"))));
        }
        let collected = recorded.answer(CALL, &page(&failed, more)).run(&FINDINGS).await;
        collected.result.as_ref().unwrap();
        assert_eq!(columns(&collected, "securityhub_finding_counts", &COUNTS), [counts]);
        assert_eq!(columns(&collected, "securityhub_scores", &["score_percent"]), [json!([score])]);
    }
}

#[tokio::test]
async fn where_it_is_off_there_is_no_row_and_a_refusal_ends_the_task() {
    let off = r#"{"Code":"InvalidAccessException","Message":"Account 1 is not subscribed to AWS Security Hub"}"#;
    let collected = Recorded::new().refuse(CALL, "", 401, off).run(&FINDINGS).await;
    collected.result.as_ref().unwrap();
    assert!(collected.table("securityhub_finding_counts").is_empty() && collected.missed.is_none());

    let denied = json_error("AccessDeniedException");
    let collected = Recorded::new().refuse(CALL, "", 403, &denied).run(&FINDINGS).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    // A page that is refused after the first: the numbers would not be whole.
    let collected =
        Recorded::new().answer(CALL, &page(&[], Some("second"))).refuse(CALL, "second", 401, off).run(&FINDINGS).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.code == "InvalidAccessException"));
    assert!(collected.table("securityhub_finding_counts").is_empty());
}

#[tokio::test]
async fn without_findings_all_counts_are_zero() {
    let collected = Recorded::new().answer(CALL, r#"{"Findings":[]}"#).run(&FINDINGS).await;
    let rows = columns(&collected, "securityhub_finding_counts", &COUNTS);
    assert_eq!(rows, [json!([0, 0, 0, 0, 0, 0, null])]);
    assert!(collected.table("securityhub_scores").is_empty());
}
