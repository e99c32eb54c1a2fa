//! Least-privilege policies, derived from what collectors and the reading of the organization declare.

use std::collections::BTreeSet;

use orgcensus_aws::{organization, regions};
use orgcensus_catalog::Databases;
use orgcensus_collect::Collector;
use orgcensus_collectors::COLLECTORS;
use serde_json::{Value, json};

/// Actions of the role in every member account: reads only.
pub(crate) fn member_actions() -> BTreeSet<String> {
    actions(|collector| !collector.scope.is_organization_wide())
}

/// Actions of the identity that reads the organization, without those for entering members: reads only.
pub(crate) fn organization_actions() -> BTreeSet<String> {
    let tree = organization::OPERATIONS.iter().map(|operation| format!("organizations:{operation}"));
    actions(|collector| collector.scope.is_organization_wide()).into_iter().chain(tree).collect()
}

fn actions(is_wanted: fn(&Collector) -> bool) -> BTreeSet<String> {
    let calls = COLLECTORS.iter().filter(|collector| is_wanted(collector)).flat_map(|collector| collector.calls);
    // The engine itself asks for the regions, in every account that it enters and to read what is the organization's.
    calls.chain(regions::CALLS).map(orgcensus_collect::Call::action).collect()
}

/// The policy of the role in every member account.
pub(crate) fn member() -> Value {
    document(vec![json!({ "Sid": "Read", "Effect": "Allow", "Action": member_actions(), "Resource": "*" })])
}

/// The policy of the identity that reads the organization and enters the members. `GetCallerIdentity` needs none.
pub(crate) fn management(partition: &str, role_name: &str) -> Value {
    let actions = organization_actions();
    let role = format!("arn:{partition}:iam::*:role/{role_name}");
    document(vec![
        json!({ "Sid": "ReadOrganization", "Effect": "Allow", "Action": actions, "Resource": "*" }),
        json!({
            "Sid": "EnterMembers", "Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"], "Resource": role,
        }),
    ])
}

/// The policy of the identity that writes the lake, `bucket` or `bucket/prefix`, and tells AWS Glue of it.
pub(crate) fn lake(partition: &str, bucket: &str, kms_key: Option<&str>) -> Value {
    let (bucket, objects) = place(partition, bucket);
    let actions: Vec<_> = orgcensus_catalog::CALLS.iter().map(|call| call.action()).collect();
    let Databases { newest, history } = Databases::default();
    let mut glue = vec![format!("arn:{partition}:glue:*:*:catalog")];
    for database in [newest, history] {
        glue.push(format!("arn:{partition}:glue:*:*:database/{database}"));
        glue.push(format!("arn:{partition}:glue:*:*:table/{database}/*"));
    }
    let mut statements = vec![
        json!({
            "Sid": "ListLake", "Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": bucket,
            "Condition": { "StringLike": { "s3:prefix": [objects] } },
        }),
        json!({
            "Sid": "WriteLake", "Effect": "Allow",
            "Action": ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
            "Resource": format!("{bucket}/{objects}"),
        }),
        json!({ "Sid": "WriteCatalog", "Effect": "Allow", "Action": actions, "Resource": glue }),
    ];
    if let Some(key) = kms_key {
        let actions = ["kms:Decrypt", "kms:GenerateDataKey"];
        statements.push(json!({ "Sid": "EncryptLake", "Effect": "Allow", "Action": actions, "Resource": key }));
    }
    document(statements)
}

/// An example policy of the lake's bucket: only TLS, only one writer, and no commit is ever written twice.
pub(crate) fn bucket(partition: &str, bucket: &str, writer: &str) -> Value {
    let (bucket, objects) = place(partition, bucket);
    let commits = format!("{bucket}/{}_commits/*", objects.trim_end_matches('*'));
    let others = json!({ "ArnNotEquals": { "aws:PrincipalArn": writer } });
    document(vec![
        json!({
            "Sid": "OnlyTls", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
            "Resource": [bucket, format!("{bucket}/*")], "Condition": { "Bool": { "aws:SecureTransport": "false" } },
        }),
        json!({
            "Sid": "OnlyTheWriterWrites", "Effect": "Deny", "Principal": "*",
            "Action": ["s3:DeleteObject", "s3:PutObject"], "Resource": format!("{bucket}/{objects}"),
            "Condition": others,
        }),
        json!({
            "Sid": "CommitsAreCreatedOnce", "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject",
            "Resource": commits, "Condition": { "Null": { "s3:if-none-match": "true" } },
        }),
    ])
}

/// The ARN of a bucket, and the pattern of the lake's objects in it.
fn place(partition: &str, bucket: &str) -> (String, String) {
    let (name, prefix) = bucket.split_once('/').unwrap_or((bucket, ""));
    let prefix = prefix.trim_matches('/');
    let objects = if prefix.is_empty() { "*".to_owned() } else { format!("{prefix}/*") };
    (format!("arn:{partition}:s3:::{name}"), objects)
}

fn document(statements: Vec<Value>) -> Value {
    json!({ "Version": "2012-10-17", "Statement": statements })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_only_read() {
        for action in member_actions().into_iter().chain(organization_actions()) {
            let (_, verb) = action.split_once(':').unwrap();
            let jobs = ["GenerateCredentialReport", "GenerateServiceLastAccessedDetails"];
            let reads = ["BatchGet", "Describe", "Get", "List"];
            assert!(jobs.contains(&verb) || reads.iter().any(|read| verb.starts_with(read)), "{action}");
        }
    }

    #[test]
    fn the_policies_are_as_reviewed() {
        insta::assert_snapshot!("role_member", serde_json::to_string_pretty(&member()).unwrap());
        insta::assert_snapshot!(
            "role_management",
            serde_json::to_string_pretty(&management("aws", "orgcensus")).unwrap()
        );
        let lake = lake("aws", "bucket/prefix", Some("arn:aws:kms:eu-west-1:111122223333:key/k"));
        insta::assert_snapshot!("role_lake", serde_json::to_string_pretty(&lake).unwrap());
        let bucket = bucket("aws", "bucket/prefix", "arn:aws:iam::111122223333:role/orgcensus");
        insta::assert_snapshot!("role_bucket", serde_json::to_string_pretty(&bucket).unwrap());
    }
}
