//! Settings of EC2 for a whole account and region: one call for each, and one row.

use orgcensus_collect::{Collector, Error, Moment, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Answer, Unread, given};

const IMAGES: Read<ImageBlock> = reads("ec2", "GetImageBlockPublicAccessState");
const SNAPSHOTS: Read<SnapshotBlock> = reads("ec2", "GetSnapshotBlockPublicAccessState");
const VPCS: Read<VpcBlock> = reads("ec2", "DescribeVpcBlockPublicAccessOptions");
const CONSOLE: Read<Console> = reads("ec2", "GetSerialConsoleAccessStatus");
const ALLOWED: Read<AllowedImages> = reads("ec2", "GetAllowedImagesSettings");
const ENCRYPTION: Read<Encryption> = reads("ec2", "GetEbsEncryptionByDefault");
const KEY: Read<Key> = reads("ec2", "GetEbsDefaultKmsKeyId");

const TABLES: [&str; 1] = [AccountSettings::TABLE];

/// What is set for EC2 in one account and region, beside the defaults of the metadata service. Each setting is a call
/// of its own: where one was refused, its columns are null.
#[derive(Debug, Serialize, Row)]
#[row(table = "ec2_account_settings")]
pub struct AccountSettings {
    /// Whether images can become public: block-new-sharing (no further ones) or unblocked. Null: not read.
    pub image_block_public_access_state: Option<String>,
    /// Who set it: account, or declarative-policy for the organization. Null: not read, or AWS did not say.
    pub image_block_public_access_managed_by: Option<String>,
    /// Whether EBS snapshots can be public: block-all-sharing (none is), block-new-sharing (no further ones) or
    /// unblocked. Null: not read.
    pub snapshot_block_public_access_state: Option<String>,
    /// Who set it: account or declarative-policy. Null: not read, or AWS did not say.
    pub snapshot_block_public_access_managed_by: Option<String>,
    /// What is kept from internet gateways of all VPCs: off, block-bidirectional or block-ingress. Null: not read.
    pub vpc_block_public_access_mode: Option<String>,
    /// default-state (never changed), update-in-progress or update-complete. Null: not read.
    pub vpc_block_public_access_state: Option<String>,
    /// Whether VPCs and subnets may be left out: allowed or not-allowed. Null: not read.
    pub vpc_block_public_access_exclusions: Option<String>,
    /// Who set it: account or declarative-policy. Null: not read, or AWS did not say.
    pub vpc_block_public_access_managed_by: Option<String>,
    /// Why its state is as it is. Null: not read, or AWS did not say.
    pub vpc_block_public_access_reason: Option<String>,
    /// When it was last changed (UTC). Null: not read, or never.
    pub vpc_block_public_access_updated_at: Option<Timestamp>,
    /// Whole days since then.
    pub vpc_block_public_access_updated_days: Option<i32>,
    /// Whether instances can be reached by their serial console. Null: not read.
    pub is_serial_console_access_enabled: Option<bool>,
    /// Who set it: account or declarative-policy. Null: not read, or AWS did not say.
    pub serial_console_access_managed_by: Option<String>,
    /// Whether only images that meet criteria can be launched: enabled, audit-mode (others are only marked) or
    /// disabled. Null: not read.
    pub allowed_images_state: Option<String>,
    /// Who set it: account or declarative-policy. Null: not read, or AWS did not say.
    pub allowed_images_managed_by: Option<String>,
    /// How many criteria there are; an image must meet one. Null: not read.
    pub allowed_images_criteria_count: Option<i32>,
    /// The providers that any of the criteria names: amazon, aws-marketplace, aws-backup-vault, none, or accounts by
    /// their 12 digits. Null: not read.
    pub allowed_image_providers: Option<Vec<String>>,
    /// The names of images that any of the criteria has, with wildcards. Null: not read.
    pub allowed_image_names: Option<Vec<String>>,
    /// Whether new volumes and copies of snapshots are encrypted, whatever one asks for. Null: not read.
    pub is_ebs_encrypted_by_default: Option<bool>,
    /// How they are encrypted: sse-ebs, sse-kms or none. Null: not read, or AWS did not say.
    pub ebs_default_sse_type: Option<String>,
    /// The KMS key that they are encrypted with where one names no other, by its ARN, id or alias: alias/aws/ebs is
    /// AWS's own. Null: not read.
    pub ebs_default_kms_key_id: Option<String>,
}

/// The settings of one region.
pub const ACCOUNT_SETTINGS: Collector = Collector {
    name: "ec2_account_settings",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[
        IMAGES.call(),
        SNAPSHOTS.call(),
        VPCS.call(),
        CONSOLE.call(),
        ALLOWED.call(),
        ENCRYPTION.call(),
        KEY.call(),
    ],
    resources: &[],
    tables: &[table::<AccountSettings>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ImageBlock {
    image_block_public_access_state: Option<String>,
    managed_by: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct SnapshotBlock {
    state: Option<String>,
    managed_by: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct VpcBlock {
    vpc_block_public_access_options: VpcBlockOptions,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct VpcBlockOptions {
    internet_gateway_block_mode: Option<String>,
    state: Option<String>,
    exclusions_allowed: Option<String>,
    managed_by: Option<String>,
    reason: Option<String>,
    last_update_timestamp: Option<Moment>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Console {
    serial_console_access_enabled: Option<bool>,
    managed_by: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct AllowedImages {
    state: Option<String>,
    managed_by: Option<String>,
    image_criterion_set: Vec<Criterion>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Criterion {
    image_provider_set: Vec<String>,
    image_name_set: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Encryption {
    ebs_encryption_by_default: Option<bool>,
    sse_type: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Key {
    kms_key_id: Option<String>,
}

/// What was answered; none where it was refused.
struct Answers {
    images: Option<ImageBlock>,
    snapshots: Option<SnapshotBlock>,
    vpcs: Option<VpcBlock>,
    console: Option<Console>,
    allowed: Option<AllowedImages>,
    encryption: Option<Encryption>,
    key: Option<Key>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let answers = read(session, rows).await?;
    if answers.is_empty() {
        return Ok(());
    }
    let mut unread = Unread::default();
    let row = settings(answers, rows.captured_at(), &mut unread);
    unread.count(rows, AccountSettings::TABLE, &VPCS.call().name());
    rows.push(row).await
}

/// One setting after the other. A refused one costs its own columns.
async fn read(session: &Session, rows: &mut Rows<'_>) -> Result<Answers, Error> {
    let images =
        ask(&IMAGES, session, "imageBlockPublicAccessState", |it| it.image_block_public_access_state.is_some()).await;
    let images = rows.part(TABLES, images)?;
    let snapshots = ask(&SNAPSHOTS, session, "state", |it| it.state.is_some()).await;
    let snapshots = rows.part(TABLES, snapshots)?;
    let vpcs = ask(&VPCS, session, "internetGatewayBlockMode", |it| {
        it.vpc_block_public_access_options.internet_gateway_block_mode.is_some()
    })
    .await;
    let vpcs = rows.part(TABLES, vpcs)?;
    let console =
        ask(&CONSOLE, session, "serialConsoleAccessEnabled", |it| it.serial_console_access_enabled.is_some()).await;
    let console = rows.part(TABLES, console)?;
    let allowed = ask(&ALLOWED, session, "state", |it| it.state.is_some()).await;
    let allowed = rows.part(TABLES, allowed)?;
    let encryption =
        ask(&ENCRYPTION, session, "ebsEncryptionByDefault", |it| it.ebs_encryption_by_default.is_some()).await;
    let encryption = rows.part(TABLES, encryption)?;
    let key = ask(&KEY, session, "kmsKeyId", |it| it.kms_key_id.is_some()).await;
    let key = rows.part(TABLES, key)?;
    Ok(Answers { images, snapshots, vpcs, console, allowed, encryption, key })
}

/// An answer that has the member which it must have.
async fn ask<T: DeserializeOwned>(read: &Read<T>, session: &Session, member: &str, has: fn(&T) -> bool) -> Answer<T> {
    let answer = read.send(session, json!({})).await?;
    given(Some(answer).filter(has), &read.call().name(), member)
}

impl Answers {
    fn is_empty(&self) -> bool {
        let blocks = self.images.is_none() && self.snapshots.is_none() && self.vpcs.is_none();
        let ebs = self.encryption.is_none() && self.key.is_none();
        blocks && ebs && self.console.is_none() && self.allowed.is_none()
    }
}

fn settings(it: Answers, now: Timestamp, unread: &mut Unread) -> AccountSettings {
    let (images, snapshots) = (it.images.unwrap_or_default(), it.snapshots.unwrap_or_default());
    let vpcs = it.vpcs.unwrap_or_default().vpc_block_public_access_options;
    let (console, encryption) = (it.console.unwrap_or_default(), it.encryption.unwrap_or_default());
    let criteria = it.allowed.as_ref().map(|it| it.image_criterion_set.as_slice());
    let updated_at = unread.moment("lastUpdateTimestamp", vpcs.last_update_timestamp.as_ref());
    AccountSettings {
        image_block_public_access_state: images.image_block_public_access_state,
        image_block_public_access_managed_by: images.managed_by,
        snapshot_block_public_access_state: snapshots.state,
        snapshot_block_public_access_managed_by: snapshots.managed_by,
        vpc_block_public_access_mode: vpcs.internet_gateway_block_mode,
        vpc_block_public_access_state: vpcs.state,
        vpc_block_public_access_exclusions: vpcs.exclusions_allowed,
        vpc_block_public_access_managed_by: vpcs.managed_by,
        vpc_block_public_access_reason: vpcs.reason,
        vpc_block_public_access_updated_at: updated_at,
        vpc_block_public_access_updated_days: updated_at.map(|at| at.days_until(now)),
        is_serial_console_access_enabled: console.serial_console_access_enabled,
        serial_console_access_managed_by: console.managed_by,
        allowed_images_criteria_count: criteria.map(|criteria| i32::try_from(criteria.len()).unwrap_or(i32::MAX)),
        allowed_image_providers: criteria.map(|criteria| words(criteria, |it| &it.image_provider_set)),
        allowed_image_names: criteria.map(|criteria| words(criteria, |it| &it.image_name_set)),
        allowed_images_managed_by: it.allowed.as_ref().and_then(|it| it.managed_by.clone()),
        allowed_images_state: it.allowed.and_then(|it| it.state),
        is_ebs_encrypted_by_default: encryption.ebs_encryption_by_default,
        ebs_default_sse_type: encryption.sse_type,
        ebs_default_kms_key_id: it.key.and_then(|it| it.kms_key_id),
    }
}

/// What all criteria together name.
fn words(criteria: &[Criterion], of: fn(&Criterion) -> &Vec<String>) -> Vec<String> {
    criteria.iter().flat_map(of).cloned().collect()
}

#[cfg(test)]
mod tests;
