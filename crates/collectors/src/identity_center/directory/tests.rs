//! Recorded answers: two pages of users, what is kept of a person and what is not, groups of which one is denied.

use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::*;
use crate::testing::{columns, json_error};

const INSTANCES: &str =
    r#"{"Instances": [{"InstanceArn": "ins-1", "OwnerAccountId": "111122223333", "IdentityStoreId": "d-1"}]}"#;

const ALICE: &str = r#"{"Users": [{
    "IdentityStoreId": "d-1", "UserId": "u-alice", "UserName": "alice", "DisplayName": "Alice A.",
    "UserArn": "arn:aws:identitystore:::user/u-alice", "UserStatus": "ENABLED", "CreatedAt": 1767139200,
    "Emails": [{"Value": "private@example.org"}, {"Value": "alice@example.com", "Primary": true}],
    "PhoneNumbers": [{"Value": "+49 30 1234567"}], "Addresses": [{"StreetAddress": "Elsewhere 1"}],
    "Name": {"FamilyName": "Familyname"}, "Birthdate": "1970-01-01",
    "ExternalIds": [{"Issuer": "idp", "Id": "external-7"}]}], "NextToken": "second"}"#;
const BOB: &str = r#"{"Users": [{"UserId": "u-bob", "UserStatus": "DISABLED"}, {"UserId": "u-odd"}]}"#;
const GROUPS: &str = r#"{"Groups": [{"GroupId": "g-ops", "DisplayName": "ops"}, {"GroupId": "g-dark"}]}"#;

async fn collected() -> Collected {
    let members = json!({ "GroupMemberships": [
        { "MembershipId": "m-1", "GroupId": "g-ops", "MemberId": { "UserId": "u-alice" } },
        { "MembershipId": "m-2", "GroupId": "g-ops", "MemberId": { "Robot": "r-1" } },
    ]});
    Recorded::new()
        .answer("ListInstances", INSTANCES)
        .answer_to("ListUsers", r#""NextToken":"second""#, BOB)
        .answer_to("ListUsers", "d-1", ALICE)
        .answer_to("ListGroups", "d-1", GROUPS)
        .answer_to("ListGroupMemberships", "g-ops", &members.to_string())
        .refuse("ListGroupMemberships", "g-dark", 400, &json_error("AccessDeniedException"))
        .run(&DIRECTORY)
        .await
}

#[tokio::test]
async fn users_of_two_pages_groups_and_members() {
    let collected = collected().await;
    collected.result.as_ref().unwrap();
    collected.assert_all_calls(&DIRECTORY);
    assert_eq!(collected.short(), (1, vec!["identity_center_groups", "identity_center_memberships"]));
    let names = ["user_id", "user_name", "primary_email", "is_enabled", "has_external_id", "age_days", "arn"];
    assert_eq!(
        columns(&collected, "identity_center_users", &names),
        [
            json!(["u-alice", "alice", "alice@example.com", true, true, 1, "arn:aws:identitystore:::user/u-alice"]),
            json!(["u-bob", null, null, false, false, null, null]),
            json!(["u-odd", null, null, null, false, null, null]),
        ]
    );
    assert_eq!(
        columns(&collected, "identity_center_groups", &["group_id", "group_name", "member_count"]),
        [json!(["g-ops", "ops", 2]), json!(["g-dark", null, null])]
    );
    assert_eq!(
        columns(&collected, "identity_center_memberships", &["membership_id", "group_id", "user_id"]),
        [json!(["m-1", "g-ops", "u-alice"]), json!(["m-2", "g-ops", null])]
    );
}

#[tokio::test]
async fn nothing_private_is_kept() {
    let kept = format!("{:?}", collected().await.rows);
    for private in ["+49", "Elsewhere", "Familyname", "1970-01-01", "private@", "external-7"] {
        assert!(!kept.contains(private), "{private} in {kept}");
    }
}

#[tokio::test]
async fn a_refused_list_costs_its_own_table_and_both_the_task() {
    let denied = json_error("AccessDeniedException");
    let recorded = Recorded::new().answer("ListInstances", INSTANCES).refuse("ListUsers", "", 400, &denied);
    let collected = recorded.answer("ListGroups", r#"{"Groups": []}"#).run(&DIRECTORY).await;
    collected.result.as_ref().unwrap();
    assert_eq!(collected.short(), (1, vec!["identity_center_users"]));
    let recorded = Recorded::new().answer("ListInstances", INSTANCES).refuse("ListUsers", "", 400, &denied);
    let collected = recorded.refuse("ListGroups", "", 400, &denied).run(&DIRECTORY).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
}

#[tokio::test]
async fn a_refused_list_of_groups_keeps_the_users() {
    let recorded = Recorded::new().answer("ListInstances", INSTANCES).answer("ListUsers", BOB);
    let unknown = json_error("UnknownOperationException");
    let collected = recorded.refuse("ListGroups", "", 400, &unknown).run(&DIRECTORY).await;
    collected.result.as_ref().unwrap();
    assert_eq!(collected.table("identity_center_users").len(), 2);
    assert_eq!(collected.short(), (1, vec!["identity_center_groups", "identity_center_memberships"]));
}

#[tokio::test]
async fn moments_that_cannot_be_read_are_null_and_counted_as_is_what_has_no_id() {
    let collected = Recorded::new()
        .answer("ListInstances", r#"{"Instances": [{"InstanceArn": "ins-1", "IdentityStoreId": "d-1"}, {}]}"#)
        .answer("ListUsers", r#"{"Users": [{"UserId": "u-odd", "CreatedAt": "lately"}, {"UserName": "nobody"}]}"#)
        .answer("ListGroups", r#"{"Groups": [{"GroupId": "g-odd", "CreatedAt": "lately"}, {"DisplayName": "none"}]}"#)
        .answer("ListGroupMemberships", r#"{"GroupMemberships": [{"MemberId": {"UserId": "u-odd"}}]}"#)
        .run(&DIRECTORY)
        .await;
    collected.result.as_ref().unwrap();
    assert_eq!(columns(&collected, "identity_center_users", &["user_id", "created_at"]), [json!(["u-odd", null])]);
    assert_eq!(columns(&collected, "identity_center_groups", &["group_id", "member_count"]), [json!(["g-odd", 1])]);
    // Two moments, a directory, a user, a group and a membership.
    let tables = vec!["identity_center_groups", "identity_center_memberships", "identity_center_users"];
    assert_eq!(collected.short(), (6, tables));
}
