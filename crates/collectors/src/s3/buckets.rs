//! S3 buckets: ListBuckets, then for each bucket, in its own region, nine calls about its settings, and one
//! more where it keeps versions.

use std::collections::BTreeMap;

use aws_sdk_s3::types::PublicAccessBlockConfiguration;
use futures::StreamExt;
use orgcensus_collect::kinds::S3_BUCKET;
use orgcensus_collect::{
    Collector, Error, POLICY_TABLE_NAMES, Policy, PolicyText, Rows, Runs, Scope, Session, call, timestamp,
};
use orgcensus_row::{Row, Timestamp, table};
use serde::Serialize;

use super::details::{Details, named, read, s3};
use crate::items::{Unread, details, word};

/// One general purpose S3 bucket.
#[derive(Debug, Serialize, Row)]
#[row(table = "s3_buckets", key = "arn")]
pub struct Bucket {
    /// The bucket's ARN.
    pub arn: String,
    /// The bucket's name.
    pub bucket_name: String,
    /// The region that it is in. Null: it could not be read.
    pub bucket_region: Option<String>,
    /// The canonical user id of the account that owns it, as ACLs name accounts.
    pub owner_id: Option<String>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// AWS's own verdict whether the bucket policy makes it public; false without a policy. Null: it could not be read.
    pub policy_status_is_public: Option<bool>,
    /// BucketOwnerEnforced (ACLs are off), BucketOwnerPreferred or ObjectWriter; ObjectWriter also where none is set,
    /// as S3 then acts. Null: it could not be read.
    pub object_ownership: Option<String>,
    /// Whether the bucket has a Block Public Access setting of its own. Null: it could not be read.
    pub has_public_access_block: Option<bool>,
    /// Whether new public ACLs are refused; false where nothing is set. Null: it could not be read.
    pub block_public_acls: Option<bool>,
    /// Whether public ACLs give nothing; false where nothing is set. Null: it could not be read.
    pub ignore_public_acls: Option<bool>,
    /// Whether new public policies are refused; false where nothing is set. Null: it could not be read.
    pub block_public_policy: Option<bool>,
    /// Whether a public policy admits only AWS services and the account; false where nothing is set. Null: it could not
    /// be read.
    pub restrict_public_buckets: Option<bool>,
    /// How new objects are encrypted: AES256, aws:kms or aws:kms:dsse. Null: it could not be read.
    pub encryption_algorithm: Option<String>,
    /// The KMS key for new objects: an id, an ARN or an alias. Null: none, or it could not be read.
    pub encryption_kms_key_id: Option<String>,
    /// Whether a bucket key spares calls to KMS. Null: not said, or it could not be read.
    pub is_bucket_key_enabled: Option<bool>,
    /// Enabled, Suspended, or Disabled where it was never set. Null: it could not be read.
    pub versioning_status: Option<String>,
    /// Whether deleting a version asks for MFA. Null: it could not be read.
    pub is_mfa_delete_enabled: Option<bool>,
    /// Whether Object Lock is on, so that versions can be kept from everyone; false without versions. Null: it could not
    /// be read.
    pub is_object_lock_enabled: Option<bool>,
    /// How new objects are locked: COMPLIANCE (nobody can delete them), or GOVERNANCE (some can). Null: they are not, or
    /// it could not be read.
    pub object_lock_mode: Option<String>,
    /// For how many days; a year counts as 365. Null: as object_lock_mode.
    pub object_lock_days: Option<i32>,
    /// Whether requests are logged to a bucket. Null: it could not be read.
    pub is_logging_enabled: Option<bool>,
    /// The bucket that requests are logged to. Null: none, or it could not be read.
    pub logging_target_bucket: Option<String>,
    /// The prefix of the logs.
    pub logging_target_prefix: Option<String>,
    /// Tags. Null: they could not be read.
    pub tags: Option<BTreeMap<String, String>>,
}

/// The buckets of one account, in all its regions.
pub const BUCKETS: Collector = Collector {
    name: "s3_buckets",
    scope: Scope::Account,
    runs: Runs::Always,
    calls: &[
        call("s3", "ListBuckets").needs("s3:ListAllMyBuckets"),
        call("s3", "GetBucketLocation"),
        call("s3", "GetBucketPolicy"),
        call("s3", "GetBucketPolicyStatus"),
        call("s3", "GetBucketAcl"),
        call("s3", "GetBucketOwnershipControls"),
        call("s3", "GetPublicAccessBlock").needs("s3:GetBucketPublicAccessBlock"),
        call("s3", "GetBucketTagging"),
        call("s3", "GetBucketEncryption").needs("s3:GetEncryptionConfiguration"),
        call("s3", "GetBucketVersioning"),
        call("s3", "GetObjectLockConfiguration").needs("s3:GetBucketObjectLockConfiguration"),
        call("s3", "GetBucketLogging"),
    ],
    resources: &[S3_BUCKET],
    tables: &[table::<Bucket>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = s3(session).list_buckets().max_buckets(10_000).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page?;
        let owner_id = page.owner.and_then(|owner| owner.id);
        let listed = named(rows, Bucket::TABLE, "s3:ListBuckets", page.buckets)?;
        let mut buckets = details(listed, |bucket| read(session.clone(), bucket));
        while let Some(bucket) = buckets.next().await {
            match bucket {
                Some(bucket) => push(session, rows, bucket, owner_id.clone()).await?,
                None => rows.gone(),
            }
        }
    }
    Ok(())
}

async fn push(session: &Session, rows: &mut Rows<'_>, it: Details, owner_id: Option<String>) -> Result<(), Error> {
    let bucket_name = it.bucket.name.unwrap_or_default();
    let arn = it.bucket.bucket_arn.unwrap_or_else(|| format!("arn:{}:s3:::{bucket_name}", session.partition()));
    let text =
        it.policy.as_ref().map_or_else(|error| PolicyText::Unread(error.clone()), |it| PolicyText::read(it.clone()));
    rows.policy(Policy::of(&arn, S3_BUCKET, text)).await?;
    rows.acl(&arn, S3_BUCKET, it.acl.clone()).await?;
    rows.item(POLICY_TABLE_NAMES, it.policy)?;
    rows.item(POLICY_TABLE_NAMES, it.acl)?;
    let block = rows.item([Bucket::TABLE], it.public_access_block)?;
    let mut unread = Unread::default();
    let mut is_on = |name, setting: fn(&PublicAccessBlockConfiguration) -> Option<bool>| match block.as_ref()? {
        Some(block) => unread.value(name, setting(block)),
        None => Some(false),
    };
    let block_public_acls = is_on("BlockPublicAcls", |block| block.block_public_acls);
    let ignore_public_acls = is_on("IgnorePublicAcls", |block| block.ignore_public_acls);
    let block_public_policy = is_on("BlockPublicPolicy", |block| block.block_public_policy);
    let restrict_public_buckets = is_on("RestrictPublicBuckets", |block| block.restrict_public_buckets);
    unread.count(rows, Bucket::TABLE, "s3:GetPublicAccessBlock");
    let encryption = rows.item([Bucket::TABLE], it.encryption)?.flatten();
    let default = encryption.as_ref().and_then(|rule| rule.apply_server_side_encryption_by_default.as_ref());
    let versioning = rows.item([Bucket::TABLE], it.versioning)?;
    // Of a bucket whose versioning is unread, the lock is not known either.
    let lock = rows.item([Bucket::TABLE], it.lock)?.filter(|_| versioning.is_some());
    let logging = rows.item([Bucket::TABLE], it.logging)?;
    let target = logging.as_ref().and_then(Option::as_ref);
    let created_at = it.bucket.creation_date.as_ref().and_then(timestamp);
    let row = Bucket {
        arn,
        bucket_name,
        bucket_region: rows.item([Bucket::TABLE], it.region)?,
        owner_id,
        created_at,
        age_days: created_at.map(|at| at.days_until(rows.captured_at())),
        policy_status_is_public: rows.item([Bucket::TABLE], it.is_public)?.map(|is_public| is_public.unwrap_or(false)),
        object_ownership: rows
            .item([Bucket::TABLE], it.ownership)?
            .map(|it| it.unwrap_or_else(|| "ObjectWriter".to_owned())),
        has_public_access_block: block.as_ref().map(Option::is_some),
        block_public_acls,
        ignore_public_acls,
        block_public_policy,
        restrict_public_buckets,
        encryption_algorithm: default.and_then(|default| word(default.sse_algorithm.as_str())),
        encryption_kms_key_id: default.and_then(|default| default.kms_master_key_id.clone()),
        is_bucket_key_enabled: encryption.as_ref().and_then(|rule| rule.bucket_key_enabled),
        is_mfa_delete_enabled: versioning.as_ref().map(|it| it.is_mfa_delete_enabled),
        is_object_lock_enabled: lock.as_ref().map(|it| it.is_enabled),
        object_lock_mode: lock.as_ref().and_then(|it| it.mode.clone()),
        object_lock_days: lock.and_then(|it| it.days),
        versioning_status: versioning.map(|it| it.status.unwrap_or_else(|| "Disabled".to_owned())),
        is_logging_enabled: logging.as_ref().map(Option::is_some),
        logging_target_bucket: target.map(|it| it.target_bucket.clone()),
        logging_target_prefix: target.map(|it| it.target_prefix.clone()),
        tags: rows
            .item([Bucket::TABLE], it.tags)?
            .map(|tags| tags.into_iter().flatten().map(|it| (it.key, it.value)).collect()),
    };
    rows.push(row).await
}

#[cfg(test)]
mod tests;
