//! Services of ECS: ListClusters, ListServices for each cluster, then DescribeServices for ten at a time.

mod described;

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::{Collector, Error, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use self::described::{Described, Services};
use super::parts::{CLUSTERS, GONE, by_arn, by_key, cluster_arns, name_in, some};
use crate::items::{Answer, Unread, all, details, is_gone};

const LIST: Read<Page> = reads("ecs", "ListServices");
const DESCRIBE: Read<Services> = reads("ecs", "DescribeServices");

/// How many services one call describes.
const AT_ONCE: usize = 10;

/// One service of ECS: tasks that are kept running.
#[derive(Debug, Serialize, Row)]
#[row(table = "ecs_services", key = "arn")]
pub struct Service {
    /// The service's ARN.
    pub arn: String,
    /// The service's name.
    pub service_name: String,
    /// The cluster that it is in, by its ARN.
    pub cluster_arn: String,
    /// ACTIVE, DRAINING or INACTIVE. Null: it was not read.
    pub status: Option<String>,
    /// How many tasks are to run. Null: it was not read.
    pub desired_count: Option<i32>,
    /// How many tasks run. Null: it was not read.
    pub running_count: Option<i32>,
    /// EC2, FARGATE, EXTERNAL or MANAGED_INSTANCES. Null: capacity providers say it.
    pub launch_type: Option<String>,
    /// What gives it machines, FARGATE_SPOT. Empty: the launch type says it. Null: it was not read.
    pub capacity_providers: Option<Vec<String>>,
    /// The version of Fargate, LATEST or 1.4.0. Null: it does not run on Fargate.
    pub platform_version: Option<String>,
    /// The operating system on Fargate, Linux. Null: it does not run on Fargate.
    pub platform_family: Option<String>,
    /// The task definition that its tasks are made by, its ARN with the revision. Null: AWS did not say.
    pub task_definition_arn: Option<String>,
    /// REPLICA or DAEMON. Null: AWS did not say.
    pub scheduling_strategy: Option<String>,
    /// Who replaces tasks when it changes: ECS, CODE_DEPLOY or EXTERNAL. Null: ECS.
    pub deployment_controller: Option<String>,
    /// Whether its tasks get public addresses. Null: its tasks have no network interface of their own, or it was not
    /// read.
    pub is_public_ip_assigned: Option<bool>,
    /// The subnets of its tasks. Null: it was not read. Empty: its tasks have no network interface of their own.
    pub subnet_ids: Option<Vec<String>>,
    /// The security groups of its tasks, by id. Null: it was not read. Empty: as of subnets, or the VPC's default
    /// group.
    pub security_group_ids: Option<Vec<String>>,
    /// The target groups by which load balancers send to it, by their ARNs. Null: it was not read.
    pub target_group_arns: Option<Vec<String>>,
    /// The classic load balancers that send to it, by name. Null: it was not read.
    pub load_balancer_names: Option<Vec<String>>,
    /// Whether commands may be run within its containers from outside. Null: it was not read.
    pub is_exec_enabled: Option<bool>,
    /// The role by which ECS calls load balancers. Null: none is set.
    pub role_arn: Option<String>,
    /// Who made it, an ARN. Null: AWS did not say.
    pub created_by: Option<String>,
    /// When it was made (UTC). Null: AWS did not say.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// Tags. Null: they were not read.
    pub tags: Option<BTreeMap<String, String>>,
}

/// The services of one region.
pub const SERVICES: Collector = Collector {
    name: "ecs_services",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[CLUSTERS.call(), LIST.call(), DESCRIBE.call()],
    resources: &[],
    tables: &[table::<Service>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    service_arns: Vec<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let clusters = cluster_arns(session).await?;
    for cluster in &clusters {
        let input = json!({"cluster": cluster, "maxResults": 100});
        let listed = all(&LIST, session, input, |page| page.service_arns).await;
        if is_gone(GONE, &listed) {
            rows.gone();
            continue;
        }
        let Some(arns) = rows.item([Service::TABLE], listed)? else { continue };
        let mut answers = details(some(&arns, AT_ONCE), |arns| describe(session, cluster, arns));
        while let Some(services) = answers.next().await {
            for (arn, answer) in services {
                push(rows, cluster, arn, answer).await?;
            }
        }
    }
    Ok(())
}

async fn describe(session: &Session, cluster: &str, arns: Vec<String>) -> Vec<(String, Answer<Option<Described>>)> {
    let input = json!({"cluster": cluster, "services": arns, "include": ["TAGS"]});
    let answer = DESCRIBE.send(session, input).await.map(|it| (it.services, it.failures));
    by_arn(arns, answer, |it| it.service_arn.as_ref(), &DESCRIBE.call().name(), "serviceArn")
}

async fn push(rows: &mut Rows<'_>, cluster: &str, arn: String, answer: Answer<Option<Described>>) -> Result<(), Error> {
    if matches!(answer, Ok(None)) {
        rows.gone();
        return Ok(());
    }
    let described = rows.item([Service::TABLE], answer)?.flatten();
    let mut unread = Unread::default();
    let row = service(arn, cluster, described, rows.captured_at(), &mut unread);
    unread.count(rows, Service::TABLE, &DESCRIBE.call().name());
    rows.push(row).await
}

fn service(arn: String, cluster: &str, described: Option<Described>, now: Timestamp, unread: &mut Unread) -> Service {
    let is_read = described.is_some();
    let it = described.unwrap_or_default();
    let created_at = unread.moment("createdAt", it.created_at.as_ref());
    let network = it.network_configuration.awsvpc_configuration;
    let (balancers, providers) = (&it.load_balancers, it.capacity_provider_strategy.into_iter());
    Service {
        service_name: it.service_name.unwrap_or_else(|| name_in(&arn)),
        arn,
        cluster_arn: cluster.to_owned(),
        status: it.status,
        desired_count: it.desired_count,
        running_count: it.running_count,
        launch_type: it.launch_type,
        capacity_providers: is_read.then(|| providers.filter_map(|it| it.capacity_provider).collect()),
        platform_version: it.platform_version,
        platform_family: it.platform_family,
        task_definition_arn: it.task_definition,
        scheduling_strategy: it.scheduling_strategy,
        deployment_controller: it.deployment_controller.controller_type,
        is_public_ip_assigned: network.assign_public_ip.map(|word| word == "ENABLED"),
        subnet_ids: is_read.then_some(network.subnets),
        security_group_ids: is_read.then_some(network.security_groups),
        target_group_arns: is_read.then(|| balancers.iter().filter_map(|it| it.target_group_arn.clone()).collect()),
        load_balancer_names: is_read.then(|| balancers.iter().filter_map(|it| it.load_balancer_name.clone()).collect()),
        is_exec_enabled: it.enable_execute_command,
        role_arn: it.role_arn,
        created_by: it.created_by,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        tags: is_read.then(|| by_key(it.tags)),
    }
}

#[cfg(test)]
mod tests;
