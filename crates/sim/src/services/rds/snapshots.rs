//! Snapshots that someone took of instances and clusters, and the accounts that may restore them.

use super::{days_ago, named};
use crate::clock::iso_millis;
use crate::context::Context;
use crate::dice::some_tags;
use crate::place::Place;
use crate::policies::{SharedWith, Sharing};
use crate::protocol::{Refusal, tags};
use crate::truth::Planted;
use serde_json::{Value, json};

/// A snapshot of an instance or of a cluster.
#[derive(Debug)]
pub(super) struct Snapshot {
    arn: String,
    name: String,
    /// The instance or cluster.
    source: &'static str,
    engine: &'static str,
    status: &'static str,
    is_encrypted: bool,
    share: SharedWith,
    created_millis: i64,
    tags: Vec<(String, String)>,
}

pub(super) fn snapshots(place: &Place<'_>) -> Vec<Snapshot> {
    of(place, "rds-snapshots", "snapshot", &[("postgres", 5), ("mysql", 4), ("dbase", 1)])
}

/// RDS also lists the snapshots of Neptune and DocumentDB.
pub(super) fn cluster_snapshots(place: &Place<'_>) -> Vec<Snapshot> {
    let engines = [("aurora-postgresql", 5), ("aurora-mysql", 3), ("neptune", 1), ("docdb", 1), ("aurora-cobol", 1)];
    of(place, "rds-cluster-snapshots", "cluster-snapshot", &engines)
}

fn of(place: &Place<'_>, dice: &str, resource: &str, engines: &[(&'static str, u32)]) -> Vec<Snapshot> {
    let rates = &place.organization.settings.rates;
    let (mut dice, count) = place.sampled(dice, rates.other_resources);
    let snapshot = |number: u64| {
        let source = dice.pick(&["orders", "ledger", "reports"]);
        let name = format!("{source}-before-{number}");
        // RDS makes no encrypted snapshot public.
        let is_public = dice.chance(rates.public_other_resources);
        let usual = dice.weighted(&[(Sharing::Nobody, 12), (Sharing::Member, 4), (Sharing::Outsider, 3)]);
        let sharing = if is_public { Sharing::Everyone } else { usual };
        let sharing = place.shared(sharing, number + 1 == count);
        Snapshot {
            arn: place.arn("rds", &format!("{resource}:{name}")),
            source,
            engine: dice.weighted(engines),
            status: dice.weighted(&[("available", 18), ("creating", 1), ("crystallizing", 1)]),
            is_encrypted: dice.chance(0.7) && sharing != Sharing::Everyone,
            share: SharedWith::of(place, sharing, &mut dice),
            created_millis: days_ago(place, &mut dice),
            tags: some_tags(&mut dice),
            name,
        }
    };
    (0..count).map(snapshot).collect()
}

/// The snapshots as the truth counts them.
pub(super) fn planted(snapshots: Vec<Snapshot>) -> Vec<Planted> {
    snapshots.into_iter().map(|it| it.share.planted(it.arn)).collect()
}

pub(super) fn of_snapshot(context: &Context<'_>) -> Result<Value, Refusal> {
    let wanted = context.request.required("DBSnapshotIdentifier")?;
    let found = snapshots(&context.place).into_iter().find(|it| it.name == wanted || it.arn == wanted);
    let message = format!("DBSnapshot {wanted} not found.");
    let found = found.ok_or_else(|| Refusal::new(404, "DBSnapshotNotFound", message))?;
    let attributes = named("DBSnapshotAttribute", vec![restore(&found)]);
    let result = json!({ "DBSnapshotIdentifier": found.name, "DBSnapshotAttributes": attributes });
    Ok(json!({ "DBSnapshotAttributesResult": result }))
}

pub(super) fn of_cluster_snapshot(context: &Context<'_>) -> Result<Value, Refusal> {
    let wanted = context.request.required("DBClusterSnapshotIdentifier")?;
    let found = cluster_snapshots(&context.place).into_iter().find(|it| it.name == wanted || it.arn == wanted);
    let message = format!("DBClusterSnapshot {wanted} not found.");
    let found = found.ok_or_else(|| Refusal::new(404, "DBClusterSnapshotNotFoundFault", message))?;
    let attributes = named("DBClusterSnapshotAttribute", vec![restore(&found)]);
    let result = json!({ "DBClusterSnapshotIdentifier": found.name, "DBClusterSnapshotAttributes": attributes });
    Ok(json!({ "DBClusterSnapshotAttributesResult": result }))
}

fn restore(it: &Snapshot) -> Value {
    let values = it.share.principals.iter().map(|principal| json!(principal)).collect();
    json!({ "AttributeName": "restore", "AttributeValues": named("AttributeValue", values) })
}

pub(super) fn describe_snapshots(place: &Place<'_>) -> Vec<Value> {
    let describe = |it: &Snapshot| {
        let mut described = describe(place, it);
        described["DBSnapshotArn"] = json!(it.arn);
        described["DBSnapshotIdentifier"] = json!(it.name);
        described["DBInstanceIdentifier"] = json!(it.source);
        described["DbiResourceId"] = json!(format!("db-{}", it.source.to_uppercase()));
        described["Encrypted"] = json!(it.is_encrypted);
        described["AvailabilityZone"] = json!(format!("{}a", place.region));
        described["OriginalSnapshotCreateTime"] = described["SnapshotCreateTime"].clone();
        described
    };
    snapshots(place).iter().map(describe).collect()
}

pub(super) fn describe_cluster_snapshots(place: &Place<'_>) -> Vec<Value> {
    let describe = |it: &Snapshot| {
        let mut described = describe(place, it);
        described["DBClusterSnapshotArn"] = json!(it.arn);
        described["DBClusterSnapshotIdentifier"] = json!(it.name);
        described["DBClusterIdentifier"] = json!(it.source);
        described["StorageEncrypted"] = json!(it.is_encrypted);
        described["AvailabilityZones"] = named("AvailabilityZone", vec![json!(format!("{}a", place.region))]);
        described
    };
    cluster_snapshots(place).iter().map(describe).collect()
}

/// What both sorts have.
fn describe(place: &Place<'_>, it: &Snapshot) -> Value {
    // A snapshot that is being made has no time of creation yet.
    let is_ready = it.status != "creating";
    json!({
        "Engine": it.engine,
        "EngineVersion": "16.4",
        "Status": it.status,
        "SnapshotType": "manual",
        "SnapshotCreateTime": is_ready.then(|| iso_millis(it.created_millis)),
        "AllocatedStorage": 20,
        "Port": 5432,
        "PercentProgress": 100,
        "VpcId": "vpc-0123456789abcdef0",
        "StorageType": "gp3",
        "KmsKeyId": it.is_encrypted.then(|| place.arn("kms", "key/00000000-0000-4000-8000-000000000000")),
        "IAMDatabaseAuthenticationEnabled": false,
        "TagList": named("Tag", tags(&it.tags)),
    })
}
