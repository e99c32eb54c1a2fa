//! What ECS says of a task.

use orgcensus_collect::Moment;
use serde::Deserialize;

use crate::ecs::parts::{Failure, Tag};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Tasks {
    pub(super) tasks: Vec<Described>,
    pub(super) failures: Vec<Failure>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Described {
    pub(super) task_arn: Option<String>,
    pub(super) group: Option<String>,
    pub(super) task_definition_arn: Option<String>,
    pub(super) last_status: Option<String>,
    pub(super) desired_status: Option<String>,
    pub(super) launch_type: Option<String>,
    pub(super) capacity_provider_name: Option<String>,
    pub(super) platform_version: Option<String>,
    pub(super) availability_zone: Option<String>,
    pub(super) container_instance_arn: Option<String>,
    pub(super) attachments: Vec<Attachment>,
    pub(super) containers: Vec<Container>,
    pub(super) enable_execute_command: Option<bool>,
    pub(super) overrides: Overrides,
    pub(super) started_by: Option<String>,
    pub(super) created_at: Option<Moment>,
    pub(super) started_at: Option<Moment>,
    pub(super) tags: Vec<Tag>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Attachment {
    #[serde(rename = "type")]
    attachment_type: Option<String>,
    details: Vec<Detail>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Detail {
    name: Option<String>,
    value: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Container {
    pub(super) image: Option<String>,
    pub(super) image_digest: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Overrides {
    pub(super) task_role_arn: Option<String>,
}

impl Described {
    /// What the task's own network interfaces say of themselves by a name.
    pub(super) fn of_interfaces(&self, name: &str) -> Vec<String> {
        let is_interface = |it: &&Attachment| it.attachment_type.as_deref() == Some("ElasticNetworkInterface");
        let details = self.attachments.iter().filter(is_interface).flat_map(|it| &it.details);
        details.filter(|it| it.name.as_deref() == Some(name)).filter_map(|it| it.value.clone()).collect()
    }
}
