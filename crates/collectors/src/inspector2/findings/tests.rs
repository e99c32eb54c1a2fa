use orgcensus_collect::testing::Recorded;
use orgcensus_collect::{Class, Error};
use serde_json::{Value, json};

use super::FINDINGS;
use crate::findings::KEPT_MAX;
use crate::testing::{columns, json_error};

const ON: &str = r#"{"accounts":[{"accountId":"111122223333","state":{"status":"ENABLED"}}]}"#;
const WORST_FIRST: &str = r#""sortCriteria":{"field":"SEVERITY","sortOrder":"DESC"}"#;
const TABLE: &str = "security_findings";
const NAMES: [&str; 6] = ["finding_id", "severity", "severity_score", "resource_type", "resource_id", "resource_arn"];

fn on() -> Recorded {
    Recorded::new().answer_to("BatchGetAccountStatus", "111122223333", ON)
}

fn found(arn: &str, severity: &str, kind: &str, id: &str) -> Value {
    json!({
        "findingArn": arn, "awsAccountId": "111122223333", "type": "PACKAGE_VULNERABILITY", "severity": severity,
        "title": "CVE-2025-1 - <script>", "status": "ACTIVE", "inspectorScore": 9.8, "newMember": "of 2030",
        "firstObservedAt": 1_766_361_600, "lastObservedAt": 1_767_052_800.5,
        "resources": [{"type": kind, "id": id, "region": "eu-west-1"}],
    })
}

fn page(findings: &[Value], token: Option<&str>) -> String {
    json!({ "findings": findings, "nextToken": token }).to_string()
}

#[tokio::test]
async fn findings_of_two_pages_the_worst_first() {
    let function = "arn:aws:lambda:eu-west-1:111122223333:function:f:$LATEST";
    let last = found("arn:2", "UNTRIAGED", "AWS_LAMBDA_FUNCTION", function);
    let recorded = on()
        // Findings about members are not asked for, nor those that are closed or suppressed.
        .answer_to(
            "ListFindings",
            concat!(
                r#""awsAccountId":[{"comparison":"EQUALS","value":"111122223333"}],"#,
                r#""findingStatus":[{"comparison":"EQUALS","value":"ACTIVE"}]"#
            ),
            &page(&[found("arn:1", "CRITICAL", "AWS_EC2_INSTANCE", "i-1")], Some("second")),
        )
        .answer_to("ListFindings", "second", &page(&[last], None));
    let collected = recorded.run(&FINDINGS).await;
    collected.result.as_ref().unwrap();
    collected.assert_all_calls(&FINDINGS);
    let instance = "arn:aws:ec2:eu-west-1:111122223333:instance/i-1";
    assert_eq!(
        columns(&collected, TABLE, &NAMES),
        [
            json!(["arn:1", "CRITICAL", 9.8, "AWS_EC2_INSTANCE", "i-1", instance]),
            json!(["arn:2", "UNTRIAGED", 9.8, "AWS_LAMBDA_FUNCTION", function, function]),
        ]
    );
    let names = ["service", "product", "finding_arn", "finding_type", "title", "status", "first_seen_days"];
    assert_eq!(
        columns(&collected, TABLE, &names)[0],
        json!(["inspector", "aws/inspector", "arn:1", "PACKAGE_VULNERABILITY", "CVE-2025-1 - <script>", "ACTIVE", 10])
    );
    assert!(collected.missed.is_none() && collected.reason.is_none());
}

#[tokio::test]
async fn off_or_without_findings_there_is_no_row_and_nothing_is_missing() {
    let off = Recorded::new().answer("BatchGetAccountStatus", &ON.replace("ENABLED", "SUSPENDED"));
    for recorded in [off, on().answer_to("ListFindings", WORST_FIRST, r#"{"findings":[]}"#)] {
        let collected = recorded.run(&FINDINGS).await;
        collected.result.as_ref().unwrap();
        assert!(collected.table(TABLE).is_empty() && collected.missed.is_none());
    }
}

#[tokio::test]
async fn what_is_left_out_is_unknown_and_counted() {
    let bare = json!({"findingArn": "arn:1"});
    let collected = on().answer("ListFindings", &page(&[bare, json!({"severity": "HIGH"})], None)).run(&FINDINGS).await;
    collected.result.as_ref().unwrap();
    assert_eq!(columns(&collected, TABLE, &NAMES), [json!(["arn:1", null, null, null, null, null])]);
    // Type, severity, status and resources of the first, and the second's ARN.
    assert_eq!(collected.short(), (5, vec![TABLE]));
}

#[tokio::test]
async fn beyond_the_bound_nothing_more_is_read_and_the_coverage_says_so() {
    // The last page has more findings than there is room for, or just as many.
    for (size, reason) in [(300, Some("too_many_findings")), (250, None)] {
        let mut recorded = on();
        for number in 0..4 {
            let arns = (0..size).map(|it| format!("arn:{number}:{it}"));
            let findings: Vec<Value> = arns.map(|arn| found(&arn, "LOW", "AWS_EC2_INSTANCE", "i-1")).collect();
            let token = (number < 3 || reason.is_some()).then(|| format!("page-{number}"));
            recorded = recorded.answer("ListFindings", &page(&findings, token.as_deref()));
        }
        let collected = recorded.run(&FINDINGS).await;
        collected.result.as_ref().unwrap();
        assert_eq!((collected.table(TABLE).len(), collected.reason), (KEPT_MAX, reason));
        let expected = if reason.is_some() { (1, vec![TABLE]) } else { (0, Vec::new()) };
        assert_eq!(collected.short(), expected);
    }
}

#[tokio::test]
async fn a_refusal_ends_the_task() {
    let denied = json_error("AccessDeniedException");
    let status = Recorded::new().refuse("BatchGetAccountStatus", "", 403, &denied);
    for recorded in [status, on().refuse("ListFindings", "", 403, &denied)] {
        let collected = recorded.run(&FINDINGS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
        assert!(collected.table(TABLE).is_empty());
    }
    // An account without a status is not off.
    let silent = Recorded::new().answer("BatchGetAccountStatus", r#"{"accounts":[]}"#).run(&FINDINGS).await;
    assert!(matches!(&silent.result, Err(Error::Aws(error)) if error.code == "ValueUnread"));
}
