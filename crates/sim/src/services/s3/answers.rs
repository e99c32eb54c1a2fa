//! S3's operations.

use super::{Acl, Block, SimulatedBucket, buckets};
use crate::account::Account;
use crate::clock::iso_millis;
use crate::organization::Organization;
use crate::protocol::{Answer, Limits, Refusal, tags};
use crate::services::Context;
use serde_json::{Value, json};

const XMLNS: &str = "http://s3.amazonaws.com/doc/2006-03-01/";
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
const PAGE: Limits = Limits { token: "continuation-token", size: "max-buckets", default: 10_000, max: 10_000 };

pub(crate) fn answer(context: &Context<'_>) -> Result<Answer, Refusal> {
    let operation = context.request.operation.as_str();
    if operation == "ListBuckets" {
        return list_buckets(context);
    }
    let bucket = find(context)?;
    let (name, mut content) = match operation {
        "GetBucketPolicy" => return policy(&bucket).map(Answer::Body),
        "GetBucketPolicyStatus" => {
            policy(&bucket)?;
            ("PolicyStatus", json!({ "IsPublic": bucket.policy.kind.is_s3_public() }))
        }
        "GetBucketAcl" => ("AccessControlPolicy", acl(context, bucket.acl)),
        "GetBucketOwnershipControls" => {
            let ownership = bucket.ownership.ok_or_else(|| {
                refusal(&bucket, "OwnershipControlsNotFoundError", "The bucket ownership controls were not found")
            })?;
            ("OwnershipControls", json!({ "Rule": { "ObjectOwnership": ownership } }))
        }
        "GetPublicAccessBlock" => {
            let block = bucket.block.ok_or_else(|| {
                let message = "The public access block configuration was not found";
                refusal(&bucket, "NoSuchPublicAccessBlockConfiguration", message)
            })?;
            ("PublicAccessBlockConfiguration", block_members(block))
        }
        "GetBucketLocation" => return Ok(location(&bucket).into()),
        "GetBucketTagging" if bucket.tags.is_empty() => {
            return Err(refusal(&bucket, "NoSuchTagSet", "The TagSet does not exist"));
        }
        "GetBucketTagging" => ("Tagging", json!({ "TagSet": { "Tag": tags(&bucket.tags) } })),
        "GetBucketEncryption" => ("ServerSideEncryptionConfiguration", encryption(&bucket)),
        "GetBucketVersioning" => ("VersioningConfiguration", json!({ "Status": bucket.versioning })),
        "GetBucketLogging" => {
            let target = json!({ "TargetBucket": "logs", "TargetPrefix": format!("{}/", bucket.name) });
            ("BucketLoggingStatus", json!({ "LoggingEnabled": bucket.is_logged.then_some(target) }))
        }
        _ => return Err(context.unknown_operation()),
    };
    content["@xmlns"] = json!(XMLNS);
    Ok(json!({ name: content }).into())
}

fn list_buckets(context: &Context<'_>) -> Result<Answer, Refusal> {
    let (prefix, region) = (context.request.text("prefix"), context.request.text("bucket-region"));
    let mut found = buckets(context.organization, context.account());
    found.retain(|bucket| {
        prefix.is_none_or(|prefix| bucket.name.starts_with(prefix)) && region.is_none_or(|it| bucket.region == it)
    });
    found.sort_by(|left, right| left.name.cmp(&right.name));
    let page = context.page(&PAGE, found)?;
    let list = page.elements.iter().map(|bucket| {
        json!({
            "Name": bucket.name,
            "CreationDate": iso_millis(bucket.created_millis),
            "BucketRegion": (!context.organization.settings.omits_bucket_region).then_some(&bucket.region),
            "BucketArn": bucket.arn,
        })
    });
    let list: Vec<_> = list.collect();
    Ok(json!({ "ListAllMyBucketsResult": {
        "@xmlns": XMLNS,
        "Owner": { "ID": canonical_id(context.organization, context.account()) },
        "Buckets": { "Bucket": list },
        "ContinuationToken": page.next,
        "Prefix": prefix,
    } })
    .into())
}

/// The bucket that the call names, if it is the caller's and in the region that the caller signed for.
fn find(context: &Context<'_>) -> Result<SimulatedBucket, Refusal> {
    let name = context.request.required("Bucket")?;
    let found = buckets(context.organization, context.account()).into_iter().find(|bucket| bucket.name == name);
    let bucket = found.ok_or_else(|| Refusal::new(404, "NoSuchBucket", "The specified bucket does not exist"))?;
    if bucket.region != context.region() && context.request.operation != "GetBucketLocation" {
        let message = "The bucket you are attempting to access must be addressed using the specified endpoint. \
                       Please send all future requests to this endpoint.";
        return Err(refusal_with(301, &bucket, "PermanentRedirect", message));
    }
    Ok(bucket)
}

fn refusal(bucket: &SimulatedBucket, code: &str, message: &str) -> Refusal {
    refusal_with(404, bucket, code, message)
}

fn refusal_with(status: u16, bucket: &SimulatedBucket, code: &str, message: &str) -> Refusal {
    let headers = vec![("x-amz-bucket-region", bucket.region.clone())];
    Refusal { headers, ..Refusal::new(status, code, message) }
}

fn policy(bucket: &SimulatedBucket) -> Result<String, Refusal> {
    let missing = || refusal(bucket, "NoSuchBucketPolicy", "The bucket policy does not exist");
    bucket.policy.document.clone().ok_or_else(missing)
}

/// The id by which ACLs know an account.
fn canonical_id(organization: &Organization, account: &Account) -> String {
    organization.dice(&["canonical", &account.id]).hex(64)
}

fn acl(context: &Context<'_>, acl: Acl) -> Value {
    let owner = canonical_id(context.organization, context.account());
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

/// The oldest region has no name here.
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
