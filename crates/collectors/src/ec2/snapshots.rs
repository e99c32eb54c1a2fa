//! EBS snapshots: DescribeSnapshots, once for all and once for those that are public, then DescribeSnapshotAttribute
//! for the permission of the newest others.

use std::collections::{BTreeMap, BTreeSet};

use futures::StreamExt;
use orgcensus_collect::kinds::EC2_SNAPSHOT;
use orgcensus_collect::{
    Class, Collector, Error, Gate, Moment, PolicyKind, Read, Rows, Runs, Scope, Session, Share, Sharee, read as reads,
};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::ec2::shares::{Permission, sharees};
use crate::ec2::tags::{self, Tag};
use crate::items::{Answer, Unread, all, details, given, is_gone, with_policies};
use crate::shares::counted;

const LIST: Read<Page> = reads("ec2", "DescribeSnapshots");
const PERMISSION: Read<Attribute> = reads("ec2", "DescribeSnapshotAttribute");
const BLOCK: Read<Block> = reads("ec2", "GetSnapshotBlockPublicAccessState");

/// How EC2 says that there is no such snapshot.
const GONE: &[&str] = &["InvalidSnapshot.NotFound"];

/// How many permissions are read in one region: an account may have a hundred thousand snapshots.
const READ_AT_MOST: usize = 200;

/// One EBS snapshot that the account owns. Who else may make volumes of it is in policy_documents, as its attribute.
/// EC2 lists those that are public, and tells of accounts only if it is asked about each: that is done for the newest
/// 200 of a region that are not public. The attributes of all further ones are unread there, with the code NotAsked.
#[derive(Debug, Serialize, Row)]
#[row(table = "ec2_snapshots", key = "arn")]
pub struct Snapshot {
    /// The snapshot's ARN. It names no account.
    pub arn: String,
    /// The snapshot's id, snap-….
    pub snapshot_id: String,
    /// The value of its tag Name. Null: it has none.
    pub snapshot_name: Option<String>,
    /// What its owner wrote about it. Null: nothing.
    pub description: Option<String>,
    /// The account that owns it. Null: AWS did not say.
    pub owner_account_id: Option<String>,
    /// pending, completed, error, recoverable or recovering.
    pub state: Option<String>,
    /// What went wrong. Null: nothing.
    pub state_message: Option<String>,
    /// Whether its permission names everyone. The region's block of public access may still stand before it.
    pub is_public: bool,
    /// Whether its permission was read one by one. False: it is public, so that nobody else matters; or it is not among
    /// the newest 200, and it is not known with which accounts it is shared; or the answer was refused.
    pub is_permission_read: bool,
    /// The volume that it was made of, vol-…; one that does not exist where it is a copy.
    pub volume_id: Option<String>,
    /// The size of that volume, in GiB.
    pub volume_size_gib: Option<i32>,
    /// What it would hold without the snapshots before it, in bytes. Null: AWS did not say.
    pub full_size_bytes: Option<i64>,
    /// Whether it is encrypted.
    pub is_encrypted: Option<bool>,
    /// The KMS key that encrypts it. Null: it is not encrypted.
    pub kms_key_id: Option<String>,
    /// sse-ebs, sse-kms or none. Null: AWS did not say.
    pub sse_type: Option<String>,
    /// standard or archive.
    pub storage_tier: Option<String>,
    /// When one that was restored from the archive for a time goes back (UTC). Null: it does not.
    pub restore_expires_at: Option<Timestamp>,
    /// The Outpost that keeps it. Null: the region does.
    pub outpost_arn: Option<String>,
    /// The local zone that keeps it. Null: the region does.
    pub availability_zone: Option<String>,
    /// time-based (it was copied within a given time) or standard. Null: it is no copy.
    pub transfer_type: Option<String>,
    /// When it was complete (UTC). Null: it is not, or AWS did not say.
    pub completed_at: Option<Timestamp>,
    /// When it was begun (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was begun.
    pub age_days: Option<i32>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The snapshots of one region that the account owns, with the permissions of the public ones and of the newest.
pub const SNAPSHOTS: Collector = Collector {
    name: "ec2_snapshots",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), PERMISSION.call(), BLOCK.call()],
    resources: &[EC2_SNAPSHOT],
    tables: &[table::<Snapshot>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    snapshot_set: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    snapshot_id: Option<String>,
    description: Option<String>,
    owner_id: Option<String>,
    status: Option<String>,
    status_message: Option<String>,
    volume_id: Option<String>,
    volume_size: Option<i32>,
    full_snapshot_size_in_bytes: Option<i64>,
    encrypted: Option<bool>,
    kms_key_id: Option<String>,
    sse_type: Option<String>,
    storage_tier: Option<String>,
    restore_expiry_time: Option<Moment>,
    outpost_arn: Option<String>,
    availability_zone: Option<String>,
    transfer_type: Option<String>,
    completion_time: Option<Moment>,
    start_time: Option<Moment>,
    tag_set: Vec<Tag>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Attribute {
    create_volume_permission: Option<Vec<Permission>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Block {
    state: Option<String>,
}

/// What one region says about all its snapshots.
struct Region {
    /// Those that everyone may restore.
    public_ids: BTreeSet<String>,
    /// The block of public access.
    gate: Answer<Option<Gate>>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"Owner": ["self"], "MaxResults": 1000}));
    let mut region = None;
    // The newest so far, by when they were begun: not more of them wait in memory.
    let mut newest = BTreeMap::new();
    while let Some(page) = pages.next().await {
        let snapshots = page?.snapshot_set;
        if snapshots.is_empty() {
            continue;
        }
        if region.is_none() {
            region = Some(region_of(session, rows).await?);
        }
        let Some(region) = &region else { continue };
        for described in snapshots {
            let id = described.snapshot_id.clone();
            if id.as_ref().is_none_or(|id| region.public_ids.contains(id)) {
                push(session, rows, region, described, None).await?;
                continue;
            }
            let begun = described.start_time.as_ref().and_then(Moment::millis);
            newest.insert((begun.unwrap_or(i64::MAX), id), described);
            if newest.len() > READ_AT_MOST
                && let Some((_, described)) = newest.pop_first()
            {
                push(session, rows, region, described, None).await?;
            }
        }
    }
    let Some(region) = region else { return Ok(()) };
    let mut snapshots = details(newest.into_values(), |described| read(session, described));
    while let Some((described, sharees)) = snapshots.next().await {
        push(session, rows, &region, described, Some(sharees)).await?;
    }
    Ok(())
}

/// Asked once, where there are snapshots.
async fn region_of(session: &Session, rows: &mut Rows<'_>) -> Result<Region, Error> {
    let input = json!({"Owner": ["self"], "RestorableBy": ["all"], "MaxResults": 1000});
    let public = all(&LIST, session, input, |page| page.snapshot_set).await?;
    let state = BLOCK.send(session, json!({})).await;
    let gate = state.and_then(|it| given(it.state.as_deref().and_then(gate_of), &BLOCK.call().name(), "state"));
    let mut unread = Unread::default();
    let public_ids = unread.each("snapshotId", public.into_iter().map(|it| it.snapshot_id)).into_iter().collect();
    unread.count(rows, Snapshot::TABLE, &LIST.call().name());
    Ok(Region { public_ids, gate: counted(rows, gate)? })
}

/// The gate of a state; none if the state is not known, so that it is not known what it closes.
fn gate_of(state: &str) -> Option<Option<Gate>> {
    match state {
        "block-all-sharing" => Some(Some(Gate::BlockAllSharing)),
        "block-new-sharing" => Some(Some(Gate::BlockNewSharing)),
        "unblocked" => Some(None),
        _ => None,
    }
}

async fn read(session: &Session, described: Described) -> (Described, Answer<Vec<Sharee>>) {
    let input = json!({"Attribute": "createVolumePermission", "SnapshotId": described.snapshot_id});
    let (answer, call) = (PERMISSION.send(session, input).await, PERMISSION.call().name());
    let permission = answer.and_then(|it| given(it.create_volume_permission, &call, "createVolumePermission"));
    (described, permission.and_then(|it| sharees(it, &call)))
}

/// Without an answer, it was not asked for.
async fn push(
    session: &Session,
    rows: &mut Rows<'_>,
    region: &Region,
    described: Described,
    answer: Option<Answer<Vec<Sharee>>>,
) -> Result<(), Error> {
    if answer.as_ref().is_some_and(|answer| is_gone(GONE, answer)) {
        rows.gone();
        return Ok(());
    }
    let is_asked = answer.is_some();
    let is_listed = described.snapshot_id.as_ref().is_some_and(|id| region.public_ids.contains(id));
    let mut sharees = match answer {
        Some(answer) => counted(rows, answer)?,
        None if is_listed => Ok(vec![Sharee::Everyone]),
        None => Err(not_asked()),
    };
    let is_permission_read = is_asked && sharees.is_ok();
    let is_public = sharees.as_ref().is_ok_and(|sharees| sharees.contains(&Sharee::Everyone));
    if let (true, Err(error)) = (is_public, &region.gate) {
        // Whether anyone gets in rests on the block, and that was not read.
        sharees = Err(error.clone());
    }
    let mut unread = Unread::default();
    let read = (is_public, is_permission_read);
    let Some(row) = snapshot(session, described, read, rows.captured_at(), &mut unread) else {
        unread.lost(rows, with_policies([Snapshot::TABLE]), &LIST.call().name());
        return Ok(());
    };
    unread.count(rows, Snapshot::TABLE, &LIST.call().name());
    let share = Share {
        resource_arn: &row.arn,
        resource: EC2_SNAPSHOT,
        origin: PolicyKind::SnapshotAttribute,
        name: "",
        actions: &["ec2:CreateVolume"],
        gate: region.gate.as_ref().ok().copied().flatten(),
    };
    rows.share(share, sharees).await?;
    rows.push(row).await
}

/// Why the permission of an older snapshot is unread. It is by choice, so nothing is missing.
fn not_asked() -> orgcensus_aws::Error {
    let message = format!("the permissions of the newest {READ_AT_MOST} snapshots of a region are read");
    orgcensus_aws::Error::new(Class::Failed, "NotAsked", message).during(&PERMISSION.call().name())
}

fn snapshot(
    session: &Session,
    it: Described,
    (is_public, is_permission_read): (bool, bool),
    now: Timestamp,
    unread: &mut Unread,
) -> Option<Snapshot> {
    let snapshot_id = unread.value("snapshotId", it.snapshot_id)?;
    let created_at = unread.moment("startTime", it.start_time.as_ref());
    let tags = tags::by_key(it.tag_set);
    Some(Snapshot {
        arn: format!("arn:{}:ec2:{}::snapshot/{snapshot_id}", session.partition(), session.region()),
        snapshot_id,
        snapshot_name: tags.get("Name").cloned(),
        description: it.description.filter(|text| !text.is_empty()),
        owner_account_id: it.owner_id,
        state: unread.value("status", it.status),
        state_message: it.status_message.filter(|text| !text.is_empty()),
        is_public,
        is_permission_read,
        volume_id: it.volume_id,
        volume_size_gib: it.volume_size,
        full_size_bytes: it.full_snapshot_size_in_bytes,
        is_encrypted: unread.value("encrypted", it.encrypted),
        kms_key_id: it.kms_key_id,
        sse_type: it.sse_type,
        storage_tier: it.storage_tier,
        restore_expires_at: unread.moment("restoreExpiryTime", it.restore_expiry_time.as_ref()),
        outpost_arn: it.outpost_arn,
        availability_zone: it.availability_zone,
        transfer_type: it.transfer_type,
        completed_at: unread.moment("completionTime", it.completion_time.as_ref()),
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        tags,
    })
}

#[cfg(test)]
mod tests;
