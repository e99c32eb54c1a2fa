//! EFS: file systems and their policies.

use crate::clock::epoch_seconds;
use crate::context::Context;
use crate::dice::some_tags;
use crate::place::Place;
use crate::policies::{ResourcePolicy, Subject, any_kind};
use crate::protocol::{Problem, Refusal, tags};
use crate::samples::UNGATED;
use crate::service::{Service, get, list};
use crate::truth::{At, Planted, resources};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    errors: &[
        Problem::InvalidToken.is("BadRequest"),
        Problem::InvalidParameter.is("BadRequest"),
        Problem::Throttled.is("ThrottlingException"),
        Problem::Internal.is("InternalServerError"),
    ],
    answers: &[&[
        get("DescribeFileSystemPolicy", get_policy),
        list("DescribeFileSystems", "FileSystems", |context| {
            Ok(file_systems(&context.place).iter().map(|it| describe(&context.place, it)).collect())
        })
        .pages(100, 100),
    ]],
    kinds: &[resources(At::Region, |place| {
        file_systems(place).into_iter().map(|it| Planted::by(it.arn, it.policy)).collect()
    })
    .rows("efs_file_systems")
    .sampled("efs_file_systems", UNGATED)],
    ..Service::named("efs")
};

/// A file system.
#[derive(Debug)]
struct FileSystem {
    id: String,
    arn: String,
    policy: ResourcePolicy,
    name: &'static str,
    throughput_mode: &'static str,
    is_encrypted: bool,
    has_one_zone: bool,
    mount_targets: i64,
    bytes: i64,
    created_millis: i64,
    tags: Vec<(String, String)>,
}

fn file_systems(place: &Place<'_>) -> Vec<FileSystem> {
    let rates = &place.organization.settings.rates;
    let (mut dice, count) = place.sampled("efs", rates.other_resources);
    let file_system = |number: u64| {
        let id = format!("fs-0{}", dice.hex(16));
        let arn = place.arn("elasticfilesystem", &format!("file-system/{id}"));
        let subject = Subject {
            place: *place,
            actions: &["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
            resources: vec![arn.clone()],
            service: "datasync.amazonaws.com",
        };
        let kind = place.shown(any_kind(&mut dice, rates.public_other_resources), number + 1 == count);
        let days = dice.between(0, 1500);
        FileSystem {
            policy: subject.policy(kind, &mut dice),
            name: dice.pick(&["", "home", "uploads", "models"]),
            throughput_mode: dice.weighted(&[("elastic", 6), ("bursting", 3), ("provisioned", 2), ("clairvoyant", 1)]),
            is_encrypted: dice.chance(0.8),
            has_one_zone: dice.chance(0.2),
            mount_targets: dice.between(0, 3),
            bytes: dice.between(6144, 1 << 40),
            created_millis: place.days_ago(days, &mut dice),
            tags: some_tags(&mut dice),
            id,
            arn,
        }
    };
    (0..count).map(file_system).collect()
}

fn get_policy(context: &Context<'_>) -> Result<Value, Refusal> {
    let wanted = context.request.required("FileSystemId")?;
    let found = file_systems(&context.place).into_iter().find(|it| it.id == wanted || it.arn == wanted);
    let none = format!("File system '{wanted}' does not exist.");
    let found = found.ok_or_else(|| Refusal::new(404, "FileSystemNotFound", none))?;
    let no_policy = || Refusal::new(404, "PolicyNotFound", format!("No policy is set on '{wanted}'."));
    Ok(json!({ "FileSystemId": found.id, "Policy": found.policy.document.ok_or_else(no_policy)? }))
}

fn describe(place: &Place<'_>, it: &FileSystem) -> Value {
    // EFS stores the name as a tag.
    let name = Some(it.name).filter(|name| !name.is_empty());
    let named = name.map(|name| ("Name".to_owned(), name.to_owned()));
    let all: Vec<_> = it.tags.iter().cloned().chain(named).collect();
    json!({
        "OwnerId": place.account.id,
        "CreationToken": it.id,
        "FileSystemId": it.id,
        "FileSystemArn": it.arn,
        "CreationTime": epoch_seconds(it.created_millis),
        "LifeCycleState": "available",
        "Name": name,
        "NumberOfMountTargets": it.mount_targets,
        "SizeInBytes": { "Value": it.bytes, "ValueInIA": 0, "ValueInStandard": it.bytes },
        "PerformanceMode": "generalPurpose",
        "Encrypted": it.is_encrypted,
        "KmsKeyId": it.is_encrypted.then(|| place.arn("kms", "key/00000000-0000-4000-8000-000000000000")),
        "ThroughputMode": it.throughput_mode,
        "ProvisionedThroughputInMibps": (it.throughput_mode == "provisioned").then_some(64.0),
        "AvailabilityZoneName": it.has_one_zone.then(|| format!("{}a", place.region)),
        "Tags": tags(&all),
        "FileSystemProtection": { "ReplicationOverwriteProtection": "ENABLED" },
    })
}
