//! Least-privilege policies, derived from what collectors and the reading of the organization declare.

use std::collections::BTreeSet;

use orgcensus_aws::organization;
use orgcensus_collect::Collector;
use orgcensus_collectors::COLLECTORS;
use serde_json::{Value, json};

/// What the engine itself calls in every account that it enters, and to read what is the organization's.
const ENGINE_ACTIONS: &[&str] = &["ec2:DescribeRegions"];

/// Actions of the role in every member account: reads only.
pub(crate) fn member_actions() -> BTreeSet<String> {
    actions(|collector| !collector.scope.is_organization_wide())
}

/// Actions of the identity that reads the organization, but for entering members: reads only.
pub(crate) fn organization_actions() -> BTreeSet<String> {
    let tree = organization::OPERATIONS.iter().map(|operation| format!("organizations:{operation}"));
    actions(|collector| collector.scope.is_organization_wide()).into_iter().chain(tree).collect()
}

fn actions(is_wanted: fn(&Collector) -> bool) -> BTreeSet<String> {
    let calls = COLLECTORS.iter().filter(|collector| is_wanted(collector)).flat_map(|collector| collector.calls);
    calls.map(|call| call.action()).chain(ENGINE_ACTIONS.iter().map(|action| (*action).to_owned())).collect()
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

/// The policy of the identity that writes the lake: `bucket` or `bucket/prefix`.
pub(crate) fn lake(partition: &str, bucket: &str) -> Value {
    let (name, prefix) = bucket.split_once('/').unwrap_or((bucket, ""));
    let prefix = prefix.trim_matches('/');
    let objects = if prefix.is_empty() { "*".to_owned() } else { format!("{prefix}/*") };
    let bucket = format!("arn:{partition}:s3:::{name}");
    document(vec![
        json!({
            "Sid": "ListLake", "Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": bucket,
            "Condition": { "StringLike": { "s3:prefix": [objects] } },
        }),
        json!({
            "Sid": "WriteLake", "Effect": "Allow",
            "Action": ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
            "Resource": format!("{bucket}/{objects}"),
        }),
    ])
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
            let reads = ["Describe", "Get", "List", "GenerateCredentialReport", "GenerateServiceLastAccessedDetails"];
            assert!(reads.iter().any(|read| verb.starts_with(read)), "{action}");
        }
    }

    #[test]
    fn the_policies_are_as_reviewed() {
        insta::assert_snapshot!("role_member", serde_json::to_string_pretty(&member()).unwrap());
        insta::assert_snapshot!(
            "role_management",
            serde_json::to_string_pretty(&management("aws", "orgcensus")).unwrap()
        );
        insta::assert_snapshot!("role_lake", serde_json::to_string_pretty(&lake("aws", "bucket/prefix")).unwrap());
    }
}
