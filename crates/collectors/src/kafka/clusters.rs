//! Clusters of MSK: ListClustersV2, then GetClusterPolicy for each.

mod listed;

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::kinds::KAFKA_CLUSTER;
use orgcensus_collect::{Collector, Error, Optional, Policy, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::Serialize;
use serde_json::json;

use crate::items::{Answer, Unread, details, given_if_set, policy_text, with_policies};
use listed::{ItsPolicy, Listed, Page, is_on};

const LIST: Read<Page> = reads("kafka", "ListClustersV2");
const POLICY: Read<ItsPolicy> = reads("kafka", "GetClusterPolicy");

/// One cluster of MSK.
#[derive(Debug, Serialize, Row)]
#[row(table = "kafka_clusters", key = "arn")]
pub struct Cluster {
    /// The cluster's ARN.
    pub arn: String,
    /// The cluster's name.
    pub cluster_name: String,
    /// PROVISIONED or SERVERLESS. Null: AWS did not say.
    pub cluster_type: Option<String>,
    /// ACTIVE, CREATING, DELETING, FAILED … Null: AWS did not say.
    pub cluster_state: Option<String>,
    /// The version of Kafka. Null: the cluster is serverless.
    pub kafka_version: Option<String>,
    /// How many brokers it has. Null: the cluster is serverless.
    pub broker_count: Option<i32>,
    /// The brokers' type, kafka.m7g.large. Null: the cluster is serverless.
    pub instance_type: Option<String>,
    /// DISABLED, or SERVICE_PROVIDED_EIPS: brokers have public addresses. Null: AWS did not say.
    pub public_access_type: Option<String>,
    /// Whether the brokers have public addresses. Null: AWS did not say.
    pub is_public: Option<bool>,
    /// Whether clients of other VPCs may get private connections to it. Null: the cluster is serverless.
    pub has_vpc_connectivity: Option<bool>,
    /// Whether clients may come without authentication.
    pub allows_unauthenticated: bool,
    /// Whether clients may authenticate by IAM.
    pub has_iam_authentication: bool,
    /// Whether clients may authenticate by name and password (SASL/SCRAM).
    pub has_scram_authentication: bool,
    /// Whether clients may authenticate by certificates.
    pub has_tls_authentication: bool,
    /// The KMS key that encrypts the data, by its ARN. Null: the cluster is serverless.
    pub kms_key_arn: Option<String>,
    /// How clients talk to brokers: TLS, TLS_PLAINTEXT or PLAINTEXT. Null: the cluster is serverless.
    pub client_broker_encryption: Option<String>,
    /// Whether brokers talk to each other by TLS. Null: the cluster is serverless.
    pub is_encrypted_in_cluster: Option<bool>,
    /// LOCAL or TIERED. Null: AWS did not say.
    pub storage_mode: Option<String>,
    /// DEFAULT, PER_BROKER, PER_TOPIC_PER_BROKER or PER_TOPIC_PER_PARTITION. Null: AWS did not say.
    pub enhanced_monitoring: Option<String>,
    /// Whether the brokers' logs are kept anywhere. Null: the cluster is serverless.
    pub has_broker_logs: Option<bool>,
    /// The subnets that it is in.
    pub subnet_ids: Vec<String>,
    /// Its security groups, by id.
    pub security_group_ids: Vec<String>,
    /// When it was made (UTC). Null: AWS did not say.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The clusters of one region, with their policies.
pub const CLUSTERS: Collector = Collector {
    name: "kafka_clusters",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), POLICY.call()],
    resources: &[KAFKA_CLUSTER],
    tables: &[table::<Cluster>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"maxResults": 100}));
    while let Some(page) = pages.next().await {
        let mut clusters = details(page?.cluster_info_list, |listed| read(session, listed));
        while let Some((listed, policy)) = clusters.next().await {
            push(rows, listed, policy).await?;
        }
    }
    Ok(())
}

async fn read(session: &Session, listed: Listed) -> (Listed, Answer<Option<String>>) {
    // MSK says in the same words that there is no policy and that there is no such cluster any more.
    let answer = POLICY.send(session, json!({"clusterArn": listed.cluster_arn})).await;
    let answer = answer.optional(&["NotFoundException"]);
    let policy = given_if_set(answer, |it| it.policy, &POLICY.call().name(), "policy");
    let policy = policy.map(|text| text.filter(|text| !text.is_empty()));
    (listed, policy)
}

async fn push(rows: &mut Rows<'_>, mut listed: Listed, policy: Answer<Option<String>>) -> Result<(), Error> {
    let mut unread = Unread::default();
    let Some(arn) = unread.value("clusterArn", listed.cluster_arn.take()) else {
        unread.lost(rows, with_policies([Cluster::TABLE]), &LIST.call().name());
        return Ok(());
    };
    let text = policy_text(rows, policy)?;
    rows.policy(Policy::of(&arn, KAFKA_CLUSTER, text)).await?;
    let row = cluster(arn, listed, rows.captured_at(), &mut unread);
    unread.count(rows, Cluster::TABLE, &LIST.call().name());
    rows.push(row).await
}

fn cluster(arn: String, it: Listed, now: Timestamp, unread: &mut Unread) -> Cluster {
    let created_at = unread.moment("creationTime", it.creation_time.as_ref());
    let serverless = it.serverless.unwrap_or_default();
    let has_brokers = it.provisioned.is_some();
    let provisioned = it.provisioned.unwrap_or_default();
    let authentication =
        if has_brokers { provisioned.client_authentication } else { serverless.client_authentication.into() };
    let (nodes, encryption) = (provisioned.broker_node_group_info, provisioned.encryption_info);
    let public_access_type = nodes.connectivity_info.public_access.access_type;
    let other_vpcs = nodes.connectivity_info.vpc_connectivity.client_authentication;
    let of_serverless = serverless.vpc_configs.into_iter().map(|it| (it.subnet_ids, it.security_group_ids));
    let (subnets, groups): (Vec<_>, Vec<_>) = of_serverless.unzip();
    Cluster {
        arn,
        cluster_name: unread.value("clusterName", it.cluster_name).unwrap_or_default(),
        cluster_type: it.cluster_type,
        cluster_state: it.state,
        kafka_version: provisioned.current_broker_software_info.kafka_version,
        broker_count: provisioned.number_of_broker_nodes,
        instance_type: nodes.instance_type,
        is_public: public_access_type.as_deref().map(|access| access != "DISABLED"),
        public_access_type,
        has_vpc_connectivity: has_brokers.then(|| other_vpcs.has_any()),
        allows_unauthenticated: is_on(&authentication.unauthenticated),
        has_iam_authentication: is_on(&authentication.sasl.iam),
        has_scram_authentication: is_on(&authentication.sasl.scram),
        has_tls_authentication: is_on(&authentication.tls),
        kms_key_arn: encryption.encryption_at_rest.key_arn,
        client_broker_encryption: encryption.encryption_in_transit.client_broker,
        is_encrypted_in_cluster: encryption.encryption_in_transit.in_cluster,
        storage_mode: provisioned.storage_mode,
        enhanced_monitoring: provisioned.enhanced_monitoring,
        has_broker_logs: has_brokers.then(|| provisioned.logging_info.broker_logs.has_any()),
        subnet_ids: nodes.client_subnets.into_iter().chain(subnets.into_iter().flatten()).collect(),
        security_group_ids: nodes.security_groups.into_iter().chain(groups.into_iter().flatten()).collect(),
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        tags: it.tags,
    }
}

#[cfg(test)]
mod tests;
