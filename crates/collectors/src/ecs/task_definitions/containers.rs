//! The containers of a task definition.

use orgcensus_row::Row;
use serde::Serialize;

use super::described::{ItsContainer, Named};
use crate::items::Unread;
use crate::secret_names::is_secret_like;

/// One container of the newest active revision of a task definition. Values of environment variables are not read.
#[derive(Debug, Serialize, Row)]
#[row(table = "ecs_containers", key = "task_definition_arn, container_name")]
pub struct Container {
    /// The task definition's ARN, with the revision.
    pub task_definition_arn: String,
    /// The container's name.
    pub container_name: String,
    /// The image, with its tag or digest. Null: AWS did not say.
    pub image: Option<String>,
    /// Whether the task ends with it. Null: AWS did not say.
    pub is_essential: Option<bool>,
    /// Whether it is root on its instance. Null: none is set, no.
    pub is_privileged: Option<bool>,
    /// The user that its program runs as. Null: none is set, that of the image, which often is root.
    pub run_as: Option<String>,
    /// Whether its program cannot write to its root file system. Null: none is set, it can.
    pub is_root_read_only: Option<bool>,
    /// Whether it has no network. Null: none is set, it has.
    pub is_network_disabled: Option<bool>,
    /// Rights of Linux that are added to the usual ones: SYS_PTRACE, ALL.
    pub added_capabilities: Vec<String>,
    /// Where its output goes: awslogs, awsfirelens, splunk … Null: nowhere that is named.
    pub log_driver: Option<String>,
    /// The log group that gets its output, by name. Null: none is named.
    pub log_group_name: Option<String>,
    /// The ports that it listens on. Ranges are left out.
    pub container_ports: Vec<i32>,
    /// The names of environment variables whose values stand in the task definition.
    pub environment_names: Vec<String>,
    /// The names of environment variables that get their values from Secrets Manager or Parameter Store.
    pub secret_names: Vec<String>,
    /// How many files in buckets hold further environment variables.
    pub environment_file_count: i32,
    /// Whether its image is got with a password from Secrets Manager.
    pub has_repository_credentials: bool,
    /// Whether the name of an environment variable whose value stands in the task definition looks like a secret's.
    pub has_secret_like_environment_name: bool,
}

/// A container's row.
pub(super) fn container(task_definition_arn: &str, it: ItsContainer, unread: &mut Unread) -> Option<Container> {
    let container_name = unread.value("name", it.name)?;
    let mut log = it.log_configuration;
    let environment_names = names(it.environment);
    Some(Container {
        task_definition_arn: task_definition_arn.to_owned(),
        container_name,
        image: it.image,
        is_essential: it.essential,
        is_privileged: it.privileged,
        run_as: it.user.filter(|user| !user.is_empty()),
        is_root_read_only: it.readonly_root_filesystem,
        is_network_disabled: it.disable_networking,
        added_capabilities: it.linux_parameters.capabilities.add,
        log_driver: log.log_driver,
        log_group_name: log.options.remove("awslogs-group"),
        container_ports: it.port_mappings.into_iter().filter_map(|mapping| mapping.container_port).collect(),
        has_secret_like_environment_name: environment_names.iter().any(|name| is_secret_like(name)),
        environment_names,
        secret_names: names(it.secrets),
        environment_file_count: i32::try_from(it.environment_files.len()).unwrap_or(i32::MAX),
        has_repository_credentials: it.repository_credentials.is_some(),
    })
}

fn names(variables: Vec<Named>) -> Vec<String> {
    variables.into_iter().filter_map(|variable| variable.name).collect()
}
