//! Least-privilege policies, derived from what collectors and the reading of the organization declare.

use std::collections::BTreeSet;

use orgcensus_aws::{organization, regions};
use orgcensus_catalog::Databases;
use orgcensus_collect::Collector;
use orgcensus_collectors::COLLECTORS;
use orgcensus_crawl::RoleActions;
use serde_json::{Value, json};

use crate::notify::call_of;

/// Actions of the role in every member account: reads only.
pub(crate) fn member_actions() -> BTreeSet<String> {
    actions(|collector| !collector.scope.is_organization_wide())
}

/// Since which version the members' role has each of its actions.
pub(crate) fn role_actions() -> RoleActions {
    RoleActions::parse(include_str!("../data/role_actions.tsv"))
}

/// What to say of roles of an older version: which actions they lack, in one line.
pub(crate) fn outdated(version: u32) -> String {
    let actions = role_actions();
    format!("version {version}, not {}: lacks {}", actions.newest(), actions.missing(version).join(", "))
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

/// The most characters that IAM lets a managed policy have.
const MANAGED_POLICY_LENGTH_MAX: usize = 6144;

/// The policies of the role in every member account: as few as their length allows.
pub(crate) fn member() -> Vec<Value> {
    reading(member_actions())
}

/// What is printed of policies: one alone, or a list of them.
pub(crate) fn printed(mut policies: Vec<Value>) -> Value {
    match (policies.pop(), policies.is_empty()) {
        (Some(only), true) => only,
        (last, _) => policies.into_iter().chain(last).collect(),
    }
}

/// Policies that allow these actions, each short enough for a managed policy.
fn reading(actions: BTreeSet<String>) -> Vec<Value> {
    let of = |actions: &[String]| {
        document(vec![json!({ "Sid": "Read", "Effect": "Allow", "Action": actions, "Resource": "*" })])
    };
    let empty = of(&[]).to_string().len();
    let (mut policies, mut now, mut length) = (Vec::new(), Vec::new(), empty);
    for action in actions {
        // An action stands in quotes, and a comma follows it.
        let added = action.len() + 3;
        if length + added > MANAGED_POLICY_LENGTH_MAX {
            policies.push(of(&now));
            (now, length) = (Vec::new(), empty);
        }
        length += added;
        now.push(action);
    }
    policies.push(of(&now));
    policies
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

/// The policy of the identity that tells of runs: one action on the one event bus or topic.
pub(crate) fn notify(target: &str, kms_key: Option<&str>) -> Value {
    let actions: Vec<_> = call_of(target).into_iter().map(orgcensus_collect::Call::action).collect();
    let mut statements = vec![json!({ "Sid": "TellOfRuns", "Effect": "Allow", "Action": actions, "Resource": target })];
    if let Some(key) = kms_key {
        let actions = ["kms:Decrypt", "kms:GenerateDataKey"];
        statements.push(json!({ "Sid": "EncryptMessages", "Effect": "Allow", "Action": actions, "Resource": key }));
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
            let reads = ["BatchGet", "Describe", "Get", "List", "Lookup"];
            // API Gateway names the method of HTTP, and GET reads.
            let is_get = action == "apigateway:GET";
            assert!(is_get || jobs.contains(&verb) || reads.iter().any(|read| verb.starts_with(read)), "{action}");
        }
    }

    #[test]
    fn telling_is_one_action_on_one_thing() {
        let of = |target: &str, action: &str| {
            let allow = json!({ "Sid": "TellOfRuns", "Effect": "Allow", "Action": [action], "Resource": target });
            assert_eq!(notify(target, None), document(vec![allow]));
        };
        of("arn:aws:events:eu-west-1:111122223333:event-bus/census", "events:PutEvents");
        of("arn:aws:sns:eu-west-1:111122223333:census", "sns:Publish");
        let key = "arn:aws:kms:eu-west-1:111122223333:key/k";
        let encrypted = notify("arn:aws:sns:eu-west-1:111122223333:census", Some(key));
        assert_eq!(encrypted["Statement"][1]["Resource"], key);
    }

    fn length(policy: &Value) -> usize {
        policy.to_string().len()
    }

    fn actions_of(policies: &[Value]) -> Vec<String> {
        let actions = policies.iter().flat_map(|it| it["Statement"][0]["Action"].as_array().unwrap());
        actions.map(|action| action.as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn the_members_policies_are_short_enough_and_few_enough_to_be_attached() {
        let policies = member();
        assert!(policies.iter().all(|it| length(it) <= MANAGED_POLICY_LENGTH_MAX));
        // IAM attaches ten to a role, unless the account asks for more.
        assert!(policies.len() <= 10, "{} policies", policies.len());
        assert_eq!(actions_of(&policies), member_actions().into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn actions_that_are_too_many_for_one_policy_are_in_several() {
        let actions = |count: u32| (0..count).map(|it| format!("service:DescribeThings{it:04}")).collect();
        let (all, policies): (BTreeSet<String>, _) = (actions(600), reading(actions(600)));
        assert_eq!(actions_of(&policies), all.into_iter().collect::<Vec<_>>());
        assert!((3..=4).contains(&policies.len()), "{} policies", policies.len());
        let (last, full) = policies.split_last().unwrap();
        assert!(full.iter().all(|it| (6100..=MANAGED_POLICY_LENGTH_MAX).contains(&length(it))), "no room is left");
        assert!(length(last) <= MANAGED_POLICY_LENGTH_MAX);
        assert_eq!(printed(policies.clone()), Value::Array(policies));
        let few = reading(actions(2));
        assert_eq!((few.len(), printed(few.clone())), (1, few[0].clone()));
    }

    fn path() -> std::path::PathBuf {
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data/role_actions.tsv")
    }

    /// Each action of the role with its version: what is new has the version after the newest.
    fn with_new(was: &RoleActions, actions: &BTreeSet<String>) -> String {
        let since = |action: &str| was.iter().find(|(it, _)| *it == action).map(|(_, since)| since);
        let lines = actions.iter().map(|it| format!("{it}\t{}\n", since(it).unwrap_or(was.newest() + 1)));
        lines.collect()
    }

    #[test]
    fn every_action_of_the_role_has_the_version_since_which_it_is_there() {
        let was = std::fs::read_to_string(path()).unwrap_or_default();
        let new = with_new(&RoleActions::parse(&was), &member_actions());
        if new == was {
            return;
        }
        let is_accepted = std::env::var("INSTA_UPDATE").is_ok_and(|value| value == "always");
        assert!(is_accepted, "the role's actions changed: scripts/generate writes {}", path().display());
        std::fs::write(path(), new).unwrap();
    }

    #[test]
    fn a_new_action_begins_a_new_version_and_one_that_is_gone_none() {
        let was = RoleActions::parse("a:A\t1\nb:B\t2\n");
        let actions = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect();
        assert_eq!(with_new(&was, &actions(&["a:A", "b:B", "c:C", "d:D"])), "a:A\t1\nb:B\t2\nc:C\t3\nd:D\t3\n");
        assert_eq!(with_new(&was, &actions(&["b:B"])), "b:B\t2\n");
    }

    #[test]
    fn the_policies_are_as_reviewed() {
        insta::assert_snapshot!("role_member", serde_json::to_string_pretty(&printed(member())).unwrap());
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
