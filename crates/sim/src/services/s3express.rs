//! S3 Express: directory buckets. They speak as S3 does and sign with a name of their own.

use crate::clock::iso_millis;
use crate::context::Context;
use crate::place::Place;
use crate::policies::{Kind, ResourcePolicy, Subject};
use crate::protocol::Refusal;
use crate::samples::Class;
use crate::service::{Service, body, get};
use crate::truth::{At, Planted, resources};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    of: Some("s3"),
    signs_as: Some("s3express"),
    speaks_as_s3: true,
    answers: &[&[
        get("GetBucketEncryption", |context| {
            let key = context.place.arn("kms", "key/00000000-0000-4000-8000-000000000000");
            let default = match bucket(context)?.has_key {
                true => json!({ "SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key }),
                false => json!({ "SSEAlgorithm": "AES256" }),
            };
            let rule = json!({ "ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": true });
            Ok(json!({ "ServerSideEncryptionConfiguration": { "Rule": rule } }))
        })
        .needs("GetEncryptionConfiguration"),
        body("GetBucketPolicy", |context| {
            let none = || Refusal::new(404, "NoSuchBucketPolicy", "The bucket policy does not exist");
            bucket(context)?.policy.document.ok_or_else(none)
        }),
        get("ListDirectoryBuckets", |context| {
            let page = context.page(buckets(&context.place))?;
            let all: Vec<Value> = page.elements.iter().map(|it| describe(&context.place, it)).collect();
            Ok(json!({ "ListAllMyDirectoryBucketsResult": {
                "Buckets": { "Bucket": all },
                "ContinuationToken": page.next,
            } }))
        })
        .needs("ListAllMyDirectoryBuckets"),
    ]],
    kinds: &[resources(At::Region, |place| {
        buckets(place).into_iter().map(|it| Planted::by(it.arn, it.policy)).collect()
    })
    .rows("s3express_buckets")
    .sampled("s3express_buckets", CANNOT)],
    ..Service::named("s3express")
};

/// A directory bucket.
#[derive(Debug)]
pub(super) struct DirectoryBucket {
    pub(super) name: String,
    arn: String,
    policy: ResourcePolicy,
    has_key: bool,
    created_millis: i64,
}

/// Block Public Access is always on, so no policy is public.
const KINDS: &[(Kind, u32)] =
    &[(Kind::None, 5), (Kind::SameAccount, 2), (Kind::InOrgAccount, 2), (Kind::ExternalAccount, 1)];

/// S3 takes no policy that is public, and none that it does not understand.
const CANNOT: &[Class] = &[Class::Public, Class::Unread, Class::Gated];

/// The directory buckets of a region.
pub(super) fn buckets(place: &Place<'_>) -> Vec<DirectoryBucket> {
    let rates = &place.organization.settings.rates;
    let (mut dice, count) = place.sampled("s3express-buckets", rates.other_resources.min(1));
    let bucket = |number: u64| {
        let name = format!("{}-{number}-{}--use1-az4--x-s3", dice.pick(&["cache", "train"]), place.account.id);
        let arn = place.arn("s3express", &format!("bucket/{name}"));
        let subject = Subject {
            place: *place,
            actions: &["s3express:CreateSession"],
            resources: vec![arn.clone()],
            service: "sagemaker.amazonaws.com",
        };
        let kind = place.shown_but(CANNOT, dice.weighted(KINDS), number + 1 == count);
        let days = dice.between(0, 700);
        DirectoryBucket {
            policy: subject.policy(kind, &mut dice),
            has_key: dice.chance(0.4),
            created_millis: place.days_ago(days, &mut dice),
            name,
            arn,
        }
    };
    (0..count).map(bucket).collect()
}

/// The bucket that a call names.
fn bucket(context: &Context<'_>) -> Result<DirectoryBucket, Refusal> {
    let wanted = context.request.required("Bucket")?;
    let found = buckets(&context.place).into_iter().find(|it| it.name == wanted);
    found.ok_or_else(|| Refusal::new(404, "NoSuchBucket", "The specified bucket does not exist"))
}

fn describe(place: &Place<'_>, it: &DirectoryBucket) -> Value {
    json!({
        "Name": it.name,
        "CreationDate": iso_millis(it.created_millis),
        "BucketRegion": place.region,
        "BucketArn": it.arn,
    })
}
