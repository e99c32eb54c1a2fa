//! Vector buckets of S3: ListVectorBuckets, then GetVectorBucket and GetVectorBucketPolicy for each.

use futures::StreamExt;
use orgcensus_collect::kinds::S3VECTORS_BUCKET;
use orgcensus_collect::{Collector, Error, Moment, Optional, Policy, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Answer, Unread, details, given, given_if_set, is_gone, policy_text, with_policies};

const LIST: Read<Page> = reads("s3vectors", "ListVectorBuckets");
const GET: Read<ItsBucket> = reads("s3vectors", "GetVectorBucket");
const POLICY: Read<ItsPolicy> = reads("s3vectors", "GetVectorBucketPolicy");

/// How S3 Vectors says that there is no such bucket, or that a bucket has no policy.
const NOT_FOUND: &[&str] = &["NotFoundException"];

/// One vector bucket of S3. Its policy is about its indexes too. No such bucket is public.
#[derive(Debug, Serialize, Row)]
#[row(table = "s3vectors_buckets", key = "arn")]
pub struct Bucket {
    /// The vector bucket's ARN.
    pub arn: String,
    /// The vector bucket's name.
    pub bucket_name: String,
    /// AES256 or aws:kms. Null: AWS did not say, or it could not be read.
    pub sse_type: Option<String>,
    /// The KMS key that encrypts it, by its ARN. Null: a key of S3's own does, or it could not be read.
    pub kms_key_arn: Option<String>,
    /// The mode of new indexes: CLASSIC or ENHANCED. Null: AWS did not say, or it could not be read.
    pub default_index_mode: Option<String>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
}

/// The vector buckets of one region, with their policies.
pub const BUCKETS: Collector = Collector {
    name: "s3vectors_buckets",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), GET.call(), POLICY.call()],
    resources: &[S3VECTORS_BUCKET],
    tables: &[table::<Bucket>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    vector_buckets: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Listed {
    vector_bucket_name: Option<String>,
    vector_bucket_arn: Option<String>,
    creation_time: Option<Moment>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ItsBucket {
    vector_bucket: Option<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    encryption_configuration: Encryption,
    default_index_mode: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Encryption {
    sse_type: Option<String>,
    kms_key_arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ItsPolicy {
    policy: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"maxResults": 500}));
    while let Some(page) = pages.next().await {
        let mut buckets = details(page?.vector_buckets, |listed| read(session, listed));
        while let Some(bucket) = buckets.next().await {
            push(session, rows, bucket).await?;
        }
    }
    Ok(())
}

/// The results of the calls about one bucket.
struct Details {
    listed: Listed,
    described: Answer<Described>,
    policy: Answer<Option<String>>,
}

async fn read(session: &Session, listed: Listed) -> Details {
    // The calls themselves do not demand a name.
    let input = match given(listed.vector_bucket_name.as_deref(), &LIST.call().name(), "vectorBucketName") {
        Ok(name) => json!({"vectorBucketName": name}),
        Err(error) => return Details { listed, described: Err(error.clone()), policy: Err(error) },
    };
    let answer = GET.send(session, input.clone()).await;
    let described = answer.and_then(|it| given(it.vector_bucket, &GET.call().name(), "vectorBucket"));
    let answer = POLICY.send(session, input).await.optional(NOT_FOUND);
    let policy = given_if_set(answer, |it| it.policy, &POLICY.call().name(), "policy");
    Details { listed, described, policy }
}

async fn push(session: &Session, rows: &mut Rows<'_>, details: Details) -> Result<(), Error> {
    let Details { listed, described, policy } = details;
    // Of a bucket that went away, GetVectorBucketPolicy says by the same code that it has no policy.
    if is_gone(NOT_FOUND, &described) && !matches!(policy, Ok(Some(_))) {
        rows.gone();
        return Ok(());
    }
    let mut unread = Unread::default();
    let made = |name: &str| session.arn("s3vectors", &format!("bucket/{name}"));
    let identity = unread.identity("vectorBucketName", listed.vector_bucket_name, listed.vector_bucket_arn, made);
    let Some((arn, bucket_name)) = identity else {
        unread.lost(rows, with_policies([Bucket::TABLE]), &LIST.call().name());
        return Ok(());
    };
    let text = policy_text(rows, policy)?;
    rows.policy(Policy::of(&arn, S3VECTORS_BUCKET, text)).await?;
    let described = rows.item([Bucket::TABLE], described)?.unwrap_or_default();
    let created = unread.value("creationTime", listed.creation_time.as_ref());
    let created_at = unread.moment("creationTime", created);
    unread.count(rows, Bucket::TABLE, &LIST.call().name());
    let row = Bucket {
        arn,
        bucket_name,
        sse_type: described.encryption_configuration.sse_type,
        kms_key_arn: described.encryption_configuration.kms_key_arn,
        default_index_mode: described.default_index_mode,
        created_at,
        age_days: created_at.map(|at| at.days_until(rows.captured_at())),
    };
    rows.push(row).await
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::BUCKETS;
    use crate::testing::{columns, json_error};

    const FULL: &str = r#"{"vectorBucket":{"vectorBucketName":"one","vectorBucketArn":"arn:one",
        "creationTime":1735689600,"encryptionConfiguration":{"sseType":"aws:kms","kmsKeyArn":"arn:key"},
        "defaultIndexMode":"ENHANCED"}}"#;
    const POLICY: &str = r#"{"policy":"{\"Statement\":[]}"}"#;

    /// Seven buckets on two pages: a usual one, an odd one without a policy, one that went away, one of which nothing
    /// may be read but the policy, one whose policy is denied, one that does not know policies, and one without a name.
    #[tokio::test]
    async fn buckets_of_two_pages_have_rows_and_policies() {
        let of = |name: &str| format!(r#""vectorBucketName":"{name}""#);
        let (none, denied) = (json_error("NotFoundException"), json_error("AccessDeniedException"));
        let plain = r#"{"vectorBucket":{"encryptionConfiguration":{"sseType":"ROT13"}}}"#;
        let listed = |name: &str| format!(r#"{{"vectorBucketName":"{name}","creationTime":1735689600}}"#);
        let first =
            format!(r#"{{"vectorBuckets":[{},{{"vectorBucketName":"odd"}}],"nextToken":"more"}}"#, listed("one"));
        let second = ["gone", "dark", "closed", "old"].map(listed).join(",");
        let recorded = Recorded::new()
            .answer_to("ListVectorBuckets", r#""maxResults":500"#, &first)
            .answer_to("ListVectorBuckets", r#""nextToken":"more""#, &format!(r#"{{"vectorBuckets":[{second},{{}}]}}"#))
            .answer_to("GetVectorBucket", &of("one"), FULL)
            .answer_to("GetVectorBucketPolicy", &of("one"), POLICY)
            .answer_to("GetVectorBucket", &of("odd"), plain)
            .refuse("GetVectorBucketPolicy", &of("odd"), 404, &none)
            .refuse("GetVectorBucket", &of("gone"), 404, &none)
            .refuse("GetVectorBucketPolicy", &of("gone"), 404, &none)
            .refuse("GetVectorBucket", &of("dark"), 403, &denied)
            .answer_to("GetVectorBucketPolicy", &of("dark"), POLICY)
            .answer_to("GetVectorBucket", &of("closed"), plain)
            .refuse("GetVectorBucketPolicy", &of("closed"), 403, &denied)
            .answer_to("GetVectorBucket", &of("old"), plain)
            .refuse("GetVectorBucketPolicy", &of("old"), 404, &json_error("UnknownOperationException"));
        let collected = recorded.run(&BUCKETS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&BUCKETS);
        assert_eq!(
            columns(&collected, "s3vectors_buckets", &["bucket_name", "sse_type", "kms_key_arn", "age_days"]),
            [
                json!(["one", "aws:kms", "arn:key", 365]),
                json!(["odd", "ROT13", null, null]),
                json!(["dark", null, null, 365]),
                json!(["closed", "ROT13", null, 365]),
                json!(["old", "ROT13", null, 365]),
            ]
        );
        assert_eq!(
            collected.table("s3vectors_buckets")[1]["arn"],
            "arn:aws:s3vectors:eu-west-1:111122223333:bucket/odd"
        );
        assert_eq!(
            columns(&collected, "policy_documents", &["state", "error_code"]),
            [
                json!(["read", null]),
                json!(["absent", null]),
                json!(["read", null]),
                json!(["unread", "AccessDeniedException"]),
                json!(["unread", "UnknownOperationException"]),
            ]
        );
        // Two policies, one bucket, the moment that another lacks, and one without a name.
        assert_eq!(collected.short(), (5, vec!["policy_documents", "policy_statements", "s3vectors_buckets"]));
        assert_eq!(collected.gone, 1);
    }

    #[tokio::test]
    async fn a_denied_list_is_how_the_task_ends() {
        let denied = json_error("AccessDeniedException");
        let collected = Recorded::new().refuse("ListVectorBuckets", "", 403, &denied).run(&BUCKETS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
