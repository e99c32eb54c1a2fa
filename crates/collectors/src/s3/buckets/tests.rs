use orgcensus_collect::testing::{Collected, Recorded};

use super::BUCKETS;

const FIRST: &str = "<ListAllMyBucketsResult><Owner><ID>abc</ID></Owner><Buckets>
    <Bucket><Name>web</Name><CreationDate>2025-12-22T00:00:00Z</CreationDate><BucketRegion>us-west-2</BucketRegion>
    </Bucket><Bucket><Name>gone</Name><BucketRegion>eu-west-1</BucketRegion></Bucket></Buckets>
    <ContinuationToken>second</ContinuationToken></ListAllMyBucketsResult>";
const SECOND: &str = "<ListAllMyBucketsResult><Owner><ID>abc</ID></Owner><Buckets><Bucket><Name>plain</Name></Bucket>
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
const LOCK: &str = "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention>
    <Mode>COMPLIANCE</Mode><Years>2</Years></DefaultRetention></Rule></ObjectLockConfiguration>";
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
        .answer_to("GetObjectLockConfiguration", "web", LOCK)
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
    assert_eq!(
        (&web["is_object_lock_enabled"], &web["object_lock_mode"], &web["object_lock_days"]),
        (&true.into(), &"COMPLIANCE".into(), &730.into())
    );
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
    assert_eq!((&plain["has_public_access_block"], &plain["restrict_public_buckets"]), (&false.into(), &false.into()));
    assert_eq!((&plain["object_ownership"], &plain["versioning_status"]), (&"ObjectWriter".into(), &"Disabled".into()));
    assert_eq!((&plain["policy_status_is_public"], &plain["is_logging_enabled"]), (&false.into(), &false.into()));
    assert_eq!(plain["is_object_lock_enabled"], false, "known without a call, since there are no versions");
    for bucket in [secret, lost] {
        let unread = [
            "has_public_access_block",
            "policy_status_is_public",
            "object_ownership",
            "is_logging_enabled",
            "is_object_lock_enabled",
        ];
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
