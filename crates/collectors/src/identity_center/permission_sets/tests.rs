//! Recorded answers: two pages, one set that went away, one whose parts are denied.

use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::*;
use crate::testing::{columns, json_error};

const INSTANCES: &str = r#"{"Instances": [
    {"InstanceArn": "ins-1", "OwnerAccountId": "111122223333", "IdentityStoreId": "d-1", "Status": "NEW_STATUS"},
    {"InstanceArn": "ins-replica", "OwnerAccountId": "111122223333", "PrimaryRegion": "us-east-1"},
    {"OwnerAccountId": "111122223333"}]}"#;
const INLINE: &str = r#"{ "Statement" : {"Effect":"Allow","Action":"*","Resource":"*"} }"#;
const ADMINISTRATOR: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

const DESCRIBE: &str = "DescribePermissionSet";
const GET_INLINE: &str = "GetInlinePolicyForPermissionSet";
const MANAGED: &str = "ListManagedPoliciesInPermissionSet";
const OWN: &str = "ListCustomerManagedPolicyReferencesInPermissionSet";
const BOUNDARY: &str = "GetPermissionsBoundaryForPermissionSet";
const TAGS: &str = "ListTagsForResource";

fn described(name: &str, duration: &str) -> String {
    json!({ "PermissionSet": { "Name": name, "SessionDuration": duration, "CreatedDate": 1_767_139_200 } }).to_string()
}

/// One set with one policy of each sort.
fn whole(recorded: Recorded) -> Recorded {
    let managed = json!({ "AttachedManagedPolicies": [{ "Name": "AdministratorAccess", "Arn": ADMINISTRATOR }] });
    let own = json!({ "CustomerManagedPolicyReferences": [{ "Name": "deploy", "Path": "/team/" }] });
    let boundary = json!({ "PermissionsBoundary": { "CustomerManagedPolicyReference": { "Name": "bound" } } });
    recorded
        .answer_to(DESCRIBE, "ps-all", &described("all", "PT1H30M"))
        .answer_to(GET_INLINE, "ps-all", &json!({ "InlinePolicy": INLINE }).to_string())
        .answer_to(MANAGED, "ps-all", &managed.to_string())
        .answer_to(OWN, "ps-all", &own.to_string())
        .answer_to(BOUNDARY, "ps-all", &boundary.to_string())
        .answer_to(TAGS, "ps-all", r#"{"Tags": [{"Key": "team", "Value": "ops"}]}"#)
}

async fn collected() -> Collected {
    let denied = json_error("AccessDeniedException");
    whole(Recorded::new())
        .answer("ListInstances", INSTANCES)
        .answer_to(
            "ListPermissionSets",
            r#""NextToken":"second""#,
            r#"{"PermissionSets": ["ps-dark", "ps-bare", "ps-odd"]}"#,
        )
        .answer("ListPermissionSets", r#"{"PermissionSets": ["ps-all", "ps-gone"], "NextToken": "second"}"#)
        .refuse(DESCRIBE, "ps-gone", 400, &json_error("ResourceNotFoundException"))
        .refuse(DESCRIBE, "ps-dark", 400, &denied)
        .refuse(GET_INLINE, "ps-dark", 400, &denied)
        .refuse(MANAGED, "ps-dark", 400, &denied)
        .refuse(OWN, "ps-dark", 400, &denied)
        .refuse(BOUNDARY, "ps-dark", 400, &denied)
        .refuse(TAGS, "ps-dark", 400, &denied)
        .answer_to(DESCRIBE, "ps-bare", &described("bare", "a while"))
        .answer_to(GET_INLINE, "ps-bare", r#"{"InlinePolicy": ""}"#)
        .answer_to(MANAGED, "ps-bare", "{}")
        .answer_to(OWN, "ps-bare", "{}")
        .refuse(BOUNDARY, "ps-bare", 400, &json_error("ResourceNotFoundException"))
        .answer_to(TAGS, "ps-bare", "{}")
        .answer_to(DESCRIBE, "ps-odd", "{}")
        .answer_to(GET_INLINE, "ps-odd", "{}")
        .answer_to(MANAGED, "ps-odd", r#"{"AttachedManagedPolicies": [{"Name": "odd"}]}"#)
        .answer_to(OWN, "ps-odd", r#"{"CustomerManagedPolicyReferences": [{"Path": "/odd/"}]}"#)
        .answer_to(BOUNDARY, "ps-odd", r#"{"PermissionsBoundary": {}}"#)
        .answer_to(TAGS, "ps-odd", "{}")
        .run(&PERMISSION_SETS)
        .await
}

#[tokio::test]
async fn sets_of_two_pages_one_gone_one_denied() {
    let collected = collected().await;
    collected.result.as_ref().unwrap();
    collected.assert_all_calls(&PERMISSION_SETS);
    // Six answers of one set; another's duration, which is none; what a third one is, and three policies of which it is
    // not said which; an instance without an ARN.
    assert_eq!((collected.short().0, collected.gone), (12, 1));
    let names = ["arn", "permission_set_name", "session_duration_seconds", "age_days", "tags"];
    assert_eq!(
        columns(&collected, "identity_center_permission_sets", &names),
        [
            json!(["ps-all", "all", 5400, 1, {"team": "ops"}]),
            json!(["ps-dark", null, null, null, null]),
            json!(["ps-bare", "bare", null, 1, {}]),
            json!(["ps-odd", null, null, null, {}]),
        ]
    );
    let names = [
        "has_inline_policy",
        "managed_policy_count",
        "customer_managed_policy_count",
        "has_administrator_access",
        "has_permissions_boundary",
    ];
    assert_eq!(
        columns(&collected, "identity_center_permission_sets", &names),
        [
            json!([true, 1, 1, true, true]),
            json!([null, null, null, null, null]),
            json!([false, 0, 0, false, false]),
            json!([false, 1, 1, null, true]),
        ]
    );
    let names = ["arn", "is_organization_instance", "is_primary", "status"];
    assert_eq!(
        columns(&collected, "identity_center_instances", &names),
        [json!(["ins-1", true, true, "NEW_STATUS"]), json!(["ins-replica", true, false, null])]
    );
}

#[tokio::test]
async fn policies_of_every_sort_and_an_unread_one_is_not_absent() {
    let collected = collected().await;
    let names = ["policy_path", "policy_name", "policy_arn", "is_aws_managed", "is_permissions_boundary"];
    assert_eq!(
        columns(&collected, "identity_center_permission_set_policies", &names),
        [
            json!(["/", "AdministratorAccess", ADMINISTRATOR, true, false]),
            json!(["/team/", "deploy", null, false, false]),
            json!(["/", "bound", null, false, true]),
        ]
    );
    let names = ["resource_arn", "resource_type", "policy_kind", "state", "document"];
    let kind = "identity_center_permission_set";
    assert_eq!(
        columns(&collected, "policy_documents", &names),
        [
            json!(["ps-all", kind, "inline", "read", INLINE]),
            json!(["ps-dark", kind, "inline", "unread", null]),
            json!(["ps-bare", kind, "inline", "absent", null]),
            json!(["ps-odd", kind, "inline", "absent", null]),
        ]
    );
    let allows = columns(&collected, "policy_statements", &["resource_arn", "allows_everything"]);
    assert_eq!(allows, [json!(["ps-all", true])]);
}

#[tokio::test]
async fn a_refused_list_of_sets_keeps_the_instances_and_one_of_instances_ends_the_task() {
    let denied = json_error("AccessDeniedException");
    let recorded = Recorded::new().answer("ListInstances", INSTANCES).refuse("ListPermissionSets", "", 400, &denied);
    let collected = recorded.run(&PERMISSION_SETS).await;
    collected.result.as_ref().unwrap();
    assert!(!collected.table("identity_center_instances").is_empty());
    let (missed, tables) = collected.short();
    assert_eq!((missed, tables.len()), (2, 5), "the sets, and an instance without an ARN: {tables:?}");
    let collected = Recorded::new().refuse("ListInstances", "", 400, &denied).run(&PERMISSION_SETS).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
}

#[test]
fn durations_are_read_as_aws_writes_them() {
    for (text, found) in [
        ("PT8H", Some(28_800)),
        ("PT1H30M", Some(5400)),
        ("PT45S", Some(45)),
        ("P1D", None),
        ("PT", None),
        ("PT5", None),
        ("PT99999999999999999999H", None),
        ("PTH", None),
    ] {
        assert_eq!(seconds(text), found, "{text}");
    }
}
