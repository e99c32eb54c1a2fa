//! S3's operations.

use super::bucket::{Acl, Block, SimulatedBucket};
use super::population::buckets;
use crate::clock::iso_millis;
use crate::context::Context;
use crate::place::Place;
use crate::protocol::{Refusal, tags};
use crate::service::{Operation, body, get};
use serde_json::{Value, json};

const XMLNS: &str = "http://s3.amazonaws.com/doc/2006-03-01/";
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

pub(super) const ANSWERS: &[Operation] = &[
    get("GetBucketAcl", |context| {
        let bucket = find(context)?;
        Ok(document("AccessControlPolicy", acl(&context.place, bucket.acl)))
    }),
    get("GetBucketEncryption", |context| {
        Ok(document("ServerSideEncryptionConfiguration", encryption(&find(context)?)))
    })
    .needs("GetEncryptionConfiguration"),
    get("GetBucketLocation", |context| Ok(location(&named(context)?))),
    get("GetBucketLogging", |context| {
        let bucket = find(context)?;
        let target = json!({ "TargetBucket": "logs", "TargetPrefix": format!("{}/", bucket.name) });
        Ok(document("BucketLoggingStatus", json!({ "LoggingEnabled": bucket.is_logged.then_some(target) })))
    }),
    get("GetBucketOwnershipControls", ownership_controls),
    body("GetBucketPolicy", |context| policy(&find(context)?)),
    get("GetBucketPolicyStatus", |context| {
        let bucket = find(context)?;
        policy(&bucket)?;
        Ok(document("PolicyStatus", json!({ "IsPublic": bucket.policy.kind.is_s3_public() })))
    }),
    get("GetBucketTagging", |context| {
        let bucket = find(context)?;
        if bucket.tags.is_empty() {
            return Err(refusal(&bucket, "NoSuchTagSet", "The TagSet does not exist"));
        }
        Ok(document("Tagging", json!({ "TagSet": { "Tag": tags(&bucket.tags) } })))
    }),
    get("GetBucketVersioning", |context| {
        Ok(document("VersioningConfiguration", json!({ "Status": find(context)?.versioning })))
    }),
    get("GetObjectLockConfiguration", |context| {
        let bucket = find(context)?;
        if !bucket.is_locked {
            let message = "Object Lock configuration does not exist for this bucket";
            return Err(refusal(&bucket, "ObjectLockConfigurationNotFoundError", message));
        }
        let retention = json!({ "DefaultRetention": { "Mode": "GOVERNANCE", "Days": 30 } });
        Ok(document("ObjectLockConfiguration", json!({ "ObjectLockEnabled": "Enabled", "Rule": retention })))
    })
    .needs("GetBucketObjectLockConfiguration"),
    get("GetPublicAccessBlock", public_access_block).needs("GetBucketPublicAccessBlock"),
    get("ListBuckets", list_buckets).needs("ListAllMyBuckets"),
];

/// An answer under its root element.
pub(super) fn document(root: &str, mut content: Value) -> Value {
    content["@xmlns"] = json!(XMLNS);
    json!({ root: content })
}

fn list_buckets(context: &Context<'_>) -> Result<Value, Refusal> {
    let (prefix, region) = (context.request.text("prefix"), context.request.text("bucket-region"));
    let mut found = buckets(&context.place);
    found.retain(|bucket| {
        prefix.is_none_or(|prefix| bucket.name.starts_with(prefix)) && region.is_none_or(|it| bucket.region == it)
    });
    found.sort_by(|left, right| left.name.cmp(&right.name));
    let page = context.page(found)?;
    let omits_region = context.organization().settings.omits_bucket_region;
    let describe = |bucket: &SimulatedBucket| {
        json!({
            "Name": bucket.name,
            "CreationDate": iso_millis(bucket.created_millis),
            "BucketRegion": (!omits_region).then_some(&bucket.region),
            "BucketArn": bucket.arn,
        })
    };
    let list: Vec<_> = page.elements.iter().map(describe).collect();
    Ok(json!({ "ListAllMyBucketsResult": {
        "@xmlns": XMLNS,
        "Owner": { "ID": canonical_id(&context.place) },
        "Buckets": { "Bucket": list },
        "ContinuationToken": page.next,
        "Prefix": prefix,
    } }))
}

/// The bucket that the call names, if it is the caller's.
fn named(context: &Context<'_>) -> Result<SimulatedBucket, Refusal> {
    let name = context.request.required("Bucket")?;
    let found = buckets(&context.place).into_iter().find(|bucket| bucket.name == name);
    found.ok_or_else(|| Refusal::new(404, "NoSuchBucket", "The specified bucket does not exist"))
}

/// The same, if the bucket is in the region that the signature names.
pub(super) fn find(context: &Context<'_>) -> Result<SimulatedBucket, Refusal> {
    let bucket = named(context)?;
    if bucket.region != context.place.region {
        let message = "The bucket you are attempting to access must be addressed using the specified endpoint. \
                       Please send all future requests to this endpoint.";
        return Err(refusal_with(301, &bucket, "PermanentRedirect", message));
    }
    Ok(bucket)
}

fn ownership_controls(context: &Context<'_>) -> Result<Value, Refusal> {
    let bucket = find(context)?;
    let message = "The bucket ownership controls were not found";
    let missing = || refusal(&bucket, "OwnershipControlsNotFoundError", message);
    let ownership = bucket.ownership.ok_or_else(missing)?;
    Ok(document("OwnershipControls", json!({ "Rule": { "ObjectOwnership": ownership } })))
}

fn public_access_block(context: &Context<'_>) -> Result<Value, Refusal> {
    let bucket = find(context)?;
    let message = "The public access block configuration was not found";
    let missing = || refusal(&bucket, "NoSuchPublicAccessBlockConfiguration", message);
    Ok(document("PublicAccessBlockConfiguration", block_members(bucket.block.ok_or_else(missing)?)))
}

pub(super) fn refusal(bucket: &SimulatedBucket, code: &str, message: &str) -> Refusal {
    refusal_with(404, bucket, code, message)
}

fn refusal_with(status: u16, bucket: &SimulatedBucket, code: &str, message: &str) -> Refusal {
    Refusal::new(status, code, message).with_header("x-amz-bucket-region", &bucket.region)
}

fn policy(bucket: &SimulatedBucket) -> Result<String, Refusal> {
    let missing = || refusal(bucket, "NoSuchBucketPolicy", "The bucket policy does not exist");
    bucket.policy.document.clone().ok_or_else(missing)
}

/// The canonical id: ACLs name an account by it.
fn canonical_id(place: &Place<'_>) -> String {
    place.whole().dice("canonical").hex(64)
}

fn acl(place: &Place<'_>, acl: Acl) -> Value {
    let owner = canonical_id(place);
    let group = |name: &str, permission: &str| {
        let uri = format!("http://acs.amazonaws.com/groups/{name}");
        let grantee = json!({ "@xmlns:xsi": XSI, "@xsi:type": "Group", "URI": uri });
        json!({ "Grantee": grantee, "Permission": permission })
    };
    let own = json!({ "@xmlns:xsi": XSI, "@xsi:type": "CanonicalUser", "ID": owner });
    let mut grants = vec![json!({ "Grantee": own, "Permission": "FULL_CONTROL" })];
    match acl {
        Acl::Private => {}
        Acl::LogDelivery => grants.extend([group("s3/LogDelivery", "WRITE"), group("s3/LogDelivery", "READ_ACP")]),
        Acl::EveryoneReads => grants.push(group("global/AllUsers", "READ")),
        Acl::EveryoneControls => grants.push(group("global/AllUsers", "FULL_CONTROL")),
        Acl::AuthenticatedReads => grants.push(group("global/AuthenticatedUsers", "READ")),
        Acl::AuthenticatedControls => grants.push(group("global/AuthenticatedUsers", "FULL_CONTROL")),
    }
    json!({ "Owner": { "ID": owner }, "AccessControlList": { "Grant": grants } })
}

/// The members of a public access block, of a bucket or an account.
pub(crate) fn block_members(block: Block) -> Value {
    json!({
        "BlockPublicAcls": block.block_public_acls,
        "IgnorePublicAcls": block.ignore_public_acls,
        "BlockPublicPolicy": block.block_public_policy,
        "RestrictPublicBuckets": block.restrict_public_buckets,
    })
}

/// The location of a bucket. For the oldest region, us-east-1, the name is empty.
fn location(bucket: &SimulatedBucket) -> Value {
    let name = if bucket.region == "us-east-1" { "" } else { &bucket.region };
    json!({ "LocationConstraint": name })
}

fn encryption(bucket: &SimulatedBucket) -> Value {
    json!({ "Rule": {
        "ApplyServerSideEncryptionByDefault": { "SSEAlgorithm": bucket.encryption },
        "BucketKeyEnabled": bucket.encryption == "aws:kms",
    } })
}
