//! Snapshots of RDS clusters: DescribeDBClusterSnapshots, then DescribeDBClusterSnapshotAttributes for each.

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::kinds::RDS_CLUSTER_SNAPSHOT;
use orgcensus_collect::{
    Collector, Error, Moment, PolicyKind, Read, Rows, Runs, Scope, Session, Share, Sharee, read as reads,
};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::restore::{Attribute, RestoredBy, restorers};
use crate::items::{Answer, Tag, Unread, by_key, details, given, is_gone};

const LIST: Read<Page> = reads("rds", "DescribeDBClusterSnapshots");
const ATTRIBUTES: Read<Attributes> = reads("rds", "DescribeDBClusterSnapshotAttributes");

/// How RDS says that there is no such snapshot.
const GONE: &[&str] = &["DBClusterSnapshotNotFoundFault"];

/// One snapshot of a cluster that someone took. RDS lists those of Aurora, Neptune and DocumentDB: the engine tells.
/// Automated snapshots are no rows, since they cannot be shared.
#[derive(Debug, Serialize, Row)]
#[row(table = "rds_cluster_snapshots", key = "arn", name = "db_cluster_snapshot_identifier")]
pub struct ClusterSnapshot {
    /// The snapshot's ARN.
    pub arn: String,
    /// The snapshot's name.
    pub db_cluster_snapshot_identifier: String,
    /// The name of the cluster that it was taken of. The cluster may no longer be there.
    pub db_cluster_identifier: Option<String>,
    /// The id of that cluster, cluster-…. It is never used again.
    pub db_cluster_resource_id: Option<String>,
    /// manual. Null: AWS did not say.
    pub snapshot_type: Option<String>,
    /// What the cluster ran, aurora-postgresql, neptune, docdb ….
    pub engine: Option<String>,
    /// The engine's version.
    pub engine_version: Option<String>,
    /// provisioned, serverless ….
    pub engine_mode: Option<String>,
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
    /// Whether IAM's identities could connect to the cluster without a password.
    pub is_iam_authentication_enabled: Option<bool>,
    /// The VPC of the cluster. Null: AWS did not say.
    pub vpc_id: Option<String>,
    /// The zones in which it can be restored, eu-west-1a.
    pub availability_zones: Vec<String>,
    /// The storage of the cluster, in GiB.
    pub allocated_storage_gib: Option<i32>,
    /// The kind of storage, aurora, aurora-iopt1 ….
    pub storage_type: Option<String>,
    /// The snapshot that it was copied of, by its ARN. Null: it is no copy.
    pub source_snapshot_arn: Option<String>,
    /// When it was taken (UTC). Null: it is not ready yet.
    pub created_at: Option<Timestamp>,
    /// Whole days since then.
    pub age_days: Option<i32>,
    /// When the cluster was made (UTC).
    pub cluster_created_at: Option<Timestamp>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The snapshots of the clusters of one region, with those who may restore them.
pub const CLUSTER_SNAPSHOTS: Collector = Collector {
    name: "rds_cluster_snapshots",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), ATTRIBUTES.call()],
    resources: &[RDS_CLUSTER_SNAPSHOT],
    tables: &[table::<ClusterSnapshot>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Page {
    #[serde(rename = "DBClusterSnapshots")]
    snapshots: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Described {
    #[serde(rename = "DBClusterSnapshotArn")]
    arn: Option<String>,
    #[serde(rename = "DBClusterSnapshotIdentifier")]
    identifier: Option<String>,
    #[serde(rename = "DBClusterIdentifier")]
    cluster: Option<String>,
    db_cluster_resource_id: Option<String>,
    snapshot_type: Option<String>,
    engine: Option<String>,
    engine_version: Option<String>,
    engine_mode: Option<String>,
    status: Option<String>,
    storage_encrypted: Option<bool>,
    storage_encryption_type: Option<String>,
    kms_key_id: Option<String>,
    #[serde(rename = "IAMDatabaseAuthenticationEnabled")]
    iam_authentication: Option<bool>,
    vpc_id: Option<String>,
    availability_zones: Vec<String>,
    allocated_storage: Option<i32>,
    storage_type: Option<String>,
    #[serde(rename = "SourceDBClusterSnapshotArn")]
    source_snapshot: Option<String>,
    snapshot_create_time: Option<Moment>,
    cluster_create_time: Option<Moment>,
    tag_list: Vec<Tag>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Attributes {
    #[serde(rename = "DBClusterSnapshotAttributesResult")]
    result: Option<OfSnapshot>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct OfSnapshot {
    #[serde(rename = "DBClusterSnapshotAttributes")]
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
        return (described, given(None, &LIST.call().name(), "DBClusterSnapshotIdentifier"));
    };
    let answer = ATTRIBUTES.send(session, json!({"DBClusterSnapshotIdentifier": name})).await;
    let call = ATTRIBUTES.call().name();
    let result = answer.and_then(|it| given(it.result, &call, "DBClusterSnapshotAttributesResult"));
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
    let made = |name: &str| session.arn("rds", &format!("cluster-snapshot:{name}"));
    let (name, arn) = (described.identifier.take(), described.arn.take());
    let Some((arn, name)) = unread.identity("DBClusterSnapshotIdentifier", name, arn, made) else {
        RestoredBy::counted(rows, ClusterSnapshot::TABLE, &sharees)?;
        return Ok(());
    };
    let restored_by = RestoredBy::counted(rows, ClusterSnapshot::TABLE, &sharees)?;
    let share = Share {
        resource_arn: &arn,
        resource: RDS_CLUSTER_SNAPSHOT,
        origin: PolicyKind::SnapshotAttribute,
        name: "",
        actions: &["rds:RestoreDBClusterFromSnapshot"],
        gate: None,
    };
    rows.share(share, sharees).await?;
    let row = snapshot(arn, name, described, rows.captured_at(), &mut unread);
    unread.count(rows, ClusterSnapshot::TABLE, &LIST.call().name());
    let RestoredBy { is_public, shared_account_ids } = restored_by;
    rows.push(ClusterSnapshot { is_public, shared_account_ids, ..row }).await
}

/// All of a snapshot but those who may restore it.
fn snapshot(arn: String, name: String, it: Described, now: Timestamp, unread: &mut Unread) -> ClusterSnapshot {
    let created_at = unread.moment("SnapshotCreateTime", it.snapshot_create_time.as_ref());
    ClusterSnapshot {
        arn,
        db_cluster_snapshot_identifier: name,
        db_cluster_identifier: it.cluster,
        db_cluster_resource_id: it.db_cluster_resource_id,
        snapshot_type: it.snapshot_type,
        engine: unread.value("Engine", it.engine),
        engine_version: it.engine_version,
        engine_mode: it.engine_mode,
        status: unread.value("Status", it.status),
        is_public: None,
        shared_account_ids: None,
        is_encrypted: unread.value("StorageEncrypted", it.storage_encrypted),
        storage_encryption_type: it.storage_encryption_type,
        kms_key_id: it.kms_key_id,
        is_iam_authentication_enabled: unread.value("IAMDatabaseAuthenticationEnabled", it.iam_authentication),
        vpc_id: it.vpc_id,
        availability_zones: it.availability_zones,
        allocated_storage_gib: unread.value("AllocatedStorage", it.allocated_storage),
        storage_type: it.storage_type,
        source_snapshot_arn: it.source_snapshot.filter(|arn| !arn.is_empty()),
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        cluster_created_at: unread.moment("ClusterCreateTime", it.cluster_create_time.as_ref()),
        tags: by_key(it.tag_list),
    }
}

#[cfg(test)]
mod tests;
