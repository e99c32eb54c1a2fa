//! EKS clusters: ListClusters, then DescribeCluster for each.

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::{Collector, Error, Moment, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Answer, Unread, details, given, is_gone};

pub(super) const LIST: Read<Page> = reads("eks", "ListClusters");
const DESCRIBE: Read<Answered> = reads("eks", "DescribeCluster");

/// How EKS says that there is no such cluster.
pub(super) const GONE: &[&str] = &["ResourceNotFoundException"];

/// One EKS cluster. Where it could not be described, all but its ARN and name is null.
#[derive(Debug, Default, Serialize, Row)]
#[row(table = "eks_clusters", key = "arn")]
pub struct Cluster {
    /// The cluster's ARN.
    pub arn: String,
    /// The cluster's name.
    pub cluster_name: String,
    /// The version of Kubernetes, 1.33.
    pub kubernetes_version: Option<String>,
    /// EKS's own version of it, eks.7.
    pub platform_version: Option<String>,
    /// STANDARD or EXTENDED: whether an old version goes on at extra cost. Null: AWS did not say.
    pub support_type: Option<String>,
    /// CREATING, ACTIVE, DELETING, FAILED, UPDATING or PENDING.
    pub status: Option<String>,
    /// The codes of what AWS finds wrong with it. Null: it was not read.
    pub health_issue_codes: Option<Vec<String>>,
    /// The URL of its Kubernetes API. Null: it has none yet.
    pub endpoint: Option<String>,
    /// Whether its API is reached from the internet, by those addresses alone that public_access_cidrs has.
    pub is_endpoint_public: Option<bool>,
    /// Whether its API is reached from inside its VPC without leaving it.
    pub is_endpoint_private: Option<bool>,
    /// The addresses from which its public API is reached; 0.0.0.0/0 is everyone. Null: it was not read.
    pub public_access_cidrs: Option<Vec<String>>,
    /// By which ways its control plane leads outward: AWS_MANAGED, CUSTOMER_ROUTED or CUSTOMER_ISOLATED. Null: AWS did
    /// not say.
    pub control_plane_egress_mode: Option<String>,
    /// Its VPC.
    pub vpc_id: Option<String>,
    /// The subnets of its control plane's interfaces. Null: it was not read.
    pub subnet_ids: Option<Vec<String>>,
    /// The security groups of these interfaces besides the cluster's own. Null: it was not read.
    pub security_group_ids: Option<Vec<String>>,
    /// The security group that EKS made for the cluster.
    pub cluster_security_group_id: Option<String>,
    /// The role with which its control plane acts.
    pub role_arn: Option<String>,
    /// The role of the nodes that EKS runs by itself. Null: it runs none.
    pub node_role_arn: Option<String>,
    /// Whether EKS runs the nodes by itself. Null: AWS did not say.
    pub is_auto_mode: Option<bool>,
    /// Who may enter: API (access entries), CONFIG_MAP (a map inside the cluster), or API_AND_CONFIG_MAP. Null: AWS did
    /// not say.
    pub authentication_mode: Option<String>,
    /// Whether whoever made it became its administrator. Null: AWS did not say.
    pub is_creator_administrator: Option<bool>,
    /// The issuer of its service accounts' tokens, a URL, which roles may trust. Null: none.
    pub oidc_issuer_url: Option<String>,
    /// The logs that it writes: api, audit, authenticator, controllerManager, scheduler. Null: it was not read.
    pub enabled_log_types: Option<Vec<String>>,
    /// The KMS key that encrypts its secrets once more. Null: only AWS's own encryption, or it was not read.
    pub secrets_key_arn: Option<String>,
    /// Whether it cannot be deleted as long as this is set. Null: AWS did not say.
    pub is_deletion_protected: Option<bool>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// Tags. Null: it was not read.
    pub tags: Option<BTreeMap<String, String>>,
}

/// The clusters of one region.
pub const CLUSTERS: Collector = Collector {
    name: "eks_clusters",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), DESCRIBE.call()],
    resources: &[],
    tables: &[table::<Cluster>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Page {
    pub(super) clusters: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Answered {
    cluster: Option<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    arn: Option<String>,
    created_at: Option<Moment>,
    version: Option<String>,
    endpoint: Option<String>,
    role_arn: Option<String>,
    resources_vpc_config: VpcConfig,
    logging: Logging,
    identity: Identity,
    status: Option<String>,
    platform_version: Option<String>,
    tags: BTreeMap<String, String>,
    encryption_config: Vec<Encryption>,
    health: Health,
    access_config: AccessConfig,
    upgrade_policy: UpgradePolicy,
    compute_config: ComputeConfig,
    deletion_protection: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct VpcConfig {
    subnet_ids: Vec<String>,
    security_group_ids: Vec<String>,
    cluster_security_group_id: Option<String>,
    vpc_id: Option<String>,
    endpoint_public_access: Option<bool>,
    endpoint_private_access: Option<bool>,
    public_access_cidrs: Vec<String>,
    control_plane_egress_mode: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Logging {
    cluster_logging: Vec<Logs>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Logs {
    types: Vec<String>,
    enabled: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Identity {
    oidc: Oidc,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Oidc {
    issuer: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Encryption {
    resources: Vec<String>,
    provider: Provider,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Provider {
    key_arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Health {
    issues: Vec<Issue>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Issue {
    code: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct AccessConfig {
    bootstrap_cluster_creator_admin_permissions: Option<bool>,
    authentication_mode: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct UpgradePolicy {
    support_type: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ComputeConfig {
    enabled: Option<bool>,
    node_role_arn: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"maxResults": 100}));
    while let Some(page) = pages.next().await {
        let mut clusters = details(page?.clusters, |name| read(session, name));
        while let Some((name, described)) = clusters.next().await {
            push(session, rows, name, described).await?;
        }
    }
    Ok(())
}

async fn read(session: &Session, name: String) -> (String, Answer<Described>) {
    let answer = DESCRIBE.send(session, json!({"name": name})).await;
    let described = answer.and_then(|it| given(it.cluster, &DESCRIBE.call().name(), "cluster"));
    (name, described)
}

async fn push(session: &Session, rows: &mut Rows<'_>, name: String, described: Answer<Described>) -> Result<(), Error> {
    if is_gone(GONE, &described) {
        rows.gone();
        return Ok(());
    }
    let arn = session.arn("eks", &format!("cluster/{name}"));
    let Some(described) = rows.item([Cluster::TABLE], described)? else {
        return rows.push(Cluster { arn, cluster_name: name, ..Cluster::default() }).await;
    };
    let mut unread = Unread::default();
    let row = cluster(arn, name, described, rows.captured_at(), &mut unread);
    unread.count(rows, Cluster::TABLE, &DESCRIBE.call().name());
    rows.push(row).await
}

fn cluster(usual_arn: String, cluster_name: String, it: Described, now: Timestamp, unread: &mut Unread) -> Cluster {
    let created = unread.value("createdAt", it.created_at.as_ref());
    let created_at = unread.moment("createdAt", created);
    let network = it.resources_vpc_config;
    let logs = it.logging.cluster_logging.into_iter().filter(|logs| logs.enabled == Some(true));
    let of_secrets = it.encryption_config.into_iter().find(|it| it.resources.iter().any(|name| name == "secrets"));
    Cluster {
        arn: it.arn.unwrap_or(usual_arn),
        cluster_name,
        kubernetes_version: unread.value("version", it.version),
        platform_version: it.platform_version,
        support_type: it.upgrade_policy.support_type,
        status: unread.value("status", it.status),
        health_issue_codes: Some(it.health.issues.into_iter().filter_map(|issue| issue.code).collect()),
        endpoint: it.endpoint,
        is_endpoint_public: unread.value("endpointPublicAccess", network.endpoint_public_access),
        is_endpoint_private: unread.value("endpointPrivateAccess", network.endpoint_private_access),
        public_access_cidrs: Some(network.public_access_cidrs),
        control_plane_egress_mode: network.control_plane_egress_mode,
        vpc_id: network.vpc_id,
        subnet_ids: Some(network.subnet_ids),
        security_group_ids: Some(network.security_group_ids),
        cluster_security_group_id: network.cluster_security_group_id,
        role_arn: unread.value("roleArn", it.role_arn),
        node_role_arn: it.compute_config.node_role_arn,
        is_auto_mode: it.compute_config.enabled,
        authentication_mode: it.access_config.authentication_mode,
        is_creator_administrator: it.access_config.bootstrap_cluster_creator_admin_permissions,
        oidc_issuer_url: it.identity.oidc.issuer,
        enabled_log_types: Some(logs.flat_map(|logs| logs.types).collect()),
        secrets_key_arn: of_secrets.and_then(|it| it.provider.key_arn),
        is_deletion_protected: it.deletion_protection,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        tags: Some(it.tags),
    }
}

#[cfg(test)]
mod tests;
