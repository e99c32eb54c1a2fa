//! Directory buckets of S3 Express: ListDirectoryBuckets, then GetBucketPolicy and GetBucketEncryption for each.

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{Bucket, ServerSideEncryptionRule};
use futures::StreamExt;
use orgcensus_collect::kinds::S3EXPRESS_BUCKET;
use orgcensus_collect::{Collector, Error, Optional, Policy, Rows, Runs, Scope, Session, call, client, timestamp};
use orgcensus_row::{Row, Timestamp, table};
use serde::Serialize;

use super::details::{Setting, encryption, named};
use crate::items::{details, given_if_set, is_gone, policy_text, word};

/// How S3 says that there is no such bucket.
const GONE: &[&str] = &["NoSuchBucket"];

/// One directory bucket: a bucket of S3 Express, in one zone. Block Public Access is always on for it, and it has no ACLs.
#[derive(Debug, Serialize, Row)]
#[row(table = "s3express_buckets", key = "arn")]
pub struct DirectoryBucket {
    /// The bucket's ARN.
    pub arn: String,
    /// The bucket's name, which ends in its zone's id and --x-s3.
    pub bucket_name: String,
    /// The id of the zone that keeps it, use1-az4. Null: its name does not say.
    pub zone_id: Option<String>,
    /// The region that it is in.
    pub bucket_region: Option<String>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// How new objects are encrypted: AES256 or aws:kms. Null: it could not be read.
    pub encryption_algorithm: Option<String>,
    /// The KMS key for new objects: an id or an ARN. Null: none, or it could not be read.
    pub encryption_kms_key_id: Option<String>,
    /// Whether a bucket key spares calls to KMS. Null: not said, or it could not be read.
    pub is_bucket_key_enabled: Option<bool>,
}

/// The directory buckets of one region, with their policies.
pub const DIRECTORY_BUCKETS: Collector = Collector {
    name: "s3express_buckets",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[
        call("s3", "ListDirectoryBuckets").needs("s3express:ListAllMyDirectoryBuckets"),
        call("s3", "GetBucketPolicy").needs("s3express:GetBucketPolicy"),
        call("s3", "GetBucketEncryption").needs("s3express:GetEncryptionConfiguration"),
    ],
    resources: &[S3EXPRESS_BUCKET],
    tables: &[table::<DirectoryBucket>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

/// What was read of one bucket.
struct Answers {
    bucket: Bucket,
    policy: Setting<String>,
    encryption: Setting<ServerSideEncryptionRule>,
}

/// A client that asks for no session: these calls are about buckets and not about objects. With an endpoint of one's
/// own, a bucket is in the path and not in the host's name.
fn s3(session: &Session) -> Client {
    client!(session, aws_sdk_s3, |builder| builder
        .force_path_style(session.has_own_endpoint())
        .disable_s3_express_session_auth(true))
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let s3 = s3(session);
    let mut pages = s3.list_directory_buckets().max_directory_buckets(1000).into_paginator().send();
    while let Some(page) = pages.next().await {
        let listed = named(rows, DirectoryBucket::TABLE, "s3:ListDirectoryBuckets", page?.buckets)?;
        let mut buckets = details(listed, |bucket| read(&s3, bucket));
        while let Some(answers) = buckets.next().await {
            push(session, rows, answers).await?;
        }
    }
    Ok(())
}

async fn read(s3: &Client, bucket: Bucket) -> Answers {
    let name = bucket.name.clone().unwrap_or_default();
    let policy = s3.get_bucket_policy().bucket(&name).send().await.optional(&["NoSuchBucketPolicy"]);
    let policy = given_if_set(policy, |it| it.policy, "s3:GetBucketPolicy", "Policy");
    let encryption = encryption(s3, &name).await;
    Answers { bucket, policy, encryption }
}

async fn push(session: &Session, rows: &mut Rows<'_>, it: Answers) -> Result<(), Error> {
    if is_gone(GONE, &it.policy) {
        rows.gone();
        return Ok(());
    }
    let Bucket { name, creation_date, bucket_region, bucket_arn, .. } = it.bucket;
    let bucket_name = name.unwrap_or_default();
    let arn = bucket_arn.unwrap_or_else(|| session.arn("s3express", &format!("bucket/{bucket_name}")));
    let text = policy_text(rows, it.policy)?;
    rows.policy(Policy::of(&arn, S3EXPRESS_BUCKET, text)).await?;
    let rule = rows.item([DirectoryBucket::TABLE], it.encryption)?.flatten();
    let default = rule.as_ref().and_then(|rule| rule.apply_server_side_encryption_by_default.as_ref());
    let created_at = creation_date.as_ref().and_then(timestamp);
    let row = DirectoryBucket {
        arn,
        zone_id: zone_of(&bucket_name, "--x-s3").map(str::to_owned),
        bucket_name,
        bucket_region,
        created_at,
        age_days: created_at.map(|at| at.days_until(rows.captured_at())),
        encryption_algorithm: default.and_then(|default| word(default.sse_algorithm.as_str())),
        encryption_kms_key_id: default.and_then(|default| default.kms_master_key_id.clone()),
        is_bucket_key_enabled: rule.as_ref().and_then(|rule| rule.bucket_key_enabled),
    };
    rows.push(row).await
}

/// `use1-az4` of `logs--use1-az4--x-s3`, which ends as the names of its kind do.
pub(super) fn zone_of<'a>(name: &'a str, ending: &str) -> Option<&'a str> {
    name.strip_suffix(ending)?.rsplit_once("--").map(|(_, zone)| zone)
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::DIRECTORY_BUCKETS;
    use crate::testing::columns;

    const LIST: &str = "ListDirectoryBuckets";
    const POLICY: &str = "GetBucketPolicy";
    const ENCRYPTION: &str = "GetBucketEncryption";

    fn error(code: &str) -> String {
        format!("<Error><Code>{code}</Code><Message>no</Message></Error>")
    }

    fn page(buckets: &str, rest: &str) -> String {
        format!("<ListAllMyDirectoryBucketsResult><Buckets>{buckets}</Buckets>{rest}</ListAllMyDirectoryBucketsResult>")
    }

    /// Five buckets on two pages: a usual one, one without a policy of which little is said, one that went away, one of
    /// which all is refused, and one without a name.
    #[tokio::test]
    async fn buckets_of_two_pages_with_their_policies() {
        let full = "<Bucket><Name>logs--euw1-az1--x-s3</Name><CreationDate>2025-12-22T00:00:00Z</CreationDate>\
            <BucketRegion>eu-west-1</BucketRegion><BucketArn>arn:logs</BucketArn></Bucket>";
        let bare = |name: &str| format!("<Bucket><Name>{name}--euw1-az1--x-s3</Name></Bucket>");
        let first = page(&format!("{full}{}", bare("plain")), "<ContinuationToken>second</ContinuationToken>");
        let second = page(&format!("{}{}<Bucket/>", bare("gone"), bare("secret")), "");
        let rule = "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>\
            <SSEAlgorithm>quantum</SSEAlgorithm><KMSMasterKeyID>arn:key</KMSMasterKeyID></ApplyServerSideEncryptionByDefault>\
            </Rule></ServerSideEncryptionConfiguration>";
        let none = "ServerSideEncryptionConfigurationNotFoundError";
        let recorded = Recorded::new()
            .answer_to(LIST, "max-directory-buckets=1000", &first)
            .answer_to(LIST, "continuation-token=second", &second)
            .answer_to(POLICY, "logs--", r#"{"Statement":[]}"#)
            .answer_to(ENCRYPTION, "logs--", rule)
            .refuse(POLICY, "plain--", 404, &error("NoSuchBucketPolicy"))
            .refuse(ENCRYPTION, "plain--", 404, &error(none))
            .refuse(POLICY, "gone--", 404, &error("NoSuchBucket"))
            .refuse(ENCRYPTION, "gone--", 404, &error("NoSuchBucket"))
            .refuse(POLICY, "secret--", 403, &error("AccessDenied"))
            .refuse(ENCRYPTION, "secret--", 403, &error("AccessDenied"));
        let collected = recorded.run(&DIRECTORY_BUCKETS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&DIRECTORY_BUCKETS);
        let names = ["arn", "zone_id", "bucket_region", "age_days", "encryption_algorithm", "encryption_kms_key_id"];
        let of = |name: &str| format!("arn:aws:s3express:eu-west-1:111122223333:bucket/{name}--euw1-az1--x-s3");
        assert_eq!(
            columns(&collected, "s3express_buckets", &names),
            [
                json!(["arn:logs", "euw1-az1", "eu-west-1", 10, "quantum", "arn:key"]),
                json!([of("plain"), "euw1-az1", null, null, null, null]),
                json!([of("secret"), "euw1-az1", null, null, null, null]),
            ]
        );
        assert_eq!(
            columns(&collected, "policy_documents", &["state", "error_code"]),
            [json!(["read", null]), json!(["absent", null]), json!(["unread", "AccessDenied"])]
        );
        assert_eq!(collected.short(), (3, vec!["policy_documents", "policy_statements", "s3express_buckets"]));
        assert_eq!(collected.gone, 1);
    }

    #[tokio::test]
    async fn a_denied_list_is_how_the_task_ends() {
        let collected = Recorded::new().refuse(LIST, "", 403, &error("AccessDenied")).run(&DIRECTORY_BUCKETS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
