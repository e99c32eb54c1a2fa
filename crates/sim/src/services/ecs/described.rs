//! Clusters, services and tasks as ECS describes them.

use super::{BALANCER, Cluster, EcsService, Task};
use crate::CANARY;
use crate::clock::epoch_seconds;
use crate::place::Place;
use serde_json::{Value, json};

const KEY: &str = "key/00000000-0000-4000-8000-000000000000";
const SUBNET: &str = "subnet-0123456789abcdef0";

pub(super) fn cluster(place: &Place<'_>, it: &Cluster) -> Value {
    let is_logged = it.exec_logging == Some("OVERRIDE");
    let exec = it.exec_logging.map(|logging| {
        json!({
            "kmsKeyId": place.arn("kms", KEY),
            "logging": logging,
            "logConfiguration": is_logged.then(|| json!({ "cloudWatchLogGroupName": "/ecs/exec" })),
        })
    });
    json!({
        "clusterArn": it.arn,
        "clusterName": it.name,
        "status": "ACTIVE",
        "configuration": exec.map(|exec| json!({ "executeCommandConfiguration": exec })),
        "registeredContainerInstancesCount": 0,
        "runningTasksCount": it.tasks.len(),
        "pendingTasksCount": 0,
        "activeServicesCount": it.services.len(),
        "statistics": [],
        "tags": tags(&it.tags),
        "settings": [{ "name": "containerInsights", "value": it.insights }],
        "capacityProviders": ["FARGATE", "FARGATE_SPOT"],
        "defaultCapacityProviderStrategy": [],
    })
}

pub(super) fn service(place: &Place<'_>, it: &EcsService) -> Value {
    let target = place.arn("elasticloadbalancing", &format!("targetgroup/{BALANCER}/73e2d6bc24d8a067"));
    let balancer = json!({ "targetGroupArn": target, "containerName": "app", "containerPort": 8080 });
    let network = json!({ "awsvpcConfiguration": {
        "subnets": [SUBNET],
        "securityGroups": ["sg-0123456789abcdef0"],
        "assignPublicIp": if it.has_public_address { "ENABLED" } else { "DISABLED" },
    } });
    let is_fargate = it.launch_type == "FARGATE";
    json!({
        "serviceArn": it.arn,
        "serviceName": it.name,
        "clusterArn": it.cluster_arn,
        "loadBalancers": it.is_behind_balancer.then_some(balancer).into_iter().collect::<Vec<_>>(),
        "serviceRegistries": [],
        "status": "ACTIVE",
        "desiredCount": it.desired,
        "runningCount": it.desired,
        "pendingCount": 0,
        "launchType": it.launch_type,
        "platformVersion": is_fargate.then_some("LATEST"),
        "platformFamily": is_fargate.then_some("Linux"),
        "taskDefinition": place.arn("ecs", "task-definition/app-0:3"),
        "createdAt": epoch_seconds(it.created_millis),
        "createdBy": place.iam_arn("role/deploy"),
        "networkConfiguration": is_fargate.then_some(network),
        "schedulingStrategy": "REPLICA",
        "deploymentController": { "type": "ECS" },
        "enableECSManagedTags": true,
        "propagateTags": "NONE",
        "enableExecuteCommand": it.is_exec_enabled,
        "tags": tags(&it.tags),
    })
}

pub(super) fn task(place: &Place<'_>, it: &Task) -> Value {
    let details = [
        ("subnetId", SUBNET),
        ("networkInterfaceId", it.interface_id.as_str()),
        ("privateIPv4Address", it.private_ip.as_str()),
    ];
    let details = details.map(|(name, value)| json!({ "name": name, "value": value }));
    let attachment =
        json!({ "id": it.interface_id, "type": "ElasticNetworkInterface", "status": "ATTACHED", "details": details });
    let is_fargate = it.launch_type == "FARGATE";
    // What a task is started with may be secret.
    let override_of =
        json!({ "name": "app", "environment": [{ "name": "TOKEN", "value": format!("{CANARY} of a task") }] });
    json!({
        "taskArn": it.arn,
        "clusterArn": it.cluster_arn,
        "taskDefinitionArn": place.arn("ecs", "task-definition/app-0:3"),
        "group": it.service.as_ref().map_or_else(|| "family:app-0".to_owned(), |name| format!("service:{name}")),
        "lastStatus": it.status,
        "desiredStatus": "RUNNING",
        "launchType": it.launch_type,
        "platformVersion": is_fargate.then_some("1.4.0"),
        "availabilityZone": format!("{}a", place.region),
        "attachments": is_fargate.then_some(attachment).into_iter().collect::<Vec<_>>(),
        "containers": [{ "name": "app", "image": "shop/app:1", "lastStatus": it.status }],
        "overrides": { "containerOverrides": [override_of] },
        "enableExecuteCommand": it.is_exec_enabled,
        "connectivity": "CONNECTED",
        "createdAt": epoch_seconds(it.created_millis),
        "startedAt": (it.status == "RUNNING").then(|| epoch_seconds(it.created_millis)),
        "tags": [],
    })
}

/// Tags as ECS lists them.
pub(super) fn tags(tags: &[(String, String)]) -> Vec<Value> {
    tags.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect()
}
