//! KMS keys: ListAliases and ListKeys, then DescribeKey, GetKeyPolicy, GetKeyRotationStatus and ListResourceTags for each.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_kms::Client;
use aws_sdk_kms::operation::get_key_rotation_status::GetKeyRotationStatusOutput as Rotation;
use aws_sdk_kms::types::{KeyListEntry, KeyManagerType, KeyMetadata, KeySpec, KeyState, OriginType, Tag};
use futures::StreamExt;
use orgcensus_collect::{Collector, Error, Optional, Rows, Said, Scope, Session, call, client, timestamp};
use orgcensus_row::{Row, Timestamp, table};
use serde::Serialize;

use crate::items::{Answer, Unread, details, given, is_gone, policy_text, resource_policy};

/// How KMS says that there is no such key.
const GONE: &[&str] = &["NotFoundException"];

/// One KMS key, the customer's own or AWS's. A key's policy may hide the key even from administrators: then all but its
/// ARN is null.
#[derive(Debug, Serialize, Row)]
#[row(table = "kms_keys", key = "arn")]
pub struct Key {
    /// The key's ARN.
    pub arn: String,
    /// The key's id.
    pub key_id: String,
    /// The key's aliases, alias/…; null when aliases could not be read.
    pub aliases: Option<Vec<String>>,
    /// The key's description.
    pub description: Option<String>,
    /// Who manages the key: CUSTOMER or AWS.
    pub key_manager: Option<String>,
    /// Whether the customer manages the key.
    pub is_customer_managed: Option<bool>,
    /// Enabled, Disabled, PendingDeletion, PendingImport ….
    pub key_state: Option<String>,
    /// Whether the key can be used.
    pub is_enabled: Option<bool>,
    /// ENCRYPT_DECRYPT, SIGN_VERIFY, GENERATE_VERIFY_MAC or KEY_AGREEMENT.
    pub key_usage: Option<String>,
    /// The kind of key material, SYMMETRIC_DEFAULT, RSA_2048 ….
    pub key_spec: Option<String>,
    /// Where the key material comes from: AWS_KMS, EXTERNAL (imported), AWS_CLOUDHSM or EXTERNAL_KEY_STORE.
    pub key_origin: Option<String>,
    /// The custom key store that holds the key; null for KMS itself.
    pub custom_key_store_id: Option<String>,
    /// Whether the key can be replicated to other regions.
    pub is_multi_region: Option<bool>,
    /// PRIMARY or REPLICA; null for a key of one region.
    pub multi_region_key_type: Option<String>,
    /// The ARN of the primary key of which this is a replica, or which this is.
    pub primary_key_arn: Option<String>,
    /// When the key was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Days since then.
    pub age_days: Option<i32>,
    /// When the key will be deleted (UTC); null unless deletion is scheduled.
    pub deletion_at: Option<Timestamp>,
    /// When imported key material expires (UTC); null when it does not.
    pub material_expires_at: Option<Timestamp>,
    /// Whether the key is rotated on its own; null where KMS cannot rotate it, or where it could not be read.
    pub is_rotation_enabled: Option<bool>,
    /// Days between rotations.
    pub rotation_period_days: Option<i32>,
    /// When the key is rotated next (UTC).
    pub next_rotation_at: Option<Timestamp>,
    /// The key's tags; null when they could not be read.
    pub tags: Option<BTreeMap<String, String>>,
}

/// The keys of a region, with their policies.
pub const KEYS: Collector = Collector {
    name: "kms_keys",
    scope: Scope::Region,
    calls: &[
        call("kms", "ListAliases"),
        call("kms", "ListKeys"),
        call("kms", "DescribeKey"),
        call("kms", "GetKeyPolicy"),
        call("kms", "GetKeyRotationStatus"),
        call("kms", "ListResourceTags"),
    ],
    tables: &[table::<Key>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let kms = client!(session, aws_sdk_kms);
    let aliases = aliases(&kms, rows).await?;
    let mut pages = kms.list_keys().limit(1000).into_paginator().send();
    while let Some(page) = pages.next().await {
        let mut keys = details(page?.keys.unwrap_or_default(), |entry| read(kms.clone(), entry));
        while let Some(key) = keys.next().await {
            push(session, rows, key, aliases.as_ref()).await?;
        }
    }
    Ok(())
}

/// Names of aliases by the key's id.
type Aliases = HashMap<String, Vec<String>>;

async fn aliases(kms: &Client, rows: &mut Rows<'_>) -> Result<Option<Aliases>, Error> {
    let mut aliases = Aliases::new();
    let mut pages = kms.list_aliases().limit(100).into_paginator().send();
    while let Some(page) = pages.next().await {
        let Some(page) = rows.item([Key::TABLE], page)? else { return Ok(None) };
        for alias in page.aliases.unwrap_or_default() {
            // An alias that AWS keeps for a key that is not made yet has no target.
            if let (Some(key_id), Some(name)) = (alias.target_key_id, alias.alias_name) {
                aliases.entry(key_id).or_default().push(name);
            }
        }
    }
    aliases.values_mut().for_each(|names| names.sort());
    Ok(Some(aliases))
}

struct Details {
    entry: KeyListEntry,
    metadata: Answer<KeyMetadata>,
    /// What DescribeKey and GetKeyRotationStatus said, each in so many words.
    said: [Said; 2],
    policy: Answer<Option<String>>,
    rotation: Answer<Option<Rotation>>,
    tags: Answer<Vec<Tag>>,
}

async fn read(kms: Client, entry: KeyListEntry) -> Details {
    let id = entry.key_id.as_deref().unwrap_or_default();
    let said = [Said::new(), Said::new()];
    let described = kms.describe_key().key_id(id).customize().interceptor(said[0].clone()).send().await;
    let metadata = described.map_err(Into::into);
    let metadata = metadata.and_then(|it| given(it.key_metadata, "kms:DescribeKey", "KeyMetadata"));
    let policy = kms.get_key_policy().key_id(id).policy_name("default").send().await.map_err(Into::into);
    // A key always has a policy.
    let policy = policy.and_then(|it| given(it.policy, "kms:GetKeyPolicy", "Policy"));
    let rotation = if can_rotate(&metadata) {
        let status = kms.get_key_rotation_status().key_id(id).customize().interceptor(said[1].clone()).send().await;
        status.optional(none_to_tell(&metadata))
    } else {
        Ok(None)
    };
    let pages: Result<Vec<_>, _> =
        kms.list_resource_tags().key_id(id).limit(50).into_paginator().send().collect().await;
    let tags = pages.map(|pages| pages.into_iter().flat_map(|page| page.tags.unwrap_or_default()).collect());
    Details { metadata, said, policy: policy.map(Some), rotation, tags: tags.map_err(Into::into), entry }
}

/// KMS rotates symmetric keys of its own store. Where the key could not be read, it is asked all the same.
fn can_rotate(metadata: &Answer<KeyMetadata>) -> bool {
    let Ok(key) = metadata else { return true };
    key.custom_key_store_id.is_none() && key.key_spec.as_ref().is_none_or(|spec| *spec == KeySpec::SymmetricDefault)
}

/// The codes by which KMS says that a key has no rotation to tell of. Of a key in use, of KMS's own making, they are
/// errors like others: it has one.
fn none_to_tell(metadata: &Answer<KeyMetadata>) -> &'static [&'static str] {
    let is_in_use = metadata.as_ref().is_ok_and(|key| key.key_state == Some(KeyState::Enabled));
    let is_made_here = metadata.as_ref().is_ok_and(|key| key.origin == Some(OriginType::AwsKms));
    match (is_made_here, is_in_use) {
        (true, true) => &[],
        (true, false) => &["KMSInvalidStateException"],
        (false, true) => &["UnsupportedOperationException"],
        (false, false) => &["UnsupportedOperationException", "KMSInvalidStateException"],
    }
}

async fn push(
    session: &Session,
    rows: &mut Rows<'_>,
    details: Details,
    aliases: Option<&Aliases>,
) -> Result<(), Error> {
    let Details { entry, metadata, said, policy, rotation, tags } = details;
    let is_answered = policy.is_ok() || rotation.is_ok() || tags.is_ok();
    if is_gone(GONE, &metadata) && !is_answered {
        rows.gone();
        return Ok(());
    }
    let key_id = entry.key_id.unwrap_or_default();
    let arn = entry.key_arn.unwrap_or_else(|| session.arn("kms", &format!("key/{key_id}")));
    let text = policy_text(rows, policy)?;
    rows.policy(resource_policy(&arn, "kms_key", text)).await?;
    let metadata = rows.item([Key::TABLE], metadata)?;
    let rotation = rows.item([Key::TABLE], rotation)?.flatten();
    let tags =
        rows.item([Key::TABLE], tags)?.map(|tags| tags.into_iter().map(|tag| (tag.tag_key, tag.tag_value)).collect());
    let aliases = aliases.map(|aliases| aliases.get(&key_id).cloned().unwrap_or_default());
    // Of flags that an answer lacks the SDK makes false.
    let mut unread = Unread::default();
    let is_enabled = metadata.as_ref().map(|it| said[0].has("Enabled").then_some(it.enabled));
    let is_enabled = is_enabled.and_then(|flag| unread.value("Enabled", flag));
    let is_rotated = rotation.as_ref().map(|it| said[1].has("KeyRotationEnabled").then_some(it.key_rotation_enabled));
    let is_rotation_enabled = is_rotated.and_then(|flag| unread.value("KeyRotationEnabled", flag));
    unread.count(rows, Key::TABLE, "kms:DescribeKey");
    let described = key(arn, key_id, metadata, rotation, rows.captured_at());
    rows.push(Key { aliases, tags, is_enabled, is_rotation_enabled, ..described }).await
}

/// All of a key but its aliases, tags and flags.
fn key(arn: String, key_id: String, metadata: Option<KeyMetadata>, rotation: Option<Rotation>, now: Timestamp) -> Key {
    let metadata = metadata.as_ref();
    let regions = metadata.and_then(|it| it.multi_region_configuration.as_ref());
    let kind = regions.and_then(|it| it.multi_region_key_type.as_ref());
    let created_at = metadata.and_then(|it| it.creation_date.as_ref()).and_then(timestamp);
    let manager = metadata.and_then(|it| it.key_manager.as_ref());
    Key {
        arn,
        key_id,
        aliases: None,
        description: metadata.and_then(|it| it.description.clone()),
        key_manager: manager.map(|it| it.as_str().to_owned()),
        is_customer_managed: manager.map(|it| *it == KeyManagerType::Customer),
        key_state: metadata.and_then(|it| it.key_state.as_ref()).map(|it| it.as_str().to_owned()),
        is_enabled: None,
        key_usage: metadata.and_then(|it| it.key_usage.as_ref()).map(|it| it.as_str().to_owned()),
        key_spec: metadata.and_then(|it| it.key_spec.as_ref()).map(|it| it.as_str().to_owned()),
        key_origin: metadata.and_then(|it| it.origin.as_ref()).map(|it| it.as_str().to_owned()),
        custom_key_store_id: metadata.and_then(|it| it.custom_key_store_id.clone()),
        is_multi_region: metadata.and_then(|it| it.multi_region),
        multi_region_key_type: kind.map(|it| it.as_str().to_owned()),
        primary_key_arn: regions.and_then(|it| it.primary_key.as_ref()).and_then(|it| it.arn.clone()),
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        deletion_at: metadata.and_then(|it| it.deletion_date.as_ref()).and_then(timestamp),
        material_expires_at: metadata.and_then(|it| it.valid_to.as_ref()).and_then(timestamp),
        is_rotation_enabled: None,
        rotation_period_days: rotation.as_ref().and_then(|it| it.rotation_period_in_days),
        next_rotation_at: rotation.as_ref().and_then(|it| it.next_rotation_date.as_ref()).and_then(timestamp),
        tags: None,
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use serde_json::json;

    use super::*;
    use crate::testing::{columns, json_error};

    const POLICY: &str = r#"{"PolicyName":"default","Policy":"{\"Version\":\"2012-10-17\",\"Statement\":[]}"}"#;
    const NO_TAGS: &str = r#"{"Tags":[],"Truncated":false}"#;

    fn entry(id: &str) -> String {
        format!(r#"{{"KeyId":"{id}","KeyArn":"arn:aws:kms:eu-west-1:111122223333:key/{id}"}}"#)
    }

    fn described(id: &str, rest: &str) -> String {
        format!(r#"{{"KeyMetadata":{{"KeyId":"{id}","CreationDate":1735689600,"Enabled":true,{rest}}}}}"#)
    }

    /// A usual alias, and one that AWS keeps for a key to come.
    fn aliases(name: &str, rest: &str) -> String {
        let usual = format!(r#"{{"AliasName":"{name}","TargetKeyId":"usual"}}"#);
        format!(r#"{{"Aliases":[{{"AliasName":"alias/aws/rds"}},{usual}],{rest}}}"#)
    }

    /// Four keys on two pages: a usual one, a signing key of a new kind, one that hides, and one that went away.
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
                &format!(r#"{{"Keys":[{},{}]}}"#, entry("hidden"), entry("gone")),
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
        let policies = columns(&collected, "policy_documents", &["resource_type", "state", "error_code"]);
        assert_eq!(policies[0], json!(["kms_key", "read", null]));
        assert_eq!(policies[2..], [json!(["kms_key", "unread", "AccessDeniedException"])]);
        assert_eq!(collected.gone, 1);
        assert_eq!(collected.short(), (2, vec!["kms_keys", "policy_documents", "policy_statements"]));
    }

    /// A key of KMS's own making, in use.
    const LIVING: &str =
        r#""KeyManager":"CUSTOMER","KeyState":"Enabled","KeySpec":"SYMMETRIC_DEFAULT","Origin":"AWS_KMS""#;

    fn one_key(described: &str) -> Recorded {
        Recorded::new()
            .answer("ListAliases", r#"{"Aliases":[]}"#)
            .answer("ListKeys", &format!(r#"{{"Keys":[{}]}}"#, entry("one")))
            .answer("DescribeKey", described)
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
            assert_eq!(columns(&collected, "policy_documents", &["state"]), [json!(["unread"])], "{policy}");
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
            .answer("ListResourceTags", NO_TAGS);
        let collected = recorded.run(&KEYS).await;
        collected.result.as_ref().unwrap();
        let names = ["aliases", "key_state", "is_rotation_enabled", "deletion_at"];
        let expected = json!([null, "PendingDeletion", null, "2026-01-01T00:00:00"]);
        assert_eq!(columns(&collected, "kms_keys", &names), [expected]);
        assert_eq!(collected.missed.unwrap().items, 1);
    }
}
