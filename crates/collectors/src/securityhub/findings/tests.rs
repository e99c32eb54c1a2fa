use orgcensus_collect::testing::Recorded;
use orgcensus_collect::{Class, Error};
use serde_json::{Value, json};

use super::FINDINGS;
use crate::securityhub::PAGES_MAX;
use crate::testing::{columns, json_error};

const CALL: &str = "GetFindings";
const AGGREGATORS: &str = "ListFindingAggregators";
/// What is asked of findings about others alone.
const OTHERS: &str = "SeverityLabel";
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

/// A hub that gathers nothing and administers nobody.
fn alone(recorded: Recorded) -> Recorded {
    recorded.answer(AGGREGATORS, "{}").answer_to(CALL, OTHERS, r#"{"Findings":[]}"#)
}

/// The same finding about an account and region.
fn about(account_id: &str, region: &str, finding: &Value) -> Value {
    let mut finding = finding.clone();
    finding["AwsAccountId"] = json!(account_id);
    finding["Region"] = json!(region);
    finding
}

#[tokio::test]
async fn what_an_administrator_and_a_region_that_gathers_have_of_others() {
    let high = check("IAM.1", &["fsbp"], "FAILED", "HIGH", "NEW");
    let passed = check("IAM.1", &["fsbp"], "PASSED", "LOW", "NEW");
    let findings = [
        about("111122223333", "eu-west-1", &high),
        about("111122223333", "us-east-1", &high),
        about("2", "eu-west-1", &high),
        about("2", "eu-west-1", &high),
        about("2", "eu-west-1", &passed),
        high.clone(),
    ];
    let names = ["about_account_id", "about_region", "critical_count", "high_count", "low_count", "reason"];
    let aggregator = |region: &str| {
        let arn = format!("arn:aws:securityhub:{region}:1:finding-aggregator/x");
        json!({"FindingAggregators": [{"FindingAggregatorArn": arn}]}).to_string()
    };
    let all = r#"{"RegionLinkingMode":"ALL_REGIONS"}"#;
    // Neither an account nor a region is asked for.
    let no_place = r#"{"Value":"RESOLVED","Comparison":"NOT_EQUALS"}]},"MaxResults":100"#;
    let recorded = Recorded::new()
        .answer(CALL, r#"{"Findings":[]}"#)
        .answer(AGGREGATORS, &aggregator("eu-west-1"))
        .answer("GetFindingAggregator", all)
        .answer_to(CALL, no_place, &page(&findings, None));
    let collected = recorded.run(&FINDINGS).await;
    collected.result.as_ref().unwrap();
    collected.assert_all_calls(&FINDINGS);
    assert_eq!(
        columns(&collected, "securityhub_gathered_findings", &names),
        [json!(["111122223333", "us-east-1", 0, 1, 0, null]), json!(["2", "eu-west-1", 0, 2, 0, null])]
    );
    assert_eq!(columns(&collected, "securityhub_finding_counts", &["high_count"]), [json!([0])]);
    // One that is about nobody.
    assert_eq!(collected.short(), (2, vec!["securityhub_gathered_findings"]));

    // What is gathered elsewhere is read there.
    let recorded = Recorded::new()
        .answer(CALL, r#"{"Findings":[]}"#)
        .answer(AGGREGATORS, &aggregator("us-east-1"))
        .answer("GetFindingAggregator", all);
    let collected = recorded.run(&FINDINGS).await;
    collected.result.as_ref().unwrap();
    assert!(collected.table("securityhub_gathered_findings").is_empty() && collected.missed.is_none());

    // An administrator that gathers nothing has its members' findings of each region there.
    let members =
        r#""AwsAccountId":[{"Value":"111122223333","Comparison":"NOT_EQUALS"}],"Region":[{"Value":"eu-west-1","#;
    let recorded = || Recorded::new().answer(CALL, r#"{"Findings":[]}"#).answer(AGGREGATORS, "{}");
    let collected = recorded().answer_to(CALL, members, &page(&findings[2..4], None)).run(&FINDINGS).await;
    let rows = columns(&collected, "securityhub_gathered_findings", &names);
    assert_eq!(rows, [json!(["2", "eu-west-1", 0, 2, 0, null])]);

    let denied = json_error("AccessDeniedException");
    let collected = recorded().refuse(CALL, OTHERS, 403, &denied).run(&FINDINGS).await;
    assert_eq!(columns(&collected, "securityhub_finding_counts", &["high_count"]), [json!([0])]);
    assert_eq!(collected.short(), (1, vec!["securityhub_gathered_findings"]));
}

#[tokio::test]
async fn beyond_the_bound_nothing_is_counted_of_others() {
    let findings = [about("2", "eu-west-1", &check("IAM.1", &["fsbp"], "FAILED", "HIGH", "NEW"))];
    for (more, counts) in [(Some("more"), json!(["2", null, "too_many_findings"])), (None, json!(["2", 100, null]))] {
        let mut recorded = Recorded::new().answer(CALL, r#"{"Findings":[]}"#).answer(AGGREGATORS, "{}");
        for number in 1..PAGES_MAX {
            recorded = recorded.answer_to(CALL, OTHERS, &page(&findings, Some(&format!("page-{number}"))));
        }
        let collected = recorded.answer_to(CALL, OTHERS, &page(&findings, more)).run(&FINDINGS).await;
        collected.result.as_ref().unwrap();
        let names = ["about_account_id", "high_count", "reason"];
        assert_eq!(columns(&collected, "securityhub_gathered_findings", &names), [counts]);
    }
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
    let collected = alone(recorded).run(&FINDINGS).await;
    collected.result.as_ref().unwrap();
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
        let collected = alone(recorded.answer(CALL, &page(&failed, more))).run(&FINDINGS).await;
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
    let collected = alone(Recorded::new().answer(CALL, r#"{"Findings":[]}"#)).run(&FINDINGS).await;
    let rows = columns(&collected, "securityhub_finding_counts", &COUNTS);
    assert_eq!(rows, [json!([0, 0, 0, 0, 0, 0, null])]);
    assert!(collected.table("securityhub_scores").is_empty());
}
