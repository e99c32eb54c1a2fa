//! An organization with identities, control policies and tagged resources. Account 1 is the management account, account 2 has a bucket, and of account 3 it was not read what binds it.

use std::collections::BTreeMap;

use orgcensus_derive::ResourceTag;
use orgcensus_reach::testing::{Account, Bucket, Document, OrganizationPolicy, Role, Target, Unit, User};
use serde_json::{Value, json};

use super::*;

/// The name of the control policy that binds accounts 2 and 3.
pub(crate) const SCP: &str = "guard";
pub(crate) const BUCKET: &str = "arn:aws:s3:::data";
pub(crate) const DATABASE: &str = "arn:aws:rds:eu-west-1:000000000002:db:data";

/// Denies always, from some addresses, in some regions, and to the root user.
fn scp() -> String {
    let deny = |action: &str, condition: Value| {
        let (effect, resource) = ("Deny", "*");
        json!({"Effect": effect, "Action": action, "Resource": resource, "Condition": condition})
    };
    let statements = [
        json!({"Effect": "Deny", "Action": "cloudtrail:*", "Resource": "*"}),
        deny("iam:CreateUser", json!({"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}})),
        deny("ec2:*", json!({"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}})),
        deny("organizations:*", json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}})),
    ];
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

fn document(account: u64, arn: &str, kind: &str, statement: Option<Value>) -> (u64, Document) {
    let document = Document {
        resource_arn: arn.to_owned(),
        policy_kind: kind.to_owned(),
        policy_name: if kind == "inline" { "own".to_owned() } else { String::new() },
        state: if statement.is_some() { "read".to_owned() } else { "absent".to_owned() },
        document: statement.map(|it| json!({"Version": "2012-10-17", "Statement": [it]}).to_string()),
        is_in_force: true,
    };
    (account, document)
}

fn documents() -> Vec<(u64, Document)> {
    let allow = |action: &str, resource: &str| Some(json!({"Effect": "Allow", "Action": action, "Resource": resource}));
    let (admin, reader) = ("arn:aws:iam::000000000002:role/admin", "arn:aws:iam::000000000002:role/reader");
    let ana = "arn:aws:iam::000000000003:user/ana";
    let account = json!({"AWS": "arn:aws:iam::000000000003:root"});
    let trust = |principal: Value| Some(json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}));
    vec![
        document(2, admin, "inline", allow("*", "*")),
        document(2, admin, "trust", trust(account)),
        document(2, reader, "inline", allow("s3:GetObject", "arn:aws:s3:::data/reports/*")),
        document(2, reader, "trust", trust(json!({"Service": "ec2.amazonaws.com"}))),
        document(2, BUCKET, "resource", None),
        document(3, ana, "inline", allow("sts:AssumeRole", admin)),
    ]
}

fn targets() -> Vec<(u64, Target)> {
    let target = |policy_id: &str, is_aws_managed: bool, target_id: &str| Target {
        policy_id: policy_id.to_owned(),
        policy_name: Some(policy_id.to_owned()),
        policy_type: "SERVICE_CONTROL_POLICY".to_owned(),
        is_aws_managed,
        is_type_enabled: true,
        target_id: target_id.to_owned(),
    };
    let nodes = ["000000000001", "000000000002", "ou-1", "r-1"];
    let mut targets: Vec<_> = nodes.iter().map(|node| (1, target("full", true, node))).collect();
    targets.push((1, target(SCP, false, "ou-1")));
    targets
}

fn tags() -> Vec<(u64, ResourceTag)> {
    let tag = |arn: &str, resource_type: &str, value: &str| {
        let (arn, resource_type, tag_value) = (arn.to_owned(), resource_type.to_owned(), value.to_owned());
        (2, ResourceTag { arn, resource_type, tag_key: "class".to_owned(), tag_value })
    };
    let open = tag("arn:aws:s3:::open", "s3_bucket", "public");
    vec![tag(DATABASE, "rds_instance", "secret"), tag(BUCKET, "s3_bucket", "secret"), open]
}

fn tasks() -> Vec<(u64, TaskCoverage)> {
    let task = |collector| TaskCoverage::from(&TaskRecord::untried(collector, GLOBAL, Outcome::Complete));
    let identities = "iam_authorization_details";
    let of_buckets = ["s3_access_grants", "s3_access_points"].map(|collector| (2, task(collector)));
    let of_first = [task(identities), task("organization_policies")].map(|it| (1, it));
    of_first.into_iter().chain([(2, task(identities))]).chain(of_buckets).chain([(3, task(identities))]).collect()
}

/// The lake, which lasts as long as its folder.
pub(crate) async fn organization() -> (TempDir, Lake) {
    let (folder, lake) = lake();
    let snapshot = RunSnapshot {
        organization_id: "o-1".to_owned(),
        snapshot_date: "2026-11-22".to_owned(),
        run_id: "run-1".to_owned(),
        captured_at: Timestamp(0),
    };
    let to = testing::begin(&lake, snapshot).await;
    let account = |id: u64| {
        let ou_id = Some(if id == 1 { "r-1".to_owned() } else { "ou-1".to_owned() });
        (id, Account { arn: id.to_string(), ou_id, is_management: id == 1 })
    };
    let unit = |id: &str, parent: Option<&str>| {
        (1, Unit { ou_id: id.to_owned(), parent_id: parent.map(str::to_owned), is_root: parent.is_none() })
    };
    let role = |name: &str| Role {
        arn: format!("arn:aws:iam::000000000002:role/{name}"),
        attached_policy_arns: Vec::new(),
        inline_policy_names: vec!["own".to_owned()],
        permissions_boundary_arn: None,
        has_permissions_boundary: false,
        tags: Some(BTreeMap::new()),
    };
    let ana = User {
        arn: "arn:aws:iam::000000000003:user/ana".to_owned(),
        group_names: Vec::new(),
        attached_policy_arns: Vec::new(),
        inline_policy_names: vec!["own".to_owned()],
        permissions_boundary_arn: None,
        has_permissions_boundary: false,
        tags: Some(BTreeMap::new()),
    };
    let (policy_id, policy_type) = (SCP.to_owned(), "SERVICE_CONTROL_POLICY".to_owned());
    let bucket = Bucket { arn: BUCKET.to_owned(), object_ownership: Some("BucketOwnerEnforced".to_owned()) };
    let tables = vec![
        write(&to, (1..=3).map(account)).await,
        write(&to, [unit("ou-1", Some("r-1")), unit("r-1", None)]).await,
        write(&to, [(1, OrganizationPolicy { policy_id, policy_type, document: Some(scp()) })]).await,
        write(&to, targets()).await,
        write(&to, tasks()).await,
        write(&to, [(3, ana)]).await,
        write(&to, ["admin", "reader"].map(|name| (2, role(name)))).await,
        write(&to, documents()).await,
        write(&to, [(2, bucket)]).await,
        write(&to, tags()).await,
    ];
    to.commit(tables, whole(), Timestamp(0)).await.unwrap();
    (folder, lake)
}
