//! Managed instances, most of EC2 and some from elsewhere, and the patches of those that were scanned.

use crate::clock::epoch_seconds;
use crate::context::Context;
use crate::dice::Dice;
use crate::place::Place;
use crate::protocol::Refusal;
use crate::services::ec2;
use serde_json::{Value, json};

/// A managed instance.
#[derive(Debug)]
pub(super) struct Managed {
    id: String,
    ping_status: &'static str,
    is_latest: bool,
    platform: (&'static str, &'static str, &'static str),
    pinged_millis: i64,
    registered_millis: i64,
    pub(super) patches: Option<Patches>,
}

/// What the newest operation of Patch Manager found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patches {
    operation: &'static str,
    pub(super) missing: i64,
    pub(super) failed: i64,
    critical: i64,
    security: i64,
    ended_millis: i64,
}

/// Most instances that run are managed, and a few machines elsewhere.
pub(super) fn instances(place: &Place<'_>) -> Vec<Managed> {
    let (mut dice, elsewhere) = place.population("ssm-managed", 1);
    let mut all = Vec::new();
    for id in ec2::running_ids(place) {
        if dice.chance(0.7) {
            all.push(managed(place, id, &mut dice));
        }
    }
    for _ in 0..elsewhere {
        let id = format!("mi-0{}", dice.hex(16));
        all.push(managed(place, id, &mut dice));
    }
    all
}

/// Those that were scanned.
pub(super) fn scanned(place: &Place<'_>) -> impl Iterator<Item = Managed> + use<> {
    instances(place).into_iter().filter(|it| it.patches.is_some())
}

fn managed(place: &Place<'_>, id: String, dice: &mut Dice) -> Managed {
    let platforms = [
        (("Linux", "Amazon Linux", "2023"), 8),
        (("Windows", "Microsoft Windows Server 2022 Datacenter", "10.0.20348"), 4),
        (("Plan9", "Plan 9 from Bell Labs", "4"), 1),
    ];
    let ping_status = dice.weighted(&[("Online", 8), ("ConnectionLost", 2), ("Dozing", 1)]);
    let days = if ping_status == "Online" { 0 } else { dice.between(1, 400) };
    let registered_days = dice.between(0, 900);
    Managed {
        id,
        ping_status,
        is_latest: dice.chance(0.4),
        platform: dice.weighted(&platforms),
        pinged_millis: place.days_ago(days, dice),
        registered_millis: place.days_ago(registered_days, dice),
        patches: dice.chance(0.75).then(|| patches(place, dice)),
    }
}

fn patches(place: &Place<'_>, dice: &mut Dice) -> Patches {
    let is_behind = dice.chance(0.4);
    let missing = if is_behind { dice.between(0, 30) } else { 0 };
    let failed = if is_behind { dice.between(0, 2) } else { 0 };
    let days = dice.between(0, 60);
    Patches {
        operation: dice.weighted(&[("Scan", 3), ("Install", 1)]),
        missing,
        failed,
        critical: dice.between(0, missing),
        security: dice.between(0, missing),
        ended_millis: place.days_ago(days, dice),
    }
}

pub(super) fn describe(place: &Place<'_>) -> Vec<Value> {
    let one = |it: &Managed| {
        let (platform, name, version) = it.platform;
        let is_elsewhere = it.id.starts_with("mi-");
        json!({
            "InstanceId": it.id,
            "PingStatus": it.ping_status,
            "LastPingDateTime": epoch_seconds(it.pinged_millis),
            "AgentVersion": "3.3.1802.0",
            "IsLatestVersion": it.is_latest,
            "PlatformType": platform,
            "PlatformName": name,
            "PlatformVersion": version,
            "ActivationId": is_elsewhere.then_some("0a1b2c3d-1111-4222-8333-444455556666"),
            "IamRole": is_elsewhere.then_some("service-role/AmazonEC2RunCommandRoleForManagedInstances"),
            "RegistrationDate": is_elsewhere.then(|| epoch_seconds(it.registered_millis)),
            "ResourceType": if is_elsewhere { "ManagedInstance" } else { "EC2Instance" },
            "IPAddress": "10.0.0.4",
            "ComputerName": format!("{}.example", it.id),
            "SourceId": it.id,
            "SourceType": if is_elsewhere { "AWS::SSM::ManagedInstance" } else { "AWS::EC2::Instance" },
        })
    };
    instances(place).iter().map(one).collect()
}

/// The patches of the instances that are asked for. Of one that was never scanned there is nothing.
pub(super) fn patch_states(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let wanted = context.request.texts("InstanceIds");
    if wanted.is_empty() || wanted.len() > 50 {
        let message = "Value at 'instanceIds' failed to satisfy constraint: Member must have length from 1 to 50";
        return Err(Refusal::new(400, "ValidationException", message));
    }
    let asked = scanned(&context.place).filter(|it| wanted.contains(&it.id.as_str()));
    Ok(asked.filter_map(|it| Some(patch_state(&it.id, it.patches?))).collect())
}

fn patch_state(id: &str, it: Patches) -> Value {
    json!({
        "InstanceId": id,
        "PatchGroup": "",
        "BaselineId": "pb-0123456789abcdef0",
        "InstalledCount": 120,
        "InstalledOtherCount": 3,
        "InstalledPendingRebootCount": 0,
        "InstalledRejectedCount": 0,
        "MissingCount": it.missing,
        "FailedCount": it.failed,
        "NotApplicableCount": 900,
        "OperationStartTime": epoch_seconds(it.ended_millis),
        "OperationEndTime": epoch_seconds(it.ended_millis),
        "Operation": it.operation,
        "RebootOption": "NoReboot",
        "CriticalNonCompliantCount": it.critical,
        "SecurityNonCompliantCount": it.security,
        "OtherNonCompliantCount": 0,
    })
}
