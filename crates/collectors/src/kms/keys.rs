//! KMS keys: ListAliases and ListKeys, then DescribeKey, GetKeyPolicy, GetKeyRotationStatus, ListResourceTags and
//! ListGrants for each.

mod aliases;
pub mod grants;
mod rotation;

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::kinds::KMS_KEY;
use orgcensus_collect::{Collector, Error, Moment, Policy, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use self::aliases::Aliases;
use self::grants::{Grant, Grants};
use self::rotation::Rotation;
use crate::items::{Answer, Unread, all, details, given, is_gone, policy_text, with_policies};

const LIST: Read<Page> = reads("kms", "ListKeys");
const DESCRIBE: Read<Described> = reads("kms", "DescribeKey");
const POLICY: Read<ItsPolicy> = reads("kms", "GetKeyPolicy");
const TAGS: Read<TagPage> = reads("kms", "ListResourceTags");

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
    /// The ARN of the primary key: this key itself, or the key that this is a replica of.
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

/// The keys of a region, with their policies and grants.
pub const KEYS: Collector = Collector {
    name: "kms_keys",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[
        aliases::LIST.call(),
        LIST.call(),
        DESCRIBE.call(),
        POLICY.call(),
        rotation::STATUS.call(),
        TAGS.call(),
        grants::LIST.call(),
    ],
    resources: &[KMS_KEY],
    tables: &[table::<Key>(), table::<Grant>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    keys: Vec<Entry>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Entry {
    key_id: Option<String>,
    key_arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Described {
    key_metadata: Option<Metadata>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Metadata {
    description: Option<String>,
    key_manager: Option<String>,
    key_state: Option<String>,
    enabled: Option<bool>,
    key_usage: Option<String>,
    key_spec: Option<String>,
    origin: Option<String>,
    custom_key_store_id: Option<String>,
    multi_region: Option<bool>,
    multi_region_configuration: Regions,
    creation_date: Option<Moment>,
    deletion_date: Option<Moment>,
    valid_to: Option<Moment>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Regions {
    multi_region_key_type: Option<String>,
    primary_key: Primary,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Primary {
    arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct ItsPolicy {
    policy: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct TagPage {
    tags: Vec<Tag>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Tag {
    tag_key: String,
    tag_value: String,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let aliases = aliases::read(session, rows).await?;
    let mut pages = LIST.pages(session, json!({"Limit": 1000}));
    while let Some(page) = pages.next().await {
        let mut keys = details(page?.keys, |entry| read(session, entry));
        while let Some(key) = keys.next().await {
            push(session, rows, key, aliases.as_ref()).await?;
        }
    }
    Ok(())
}

struct Details {
    entry: Entry,
    metadata: Answer<Metadata>,
    policy: Answer<Option<String>>,
    rotation: Answer<Option<Rotation>>,
    tags: Answer<Vec<Tag>>,
    /// None of AWS's own key.
    grants: Option<Grants>,
}

async fn read(session: &Session, entry: Entry) -> Details {
    // Without either nothing is asked.
    let id = entry.key_id.as_deref().or(entry.key_arn.as_deref()).unwrap_or_default();
    let described = DESCRIBE.send(session, json!({"KeyId": id})).await;
    let metadata = described.and_then(|it| given(it.key_metadata, &DESCRIBE.call().name(), "KeyMetadata"));
    let policy = POLICY.send(session, json!({"KeyId": id, "PolicyName": "default"})).await;
    // A key always has a policy.
    let policy = policy.and_then(|it| given(it.policy, &POLICY.call().name(), "Policy"));
    let rotation = rotation::read(session, id, &metadata).await;
    let tags = all(&TAGS, session, json!({"KeyId": id, "Limit": 50}), |page| page.tags).await;
    // Only AWS's services use AWS's own keys, whatever their grants say.
    let grants = if is_aws_managed(&metadata) { None } else { Some(grants::read(session, id).await) };
    Details { metadata, policy: policy.map(Some), rotation, tags, grants, entry }
}

fn is_aws_managed(metadata: &Answer<Metadata>) -> bool {
    metadata.as_ref().is_ok_and(|key| key.key_manager.as_deref() == Some("AWS"))
}

async fn push(
    session: &Session,
    rows: &mut Rows<'_>,
    details: Details,
    aliases: Option<&Aliases>,
) -> Result<(), Error> {
    let Details { entry, metadata, policy, rotation, tags, grants } = details;
    let has_grants = grants.as_ref().is_some_and(Grants::is_answered);
    let is_answered = policy.is_ok() || rotation.is_ok() || tags.is_ok() || has_grants;
    if is_gone(GONE, &metadata) && !is_answered {
        rows.gone();
        return Ok(());
    }
    let mut unread = Unread::default();
    let made = |id: &str| session.arn("kms", &format!("key/{id}"));
    let Some((arn, key_id)) = unread.identity("KeyId", entry.key_id, entry.key_arn, made) else {
        unread.lost(rows, with_policies([Key::TABLE, Grant::TABLE]), &LIST.call().name());
        return Ok(());
    };
    let text = policy_text(rows, policy)?;
    rows.policy(Policy::of(&arn, KMS_KEY, text)).await?;
    if let Some(grants) = grants {
        grants::push(rows, &arn, grants).await?;
    }
    let metadata = rows.item([Key::TABLE], metadata)?;
    let rotation = rows.item([Key::TABLE], rotation)?.flatten();
    let tags =
        rows.item([Key::TABLE], tags)?.map(|tags| tags.into_iter().map(|tag| (tag.tag_key, tag.tag_value)).collect());
    let aliases =
        aliases.filter(|_| !key_id.is_empty()).map(|aliases| aliases.get(&key_id).cloned().unwrap_or_default());
    let described = key(arn, key_id, metadata, rotation, rows.captured_at(), &mut unread);
    unread.count(rows, Key::TABLE, &DESCRIBE.call().name());
    rows.push(Key { aliases, tags, ..described }).await
}

/// All of a key but its aliases and tags.
fn key(
    arn: String,
    key_id: String,
    metadata: Option<Metadata>,
    rotation: Option<Rotation>,
    now: Timestamp,
    unread: &mut Unread,
) -> Key {
    let is_enabled = metadata.as_ref().and_then(|it| unread.value("Enabled", it.enabled));
    let is_rotation_enabled =
        rotation.as_ref().and_then(|it| unread.value("KeyRotationEnabled", it.key_rotation_enabled));
    let (it, rotation) = (metadata.unwrap_or_default(), rotation.unwrap_or_default());
    let created_at = unread.moment("CreationDate", it.creation_date.as_ref());
    Key {
        arn,
        key_id,
        aliases: None,
        description: it.description,
        is_customer_managed: it.key_manager.as_deref().map(|manager| manager == "CUSTOMER"),
        key_manager: it.key_manager,
        key_state: it.key_state,
        is_enabled,
        key_usage: it.key_usage,
        key_spec: it.key_spec,
        key_origin: it.origin,
        custom_key_store_id: it.custom_key_store_id,
        is_multi_region: it.multi_region,
        multi_region_key_type: it.multi_region_configuration.multi_region_key_type,
        primary_key_arn: it.multi_region_configuration.primary_key.arn,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        deletion_at: unread.moment("DeletionDate", it.deletion_date.as_ref()),
        material_expires_at: unread.moment("ValidTo", it.valid_to.as_ref()),
        is_rotation_enabled,
        rotation_period_days: rotation.rotation_period_in_days,
        next_rotation_at: unread.moment("NextRotationDate", rotation.next_rotation_date.as_ref()),
        tags: None,
    }
}

#[cfg(test)]
mod tests;
