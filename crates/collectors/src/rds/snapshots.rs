//! Snapshots of RDS instances: DescribeDBSnapshots, then DescribeDBSnapshotAttributes for each.

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::kinds::RDS_SNAPSHOT;
use orgcensus_collect::{
    Collector, Error, Moment, PolicyKind, Read, Rows, Runs, Scope, Session, Share, Sharee, read as reads,
};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::restore::{Attribute, RestoredBy, restorers};
use crate::items::{Answer, Tag, Unread, by_key, details, given, is_gone};

const LIST: Read<Page> = reads("rds", "DescribeDBSnapshots");
const ATTRIBUTES: Read<Attributes> = reads("rds", "DescribeDBSnapshotAttributes");

/// How RDS says that there is no such snapshot.
const GONE: &[&str] = &["DBSnapshotNotFound"];

/// One snapshot of an RDS instance that someone took. Automated snapshots are no rows, since they cannot be shared.
#[derive(Debug, Serialize, Row)]
#[row(table = "rds_snapshots", key = "arn", name = "db_snapshot_identifier")]
pub struct Snapshot {
    /// The snapshot's ARN.
    pub arn: String,
    /// The snapshot's name.
    pub db_snapshot_identifier: String,
    /// The name of the instance that it was taken of. The instance may no longer be there.
    pub db_instance_identifier: Option<String>,
    /// The id of that instance, db-…. It is never used again.
    pub dbi_resource_id: Option<String>,
    /// manual. Null: AWS did not say.
    pub snapshot_type: Option<String>,
    /// What the instance ran, postgres, mysql ….
    pub engine: Option<String>,
    /// The engine's version.
    pub engine_version: Option<String>,
    /// available, creating, copying ….
    pub status: Option<String>,
    /// Whether every account of AWS may restore it. Null: it could not be read.
    pub is_public: Option<bool>,
    /// The accounts that may restore it besides its own, 12 digits each. Null: they could not be read.
    pub shared_account_ids: Option<Vec<String>>,
    /// Whether it is encrypted. An encrypted snapshot cannot be public, and whoever restores it must be able to use the
    /// key.
    pub is_encrypted: Option<bool>,
    /// none, sse-rds (a key of AWS's own) or sse-kms. Null: AWS did not say.
    pub storage_encryption_type: Option<String>,
    /// The KMS key that encrypts it. Null: none does.
    pub kms_key_id: Option<String>,
    /// Whether IAM's identities could connect to the instance without a password.
    pub is_iam_authentication_enabled: Option<bool>,
    /// The VPC of the instance. Null: AWS did not say.
    pub vpc_id: Option<String>,
    /// The zone of the instance, eu-west-1a.
    pub availability_zone: Option<String>,
    /// The storage of the instance, in GiB.
    pub allocated_storage_gib: Option<i32>,
    /// What the whole snapshot holds, in bytes. Null: AWS did not say.
    pub size_bytes: Option<i64>,
    /// gp3, io2 ….
    pub storage_type: Option<String>,
    /// license-included, bring-your-own-license, general-public-license ….
    pub license_model: Option<String>,
    /// The snapshot that it was copied of, by its ARN. Null: it is no copy from another account or region.
    pub source_snapshot_arn: Option<String>,
    /// The region in which it was taken, or from which it was copied.
    pub source_region: Option<String>,
    /// When it was taken, or copied (UTC). Null: it is not ready yet.
    pub created_at: Option<Timestamp>,
    /// Whole days since then.
    pub age_days: Option<i32>,
    /// When the first of its copies was taken (UTC).
    pub original_created_at: Option<Timestamp>,
    /// When the instance was made (UTC).
    pub instance_created_at: Option<Timestamp>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The snapshots of the instances of one region, with those who may restore them.
pub const SNAPSHOTS: Collector = Collector {
    name: "rds_snapshots",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), ATTRIBUTES.call()],
    resources: &[RDS_SNAPSHOT],
    tables: &[table::<Snapshot>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Page {
    #[serde(rename = "DBSnapshots")]
    snapshots: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Described {
    #[serde(rename = "DBSnapshotArn")]
    arn: Option<String>,
    #[serde(rename = "DBSnapshotIdentifier")]
    identifier: Option<String>,
    #[serde(rename = "DBInstanceIdentifier")]
    instance: Option<String>,
    dbi_resource_id: Option<String>,
    snapshot_type: Option<String>,
    engine: Option<String>,
    engine_version: Option<String>,
    status: Option<String>,
    encrypted: Option<bool>,
    storage_encryption_type: Option<String>,
    kms_key_id: Option<String>,
    #[serde(rename = "IAMDatabaseAuthenticationEnabled")]
    iam_authentication: Option<bool>,
    vpc_id: Option<String>,
    availability_zone: Option<String>,
    allocated_storage: Option<i32>,
    full_snapshot_size_in_bytes: Option<i64>,
    storage_type: Option<String>,
    license_model: Option<String>,
    #[serde(rename = "SourceDBSnapshotIdentifier")]
    source_snapshot: Option<String>,
    source_region: Option<String>,
    snapshot_create_time: Option<Moment>,
    original_snapshot_create_time: Option<Moment>,
    instance_create_time: Option<Moment>,
    tag_list: Vec<Tag>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Attributes {
    #[serde(rename = "DBSnapshotAttributesResult")]
    result: Option<OfSnapshot>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct OfSnapshot {
    #[serde(rename = "DBSnapshotAttributes")]
    attributes: Vec<Attribute>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"SnapshotType": "manual", "MaxRecords": 100}));
    while let Some(page) = pages.next().await {
        let mut snapshots = details(page?.snapshots, |described| read(session, described));
        while let Some((described, sharees)) = snapshots.next().await {
            push(session, rows, described, sharees).await?;
        }
    }
    Ok(())
}

async fn read(session: &Session, described: Described) -> (Described, Answer<Vec<Sharee>>) {
    let Some(name) = described.identifier.as_deref() else {
        return (described, given(None, &LIST.call().name(), "DBSnapshotIdentifier"));
    };
    let answer = ATTRIBUTES.send(session, json!({"DBSnapshotIdentifier": name})).await;
    let call = ATTRIBUTES.call().name();
    let result = answer.and_then(|it| given(it.result, &call, "DBSnapshotAttributesResult"));
    (described, result.and_then(|it| restorers(it.attributes, &call)))
}

async fn push(
    session: &Session,
    rows: &mut Rows<'_>,
    mut described: Described,
    sharees: Answer<Vec<Sharee>>,
) -> Result<(), Error> {
    if is_gone(GONE, &sharees) {
        rows.gone();
        return Ok(());
    }
    let mut unread = Unread::default();
    let made = |name: &str| session.arn("rds", &format!("snapshot:{name}"));
    let (name, arn) = (described.identifier.take(), described.arn.take());
    let Some((arn, name)) = unread.identity("DBSnapshotIdentifier", name, arn, made) else {
        RestoredBy::counted(rows, Snapshot::TABLE, &sharees)?;
        return Ok(());
    };
    let restored_by = RestoredBy::counted(rows, Snapshot::TABLE, &sharees)?;
    let share = Share {
        resource_arn: &arn,
        resource: RDS_SNAPSHOT,
        origin: PolicyKind::SnapshotAttribute,
        name: "",
        actions: &["rds:RestoreDBInstanceFromDBSnapshot"],
        gate: None,
    };
    rows.share(share, sharees).await?;
    let row = snapshot(arn, name, described, rows.captured_at(), &mut unread);
    unread.count(rows, Snapshot::TABLE, &LIST.call().name());
    let RestoredBy { is_public, shared_account_ids } = restored_by;
    rows.push(Snapshot { is_public, shared_account_ids, ..row }).await
}

/// All of a snapshot but those who may restore it.
fn snapshot(arn: String, name: String, it: Described, now: Timestamp, unread: &mut Unread) -> Snapshot {
    let created_at = unread.moment("SnapshotCreateTime", it.snapshot_create_time.as_ref());
    Snapshot {
        arn,
        db_snapshot_identifier: name,
        db_instance_identifier: it.instance,
        dbi_resource_id: it.dbi_resource_id,
        snapshot_type: it.snapshot_type,
        engine: unread.value("Engine", it.engine),
        engine_version: it.engine_version,
        status: unread.value("Status", it.status),
        is_public: None,
        shared_account_ids: None,
        is_encrypted: unread.value("Encrypted", it.encrypted),
        storage_encryption_type: it.storage_encryption_type,
        kms_key_id: it.kms_key_id,
        is_iam_authentication_enabled: unread.value("IAMDatabaseAuthenticationEnabled", it.iam_authentication),
        vpc_id: it.vpc_id,
        availability_zone: it.availability_zone,
        allocated_storage_gib: unread.value("AllocatedStorage", it.allocated_storage),
        size_bytes: it.full_snapshot_size_in_bytes,
        storage_type: it.storage_type,
        license_model: it.license_model,
        source_snapshot_arn: it.source_snapshot.filter(|arn| !arn.is_empty()),
        source_region: it.source_region,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        original_created_at: unread.moment("OriginalSnapshotCreateTime", it.original_snapshot_create_time.as_ref()),
        instance_created_at: unread.moment("InstanceCreateTime", it.instance_create_time.as_ref()),
        tags: by_key(it.tag_list),
    }
}

#[cfg(test)]
mod tests;
