//! What ECS says of a service.

use orgcensus_collect::Moment;
use serde::Deserialize;

use crate::ecs::parts::{Failure, Tag};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Services {
    pub(super) services: Vec<Described>,
    pub(super) failures: Vec<Failure>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Described {
    pub(super) service_arn: Option<String>,
    pub(super) service_name: Option<String>,
    pub(super) status: Option<String>,
    pub(super) desired_count: Option<i32>,
    pub(super) running_count: Option<i32>,
    pub(super) launch_type: Option<String>,
    pub(super) capacity_provider_strategy: Vec<Provider>,
    pub(super) platform_version: Option<String>,
    pub(super) platform_family: Option<String>,
    pub(super) task_definition: Option<String>,
    pub(super) scheduling_strategy: Option<String>,
    pub(super) deployment_controller: Controller,
    pub(super) network_configuration: Network,
    pub(super) load_balancers: Vec<Balancer>,
    pub(super) enable_execute_command: Option<bool>,
    pub(super) role_arn: Option<String>,
    pub(super) created_by: Option<String>,
    pub(super) created_at: Option<Moment>,
    pub(super) tags: Vec<Tag>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Provider {
    pub(super) capacity_provider: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Controller {
    #[serde(rename = "type")]
    pub(super) controller_type: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Network {
    pub(super) awsvpc_configuration: Vpc,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Vpc {
    pub(super) subnets: Vec<String>,
    pub(super) security_groups: Vec<String>,
    pub(super) assign_public_ip: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Balancer {
    pub(super) target_group_arn: Option<String>,
    pub(super) load_balancer_name: Option<String>,
}
