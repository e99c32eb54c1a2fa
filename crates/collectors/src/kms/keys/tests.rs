//! Recorded answers: keys of two pages, one of a new kind, one that hides, one that went away, and odd answers.

use orgcensus_collect::testing::Recorded;
use serde_json::json;

use super::*;
use crate::testing::{columns, json_error};

const POLICY: &str = r#"{"PolicyName":"default","Policy":"{\"Version\":\"2012-10-17\",\"Statement\":[]}"}"#;
const NO_TAGS: &str = r#"{"Tags":[],"Truncated":false}"#;
const NO_GRANTS: &str = r#"{"Grants":[],"Truncated":false}"#;

fn entry(id: &str) -> String {
    format!(r#"{{"KeyId":"{id}","KeyArn":"arn:aws:kms:eu-west-1:111122223333:key/{id}"}}"#)
}

fn described(id: &str, rest: &str) -> String {
    format!(r#"{{"KeyMetadata":{{"KeyId":"{id}","CreationDate":1735689600,"Enabled":true,{rest}}}}}"#)
}

/// A usual alias, one that AWS keeps for a key to come, and one without a name.
fn aliases(name: &str, rest: &str) -> String {
    let usual = format!(r#"{{"AliasName":"{name}","TargetKeyId":"usual"}}"#);
    format!(r#"{{"Aliases":[{{"AliasName":"alias/aws/rds"}},{usual},{{"TargetKeyId":"odd"}}],{rest}}}"#)
}

/// Five keys on two pages: a usual one, a signing key of a new kind, one that hides, one that went away, and one
/// without an id.
fn recorded() -> Recorded {
    let (denied, gone) = (json_error("AccessDeniedException"), json_error("NotFoundException"));
    let first = format!(r#"{{"Keys":[{},{}],"Truncated":true,"NextMarker":"more"}}"#, entry("usual"), entry("odd"));
    let usual = r#""KeyManager":"CUSTOMER","KeyState":"Enabled","KeySpec":"SYMMETRIC_DEFAULT","Origin":"AWS_KMS",
        "MultiRegion":true,"MultiRegionConfiguration":{"MultiRegionKeyType":"PRIMARY","PrimaryKey":
        {"Arn":"arn:aws:kms:eu-west-1:111122223333:key/usual","Region":"eu-west-1"},"ReplicaKeys":[]}"#;
    let odd = r#""KeyManager":"ROBOT","KeyState":"Enabled","KeySpec":"ML_DSA_9000","KeyUsage":"SIGN_VERIFY""#;
    Recorded::new()
        .answer("ListAliases", &aliases("alias/b", r#""Truncated":true,"NextMarker":"x""#))
        .answer_to("ListAliases", r#""Marker":"x""#, &aliases("alias/a", r#""Truncated":false"#))
        .answer_to("ListKeys", r#""Limit":1000"#, &first)
        .answer_to(
            "ListKeys",
            r#""Marker":"more""#,
            &format!(r#"{{"Keys":[{},{},{{}}]}}"#, entry("hidden"), entry("gone")),
        )
        .answer_to("DescribeKey", "usual", &described("usual", usual))
        .answer_to("DescribeKey", "odd", &described("odd", odd))
        .refuse("DescribeKey", "hidden", 400, &denied)
        .refuse("DescribeKey", "gone", 400, &gone)
        .answer_to("GetKeyPolicy", "usual", POLICY)
        .answer_to("GetKeyPolicy", "odd", POLICY)
        .refuse("GetKeyPolicy", "hidden", 400, &denied)
        .refuse("GetKeyPolicy", "gone", 400, &gone)
        .answer_to("GetKeyRotationStatus", "usual", r#"{"KeyRotationEnabled":true,"RotationPeriodInDays":365}"#)
        .refuse("GetKeyRotationStatus", "hidden", 400, &json_error("UnsupportedOperationException"))
        .refuse("GetKeyRotationStatus", "gone", 400, &gone)
        .answer_to("ListResourceTags", "usual", r#"{"Tags":[{"TagKey":"team","TagValue":"a"}],"Truncated":false}"#)
        .answer_to("ListResourceTags", "odd", NO_TAGS)
        .answer_to("ListResourceTags", "hidden", NO_TAGS)
        .refuse("ListResourceTags", "gone", 400, &gone)
        .answer_to("ListGrants", "usual", NO_GRANTS)
        .answer_to("ListGrants", "odd", NO_GRANTS)
        .refuse("ListGrants", "hidden", 400, &denied)
        .refuse("ListGrants", "gone", 400, &gone)
}

#[tokio::test]
async fn every_key_has_a_row_and_a_policy() {
    let collected = recorded().run(&KEYS).await;
    collected.result.as_ref().unwrap();
    collected.assert_all_calls(&KEYS);
    let names = ["key_id", "key_manager", "is_customer_managed", "key_spec", "is_rotation_enabled", "age_days"];
    assert_eq!(
        columns(&collected, "kms_keys", &names),
        [
            json!(["usual", "CUSTOMER", true, "SYMMETRIC_DEFAULT", true, 365]),
            json!(["odd", "ROBOT", false, "ML_DSA_9000", null, 365]),
            json!(["hidden", null, null, null, null, null]),
        ]
    );
    let listed = columns(&collected, "kms_keys", &["aliases", "tags", "multi_region_key_type"]);
    assert_eq!(listed[0], json!([["alias/a", "alias/b"], {"team": "a"}, "PRIMARY"]));
    assert_eq!(listed[2], json!([[], {}, null]));
    let policies = columns(&collected, "policy_documents", &["policy_kind", "state", "error_code"]);
    assert_eq!(policies[..2], [json!(["resource", "read", null]), json!(["grant", "absent", null])]);
    let unread = ["resource", "grant"].map(|kind| json!([kind, "unread", "AccessDeniedException"]));
    assert_eq!(policies[4..], unread);
    assert_eq!(collected.gone, 1);
    // A key that hides, its policy and its grants, a key without an id, and an alias without a name.
    assert_eq!(collected.short(), (5, vec!["kms_grants", "kms_keys", "policy_documents", "policy_statements"]));
}

/// A key of KMS's own making, in use.
const LIVING: &str = r#""KeyManager":"CUSTOMER","KeyState":"Enabled","KeySpec":"SYMMETRIC_DEFAULT","Origin":"AWS_KMS""#;

fn one_key(described: &str) -> Recorded {
    Recorded::new()
        .answer("ListAliases", r#"{"Aliases":[]}"#)
        .answer("ListKeys", &format!(r#"{{"Keys":[{}]}}"#, entry("one")))
        .answer("DescribeKey", described)
        .answer("ListGrants", NO_GRANTS)
}

#[tokio::test]
async fn a_policy_that_is_not_found_on_a_living_key_is_unread() {
    for policy in [json_error("NotFoundException"), json_error("UnsupportedOperationException"), "{}".to_owned()] {
        let status = if policy == "{}" { 200 } else { 400 };
        let recorded = one_key(&described("one", LIVING))
            .refuse("GetKeyPolicy", "", status, &policy)
            .answer("GetKeyRotationStatus", r#"{"KeyRotationEnabled":true}"#)
            .answer("ListResourceTags", NO_TAGS);
        let collected = recorded.run(&KEYS).await;
        collected.result.as_ref().unwrap();
        let states = columns(&collected, "policy_documents", &["state"]);
        assert_eq!(states, [json!(["unread"]), json!(["absent"])], "{policy}");
        assert_eq!(collected.short(), (1, vec!["policy_documents", "policy_statements"]), "{policy}");
        assert_eq!(columns(&collected, "kms_keys", &["is_enabled"]), [json!([true])]);
    }
}

#[tokio::test]
async fn flags_that_are_left_out_and_a_rotation_that_must_be_there_are_unknown() {
    let unflagged = format!(r#"{{"KeyMetadata":{{"KeyId":"one",{LIVING}}}}}"#);
    let recorded = one_key(&unflagged)
        .answer("GetKeyPolicy", POLICY)
        .answer("GetKeyRotationStatus", r#"{"KeyId":"one"}"#)
        .answer("ListResourceTags", NO_TAGS);
    let collected = recorded.run(&KEYS).await;
    assert_eq!(columns(&collected, "kms_keys", &["is_enabled", "is_rotation_enabled"]), [json!([null, null])]);
    assert_eq!(collected.short(), (2, vec!["kms_keys"]));
    let recorded = one_key(&described("one", LIVING))
        .answer("GetKeyPolicy", POLICY)
        .refuse("GetKeyRotationStatus", "", 400, &json_error("UnsupportedOperationException"))
        .refuse("ListResourceTags", "", 400, &json_error("NotImplemented"));
    let collected = recorded.run(&KEYS).await;
    collected.result.as_ref().unwrap();
    assert_eq!(columns(&collected, "kms_keys", &["is_rotation_enabled", "tags"]), [json!([null, null])]);
    assert_eq!(collected.short(), (2, vec!["kms_keys"]));
}

#[tokio::test]
async fn aliases_that_may_not_be_read_are_unknown() {
    let recorded = Recorded::new()
        .refuse("ListAliases", "", 400, &json_error("AccessDeniedException"))
        .answer("ListKeys", &format!(r#"{{"Keys":[{}]}}"#, entry("one")))
        .answer("DescribeKey", &described("one", r#""KeyState":"PendingDeletion","DeletionDate":1767225600"#))
        .answer("GetKeyPolicy", POLICY)
        .refuse("GetKeyRotationStatus", "", 400, &json_error("KMSInvalidStateException"))
        .answer("ListResourceTags", NO_TAGS)
        .answer("ListGrants", NO_GRANTS);
    let collected = recorded.run(&KEYS).await;
    collected.result.as_ref().unwrap();
    let names = ["aliases", "key_state", "is_rotation_enabled", "deletion_at"];
    let expected = json!([null, "PendingDeletion", null, "2026-01-01T00:00:00"]);
    assert_eq!(columns(&collected, "kms_keys", &names), [expected]);
    assert_eq!(collected.missed.unwrap().items, 1);
}

#[tokio::test]
async fn moments_that_cannot_be_read_are_null_and_counted() {
    let odd =
        format!(r#"{{"KeyMetadata":{{"KeyId":"one","CreationDate":"soon","ValidTo":1e300,"Enabled":true,{LIVING}}}}}"#);
    let recorded = one_key(&odd)
        .answer("GetKeyPolicy", POLICY)
        .answer("GetKeyRotationStatus", r#"{"KeyRotationEnabled":true,"NextRotationDate":1767225600.0}"#)
        .answer("ListResourceTags", NO_TAGS);
    let collected = recorded.run(&KEYS).await;
    collected.result.as_ref().unwrap();
    let names = ["created_at", "age_days", "material_expires_at", "next_rotation_at"];
    assert_eq!(columns(&collected, "kms_keys", &names), [json!([null, null, null, "2026-01-01T00:00:00"])]);
    assert_eq!(collected.short(), (2, vec!["kms_keys"]));
}
