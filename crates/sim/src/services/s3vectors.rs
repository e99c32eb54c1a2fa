//! S3 Vectors: vector buckets with their policies.

use crate::clock::epoch_seconds;
use crate::context::Context;
use crate::place::Place;
use crate::policies::{ResourcePolicy, Subject, any_kind};
use crate::protocol::{Problem, Refusal};
use crate::samples::UNGATED;
use crate::service::{Service, get, list};
use crate::truth::{At, Planted, resources};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    errors: &[Problem::Internal.is("InternalServerException")],
    answers: &[&[
        get("GetVectorBucket", |context| Ok(json!({ "vectorBucket": describe(&context.place, &find(context)?) }))),
        get("GetVectorBucketPolicy", |context| {
            let none =
                || Refusal::new(404, "NotFoundException", "The specified vector bucket policy could not be found");
            Ok(json!({ "policy": find(context)?.policy.document.ok_or_else(none)? }))
        }),
        list("ListVectorBuckets", "vectorBuckets", |context| Ok(buckets(&context.place).iter().map(summary).collect())),
    ]],
    kinds: &[resources(At::Region, |place| {
        buckets(place).into_iter().map(|it| Planted::by(it.arn, it.policy)).collect()
    })
    .rows("s3vectors_buckets")
    .sampled("s3vectors_buckets", UNGATED)],
    ..Service::named("s3vectors")
};

/// A vector bucket.
#[derive(Debug)]
struct Bucket {
    name: String,
    arn: String,
    policy: ResourcePolicy,
    has_key: bool,
    created_millis: i64,
}

fn buckets(place: &Place<'_>) -> Vec<Bucket> {
    let rates = &place.organization.settings.rates;
    let (mut dice, count) = place.sampled("s3vectors", rates.other_resources);
    let bucket = |number: u64| {
        let name = format!("{}-{number}", dice.pick(&["papers", "faces"]));
        let arn = place.arn("s3vectors", &format!("bucket/{name}"));
        let subject = Subject {
            place: *place,
            actions: &["s3vectors:QueryVectors", "s3vectors:GetVectors"],
            resources: vec![arn.clone(), format!("{arn}/*")],
            service: "bedrock.amazonaws.com",
        };
        let kind = place.shown(any_kind(&mut dice, rates.public_other_resources), number + 1 == count);
        let days = dice.between(0, 300);
        Bucket {
            policy: subject.policy(kind, &mut dice),
            has_key: dice.chance(0.3),
            created_millis: place.days_ago(days, &mut dice),
            name,
            arn,
        }
    };
    (0..count).map(bucket).collect()
}

fn find(context: &Context<'_>) -> Result<Bucket, Refusal> {
    let request = context.request;
    let (name, arn) = (request.text("vectorBucketName"), request.text("vectorBucketArn"));
    let is_it = |it: &Bucket| name == Some(it.name.as_str()) || arn == Some(it.arn.as_str());
    let found = buckets(&context.place).into_iter().find(is_it);
    found.ok_or_else(|| Refusal::new(404, "NotFoundException", "The specified vector bucket could not be found"))
}

fn summary(it: &Bucket) -> Value {
    json!({
        "vectorBucketName": it.name,
        "vectorBucketArn": it.arn,
        "creationTime": epoch_seconds(it.created_millis),
    })
}

fn describe(place: &Place<'_>, it: &Bucket) -> Value {
    let mut described = summary(it);
    described["encryptionConfiguration"] = json!({
        "sseType": if it.has_key { "aws:kms" } else { "AES256" },
        "kmsKeyArn": it.has_key.then(|| place.arn("kms", "key/00000000-0000-4000-8000-000000000000")),
    });
    described
}
