use orgcensus_collect::testing::{Collected, Recorded};
use serde_json::json;

use super::*;
use crate::testing::{columns, json_error};

const FIRST: &str = r#"{"NextToken":"more","SecretList":[
    {"ARN":"arn:s:db","Name":"db","KmsKeyId":"alias/own","RotationEnabled":true,"CreatedDate":1735689600,
     "RotationRules":{"AutomaticallyAfterDays":30},"LastRotatedDate":1764547200,"LastAccessedDate":1767139200,
     "SecretVersionsToStages":{"v2":["AWSCURRENT"],"v1":["AWSPREVIOUS","blue"]},
     "Tags":[{"Key":"team","Value":"payments"}]},
    {"ARN":"arn:s:old","Name":"old","DeletedDate":1767225600}]}"#;
const SECOND: &str = r#"{"SecretList":[
    {"ARN":"arn:s:copy","Name":"copy","PrimaryRegion":"us-east-1","OwningService":"a-new-service"},
    {"ARN":"arn:s:gone","Name":"gone"},
    {"ARN":"arn:s:hidden"},{"Name":"nowhere"}]}"#;

const DEFAULT_ONLY: &str = r#"{"ResourcePolicies":[{"PolicyName":"default"}]}"#;
const NONE: &str = r#"{"ResourcePolicies":[]}"#;

async fn collected() -> Collected {
    let policy = r#"{"ARN":"arn:s:db","Name":"db","ResourcePolicy":"{\"Statement\":[]}"}"#;
    let recorded = Recorded::new()
        .answer_to("ListSecrets", r#""IncludePlannedDeletion":true"#, FIRST)
        .answer_to("ListSecrets", r#""NextToken":"more""#, SECOND)
        .answer_to("GetResourcePolicy", "arn:s:db", policy)
        .answer_to("GetResourcePolicy", "arn:s:copy", r#"{"ARN":"arn:s:copy","Name":"copy"}"#)
        .refuse("GetResourcePolicy", "arn:s:gone", 400, &json_error("ResourceNotFoundException"))
        .refuse("GetResourcePolicy", "arn:s:hidden", 400, &json_error("AccessDeniedException"))
        .answer_to("ListResourcePolicies", "arn:s:db", DEFAULT_ONLY)
        .answer_to("ListResourcePolicies", "arn:s:copy", NONE)
        .refuse("ListResourcePolicies", "arn:s:gone", 400, &json_error("ResourceNotFoundException"))
        .answer_to("ListResourcePolicies", "arn:s:hidden", DEFAULT_ONLY);
    let collected = recorded.run(&SECRETS).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn secrets_of_all_pages_have_rows() {
    let collected = collected().await;
    collected.assert_all_calls(&SECRETS);
    let names = ["arn", "secret_name", "is_scheduled_for_deletion", "is_replica", "owning_service"];
    assert_eq!(
        columns(&collected, "secretsmanager_secrets", &names),
        [
            json!(["arn:s:db", "db", false, false, null]),
            json!(["arn:s:old", "old", true, false, null]),
            json!(["arn:s:copy", "copy", false, true, "a-new-service"]),
            json!(["arn:s:hidden", "", false, false, null]),
        ]
    );
    let names = ["age_days", "last_rotated_days", "last_accessed_days", "rotation_period_days", "version_stages"];
    let db = json!([365, 31, 1, 30, ["AWSCURRENT", "AWSPREVIOUS", "blue"]]);
    assert_eq!(columns(&collected, "secretsmanager_secrets", &names)[0], db);
    assert_eq!(collected.table("secretsmanager_secrets")[0]["tags"], json!({"team": "payments"}));
}

#[tokio::test]
async fn a_policy_is_read_absent_or_unread() {
    let collected = collected().await;
    assert_eq!(
        columns(&collected, "policy_documents", &["resource_arn", "state", "error_code", "is_in_force"]),
        [
            json!(["arn:s:db", "read", null, true]),
            json!(["arn:s:old", "unread", "ScheduledForDeletion", false]),
            json!(["arn:s:copy", "absent", null, true]),
            json!(["arn:s:hidden", "unread", "AccessDeniedException", true]),
        ]
    );
    // A policy, a name, and a secret without an ARN.
    assert_eq!(collected.short(), (3, vec!["policy_documents", "policy_statements", "secretsmanager_secrets"]));
    assert_eq!(collected.missed.unwrap().first.code, "AccessDeniedException");
}
