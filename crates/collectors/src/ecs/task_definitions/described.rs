//! What ECS says of a task definition. Values of environment variables are no members here: they are not read.

use std::collections::BTreeMap;

use orgcensus_collect::Moment;
use serde::Deserialize;

use crate::ecs::parts::Tag;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Whole {
    pub(super) task_definition: Option<Described>,
    pub(super) tags: Vec<Tag>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Described {
    pub(super) task_definition_arn: Option<String>,
    pub(super) family: Option<String>,
    pub(super) revision: Option<i32>,
    pub(super) status: Option<String>,
    pub(super) task_role_arn: Option<String>,
    pub(super) execution_role_arn: Option<String>,
    pub(super) network_mode: Option<String>,
    pub(super) pid_mode: Option<String>,
    pub(super) ipc_mode: Option<String>,
    pub(super) requires_compatibilities: Vec<String>,
    pub(super) cpu: Option<String>,
    pub(super) memory: Option<String>,
    pub(super) runtime_platform: Platform,
    pub(super) container_definitions: Vec<ItsContainer>,
    pub(super) volumes: Vec<Volume>,
    pub(super) registered_by: Option<String>,
    pub(super) registered_at: Option<Moment>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Platform {
    pub(super) cpu_architecture: Option<String>,
    pub(super) operating_system_family: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Volume {
    pub(super) host: Host,
    pub(super) efs_volume_configuration: Efs,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Host {
    pub(super) source_path: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Efs {
    pub(super) file_system_id: Option<String>,
    pub(super) transit_encryption: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ItsContainer {
    pub(super) name: Option<String>,
    pub(super) image: Option<String>,
    pub(super) essential: Option<bool>,
    pub(super) privileged: Option<bool>,
    pub(super) user: Option<String>,
    pub(super) readonly_root_filesystem: Option<bool>,
    pub(super) disable_networking: Option<bool>,
    pub(super) linux_parameters: Linux,
    pub(super) log_configuration: Log,
    pub(super) port_mappings: Vec<Mapping>,
    pub(super) environment: Vec<Named>,
    pub(super) secrets: Vec<Named>,
    pub(super) environment_files: Vec<File>,
    pub(super) repository_credentials: Option<Credentials>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Linux {
    pub(super) capabilities: Capabilities,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Capabilities {
    pub(super) add: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Log {
    pub(super) log_driver: Option<String>,
    /// Those of other drivers may be secrets: only the log group is kept.
    pub(super) options: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Mapping {
    pub(super) container_port: Option<i32>,
}

/// An environment variable.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Named {
    pub(super) name: Option<String>,
}

/// A file of environment variables.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct File {}

/// Where the password of the image's repository is.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Credentials {}
