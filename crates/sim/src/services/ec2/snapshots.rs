//! Snapshots of EBS, who may restore them, and the block of public ones.

use super::sharing::{ACCOUNTS, Sharing, Sort, by_chance, planted_as};
use super::vpcs::tag_set;
use crate::clock::iso_millis;
use crate::context::Context;
use crate::dice::{Dice, some_tags};
use crate::place::Place;
use crate::policies::Verdict;
use crate::protocol::Refusal;
use crate::samples::Class;
use crate::service::{Operation, get, list};
use crate::truth::Planted;
use serde_json::{Value, json};

pub(super) const ANSWERS: &[Operation] = &[
    get("DescribeSnapshotAttribute", attribute),
    list("DescribeSnapshots", "snapshotSet", |context| Ok(describe_snapshots(context))),
    get("GetSnapshotBlockPublicAccessState", |context| {
        Ok(json!({ "state": block(&context.place), "managedBy": "account" }))
    }),
];

/// A snapshot.
#[derive(Debug)]
struct Snapshot {
    id: String,
    arn: String,
    sharing: Sharing,
    volume_id: String,
    state: &'static str,
    is_encrypted: bool,
    tier: &'static str,
    gibibytes: i64,
    created_millis: i64,
    tags: Vec<(String, String)>,
}

fn snapshots(place: &Place<'_>) -> Vec<Snapshot> {
    let (mut dice, count) = place.population("ec2-snapshots", place.organization.settings.rates.other_resources);
    let shared = by_chance(place, count, ACCOUNTS, &mut dice);
    shared.into_iter().map(|sharing| snapshot(place, sharing, &mut dice)).collect()
}

fn snapshot(place: &Place<'_>, sharing: Sharing, dice: &mut Dice) -> Snapshot {
    let id = format!("snap-0{}", dice.hex(16));
    let days = dice.between(0, 1500);
    Snapshot {
        arn: place.organization.arn("ec2", place.region, "", &format!("snapshot/{id}")),
        volume_id: format!("vol-0{}", dice.hex(16)),
        state: dice.weighted(&[("completed", 15), ("pending", 1), ("recoverable", 1), ("dreaming", 1)]),
        // What is encrypted cannot be public.
        is_encrypted: sharing.sort != Sort::Everyone && dice.chance(0.7),
        tier: dice.weighted(&[("standard", 9), ("archive", 1)]),
        gibibytes: dice.between(1, 500),
        created_millis: place.days_ago(days, dice),
        tags: some_tags(dice),
        sharing,
        id,
    }
}

/// The snapshots as the truth counts them: where all public sharing is blocked, a public permission opens nothing.
pub(super) fn planted(place: &Place<'_>) -> Vec<Planted> {
    let is_blocked = block(place) == "block-all-sharing";
    let known = |it: Snapshot| match it.sharing.sort {
        Sort::Everyone if is_blocked => Planted { is_gated: true, ..planted_as(it.arn, Verdict::CLOSED, "") },
        _ => it.sharing.planted(place, it.arn),
    };
    snapshots(place).into_iter().map(known).collect()
}

/// `unblocked` in the showcase and where the sample is public, so that there is a public snapshot.
fn block(place: &Place<'_>) -> &'static str {
    let mut dice = place.dice("ec2-snapshot-block");
    let state = dice.weighted(&[("unblocked", 3), ("block-new-sharing", 2), ("block-all-sharing", 2)]);
    match place.sample() {
        Some(Class::Public) => "unblocked",
        Some(Class::Gated) => "block-all-sharing",
        _ if place.organization.is_showcase(place.account) && place.is_first_region() => "unblocked",
        _ => state,
    }
}

fn describe_snapshots(context: &Context<'_>) -> Vec<Value> {
    let owners = context.request.texts("Owner");
    if !owners.contains(&"self") && !owners.contains(&context.place.account.id.as_str()) {
        return Vec::new();
    }
    let is_public_only = context.request.texts("RestorableBy").contains(&"all");
    let all = snapshots(&context.place).into_iter();
    let wanted = all.filter(|it| !is_public_only || it.sharing.sort == Sort::Everyone);
    wanted.map(|it| describe(&context.place, &it)).collect()
}

fn describe(place: &Place<'_>, it: &Snapshot) -> Value {
    let is_complete = it.state == "completed";
    json!({
        "snapshotId": it.id,
        "volumeId": it.volume_id,
        "status": it.state,
        "startTime": iso_millis(it.created_millis),
        "completionTime": is_complete.then(|| iso_millis(it.created_millis)),
        "progress": if is_complete { "100%" } else { "40%" },
        "ownerId": place.account.id,
        "volumeSize": it.gibibytes,
        "description": "",
        "encrypted": it.is_encrypted,
        "kmsKeyId": it.is_encrypted.then(|| place.arn("kms", "key/00000000-0000-4000-8000-000000000000")),
        "storageTier": it.tier,
        "tagSet": tag_set(&it.tags),
    })
}

fn attribute(context: &Context<'_>) -> Result<Value, Refusal> {
    let id = context.request.required("SnapshotId")?;
    let message = format!("The snapshot '{id}' does not exist.");
    let snapshot = snapshots(&context.place).into_iter().find(|it| it.id == id);
    let snapshot = snapshot.ok_or_else(|| Refusal::new(400, "InvalidSnapshot.NotFound", message))?;
    if context.request.required("Attribute")? != "createVolumePermission" {
        return Err(Refusal::invalid_parameter(context.request.service, "Attribute"));
    }
    Ok(json!({ "snapshotId": id, "createVolumePermission": snapshot.sharing.permissions() }))
}
