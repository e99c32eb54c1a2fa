//! Tasks of ECS that run: ListClusters, ListTasks for each cluster, then DescribeTasks for a hundred at a time.

mod described;

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::{Collector, Error, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use self::described::{Described, Tasks};
use super::parts::{CLUSTERS, GONE, by_arn, by_key, cluster_arns, name_in, some};
use crate::items::{Answer, Unread, all, details, is_gone};

const LIST: Read<Page> = reads("ecs", "ListTasks");
const DESCRIBE: Read<Tasks> = reads("ecs", "DescribeTasks");

/// How many tasks one call describes.
const AT_ONCE: usize = 100;

/// One task of ECS that runs or is about to: containers that run together. Tasks come and go, so they are not in the
/// inventory.
#[derive(Debug, Serialize, Row)]
#[row(table = "ecs_tasks", key = "arn", resource = "none")]
pub struct Task {
    /// The task's ARN.
    pub arn: String,
    /// The task's id.
    pub task_id: String,
    /// The cluster that it is in, by its ARN.
    pub cluster_arn: String,
    /// The name of the service that keeps it running. Null: it was started alone, or it was not read.
    pub service_name: Option<String>,
    /// The task definition that it was made by, its ARN with the revision. Null: it was not read.
    pub task_definition_arn: Option<String>,
    /// PROVISIONING, PENDING, ACTIVATING, RUNNING … Null: it was not read.
    pub last_status: Option<String>,
    /// What it is to be: RUNNING or STOPPED. Null: it was not read.
    pub desired_status: Option<String>,
    /// EC2, FARGATE, EXTERNAL or MANAGED_INSTANCES. Null: AWS did not say.
    pub launch_type: Option<String>,
    /// What gave it a machine, FARGATE_SPOT. Null: the launch type says it.
    pub capacity_provider: Option<String>,
    /// The version of Fargate, 1.4.0. Null: it does not run on Fargate.
    pub platform_version: Option<String>,
    /// The zone that it runs in, eu-west-1a. Null: AWS did not say.
    pub availability_zone: Option<String>,
    /// The instance of the cluster that it runs on, by its ARN. Null: it runs on Fargate.
    pub container_instance_arn: Option<String>,
    /// Its own network interfaces, eni-…. Empty: it uses those of its instance. Null: it was not read.
    pub network_interface_ids: Option<Vec<String>>,
    /// The subnets of these interfaces. Null: it was not read.
    pub subnet_ids: Option<Vec<String>>,
    /// The private addresses of these interfaces. Null: it was not read.
    pub private_ip_addresses: Option<Vec<String>>,
    /// The images of its containers. Null: it was not read.
    pub images: Option<Vec<String>>,
    /// The digests of these images, sha256:…, where ECS knows them. Null: it was not read.
    pub image_digests: Option<Vec<String>>,
    /// Whether commands may be run within its containers from outside. Null: it was not read.
    pub is_exec_enabled: Option<bool>,
    /// The role that it was given instead of that of its task definition. Null: none.
    pub override_task_role_arn: Option<String>,
    /// Who started it: a deployment, or a word of whoever did. Null: AWS did not say.
    pub started_by: Option<String>,
    /// When it was made (UTC). Null: AWS did not say.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// When it began to run (UTC). Null: it does not run yet.
    pub started_at: Option<Timestamp>,
    /// Tags. Null: they were not read.
    pub tags: Option<BTreeMap<String, String>>,
}

/// The tasks of one region that run.
pub const TASKS: Collector = Collector {
    name: "ecs_tasks",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[CLUSTERS.call(), LIST.call(), DESCRIBE.call()],
    resources: &[],
    tables: &[table::<Task>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    task_arns: Vec<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let clusters = cluster_arns(session).await?;
    for cluster in &clusters {
        let input = json!({"cluster": cluster, "maxResults": 100});
        let listed = all(&LIST, session, input, |page| page.task_arns).await;
        if is_gone(GONE, &listed) {
            rows.gone();
            continue;
        }
        let Some(arns) = rows.item([Task::TABLE], listed)? else { continue };
        let mut answers = details(some(&arns, AT_ONCE), |arns| describe(session, cluster, arns));
        while let Some(tasks) = answers.next().await {
            for (arn, answer) in tasks {
                push(rows, cluster, arn, answer).await?;
            }
        }
    }
    Ok(())
}

async fn describe(session: &Session, cluster: &str, arns: Vec<String>) -> Vec<(String, Answer<Option<Described>>)> {
    let input = json!({"cluster": cluster, "tasks": arns, "include": ["TAGS"]});
    let answer = DESCRIBE.send(session, input).await.map(|it| (it.tasks, it.failures));
    by_arn(arns, answer, |it| it.task_arn.as_ref(), &DESCRIBE.call().name(), "taskArn")
}

async fn push(rows: &mut Rows<'_>, cluster: &str, arn: String, answer: Answer<Option<Described>>) -> Result<(), Error> {
    if matches!(answer, Ok(None)) {
        rows.gone();
        return Ok(());
    }
    let described = rows.item([Task::TABLE], answer)?.flatten();
    let mut unread = Unread::default();
    let row = task(arn, cluster, described, rows.captured_at(), &mut unread);
    unread.count(rows, Task::TABLE, &DESCRIBE.call().name());
    rows.push(row).await
}

fn task(arn: String, cluster: &str, described: Option<Described>, now: Timestamp, unread: &mut Unread) -> Task {
    let is_read = described.is_some();
    let it = described.unwrap_or_default();
    let created_at = unread.moment("createdAt", it.created_at.as_ref());
    let of_interfaces = |name: &str| is_read.then(|| it.of_interfaces(name));
    let containers = &it.containers;
    Task {
        task_id: name_in(&arn),
        arn,
        cluster_arn: cluster.to_owned(),
        service_name: it.group.as_deref().and_then(|group| group.strip_prefix("service:")).map(str::to_owned),
        network_interface_ids: of_interfaces("networkInterfaceId"),
        subnet_ids: of_interfaces("subnetId"),
        private_ip_addresses: of_interfaces("privateIPv4Address"),
        images: is_read.then(|| containers.iter().filter_map(|it| it.image.clone()).collect()),
        image_digests: is_read.then(|| containers.iter().filter_map(|it| it.image_digest.clone()).collect()),
        task_definition_arn: it.task_definition_arn,
        last_status: it.last_status,
        desired_status: it.desired_status,
        launch_type: it.launch_type,
        capacity_provider: it.capacity_provider_name,
        platform_version: it.platform_version,
        availability_zone: it.availability_zone,
        container_instance_arn: it.container_instance_arn,
        is_exec_enabled: it.enable_execute_command,
        override_task_role_arn: it.overrides.task_role_arn,
        started_by: it.started_by,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        started_at: unread.moment("startedAt", it.started_at.as_ref()),
        tags: is_read.then(|| by_key(it.tags)),
    }
}

#[cfg(test)]
mod tests;
