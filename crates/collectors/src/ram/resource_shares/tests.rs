//! What an account shares, and what of it could not be read.

use orgcensus_collect::testing::Recorded;
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::RESOURCE_SHARES;
use crate::testing::{columns, json_error};

const SHARES: &str = r#"{"resourceShares":[{"resourceShareArn":"arn:share-1","name":"subnets","owningAccountId":"111122223333",
    "allowExternalPrincipals":true,"status":"ACTIVE","featureSet":"STANDARD","creationTime":1766361600,
    "tags":[{"key":"team","value":"net"}],
    "resourceShareConfiguration":{"retainSharingOnAccountLeaveOrganization":true}}],"nextToken":"more"}"#;
const MORE_SHARES: &str = r#"{"resourceShares":[{"resourceShareArn":"arn:share-2","status":"MELTING"},
    {"name":"odd"}]}"#;
const PRINCIPALS: &str = r#"{"principals":[
    {"id":"222233334444","resourceShareArn":"arn:share-1","external":true,"creationTime":1766361600},
    {"id":"arn:aws:organizations::111122223333:organization/o-abc","resourceShareArn":"arn:share-1","external":false}]}"#;
const RESOURCES: &str = r#"{"resources":[
    {"arn":"arn:subnet","type":"ec2:Subnet","resourceShareArn":"arn:share-1","status":"AVAILABLE",
     "resourceRegionScope":"REGIONAL","creationTime":1766361600},
    {"arn":"arn:rule","type":"resolver:Rule","resourceShareArn":"arn:share-1"},
    {"arn":"arn:alone","type":"ec2:Subnet","resourceShareArn":"arn:share-2"},
    {"arn":"arn:odd","type":"ec2:Subnet","resourceShareArn":"arn:share-3"},
    {"type":"ec2:Subnet","resourceShareArn":"arn:share-1"}]}"#;
const PERMISSIONS: &str = r#"{"permissions":[{"arn":"arn:permission","version":"2","resourceType":"EC2:subnet"}]}"#;
const PERMISSION: &str = r#"{"permission":{"permission":
    "{\"Effect\":\"Allow\",\"Action\":[\"ec2:RunInstances\",\"ec2:DescribeSubnets\"]}"}}"#;

fn recorded() -> Recorded {
    Recorded::new()
        .answer("GetResourceShares", SHARES)
        .answer_to("GetResourceShares", "more", MORE_SHARES)
        .answer("ListPrincipals", PRINCIPALS)
        .answer_to("ListResources", "REGIONAL", RESOURCES)
        .answer_to("ListResourceSharePermissions", "share-1", PERMISSIONS)
        .answer_to("ListResourceSharePermissions", "share-2", PERMISSIONS)
        .refuse("ListResourceSharePermissions", "share-3", 403, &json_error("OperationNotPermittedException"))
        .answer_to("GetPermission", "permissionVersion", PERMISSION)
}

#[tokio::test]
async fn shares_principals_and_resources_have_rows() {
    let collected = recorded().run(&RESOURCE_SHARES).await;
    collected.result.as_ref().unwrap();
    collected.assert_all_calls(&RESOURCE_SHARES);
    let names = ["arn", "allows_external_principals", "is_kept_after_leaving", "status", "age_days", "tags"];
    assert_eq!(
        columns(&collected, "ram_resource_shares", &names),
        [
            json!(["arn:share-1", true, true, "ACTIVE", 10, {"team": "net"}]),
            json!(["arn:share-2", null, null, "MELTING", null, {}]),
        ]
    );
    assert_eq!(
        columns(&collected, "ram_share_principals", &["principal_id", "aws_is_external", "age_days"]),
        [
            json!(["222233334444", true, 10]),
            json!(["arn:aws:organizations::111122223333:organization/o-abc", false, null]),
        ]
    );
    let actions = json!(["ec2:RunInstances", "ec2:DescribeSubnets"]);
    assert_eq!(
        columns(&collected, "ram_shared_resources", &["arn", "permission_arn", "allowed_actions", "age_days"]),
        [
            json!(["arn:subnet", "arn:permission", actions, 10]),
            json!(["arn:rule", null, null, null]),
            json!(["arn:alone", "arn:permission", actions, null]),
            json!(["arn:odd", null, null, null]),
        ]
    );
}

#[tokio::test]
async fn a_resource_is_shared_with_the_principals_of_its_share() {
    let collected = recorded().run(&RESOURCE_SHARES).await;
    assert_eq!(
        columns(&collected, "policy_documents", &["resource_arn", "policy_kind", "policy_name", "state", "error_code"]),
        [
            json!(["arn:subnet", "ram", "arn:share-1", "read", null]),
            json!(["arn:rule", "ram", "arn:share-1", "unread", "ValueUnread"]),
            json!(["arn:alone", "ram", "arn:share-2", "absent", null]),
            json!(["arn:odd", "ram", "arn:share-3", "unread", "OperationNotPermittedException"]),
        ]
    );
    let statements = collected.table("policy_statements");
    assert_eq!(statements.len(), 2);
    assert_eq!(statements[0]["principals"], json!(["AWS:arn:subnet:iam::222233334444:root"]));
    assert_eq!(statements[0]["actions"], json!(["ec2:RunInstances", "ec2:DescribeSubnets"]));
    assert_eq!(statements[1]["condition_keys"], json!(["aws:principalorgid"]));
    // The permissions of two resources, a share and a resource without an ARN.
    let tables = vec!["policy_documents", "policy_statements", "ram_resource_shares", "ram_shared_resources"];
    assert_eq!(collected.short(), (4, tables));
}

#[tokio::test]
async fn refused_principals_leave_the_shares_unread() {
    let recorded = Recorded::new()
        .answer("GetResourceShares", "{}")
        .refuse("ListPrincipals", "", 403, &json_error("AccessDeniedException"))
        .answer("ListResources", RESOURCES)
        .answer_to("ListResourceSharePermissions", "share-1", PERMISSIONS)
        .answer_to("ListResourceSharePermissions", "share-2", PERMISSIONS)
        .answer_to("ListResourceSharePermissions", "share-3", "{}")
        .answer("GetPermission", r#"{"permission":{"permission":"{\"Effect\":\"Allow\",\"Action\":\"ec2:*\"}"}}"#);
    let collected = recorded.run(&RESOURCE_SHARES).await;
    collected.result.as_ref().unwrap();
    let states = columns(&collected, "policy_documents", &["state"]);
    assert_eq!(states, vec![json!(["unread"]); 4]);
    assert_eq!(collected.table("ram_shared_resources")[0]["allowed_actions"], json!(["ec2:*"]));
    // The list, the permissions of two resources, and a resource without an ARN.
    let tables = vec!["policy_documents", "policy_statements", "ram_share_principals", "ram_shared_resources"];
    assert_eq!(collected.short(), (4, tables));
}

#[tokio::test]
async fn a_principal_without_an_id_leaves_the_shares_unread() {
    let resource = r#"{"resources":[{"arn":"arn:subnet","type":"ec2:Subnet","resourceShareArn":"arn:share-1"}]}"#;
    let recorded = Recorded::new()
        .answer("GetResourceShares", "{}")
        .answer("ListPrincipals", r#"{"principals":[{"resourceShareArn":"arn:share-1"}]}"#)
        .answer("ListResources", resource)
        .answer("ListResourceSharePermissions", PERMISSIONS)
        .answer("GetPermission", PERMISSION);
    let collected = recorded.run(&RESOURCE_SHARES).await;
    collected.result.as_ref().unwrap();
    assert_eq!(columns(&collected, "policy_documents", &["state", "error_code"]), [json!(["unread", "ValueUnread"])]);
    assert_eq!(collected.short(), (1, vec!["policy_documents", "policy_statements", "ram_share_principals"]));
}

#[tokio::test]
async fn denied_everywhere_is_how_the_task_ends() {
    let denied = json_error("AccessDeniedException");
    let calls = ["GetResourceShares", "ListPrincipals", "ListResources"];
    let recorded = calls.into_iter().fold(Recorded::new(), |all, call| all.refuse(call, "", 403, &denied));
    let collected = recorded.run(&RESOURCE_SHARES).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    assert!(collected.rows.is_empty());
}
