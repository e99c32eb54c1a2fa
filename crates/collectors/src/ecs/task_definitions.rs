//! Task definitions of ECS: ListTaskDefinitionFamilies, then DescribeTaskDefinition for each, which gives the newest
//! revision that is active. Older revisions are not read: a family may have a million.

pub mod containers;
mod described;

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::{Collector, Error, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use self::containers::Container;
use self::described::{Described, Whole};
use super::parts::by_key;
use crate::items::{Answer, Unread, details, given};

const LIST: Read<Page> = reads("ecs", "ListTaskDefinitionFamilies");
const DESCRIBE: Read<Whole> = reads("ecs", "DescribeTaskDefinition");

/// The newest active revision of one task definition of ECS: what a task is made of.
#[derive(Debug, Serialize, Row)]
#[row(table = "ecs_task_definitions", key = "arn", name = "family")]
pub struct TaskDefinition {
    /// The task definition's ARN, with the revision.
    pub arn: String,
    /// Its name, which all revisions have.
    pub family: String,
    /// The revision. Null: AWS did not say.
    pub revision: Option<i32>,
    /// ACTIVE, INACTIVE or DELETE_IN_PROGRESS. Null: AWS did not say.
    pub status: Option<String>,
    /// The role that its containers have. Null: none.
    pub task_role_arn: Option<String>,
    /// The role by which ECS gets images and secrets, and writes logs. Null: none.
    pub execution_role_arn: Option<String>,
    /// awsvpc, bridge, host or none. Null: AWS did not say, bridge on Linux.
    pub network_mode: Option<String>,
    /// Whose processes containers see: host or task. Null: their own.
    pub pid_mode: Option<String>,
    /// Whose shared memory containers have: host, task or none. Null: AWS did not say.
    pub ipc_mode: Option<String>,
    /// Where it must be able to run: EC2, FARGATE, EXTERNAL, MANAGED_INSTANCES.
    pub required_launch_types: Vec<String>,
    /// Its CPU, in units of which 1024 are one. Null: no limit.
    pub cpu_units: Option<i32>,
    /// Its memory, in MiB. Null: no limit but those of containers.
    pub memory_mib: Option<i32>,
    /// X86_64 or ARM64. Null: AWS did not say.
    pub cpu_architecture: Option<String>,
    /// LINUX, WINDOWS_SERVER_2022_CORE … Null: AWS did not say.
    pub operating_system: Option<String>,
    /// How many containers it has.
    pub container_count: i32,
    /// The EFS file systems that it mounts, by id.
    pub file_system_ids: Vec<String>,
    /// Those of them that it mounts without encryption in transit.
    pub unencrypted_file_system_ids: Vec<String>,
    /// The folders of the instance that it mounts.
    pub host_paths: Vec<String>,
    /// Who registered it, an ARN. Null: AWS did not say.
    pub registered_by: Option<String>,
    /// When it was registered (UTC). Null: AWS did not say.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was registered.
    pub age_days: Option<i32>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The task definitions of one region.
pub const TASK_DEFINITIONS: Collector = Collector {
    name: "ecs_task_definitions",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), DESCRIBE.call()],
    resources: &[],
    tables: &[table::<TaskDefinition>(), table::<Container>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    families: Vec<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"status": "ACTIVE", "maxResults": 100}));
    while let Some(page) = pages.next().await {
        let mut answers = details(page?.families, |family| describe(session, family));
        while let Some(answer) = answers.next().await {
            // Without an answer its revision is not known, so there is no row.
            let tables = [TaskDefinition::TABLE, Container::TABLE];
            if let Some((described, tags)) = rows.item(tables, answer)? {
                push(rows, described, tags).await?;
            }
        }
    }
    Ok(())
}

async fn describe(session: &Session, family: String) -> Answer<(Described, BTreeMap<String, String>)> {
    let answer = DESCRIBE.send(session, json!({"taskDefinition": family, "include": ["TAGS"]})).await?;
    let described = given(answer.task_definition, &DESCRIBE.call().name(), "taskDefinition")?;
    Ok((described, by_key(answer.tags)))
}

async fn push(rows: &mut Rows<'_>, mut described: Described, tags: BTreeMap<String, String>) -> Result<(), Error> {
    let containers = std::mem::take(&mut described.container_definitions);
    let count = i32::try_from(containers.len()).unwrap_or(i32::MAX);
    let mut unread = Unread::default();
    let Some(row) = task_definition(described, tags, count, rows.captured_at(), &mut unread) else {
        unread.lost(rows, [TaskDefinition::TABLE, Container::TABLE], &DESCRIBE.call().name());
        return Ok(());
    };
    unread.count(rows, TaskDefinition::TABLE, &DESCRIBE.call().name());
    for container in containers {
        let mut unread = Unread::default();
        let container = containers::container(&row.arn, container, &mut unread);
        unread.push(rows, &DESCRIBE.call().name(), container).await?;
    }
    rows.push(row).await
}

fn task_definition(
    it: Described,
    tags: BTreeMap<String, String>,
    container_count: i32,
    now: Timestamp,
    unread: &mut Unread,
) -> Option<TaskDefinition> {
    let arn = unread.value("taskDefinitionArn", it.task_definition_arn)?;
    let created_at = unread.moment("registeredAt", it.registered_at.as_ref());
    let mounts = it.volumes.iter().map(|volume| &volume.efs_volume_configuration);
    let open = mounts.clone().filter(|mount| mount.transit_encryption.as_deref() != Some("ENABLED"));
    let host_paths = it.volumes.iter().filter_map(|volume| volume.host.source_path.clone());
    Some(TaskDefinition {
        arn,
        family: unread.value("family", it.family).unwrap_or_default(),
        revision: it.revision,
        status: it.status,
        task_role_arn: it.task_role_arn,
        execution_role_arn: it.execution_role_arn,
        network_mode: it.network_mode,
        pid_mode: it.pid_mode,
        ipc_mode: it.ipc_mode,
        required_launch_types: it.requires_compatibilities,
        cpu_units: unread.parsed("cpu", it.cpu.as_deref(), |text| text.parse::<i32>().ok()),
        memory_mib: unread.parsed("memory", it.memory.as_deref(), |text| text.parse::<i32>().ok()),
        cpu_architecture: it.runtime_platform.cpu_architecture,
        operating_system: it.runtime_platform.operating_system_family,
        container_count,
        file_system_ids: mounts.filter_map(|mount| mount.file_system_id.clone()).collect(),
        unencrypted_file_system_ids: open.filter_map(|mount| mount.file_system_id.clone()).collect(),
        host_paths: host_paths.collect(),
        registered_by: it.registered_by,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        tags,
    })
}

#[cfg(test)]
mod tests;
