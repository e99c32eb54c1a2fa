//! Documents, with whom they are shared, and the setting that keeps them from becoming public.

use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::DOCUMENTS;
use crate::testing::{columns, json_error};

const SETTING: &str = r#"{"ServiceSetting":{"SettingId":"/ssm/documents/console/public-sharing-permission",
    "SettingValue":"Disable","LastModifiedDate":1766361600.5,"LastModifiedUser":"arn:role","Status":"Customized"}}"#;
const FULL: &str = r#"{"Name":"patch","CreatedDate":1766361600.25,"DisplayName":"Patches","Owner":"111122223333",
    "PlatformTypes":["Linux"],"DocumentVersion":"3","DocumentType":"Incantation","SchemaVersion":"2.2",
    "DocumentFormat":"YAML","TargetType":"/AWS::EC2::Instance","Requires":[{"Name":"base","Version":"1"}],
    "Author":"ana","ReviewStatus":"APPROVED","Tags":[{"Key":"team","Value":"ops"}]}"#;

/// Seven documents on two pages: one that is shared on two pages, a public one, one of nobody's, one that went away,
/// two that are refused, and one without a name.
async fn collected() -> Collected {
    let first = format!(r#"{{"DocumentIdentifiers":[{FULL},{{"Name":"open"}},{{"Name":"own"}}],"NextToken":"more"}}"#);
    let second = r#"{"DocumentIdentifiers":[{"Name":"gone"},{"Name":"secret"},{"Name":"odd"},{}]}"#;
    let recorded = Recorded::new()
        .answer("GetServiceSetting", SETTING)
        .answer_to("ListDocuments", "Self", &first)
        .answer_to("ListDocuments", "more", second)
        .answer_to("DescribeDocumentPermission", "patch", r#"{"AccountIds":["222233334444"],"NextToken":"next"}"#)
        .answer_to("DescribeDocumentPermission", "next", r#"{"AccountIds":["333344445555"]}"#)
        .answer_to("DescribeDocumentPermission", "open", r#"{"AccountIds":["all"]}"#)
        .answer_to("DescribeDocumentPermission", "\"own\"", r#"{"AccountIds":[],"AccountSharingInfoList":[]}"#)
        .refuse("DescribeDocumentPermission", "gone", 400, &json_error("InvalidDocument"))
        .refuse("DescribeDocumentPermission", "secret", 400, &json_error("AccessDeniedException"))
        .refuse("DescribeDocumentPermission", "odd", 400, &json_error("InvalidPermissionType"));
    let collected = recorded.run(&DOCUMENTS).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn documents_of_two_pages_have_rows() {
    let collected = collected().await;
    collected.assert_all_calls(&DOCUMENTS);
    assert_eq!(
        columns(&collected, "ssm_documents", &["document_name", "is_public", "shared_account_count", "age_days"]),
        [
            json!(["patch", false, 2, 9]),
            json!(["open", true, 0, null]),
            json!(["own", false, 0, null]),
            json!(["secret", null, null, null]),
            json!(["odd", null, null, null]),
        ]
    );
    let names = ["arn", "document_type", "platform_types", "required_document_names", "review_status", "tags"];
    let arn = "arn:aws:ssm:eu-west-1:111122223333:document/patch";
    assert_eq!(
        columns(&collected, "ssm_documents", &names)[0],
        json!([arn, "Incantation", ["Linux"], ["base"], "APPROVED", {"team": "ops"}])
    );
    let names = ["public_sharing_permission", "is_public_sharing_blocked", "setting_status", "last_modified_by"];
    assert_eq!(
        columns(&collected, "ssm_document_settings", &names),
        [json!(["Disable", true, "Customized", "arn:role"])]
    );
}

#[tokio::test]
async fn shares_are_read_absent_or_unread_and_the_setting_is_noted() {
    let collected = collected().await;
    assert_eq!(
        columns(&collected, "policy_documents", &["policy_kind", "state", "error_code", "gate"]),
        [
            json!(["share", "read", null, "document_block_public_sharing"]),
            json!(["share", "read", null, "document_block_public_sharing"]),
            json!(["share", "absent", null, "document_block_public_sharing"]),
            json!(["share", "unread", "AccessDeniedException", "document_block_public_sharing"]),
            json!(["share", "unread", "InvalidPermissionType", "document_block_public_sharing"]),
        ]
    );
    let principals = columns(&collected, "policy_statements", &["principals", "has_wildcard_principal"]);
    assert_eq!(
        principals[0],
        json!([["AWS:arn:aws:iam::222233334444:root", "AWS:arn:aws:iam::333344445555:root"], false])
    );
    assert_eq!(principals[1][1], true);
    assert_eq!(collected.short(), (3, vec!["policy_documents", "policy_statements", "ssm_documents"]));
    assert_eq!(collected.gone, 1);
}

#[tokio::test]
async fn a_setting_that_cannot_be_read_leaves_the_documents() {
    let recorded = Recorded::new()
        .refuse("GetServiceSetting", "", 400, &json_error("ServiceSettingNotFound"))
        .answer("ListDocuments", r#"{"DocumentIdentifiers":[{"Name":"open"}]}"#)
        .answer("DescribeDocumentPermission", r#"{"AccountIds":["all"]}"#);
    let collected = recorded.run(&DOCUMENTS).await;
    collected.result.as_ref().unwrap();
    assert!(collected.table("ssm_document_settings").is_empty());
    assert_eq!(columns(&collected, "policy_documents", &["state", "gate"]), [json!(["read", null])]);
    assert_eq!(collected.short(), (1, vec!["ssm_document_settings"]));
}

#[tokio::test]
async fn a_denied_list_is_how_the_task_ends() {
    let denied = json_error("AccessDeniedException");
    let recorded = Recorded::new().answer("GetServiceSetting", "{}").refuse("ListDocuments", "", 400, &denied);
    let collected = recorded.run(&DOCUMENTS).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
}
