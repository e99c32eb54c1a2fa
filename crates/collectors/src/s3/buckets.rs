//! S3 buckets: ListBuckets, then for each bucket, in its own region, nine calls about its settings.

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
mod tests {
    use orgcensus_collect::testing::{Collected, Recorded};

    use super::BUCKETS;

    const FIRST: &str = "<ListAllMyBucketsResult><Owner><ID>abc</ID></Owner><Buckets>
        <Bucket><Name>web</Name><CreationDate>2025-12-22T00:00:00Z</CreationDate><BucketRegion>us-west-2</BucketRegion>
        </Bucket><Bucket><Name>gone</Name><BucketRegion>eu-west-1</BucketRegion></Bucket></Buckets>
        <ContinuationToken>second</ContinuationToken></ListAllMyBucketsResult>";
    const SECOND: &str =
        "<ListAllMyBucketsResult><Owner><ID>abc</ID></Owner><Buckets><Bucket><Name>plain</Name></Bucket>
        <Bucket><Name>secret</Name><BucketRegion>eu-west-1</BucketRegion></Bucket>
        <Bucket><Name>lost</Name></Bucket><Bucket/></Buckets></ListAllMyBucketsResult>";
    const POLICY: &str = r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}]}"#;
    const ACL: &str = r#"<AccessControlPolicy xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><AccessControlList>
        <Grant><Grantee xsi:type="CanonicalUser"><ID>abc</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant>
        <Grant><Grantee xsi:type="Group"><URI>http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee>
        <Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>"#;
    const BLOCK: &str = "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls>
        <IgnorePublicAcls>false</IgnorePublicAcls><BlockPublicPolicy>false</BlockPublicPolicy>
        </PublicAccessBlockConfiguration>";
    const ENCRYPTION: &str = "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>
        <SSEAlgorithm>quantum</SSEAlgorithm><KMSMasterKeyID>alias/web</KMSMasterKeyID></ApplyServerSideEncryptionByDefault>
        </Rule></ServerSideEncryptionConfiguration>";
    const LOGGING: &str = "<BucketLoggingStatus><LoggingEnabled><TargetBucket>logs</TargetBucket><TargetPrefix>web/
        </TargetPrefix></LoggingEnabled></BucketLoggingStatus>";
    /// What AWS answers for a bucket with nothing set: an error's code, or a document's empty root.
    const NOTHING_SET: [(&str, u16, &str); 9] = [
        ("GetBucketPolicy", 404, "NoSuchBucketPolicy"),
        ("GetBucketPolicyStatus", 404, "NoSuchBucketPolicy"),
        ("GetBucketAcl", 200, "<AccessControlPolicy/>"),
        ("GetBucketOwnershipControls", 404, "OwnershipControlsNotFoundError"),
        ("GetPublicAccessBlock", 404, "NoSuchPublicAccessBlockConfiguration"),
        ("GetBucketTagging", 404, "NoSuchTagSet"),
        ("GetBucketEncryption", 404, "ServerSideEncryptionConfigurationNotFoundError"),
        ("GetBucketVersioning", 200, "<VersioningConfiguration/>"),
        ("GetBucketLogging", 200, "<BucketLoggingStatus/>"),
    ];

    fn error(code: &str) -> String {
        format!("<Error><Code>{code}</Code><Message>no</Message></Error>")
    }

    fn recorded() -> Recorded {
        let mut recorded = Recorded::new()
            .answer("ListBuckets", FIRST)
            .answer_to("ListBuckets", "second", SECOND)
            .answer_to("GetBucketPolicy", "web.s3.us-west-2", POLICY)
            .answer_to("GetBucketPolicyStatus", "web", "<PolicyStatus><IsPublic>true</IsPublic></PolicyStatus>")
            .answer_to("GetBucketAcl", "web", ACL)
            .answer_to(
                "GetBucketOwnershipControls",
                "web",
                "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerPreferred</ObjectOwnership></Rule></OwnershipControls>",
            )
            .answer_to("GetPublicAccessBlock", "web", BLOCK)
            .answer_to("GetBucketTagging", "web", "<Tagging><TagSet><Tag><Key>team</Key><Value>web</Value></Tag></TagSet></Tagging>")
            .answer_to("GetBucketEncryption", "web", ENCRYPTION)
            .answer_to("GetBucketVersioning", "web", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")
            .answer_to("GetBucketLogging", "web", LOGGING)
            .refuse("GetBucketPolicy", "gone", 404, &error("NoSuchBucket"))
            .answer_to("GetBucketLocation", "plain", "<LocationConstraint>EU</LocationConstraint>")
            .refuse("GetBucketLocation", "lost", 403, &error("AccessDenied"));
        for (operation, status, text) in NOTHING_SET {
            let body = if status == 200 { text.to_owned() } else { error(text) };
            recorded = recorded.refuse(operation, "plain.s3.eu-west-1", status, &body);
            recorded = recorded.refuse(operation, "secret", 403, &error("AccessDenied"));
        }
        recorded
    }

    async fn collected() -> Collected {
        let collected = recorded().run(&BUCKETS).await;
        collected.result.as_ref().unwrap();
        collected
    }

    #[tokio::test]
    async fn a_bucket_with_everything_set() {
        let collected = collected().await;
        collected.assert_all_calls(&BUCKETS);
        let web = &collected.table("s3_buckets")[0];
        assert_eq!(
            (&web["bucket_region"], &web["owner_id"], &web["age_days"]),
            (&"us-west-2".into(), &"abc".into(), &10.into())
        );
        assert_eq!(
            (&web["policy_status_is_public"], &web["object_ownership"]),
            (&true.into(), &"BucketOwnerPreferred".into())
        );
        assert_eq!((&web["block_public_acls"], &web["ignore_public_acls"]), (&true.into(), &false.into()));
        assert!(web["restrict_public_buckets"].is_null(), "left out of what is set, and so unknown");
        assert_eq!((&web["encryption_algorithm"], &web["versioning_status"]), (&"quantum".into(), &"Enabled".into()));
        assert_eq!((&web["logging_target_bucket"], &web["tags"]["team"]), (&"logs".into(), &"web".into()));
        let grants = collected.table("policy_statements").iter().filter(|row| row["policy_kind"] == "acl");
        assert_eq!(grants.filter(|row| row["has_wildcard_principal"] == true).count(), 1);
    }

    #[tokio::test]
    async fn nothing_set_is_known_and_denied_is_not() {
        let collected = collected().await;
        let buckets = collected.table("s3_buckets");
        assert_eq!(buckets.len(), 4, "the one that went away has no row");
        let (plain, secret, lost) = (&buckets[1], &buckets[2], &buckets[3]);
        assert_eq!(
            (&plain["has_public_access_block"], &plain["restrict_public_buckets"]),
            (&false.into(), &false.into())
        );
        assert_eq!(
            (&plain["object_ownership"], &plain["versioning_status"]),
            (&"ObjectWriter".into(), &"Disabled".into())
        );
        assert_eq!((&plain["policy_status_is_public"], &plain["is_logging_enabled"]), (&false.into(), &false.into()));
        for bucket in [secret, lost] {
            let unread =
                ["has_public_access_block", "policy_status_is_public", "object_ownership", "is_logging_enabled"];
            assert!(unread.iter().all(|column| bucket[column].is_null()), "{bucket}");
        }
        assert_eq!((&secret["bucket_region"], &lost["bucket_region"]), (&"eu-west-1".into(), &serde_json::Value::Null));
        let policies = collected.table("policy_documents").iter().filter(|row| row["policy_kind"] == "resource");
        let states: Vec<_> = policies.map(|row| row["state"].as_str().unwrap_or_default()).collect();
        assert_eq!(states, ["read", "absent", "unread", "unread"]);
        // Nine settings of one, ten of another, one that the answer lacks, and a bucket without a name.
        let (missed, tables) = collected.short();
        assert_eq!((missed, collected.gone), (9 + 10 + 1 + 1, 1));
        assert_eq!(tables, ["policy_documents", "policy_statements", "s3_buckets"]);
    }
}
