use orgcensus_collect::testing::{Collected, Recorded};
use serde_json::json;

use super::super::ANALYZERS;
use super::{ASKED_MAX, DETAILS};
use crate::testing::{columns, json_error};

const FINDINGS: &str = "ListFindingsV2";
const GET: &str = "GetFindingV2";
const TABLE: &str = "accessanalyzer_unused_findings";

/// An analyzer of unused access of the whole organization.
const ANALYZER: &str = r#"{"analyzers":[{"arn":"arn:analyzer/idle","name":"idle","type":"ORGANIZATION_UNUSED_ACCESS",
    "status":"ACTIVE","configuration":{"unusedAccess":{"unusedAccessAge":90}}}]}"#;

fn recorded() -> Recorded {
    Recorded::new()
        .answer("ListAnalyzers", ANALYZER)
        .answer("ListArchiveRules", r#"{"archiveRules":[]}"#)
        .answer("GetFindingsStatistics", r#"{"findingsStatistics":[]}"#)
}

fn listed(id: &str, of: &str, status: &str) -> String {
    format!(
        r#"{{"id":"{id}","findingType":"{of}","resource":"arn:aws:iam::2:user/u","resourceType":"AWS::IAM::User",
        "resourceOwnerAccount":"2","status":"{status}","createdAt":"2025-12-22T00:00:00Z",
        "analyzedAt":"2025-12-31T00:00:00Z"}}"#
    )
}

fn page(findings: &[String], rest: &str) -> String {
    format!(r#"{{"findings":[{}]{rest}}}"#, findings.join(","))
}

/// One finding of each type, and one that is archived.
async fn collected() -> Collected {
    let first = ["role", "key", "password"];
    let types = ["UnusedIAMRole", "UnusedIAMUserAccessKey", "UnusedIAMUserPassword"];
    let first: Vec<String> = first.iter().zip(types).map(|(id, of)| listed(id, of, "ACTIVE")).collect();
    let second = [listed("rights", "UnusedPermission", "ACTIVE"), listed("known", "UnusedIAMRole", "ARCHIVED")];
    let (services, more) = (
        r#"{"unusedPermissionDetails":{"serviceNamespace":"s3","lastAccessed":"2025-12-01T00:00:00Z",
        "actions":[{"action":"s3:PutObject"},{"action":"ListBucket","lastAccessed":"2025-08-01T00:00:00Z"}]}}"#,
        r#"{"unusedPermissionDetails":{"serviceNamespace":"sqs","actions":[]}},
        {"unusedPermissionDetails":{"serviceNamespace":"sns"}}"#,
    );
    let collected = recorded()
        .answer_to(FINDINGS, "maxResults", &page(&first, r#","nextToken":"next""#))
        .answer_to(FINDINGS, "nextToken", &page(&second, ""))
        .answer_to(GET, "/findingv2/role", r#"{"findingDetails":[{"unusedIamRoleDetails":{}}]}"#)
        .answer_to(
            GET,
            "/findingv2/key",
            r#"{"findingDetails":[{"unusedIamUserAccessKeyDetails":{"accessKeyId":"AKIA1",
            "lastAccessed":"2025-09-03T00:00:00Z"}}]}"#,
        )
        .answer_to(
            GET,
            "/findingv2/password",
            r#"{"findingDetails":[{"unusedIamUserPasswordDetails":{"lastAccessed":"2025-09-23T00:00:00Z"}}]}"#,
        )
        .answer_to(GET, "/findingv2/rights", &format!(r#"{{"findingDetails":[{services}],"nextToken":"more"}}"#))
        .answer_to(GET, "nextToken=more", &format!(r#"{{"findingDetails":[{more}]}}"#))
        .run(&ANALYZERS)
        .await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn each_type_of_finding_says_what_was_not_used() {
    let collected = collected().await;
    collected.assert_all_calls(&ANALYZERS);
    assert_eq!(DETAILS.call().action(), "access-analyzer:GetFinding");
    let names = ["finding_id", "is_detail_asked", "access_key_id", "last_accessed_days", "unused_services"];
    assert_eq!(
        columns(&collected, TABLE, &names),
        [
            json!(["role", true, null, null, null]),
            json!(["key", true, "AKIA1", 120, null]),
            json!(["password", true, null, 100, null]),
            json!(["rights", true, null, null, ["sqs", "sns"]]),
            json!(["known", false, null, null, null]),
        ]
    );
    let actions = columns(&collected, TABLE, &["unused_actions", "resource_account_id"]);
    assert_eq!(actions[3], json!([["s3:PutObject", "s3:ListBucket"], "2"]));
    assert_eq!(actions[0], json!([null, "2"]));
    let counts = columns(&collected, "accessanalyzer_analyzers", &["listed_finding_count", "asked_finding_count"]);
    assert_eq!(counts, [json!([5, 4])]);
    assert_eq!(collected.short(), (0, vec![]));
}

#[tokio::test]
async fn what_is_refused_is_counted_and_what_is_gone_has_no_row() {
    let ids = ["denied", "gone", "empty", "odd", "nameless"];
    let mut findings: Vec<String> = ids.iter().map(|id| listed(id, "UnusedPermission", "ACTIVE")).collect();
    findings.push(listed("unseen", "UnusedPermission", "ACTIVE").replacen('{', r#"{"error":"ACCESS_DENIED","#, 1));
    let nameless = r#"{"findingDetails":[{"unusedPermissionDetails":{"actions":[{"action":"s3:PutObject"}]}},
        {"unusedPermissionDetails":{"serviceNamespace":"s3","actions":[{}]}}]}"#;
    let collected = recorded()
        .answer(FINDINGS, &page(&findings, ""))
        .refuse(GET, "/findingv2/denied", 403, &json_error("AccessDeniedException"))
        .refuse(GET, "/findingv2/gone", 404, &json_error("ResourceNotFoundException"))
        .answer_to(GET, "/findingv2/empty", r#"{"findingDetails":[]}"#)
        .answer_to(GET, "/findingv2/odd", r#"{"findingDetails":[{"unusedGalaxyDetails":{}}]}"#)
        .answer_to(GET, "/findingv2/nameless", nameless)
        .answer_to(GET, "/findingv2/unseen", r#"{"findingDetails":[]}"#)
        .run(&ANALYZERS)
        .await;
    collected.result.as_ref().unwrap();
    assert_eq!(
        columns(&collected, TABLE, &["finding_id", "is_detail_asked", "unused_actions", "error"]),
        [
            json!(["denied", true, null, null]),
            json!(["empty", true, null, null]),
            json!(["odd", true, null, null]),
            json!(["nameless", true, [], null]),
            json!(["unseen", true, null, "ACCESS_DENIED"]),
        ]
    );
    // The refusal, the empty and the odd details, a service and an action without names.
    assert_eq!((collected.short(), collected.gone), ((5, vec![TABLE]), 1));
    let counts = columns(&collected, "accessanalyzer_analyzers", &["listed_finding_count", "asked_finding_count"]);
    assert_eq!(counts, [json!([5, 5])]);
}

#[tokio::test]
async fn no_more_than_the_first_active_findings_are_asked_about() {
    let most = usize::try_from(ASKED_MAX).unwrap();
    let mut findings = vec![listed("known", "UnusedIAMRole", "ARCHIVED")];
    findings.extend((0..=most).map(|number| listed(&format!("f-{number}"), "UnusedIAMRole", "ACTIVE")));
    let mut recorded = recorded().answer(FINDINGS, &page(&findings, ""));
    for _ in 0..most {
        recorded = recorded.answer(GET, r#"{"findingDetails":[{"unusedIamRoleDetails":{}}]}"#);
    }
    let collected = recorded.run(&ANALYZERS).await;
    collected.result.as_ref().unwrap();
    let asked = columns(&collected, TABLE, &["is_detail_asked"]);
    assert_eq!((asked.len(), &asked[0], &asked[most + 1]), (most + 2, &json!([false]), &json!([false])));
    assert_eq!(asked.iter().filter(|it| it[0] == true).count(), most);
    let counts = columns(&collected, "accessanalyzer_analyzers", &["listed_finding_count", "asked_finding_count"]);
    assert_eq!(counts, [json!([ASKED_MAX + 2, ASKED_MAX])]);
    assert_eq!(collected.short(), (0, vec![]));
}
