//! Redshift clusters: DescribeClusters, then GetResourcePolicy for the namespace of each.

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::kinds::REDSHIFT_CLUSTER;
use orgcensus_collect::{Collector, Error, Moment, Optional, Policy, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Answer, Tag, Unread, by_key, details, given, policy_text, with_policies};

const LIST: Read<Page> = reads("redshift", "DescribeClusters");
pub(crate) const POLICY: Read<ItsPolicy> = reads("redshift", "GetResourcePolicy");

/// How Redshift says that a namespace has no policy.
const NO_POLICY: &[&str] = &["ResourceNotFoundFault"];

/// One cluster of Redshift. Its policy is that of its namespace: it says who may copy data into it.
#[derive(Debug, Serialize, Row)]
#[row(table = "redshift_clusters", key = "arn", name = "cluster_identifier")]
pub struct Cluster {
    /// The cluster's ARN.
    pub arn: String,
    /// The cluster's name.
    pub cluster_identifier: String,
    /// The ARN of its namespace. The policy is on the namespace, and listed under the cluster's own ARN.
    pub namespace_arn: Option<String>,
    /// available, creating, paused, resizing ….
    pub status: Option<String>,
    /// Available, Unavailable, Maintenance, Modifying or Failed.
    pub availability_status: Option<String>,
    /// Whether its name leads to a public address. Security groups still decide who connects.
    pub is_publicly_accessible: Option<bool>,
    /// Its own public address. Null: it has none that stays.
    pub elastic_ip: Option<String>,
    /// The public addresses of its nodes. Empty: they have none, or AWS did not say.
    pub node_public_ip_addresses: Vec<String>,
    /// The host to connect to. Null: it has none yet.
    pub endpoint_host: Option<String>,
    /// The port to connect to. Null: it has none yet.
    pub endpoint_port: Option<i32>,
    /// Another host that the account gave it. Null: none.
    pub custom_domain_name: Option<String>,
    /// Its VPC.
    pub vpc_id: Option<String>,
    /// The group of subnets that it may be in.
    pub subnet_group_name: Option<String>,
    /// Its security groups in the VPC.
    pub security_group_ids: Vec<String>,
    /// Whether data that it loads and unloads stays within its VPC.
    pub has_enhanced_vpc_routing: Option<bool>,
    /// The zone that it is in, eu-west-1a.
    pub availability_zone: Option<String>,
    /// Enabled or Disabled: whether it runs in two zones. Null: AWS did not say.
    pub multi_az: Option<String>,
    /// Whether it is encrypted at rest.
    pub is_encrypted: Option<bool>,
    /// The KMS key that encrypts it. Null: none does.
    pub kms_key_id: Option<String>,
    /// The name of its first user, who may do everything.
    pub admin_user_name: Option<String>,
    /// The secret that holds this user's password, by its ARN. Null: Secrets Manager does not manage the password.
    pub admin_secret_arn: Option<String>,
    /// The name of its first database.
    pub database_name: Option<String>,
    /// The roles that it may take, by ARN.
    pub iam_role_arns: Vec<String>,
    /// The groups of parameters that it has.
    pub parameter_group_names: Vec<String>,
    /// The type of its machines, ra3.large.
    pub node_type: Option<String>,
    /// How many machines it has.
    pub node_count: Option<i32>,
    /// The version of its engine.
    pub cluster_version: Option<String>,
    /// Whether new versions of the engine are installed on their own.
    pub has_auto_version_upgrade: Option<bool>,
    /// How long its automated snapshots are kept, in days. 0: there are none.
    pub automated_snapshot_retention_days: Option<i32>,
    /// How long snapshots that people take are kept unless they say otherwise, in days. -1: for ever.
    pub manual_snapshot_retention_days: Option<i32>,
    /// The region that its snapshots are copied to. Null: none.
    pub snapshot_copy_region: Option<String>,
    /// When it was made (UTC). Null: it is not ready yet.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The clusters of one region, with the policies of their namespaces.
pub const CLUSTERS: Collector = Collector {
    name: "redshift_clusters",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), POLICY.call()],
    resources: &[REDSHIFT_CLUSTER],
    tables: &[table::<Cluster>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    clusters: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Described {
    cluster_identifier: Option<String>,
    cluster_namespace_arn: Option<String>,
    cluster_status: Option<String>,
    cluster_availability_status: Option<String>,
    publicly_accessible: Option<bool>,
    elastic_ip_status: Address,
    cluster_nodes: Vec<Node>,
    endpoint: Endpoint,
    custom_domain_name: Option<String>,
    vpc_id: Option<String>,
    cluster_subnet_group_name: Option<String>,
    vpc_security_groups: Vec<SecurityGroup>,
    enhanced_vpc_routing: Option<bool>,
    availability_zone: Option<String>,
    #[serde(rename = "MultiAZ")]
    multi_az: Option<String>,
    encrypted: Option<bool>,
    kms_key_id: Option<String>,
    master_username: Option<String>,
    master_password_secret_arn: Option<String>,
    #[serde(rename = "DBName")]
    database_name: Option<String>,
    iam_roles: Vec<Role>,
    cluster_parameter_groups: Vec<ParameterGroup>,
    node_type: Option<String>,
    number_of_nodes: Option<i32>,
    cluster_version: Option<String>,
    allow_version_upgrade: Option<bool>,
    automated_snapshot_retention_period: Option<i32>,
    manual_snapshot_retention_period: Option<i32>,
    cluster_snapshot_copy_status: Copies,
    cluster_create_time: Option<Moment>,
    tags: Vec<Tag>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Address {
    elastic_ip: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Node {
    #[serde(rename = "PublicIPAddress")]
    public_ip_address: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Endpoint {
    address: Option<String>,
    port: Option<i32>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct SecurityGroup {
    vpc_security_group_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Role {
    iam_role_arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct ParameterGroup {
    parameter_group_name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Copies {
    destination_region: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct ItsPolicy {
    resource_policy: Document,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Document {
    policy: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"MaxRecords": 100}));
    while let Some(page) = pages.next().await {
        let mut clusters = details(page?.clusters, |described| read(session, described));
        while let Some((described, policy)) = clusters.next().await {
            push(session, rows, described, policy).await?;
        }
    }
    Ok(())
}

async fn read(session: &Session, described: Described) -> (Described, Answer<Option<String>>) {
    let policy = policy_of(session, described.cluster_namespace_arn.clone()).await;
    (described, policy)
}

async fn policy_of(session: &Session, namespace_arn: Option<String>) -> Answer<Option<String>> {
    let arn = given(namespace_arn, &LIST.call().name(), "ClusterNamespaceArn")?;
    policy_of_namespace(session, &arn).await
}

/// The policy of a namespace: of a cluster's, or of one of Redshift Serverless.
pub(crate) async fn policy_of_namespace(session: &Session, arn: &str) -> Answer<Option<String>> {
    let answer = POLICY.send(session, json!({"ResourceArn": arn})).await.optional(NO_POLICY)?;
    answer.map(|it| given(it.resource_policy.policy, &POLICY.call().name(), "Policy")).transpose()
}

async fn push(
    session: &Session,
    rows: &mut Rows<'_>,
    mut described: Described,
    policy: Answer<Option<String>>,
) -> Result<(), Error> {
    let mut unread = Unread::default();
    let Some(name) = unread.value("ClusterIdentifier", described.cluster_identifier.take()) else {
        unread.lost(rows, with_policies([Cluster::TABLE]), &LIST.call().name());
        return Ok(());
    };
    let arn = session.arn("redshift", &format!("cluster:{name}"));
    let text = policy_text(rows, policy)?;
    rows.policy(Policy::of(&arn, REDSHIFT_CLUSTER, text)).await?;
    let row = cluster(arn, name, described, rows.captured_at(), &mut unread);
    unread.count(rows, Cluster::TABLE, &LIST.call().name());
    rows.push(row).await
}

fn cluster(arn: String, name: String, it: Described, now: Timestamp, unread: &mut Unread) -> Cluster {
    let created_at = unread.moment("ClusterCreateTime", it.cluster_create_time.as_ref());
    let (groups, roles, parameters) = (it.vpc_security_groups, it.iam_roles, it.cluster_parameter_groups);
    let automated_days = it.automated_snapshot_retention_period;
    let nodes = it.cluster_nodes.into_iter();
    Cluster {
        arn,
        cluster_identifier: name,
        namespace_arn: it.cluster_namespace_arn,
        status: unread.value("ClusterStatus", it.cluster_status),
        availability_status: it.cluster_availability_status,
        is_publicly_accessible: unread.value("PubliclyAccessible", it.publicly_accessible),
        elastic_ip: it.elastic_ip_status.elastic_ip,
        node_public_ip_addresses: nodes.filter_map(|node| node.public_ip_address).collect(),
        endpoint_host: it.endpoint.address,
        endpoint_port: it.endpoint.port,
        custom_domain_name: it.custom_domain_name,
        vpc_id: it.vpc_id,
        subnet_group_name: it.cluster_subnet_group_name,
        security_group_ids: unread.each("VpcSecurityGroupId", groups.into_iter().map(|it| it.vpc_security_group_id)),
        has_enhanced_vpc_routing: unread.value("EnhancedVpcRouting", it.enhanced_vpc_routing),
        availability_zone: it.availability_zone,
        multi_az: it.multi_az,
        is_encrypted: unread.value("Encrypted", it.encrypted),
        kms_key_id: it.kms_key_id,
        admin_user_name: it.master_username,
        admin_secret_arn: it.master_password_secret_arn,
        database_name: it.database_name,
        iam_role_arns: unread.each("IamRoleArn", roles.into_iter().map(|it| it.iam_role_arn)),
        parameter_group_names: unread
            .each("ParameterGroupName", parameters.into_iter().map(|it| it.parameter_group_name)),
        node_type: it.node_type,
        node_count: unread.value("NumberOfNodes", it.number_of_nodes),
        cluster_version: it.cluster_version,
        has_auto_version_upgrade: unread.value("AllowVersionUpgrade", it.allow_version_upgrade),
        automated_snapshot_retention_days: unread.value("AutomatedSnapshotRetentionPeriod", automated_days),
        manual_snapshot_retention_days: it.manual_snapshot_retention_period,
        snapshot_copy_region: it.cluster_snapshot_copy_status.destination_region,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        tags: by_key(it.tags),
    }
}

#[cfg(test)]
mod tests;
