//! S3 Files: file systems with their policies.

use crate::clock::epoch_seconds;
use crate::context::Context;
use crate::dice::some_tags;
use crate::place::Place;
use crate::policies::{ResourcePolicy, Subject, any_kind};
use crate::protocol::{Problem, Refusal};
use crate::samples::UNGATED;
use crate::service::{Service, get, list};
use crate::truth::{At, Planted, resources};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    errors: &[Problem::Throttled.is("ThrottlingException"), Problem::Internal.is("InternalServerException")],
    answers: &[&[
        get("GetFileSystem", |context| {
            let found = find(context)?;
            let tags: Vec<_> = found.tags.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
            let mut described = describe(&context.place, &found);
            described["tags"] = json!(tags);
            Ok(described)
        }),
        get("GetFileSystemPolicy", |context| {
            let found = find(context)?;
            let none = || Refusal::new(404, "ResourceNotFoundException", "The file system has no policy.");
            Ok(json!({ "fileSystemId": found.id, "policy": found.policy.document.ok_or_else(none)? }))
        }),
        list("ListFileSystems", "fileSystems", |context| {
            Ok(file_systems(&context.place).iter().map(|it| describe(&context.place, it)).collect())
        }),
    ]],
    kinds: &[resources(At::Region, |place| {
        file_systems(place).into_iter().map(|it| Planted::by(it.arn, it.policy)).collect()
    })
    .rows("s3files_file_systems")
    .sampled("s3files_file_systems", UNGATED)],
    ..Service::named("s3files")
};

/// A file system.
#[derive(Debug)]
struct FileSystem {
    id: String,
    arn: String,
    policy: ResourcePolicy,
    name: &'static str,
    status: &'static str,
    created_millis: i64,
    tags: Vec<(String, String)>,
}

fn file_systems(place: &Place<'_>) -> Vec<FileSystem> {
    let rates = &place.organization.settings.rates;
    let (mut dice, count) = place.sampled("s3files", rates.other_resources);
    let file_system = |number: u64| {
        let id = format!("fs-0{}", dice.hex(16));
        let arn = place.arn("s3files", &format!("file-system/{id}"));
        let subject = Subject {
            place: *place,
            actions: &["s3files:ClientMount", "s3files:ClientWrite"],
            resources: vec![arn.clone()],
            service: "datasync.amazonaws.com",
        };
        let kind = place.shown(any_kind(&mut dice, rates.public_other_resources), number + 1 == count);
        let days = dice.between(0, 200);
        FileSystem {
            policy: subject.policy(kind, &mut dice),
            name: dice.pick(&["home", "models"]),
            status: dice.weighted(&[("available", 12), ("misconfigured", 2), ("levitating", 1)]),
            created_millis: place.days_ago(days, &mut dice),
            tags: some_tags(&mut dice),
            id,
            arn,
        }
    };
    (0..count).map(file_system).collect()
}

fn find(context: &Context<'_>) -> Result<FileSystem, Refusal> {
    let wanted = context.request.required("fileSystemId")?;
    let found = file_systems(&context.place).into_iter().find(|it| it.id == wanted || it.arn == wanted);
    found.ok_or_else(|| Refusal::new(404, "ResourceNotFoundException", "The file system does not exist."))
}

fn describe(place: &Place<'_>, it: &FileSystem) -> Value {
    json!({
        "fileSystemId": it.id,
        "fileSystemArn": it.arn,
        "name": it.name,
        "ownerId": place.account.id,
        "status": it.status,
        "bucket": format!("arn:{}:s3:::{}-files", place.organization.settings.partition, it.name),
        "roleArn": place.iam_arn("role/s3-files"),
        "creationTime": epoch_seconds(it.created_millis),
    })
}
