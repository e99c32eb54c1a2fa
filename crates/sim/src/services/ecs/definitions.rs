//! Task definitions: families, of which the newest active revision is described.

use super::described::tags;
use crate::CANARY;
use crate::clock::epoch_seconds;
use crate::context::Context;
use crate::dice::{Dice, some_tags};
use crate::place::Place;
use crate::protocol::Refusal;
use crate::service::{Operation, get, list};
use serde_json::{Value, json};

pub(super) const ANSWERS: &[Operation] = &[
    get("DescribeTaskDefinition", describe),
    list("ListTaskDefinitionFamilies", "families", |context| {
        Ok(task_definitions(&context.place).into_iter().map(|it| json!(it.family)).collect())
    }),
];

/// The newest active revision of a task definition.
#[derive(Debug)]
pub(super) struct TaskDefinition {
    family: String,
    revision: i64,
    network_mode: &'static str,
    pub(super) containers: Vec<Container>,
    created_millis: i64,
    tags: Vec<(String, String)>,
}

/// A container of a task definition.
#[derive(Debug)]
pub(super) struct Container {
    name: &'static str,
    is_privileged: bool,
    is_root_read_only: bool,
    user: Option<&'static str>,
    pub(super) log_driver: Option<&'static str>,
    pub(super) variable: &'static str,
}

pub(super) fn task_definitions(place: &Place<'_>) -> Vec<TaskDefinition> {
    let mean = place.organization.settings.rates.other_resources;
    let (mut dice, count) = place.population("ecs-task-definitions", mean);
    let task_definition = |number| {
        let days = dice.between(0, 900);
        let names: &[&'static str] = if dice.chance(0.3) { &["app", "sidecar"] } else { &["app"] };
        TaskDefinition {
            family: format!("app-{number}"),
            revision: dice.between(1, 300),
            network_mode: dice.weighted(&[("awsvpc", 6), ("bridge", 2), ("host", 1), ("telepathy", 1)]),
            containers: names.iter().map(|&name| container(name, &mut dice)).collect(),
            created_millis: place.days_ago(days, &mut dice),
            tags: some_tags(&mut dice),
        }
    };
    (0..count).map(task_definition).collect()
}

fn container(name: &'static str, dice: &mut Dice) -> Container {
    Container {
        name,
        is_privileged: dice.chance(0.1),
        is_root_read_only: dice.chance(0.2),
        user: dice.pick(&[None, Some("1000"), Some("root")]),
        log_driver: dice.pick(&[None, Some("awslogs"), Some("awslogs"), Some("awsfirelens"), Some("papyrus")]),
        variable: dice.pick(&["LOG_LEVEL", "DB_PASSWORD", "API_TOKEN", "REGION"]),
    }
}

/// Describes a revision, by its ARN or its family, which means the newest.
fn describe(context: &Context<'_>) -> Result<Value, Refusal> {
    let place = &context.place;
    let wanted = context.request.required("taskDefinition")?;
    let arn = |it: &TaskDefinition| place.arn("ecs", &format!("task-definition/{}:{}", it.family, it.revision));
    let found = task_definitions(place).into_iter().find(|it| it.family == wanted || arn(it) == wanted);
    let found = found.ok_or_else(|| Refusal::new(400, "ClientException", "Unable to describe task definition."))?;
    let containers: Vec<Value> = found.containers.iter().map(|it| describe_container(place, it)).collect();
    let definition = json!({
        "taskDefinitionArn": arn(&found),
        "containerDefinitions": containers,
        "family": found.family,
        "taskRoleArn": place.iam_arn("role/app"),
        "executionRoleArn": place.iam_arn("role/ecs-execution"),
        "networkMode": found.network_mode,
        "revision": found.revision,
        "volumes": [{
            "name": "shared",
            "efsVolumeConfiguration": { "fileSystemId": "fs-0123456789abcdef0", "transitEncryption": "ENABLED" },
        }],
        "status": "ACTIVE",
        "placementConstraints": [],
        "compatibilities": ["EC2", "FARGATE"],
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "512",
        "registeredAt": epoch_seconds(found.created_millis),
        "registeredBy": place.iam_arn("role/deploy"),
    });
    Ok(json!({ "taskDefinition": definition, "tags": tags(&found.tags) }))
}

/// Values of variables, and options of log drivers, often hold secrets, so a census must not keep them.
fn describe_container(place: &Place<'_>, it: &Container) -> Value {
    let log = it.log_driver.map(|driver| {
        let options = match driver {
            "awslogs" => json!({ "awslogs-group": "/ecs/app", "awslogs-region": place.region }),
            _ => json!({ "token": format!("{CANARY} of a log driver") }),
        };
        json!({ "logDriver": driver, "options": options })
    });
    json!({
        "name": it.name,
        "image": "shop/app:1",
        "cpu": 0,
        "portMappings": [{ "containerPort": 8080, "hostPort": 8080, "protocol": "tcp" }],
        "essential": it.name == "app",
        "environment": [{ "name": it.variable, "value": format!("{CANARY} of a container") }],
        "secrets": [{ "name": "LICENCE", "valueFrom": place.arn("ssm", "parameter/licence") }],
        "mountPoints": [],
        "volumesFrom": [],
        "privileged": it.is_privileged.then_some(true),
        "readonlyRootFilesystem": it.is_root_read_only.then_some(true),
        "user": it.user,
        "logConfiguration": log,
    })
}
