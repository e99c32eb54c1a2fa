//! The published rows, with the columns that are read alone.

use std::collections::BTreeMap;

use orgcensus_lake::testing::{self, write};
use orgcensus_lake::{Lake, LakeOptions, Publication, RunSnapshot, TableEntry};
use orgcensus_row::{Row, Timestamp};
use serde::Serialize;
use serde_json::json;
use tempfile::TempDir;

use crate::testing::{Account, Bucket, Document, OrganizationPolicy, Role, Target, Unit, User};

pub(super) mod roles;
mod small;

pub(super) use small::{INSTANCE, Small};

/// What was read.
#[derive(Debug, Serialize, Row)]
#[row(table = "organizations", key = "arn")]
struct Organization {
    /// Its ARN.
    arn: String,
    /// Its management account.
    management_account_id: Option<String>,
    /// Whether it was read.
    is_whole: bool,
}

/// How a task ended.
#[derive(Debug, Serialize, Row)]
#[row(table = "coverage", key = "collector")]
struct Task {
    /// Whose.
    collector: String,
    /// How.
    outcome: String,
    /// Whether all was read.
    is_complete: bool,
}

/// A group.
#[derive(Debug, Serialize, Row)]
#[row(table = "iam_groups", key = "arn")]
struct Group {
    /// Its ARN.
    arn: String,
    /// Its name.
    group_name: String,
    /// Its managed policies.
    attached_policy_arns: Vec<String>,
    /// Its own policies.
    inline_policy_names: Vec<String>,
}

/// An access point.
#[derive(Debug, Serialize, Row)]
#[row(table = "s3_access_points", key = "arn")]
struct Point {
    /// Its ARN.
    arn: String,
    /// The bucket that it leads to.
    bucket_name: String,
    /// The bucket's account.
    bucket_account_id: Option<String>,
    /// The VPC that its callers come from.
    vpc_id: Option<String>,
    /// Its block.
    ignore_public_acls: Option<bool>,
    /// Its block.
    restrict_public_buckets: Option<bool>,
}

/// A VPC endpoint.
#[derive(Debug, Serialize, Row)]
#[row(table = "ec2_vpc_endpoints", key = "arn")]
struct VpcEndpoint {
    /// Its ARN.
    arn: String,
    /// Its id.
    vpc_endpoint_id: String,
    /// Its VPC.
    vpc_id: Option<String>,
    /// The service that it leads to.
    service_name: Option<String>,
}

/// A VPC.
#[derive(Debug, Serialize, Row)]
#[row(table = "ec2_vpcs", key = "arn")]
struct Vpc {
    /// Its ARN.
    arn: String,
    /// Its id.
    vpc_id: String,
    /// Whether it is another account's.
    is_shared_by_other: Option<bool>,
}

const ADMINISTRATOR: &str = "arn:aws:iam::aws:policy/AdministratorAccess";
const BOUNDARY: &str = "arn:aws:iam::000000000002:policy/boundary";
const POINT: &str = "arn:aws:s3:eu-west-1:000000000002:accesspoint/partners";
const ENDPOINT: &str = "arn:aws:ec2:eu-west-1:000000000003:vpc-endpoint";

fn user(account: u64, name: &str) -> (u64, User) {
    let user = User {
        arn: format!("arn:aws:iam::{account:012}:user/{name}"),
        group_names: if name == "member" { vec!["readers".into()] } else { Vec::new() },
        attached_policy_arns: Vec::new(),
        inline_policy_names: if name == "member" { Vec::new() } else { vec!["own".into()] },
        permissions_boundary_arn: (name == "bounded").then(|| BOUNDARY.into()),
        has_permissions_boundary: name == "bounded",
        tags: Some(BTreeMap::new()),
    };
    (account, user)
}

fn role(account: u64, name: &str, attached: &[&str], inline: &[&str]) -> (u64, Role) {
    let texts = |all: &[&str]| all.iter().map(|&it| it.to_owned()).collect();
    let role = Role {
        arn: format!("arn:aws:iam::{account:012}:role/{name}"),
        attached_policy_arns: texts(attached),
        inline_policy_names: texts(inline),
        permissions_boundary_arn: None,
        has_permissions_boundary: false,
        tags: Some(BTreeMap::new()),
    };
    (account, role)
}

fn document(account: u64, arn: &str, kind: &str, name: &str, statement: serde_json::Value) -> (u64, Document) {
    let document = Document {
        resource_arn: arn.into(),
        policy_kind: kind.into(),
        policy_name: name.into(),
        state: "read".into(),
        document: Some(json!({"Version": "2012-10-17", "Statement": statement}).to_string()),
        is_in_force: true,
    };
    (account, document)
}

fn allow(action: &str, resource: &str) -> serde_json::Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

/// A topic's policy: anyone of an organization may publish.
fn to_organization(account: u64, organization_id: &str) -> (u64, Document) {
    let condition = json!({"StringEquals": {"aws:PrincipalOrgID": organization_id}});
    let statement = json!({"Effect": "Allow", "Action": "sns:Publish", "Principal": "*", "Condition": condition});
    document(account, &format!("arn:aws:sns:eu-west-1:{account:012}:topic"), "resource", "", statement)
}

fn documents() -> Vec<(u64, Document)> {
    let own = |account: u64, name: &str, statement| {
        document(account, &format!("arn:aws:iam::{account:012}:{name}"), "inline", "own", statement)
    };
    let trust = |account: u64, name: &str, principal: &str| {
        let statement = json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": principal}});
        document(account, &format!("arn:aws:iam::{account:012}:role/{name}"), "trust", "", statement)
    };
    let analyst = "arn:aws:iam::000000000003:role/analyst";
    let to_analyst = json!({"Effect": "Allow", "Action": "s3:GetObject", "Principal": {"AWS": analyst},
        "Resource": "arn:aws:s3:::data/*"});
    let assume = json!({"Effect": "Allow", "Action": "sts:AssumeRole",
        "Resource": [analyst, "arn:aws:iam::000000000002:role/admin"]});
    let mut documents = vec![
        trust(2, "admin", "arn:aws:iam::000000000003:root"),
        own(2, "group/readers", allow("s3:Get*", "arn:aws:s3:::data/*")),
        own(2, "user/bounded", allow("s3:*", "*")),
        own(2, "user/other", allow("ec2:*", "*")),
        own(2, "user/reader", allow("s3:GetObject", "arn:aws:s3:::data/*")),
        document(2, BOUNDARY, "managed", "v1", allow("ec2:*", "*")),
        document(2, ADMINISTRATOR, "managed", "v1", allow("*", "*")),
        document(2, "arn:aws:s3:::data", "resource", "", to_analyst),
        to_organization(2, "o-2"),
        trust(3, "analyst", "arn:aws:iam::000000000003:user/ana"),
        own(3, "role/analyst", allow("s3:GetObject", "arn:aws:s3:::data/*")),
        own(3, "user/ana", assume),
        own(3, "user/stranger", allow("s3:*", "*")),
    ];
    documents.extend(ways_in());
    documents.sort_by(|one, other| {
        let key = |it: &(u64, Document)| (it.0, it.1.resource_arn.clone(), it.1.policy_kind.clone());
        key(one).cmp(&key(other))
    });
    documents
}

/// A bucket that leaves access to its access point, which lets in account 3; and one that lets account 3 in through
/// endpoints, of which one lets nobody read.
fn ways_in() -> Vec<(u64, Document)> {
    let account = json!({"AWS": "arn:aws:iam::000000000003:root"});
    let by_point = json!({"StringEquals": {"s3:DataAccessPointAccount": "000000000002"}});
    let to_points = json!({"Effect": "Allow", "Action": "*", "Principal": {"AWS": "*"},
        "Resource": ["arn:aws:s3:::shared", "arn:aws:s3:::shared/*"], "Condition": by_point});
    let to_account = json!({"Effect": "Allow", "Action": "s3:GetObject", "Principal": account,
        "Resource": format!("{POINT}/object/*")});
    let from = |ids: &[&str]| json!({"StringEquals": {"aws:SourceVpce": ids}});
    let inner = |action: &str, ids: &[&str]| {
        json!({"Effect": "Allow", "Action": action, "Principal": account, "Resource": "arn:aws:s3:::inner/*",
            "Condition": from(ids)})
    };
    let both = json!([inner("s3:GetObject", &["vpce-closed"]), inner("s3:PutObject", &["vpce-closed", "vpce-open"])]);
    let endpoint = |name: &str, action: &str| {
        let statement = json!({"Effect": "Allow", "Action": action, "Principal": "*", "Resource": "*"});
        document(3, &format!("{ENDPOINT}/{name}"), "endpoint", "", statement)
    };
    let mut inner = document(2, "arn:aws:s3:::inner", "resource", "", json!({}));
    inner.1.document = Some(json!({"Version": "2012-10-17", "Statement": both}).to_string());
    vec![
        document(2, "arn:aws:s3:::shared", "resource", "", to_points),
        document(2, "arn:aws:s3:::vpcs", "resource", "", from_vpcs(&account)),
        inner,
        document(2, POINT, "access_point", "", to_account),
        endpoint("vpce-closed", "sqs:*"),
        endpoint("vpce-open", "*"),
    ]
}

/// Each VPC may read the part of a bucket that is called as it is.
fn from_vpcs(account: &serde_json::Value) -> serde_json::Value {
    ["vpc-bare", "vpc-closed", "vpc-elsewhere", "vpc-open", "vpc-unread"]
        .map(|id| {
            json!({"Effect": "Allow", "Action": "s3:GetObject", "Principal": account,
                "Resource": format!("arn:aws:s3:::vpcs/{id}"), "Condition": {"StringEquals": {"aws:SourceVpc": id}}})
        })
        .into()
}

fn targets() -> Vec<(u64, Target)> {
    let target = |policy_id: &str, is_aws_managed: bool, target_id: &str| Target {
        policy_id: policy_id.into(),
        policy_name: Some(policy_id.into()),
        policy_type: "SERVICE_CONTROL_POLICY".into(),
        is_aws_managed,
        is_type_enabled: true,
        target_id: target_id.into(),
    };
    let mut nodes = vec!["r-1".to_owned(), "ou-1".to_owned()];
    // Account 5 came when the policies had been read.
    nodes.extend((1..=4).map(|id| format!("{id:012}")));
    nodes.sort();
    let mut targets: Vec<_> = nodes.iter().map(|node| (1, target("p-FullAWSAccess", true, node))).collect();
    targets.push((1, target("p-keep", false, "ou-1")));
    targets
}

fn tasks() -> Vec<(u64, Task)> {
    let task = |account: u64, collector: &str, outcome: &str| {
        let is_complete = outcome == "complete";
        (account, Task { collector: collector.into(), outcome: outcome.into(), is_complete })
    };
    let mut tasks: Vec<_> = (1..=3).map(|id| task(id, "iam_authorization_details", "complete")).collect();
    tasks.insert(1, task(1, "organization_policies", "complete"));
    tasks.insert(3, task(2, "s3_access_points", "complete"));
    tasks.insert(4, task(2, "s3_access_grants", "complete"));
    tasks.push(task(3, "ec2_vpc_endpoints", "complete"));
    tasks.push(task(4, "iam_authorization_details", "role_not_assumable"));
    tasks.push(task(5, "iam_authorization_details", "complete"));
    tasks
}

/// An empty lake, and a run of this organization that is to be published.
async fn begin(organization_id: &str) -> (TempDir, Lake, Publication) {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path().to_str().unwrap(), &LakeOptions::default()).unwrap();
    let snapshot = RunSnapshot {
        organization_id: organization_id.into(),
        snapshot_date: "2026-11-22".into(),
        run_id: "run-1".into(),
        captured_at: Timestamp(1_795_000_000_000),
    };
    let to = testing::begin(&lake, snapshot).await;
    (folder, lake, to)
}

async fn commit(to: Publication, tables: Vec<TableEntry>) {
    to.commit(tables, testing::whole(), Timestamp(1_795_000_001_000)).await.unwrap();
}

/// The lake of a census of account 2 alone. It is in the organization o-1, which was not read.
pub(super) async fn alone() -> (TempDir, Lake) {
    let (folder, lake, to) = begin("account-000000000002").await;
    let organization = Organization {
        arn: "arn:aws:organizations::000000000001:organization/o-1".into(),
        management_account_id: Some("000000000001".into()),
        is_whole: false,
    };
    let account = Account { arn: "2".into(), ou_id: None, is_management: false };
    let task = |collector: &str, outcome: &str| {
        let is_complete = outcome == "complete";
        (2, Task { collector: collector.into(), outcome: outcome.into(), is_complete })
    };
    let tasks = vec![task("iam_authorization_details", "complete"), task("organization_policies", "unread")];
    let tables = vec![
        write(&to, vec![(2, organization)]).await,
        write(&to, vec![(2, account)]).await,
        write(&to, tasks).await,
        write(&to, vec![role(2, "silent", &[], &[])]).await,
        write(&to, vec![to_organization(2, "o-1")]).await,
    ];
    commit(to, tables).await;
    (folder, lake)
}

/// The lake, which lasts as long as its folder.
pub(super) async fn organization() -> (TempDir, Lake) {
    let (folder, lake, to) = begin("o-1").await;
    let account = |id: u64| {
        let ou_id = Some(if id == 1 { "r-1".into() } else { "ou-1".into() });
        (id, Account { arn: id.to_string(), ou_id, is_management: id == 1 })
    };
    let unit = |id: &str, parent: Option<&str>| {
        let unit = Unit { ou_id: id.into(), parent_id: parent.map(str::to_owned), is_root: parent.is_none() };
        (1, unit)
    };
    let keep = json!({"Statement": {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*"}}).to_string();
    let policy = OrganizationPolicy {
        policy_id: "p-keep".into(),
        policy_type: "SERVICE_CONTROL_POLICY".into(),
        document: Some(keep),
    };
    let group = Group {
        arn: "arn:aws:iam::000000000002:group/readers".into(),
        group_name: "readers".into(),
        attached_policy_arns: Vec::new(),
        inline_policy_names: vec!["own".into()],
    };
    let bucket = |name: &str| {
        let arn = format!("arn:aws:s3:::{name}");
        (2, Bucket { arn, object_ownership: Some("BucketOwnerEnforced".into()) })
    };
    let point = Point {
        arn: POINT.into(),
        bucket_name: "shared".into(),
        bucket_account_id: Some("000000000002".into()),
        vpc_id: None,
        ignore_public_acls: Some(false),
        restrict_public_buckets: Some(false),
    };
    let endpoint = |id: &str, vpc_id: &str| VpcEndpoint {
        arn: format!("{ENDPOINT}/{id}"),
        vpc_endpoint_id: id.into(),
        vpc_id: Some(vpc_id.into()),
        service_name: Some("com.amazonaws.eu-west-1.s3".into()),
    };
    let vpc =
        |account: u64, id: &str| (account, Vpc { arn: id.into(), vpc_id: id.into(), is_shared_by_other: Some(false) });
    let vpcs = ["vpc-bare", "vpc-closed", "vpc-open"].map(|id| vpc(3, id));
    let users = [(2, "bounded"), (2, "member"), (2, "other"), (2, "reader"), (3, "ana"), (3, "stranger")];
    let roles = vec![role(2, "admin", &[ADMINISTRATOR], &[]), role(3, "analyst", &[], &["own"])];
    let tables = vec![
        write(&to, (1..=5).map(account)).await,
        write(&to, vec![unit("ou-1", Some("r-1")), unit("r-1", None)]).await,
        write(&to, vec![(1, policy)]).await,
        write(&to, targets()).await,
        write(&to, tasks()).await,
        write(&to, users.into_iter().map(|(id, name)| user(id, name))).await,
        write(&to, roles).await,
        write(&to, vec![(2, group)]).await,
        write(&to, documents()).await,
        write(&to, ["data", "inner", "shared", "vpcs"].map(bucket)).await,
        write(&to, vec![(2, point)]).await,
        write(&to, [endpoint("vpce-closed", "vpc-closed"), endpoint("vpce-open", "vpc-open")].map(|it| (3, it))).await,
        write(&to, vpcs.into_iter().chain([vpc(4, "vpc-unread")])).await,
    ];
    commit(to, tables).await;
    (folder, lake)
}
