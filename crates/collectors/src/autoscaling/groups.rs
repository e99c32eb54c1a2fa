//! Auto Scaling groups: DescribeAutoScalingGroups.

use std::collections::BTreeMap;

use orgcensus_collect::{Collector, Error, Moment, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Tag, Unread, by_key};

const LIST: Read<Page> = reads("autoscaling", "DescribeAutoScalingGroups");

/// One Auto Scaling group, and what it launches.
#[derive(Debug, Serialize, Row)]
#[row(table = "autoscaling_groups", key = "arn", name = "auto_scaling_group_name")]
pub struct Group {
    /// The group's ARN.
    pub arn: String,
    /// The group's name.
    pub auto_scaling_group_name: String,
    /// The id of its launch template, that of its mixed instances policy included. Null: it has a launch configuration,
    /// or names the template by its name.
    pub launch_template_id: Option<String>,
    /// The name of its launch template. Null: it has a launch configuration, or AWS did not say.
    pub launch_template_name: Option<String>,
    /// The version of the template: a number, $Latest or $Default. Null: none is named, so it is the default version.
    pub launch_template_version: Option<String>,
    /// The templates that types of instances take instead of it, <id or name>:<version>.
    pub override_launch_templates: Vec<String>,
    /// The name of its launch configuration. Null: it has a launch template.
    pub launch_configuration_name: Option<String>,
    /// Whether a mixed instances policy says what it launches.
    pub has_mixed_instances_policy: bool,
    /// How much of its capacity above the base is on demand, in percent. Null: it has no mixed instances policy, or
    /// that says nothing.
    pub on_demand_above_base_percent: Option<i32>,
    /// The fewest instances that it has.
    pub min_size: Option<i32>,
    /// The most instances that it has.
    pub max_size: Option<i32>,
    /// How many instances it is to have.
    pub desired_capacity: Option<i32>,
    /// How many instances it has.
    pub instance_count: i32,
    /// How many of them were launched from another template, version or configuration than the group's present one, or
    /// from one that is not known any more. Versions named $Latest and $Default are not compared.
    pub outdated_instance_count: i32,
    /// Its instances, by id.
    pub instance_ids: Vec<String>,
    /// Its subnets.
    pub subnet_ids: Vec<String>,
    /// Its availability zones.
    pub availability_zones: Vec<String>,
    /// The target groups that its instances join.
    pub target_group_arns: Vec<String>,
    /// The classic load balancers that its instances join.
    pub load_balancer_names: Vec<String>,
    /// EC2, ELB …, or several with a comma.
    pub health_check_type: Option<String>,
    /// The processes that are switched off, Launch ….
    pub suspended_processes: Vec<String>,
    /// The role by which it works.
    pub service_linked_role_arn: Option<String>,
    /// How old an instance may become before it is replaced, in seconds. Null: as old as it wants.
    pub max_instance_lifetime_seconds: Option<i32>,
    /// Whether new instances are kept from being ended when it shrinks.
    pub is_protected_from_scale_in: Option<bool>,
    /// The service that manages it. Null: none.
    pub managed_by: Option<String>,
    /// What it is doing, Delete in progress. Null: nothing out of the ordinary.
    pub status: Option<String>,
    /// When it was made (UTC). Null: AWS did not say.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The groups of one region.
pub const GROUPS: Collector = Collector {
    name: "autoscaling_groups",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call()],
    resources: &[],
    tables: &[table::<Group>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    auto_scaling_groups: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Described {
    auto_scaling_group_name: Option<String>,
    #[serde(rename = "AutoScalingGroupARN")]
    auto_scaling_group_arn: Option<String>,
    launch_configuration_name: Option<String>,
    launch_template: Option<Template>,
    mixed_instances_policy: Option<Mixed>,
    min_size: Option<i32>,
    max_size: Option<i32>,
    desired_capacity: Option<i32>,
    instances: Vec<Instance>,
    #[serde(rename = "VPCZoneIdentifier")]
    vpc_zone_identifier: Option<String>,
    availability_zones: Vec<String>,
    #[serde(rename = "TargetGroupARNs")]
    target_group_arns: Vec<String>,
    load_balancer_names: Vec<String>,
    health_check_type: Option<String>,
    suspended_processes: Vec<Suspended>,
    #[serde(rename = "ServiceLinkedRoleARN")]
    service_linked_role_arn: Option<String>,
    max_instance_lifetime: Option<i32>,
    new_instances_protected_from_scale_in: Option<bool>,
    operator: Operator,
    status: Option<String>,
    created_time: Option<Moment>,
    tags: Vec<Tag>,
}

/// A launch template as a group, an instance or an override names it.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Template {
    launch_template_id: Option<String>,
    launch_template_name: Option<String>,
    version: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Mixed {
    launch_template: MixedTemplate,
    instances_distribution: Distribution,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct MixedTemplate {
    launch_template_specification: Template,
    overrides: Vec<Override>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Override {
    launch_template_specification: Option<Template>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Distribution {
    on_demand_percentage_above_base_capacity: Option<i32>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Instance {
    instance_id: Option<String>,
    launch_configuration_name: Option<String>,
    launch_template: Option<Template>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Suspended {
    process_name: Option<String>,
}

/// The service that manages it.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Operator {
    principal: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"MaxRecords": 100}));
    while let Some(page) = pages.next().await {
        for described in page?.auto_scaling_groups {
            let mut unread = Unread::default();
            let row = group(session, described, rows.captured_at(), &mut unread);
            unread.push(rows, &LIST.call().name(), row).await?;
        }
    }
    Ok(())
}

impl Template {
    /// `lt-0a:3`, as overrides are told.
    fn told(&self) -> Option<String> {
        let name = self.launch_template_id.as_ref().or(self.launch_template_name.as_ref())?;
        Some(format!("{name}:{}", self.version.as_deref().unwrap_or("$Default")))
    }

    /// Whether it names a template.
    fn is_named(&self) -> bool {
        self.launch_template_id.is_some() || self.launch_template_name.is_some()
    }

    /// Whether it names its version by a number.
    fn is_numbered(&self) -> bool {
        self.version.as_deref().is_some_and(|version| version.bytes().all(|byte| byte.is_ascii_digit()))
    }

    /// Whether another one is surely not the same: of another template, or of another number.
    fn differs(&self, other: &Self) -> bool {
        let is_other_template = match (&self.launch_template_id, &other.launch_template_id) {
            (Some(one), Some(other)) => one != other,
            _ => self.launch_template_name != other.launch_template_name,
        };
        is_other_template || (self.is_numbered() && other.is_numbered() && self.version != other.version)
    }
}

/// How many instances were launched from something else than what the group would launch now.
fn outdated(instances: &[Instance], templates: &[&Template], configuration: Option<&str>) -> usize {
    let is_current = |instance: &Instance| match (&instance.launch_template, &instance.launch_configuration_name) {
        (Some(template), _) => templates.iter().any(|it| !it.differs(template)),
        (None, Some(name)) => configuration == Some(name.as_str()),
        // AWS leaves out what was deleted since.
        (None, None) => false,
    };
    instances.iter().filter(|instance| !is_current(instance)).count()
}

fn group(session: &Session, it: Described, now: Timestamp, unread: &mut Unread) -> Option<Group> {
    let made = |name: &str| session.arn("autoscaling", &format!("autoScalingGroup::autoScalingGroupName/{name}"));
    let (name, arn) = (it.auto_scaling_group_name, it.auto_scaling_group_arn);
    let (arn, name) = unread.identity("AutoScalingGroupName", name, arn, made)?;
    let has_mixed_instances_policy = it.mixed_instances_policy.is_some();
    let Mixed { launch_template: mixed, instances_distribution } = it.mixed_instances_policy.unwrap_or_default();
    let template = match has_mixed_instances_policy {
        true => mixed.launch_template_specification,
        false => it.launch_template.unwrap_or_default(),
    };
    let overrides: Vec<Template> =
        mixed.overrides.into_iter().filter_map(|it| it.launch_template_specification).collect();
    let templates: Vec<&Template> = [&template].into_iter().chain(&overrides).filter(|it| it.is_named()).collect();
    let outdated_count = outdated(&it.instances, &templates, it.launch_configuration_name.as_deref());
    let created_at = unread.value("CreatedTime", it.created_time.as_ref());
    let created_at = unread.moment("CreatedTime", created_at);
    let subnets = it.vpc_zone_identifier.as_deref().unwrap_or_default();
    Some(Group {
        arn,
        auto_scaling_group_name: name,
        override_launch_templates: overrides.iter().filter_map(Template::told).collect(),
        launch_template_id: template.launch_template_id,
        launch_template_name: template.launch_template_name,
        launch_template_version: template.version,
        launch_configuration_name: it.launch_configuration_name,
        has_mixed_instances_policy,
        on_demand_above_base_percent: instances_distribution.on_demand_percentage_above_base_capacity,
        min_size: unread.value("MinSize", it.min_size),
        max_size: unread.value("MaxSize", it.max_size),
        desired_capacity: unread.value("DesiredCapacity", it.desired_capacity),
        instance_count: count(it.instances.len()),
        outdated_instance_count: count(outdated_count),
        instance_ids: unread.each("InstanceId", it.instances.into_iter().map(|it| it.instance_id)),
        subnet_ids: subnets.split(',').map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect(),
        availability_zones: it.availability_zones,
        target_group_arns: it.target_group_arns,
        load_balancer_names: it.load_balancer_names,
        health_check_type: unread.value("HealthCheckType", it.health_check_type),
        suspended_processes: it.suspended_processes.into_iter().filter_map(|it| it.process_name).collect(),
        service_linked_role_arn: it.service_linked_role_arn,
        max_instance_lifetime_seconds: it.max_instance_lifetime,
        is_protected_from_scale_in: it.new_instances_protected_from_scale_in,
        managed_by: it.operator.principal,
        status: it.status,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        tags: by_key(it.tags),
    })
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests;
