use orgcensus_collect::testing::Recorded;
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::TASKS;
use crate::testing::{columns, json_error};

const FULL: &str = r#"{"taskArn":"arn:task/shop/7f","group":"service:web","taskDefinitionArn":"arn:task-definition/web:7",
    "lastStatus":"RUNNING","desiredStatus":"RUNNING","capacityProviderName":"FARGATE","platformVersion":"1.4.0",
    "launchType":"FARGATE","availabilityZone":"eu-west-1a","attachments":[{"type":"ElasticNetworkInterface","details":[
    {"name":"subnetId","value":"subnet-0a"},{"name":"networkInterfaceId","value":"eni-0a"},
    {"name":"privateIPv4Address","value":"10.0.0.7"}]},{"type":"Service Connect","details":[{"name":"subnetId","value":"x"}]}],
    "containers":[{"name":"web","image":"shop/web:1","imageDigest":"sha256:aa"},{"name":"log","image":"fluent-bit"}],
    "enableExecuteCommand":true,"overrides":{"taskRoleArn":"arn:role"},"startedBy":"ecs-svc/1",
    "createdAt":1766361600.5,"startedAt":1766361601,"tags":[{"key":"team","value":"web"}]}"#;

#[tokio::test]
async fn tasks_of_two_clusters_one_odd_and_one_gone() {
    let shop = format!(r#"{{"tasks":[{FULL}],"failures":[{{"arn":"arn:task/shop/8a","reason":"MISSING"}}]}}"#);
    let lab =
        r#"{"tasks":[{"taskArn":"arn:task/lab/9b","group":"family:job","lastStatus":"MUSING","createdAt":"soon"}]}"#;
    let recorded = Recorded::new()
        .answer("ListClusters", r#"{"clusterArns":["arn:cluster/shop"],"nextToken":"next"}"#)
        .answer_to("ListClusters", "next", r#"{"clusterArns":["arn:cluster/lab","arn:cluster/past"]}"#)
        .answer_to("ListTasks", "\"nextToken\":\"more\"", r#"{"taskArns":["arn:task/shop/8a"]}"#)
        .answer_to("ListTasks", "cluster/shop", r#"{"taskArns":["arn:task/shop/7f"],"nextToken":"more"}"#)
        .answer_to("ListTasks", "cluster/lab", r#"{"taskArns":["arn:task/lab/9b"]}"#)
        .refuse("ListTasks", "cluster/past", 400, &json_error("ClusterNotFoundException"))
        .answer_to("DescribeTasks", "cluster/shop", &shop)
        .answer_to("DescribeTasks", "cluster/lab", lab);
    let collected = recorded.run(&TASKS).await;
    collected.result.as_ref().unwrap();
    collected.assert_all_calls(&TASKS);
    let names = ["task_id", "service_name", "last_status", "network_interface_ids", "subnet_ids", "age_days"];
    assert_eq!(
        columns(&collected, "ecs_tasks", &names),
        [json!(["7f", "web", "RUNNING", ["eni-0a"], ["subnet-0a"], 9]), json!(["9b", null, "MUSING", [], [], null])]
    );
    let names =
        ["images", "image_digests", "private_ip_addresses", "override_task_role_arn", "is_exec_enabled", "tags"];
    assert_eq!(
        columns(&collected, "ecs_tasks", &names)[0],
        json!([["shop/web:1", "fluent-bit"], ["sha256:aa"], ["10.0.0.7"], "arn:role", true, {"team": "web"}])
    );
    assert_eq!((collected.short(), collected.gone), ((1, vec!["ecs_tasks"]), 2));
}

#[tokio::test]
async fn what_is_refused_is_counted() {
    let denied = json_error("AccessDeniedException");
    let recorded = Recorded::new()
        .answer("ListClusters", r#"{"clusterArns":["arn:cluster/shop","arn:cluster/lab"]}"#)
        .refuse("ListTasks", "cluster/shop", 400, &denied)
        .answer_to("ListTasks", "cluster/lab", r#"{"taskArns":["arn:task/lab/9b"]}"#)
        .refuse("DescribeTasks", "cluster/lab", 400, &denied);
    let collected = recorded.run(&TASKS).await;
    collected.result.as_ref().unwrap();
    let names = ["task_id", "last_status", "network_interface_ids"];
    assert_eq!(columns(&collected, "ecs_tasks", &names), [json!(["9b", null, null])]);
    assert_eq!(collected.short(), (2, vec!["ecs_tasks"]));
}

#[tokio::test]
async fn refused_is_how_the_task_ends() {
    for (code, class) in [("AccessDeniedException", Class::Denied), ("UnknownOperationException", Class::Unsupported)] {
        let collected = Recorded::new().refuse("ListClusters", "", 400, &json_error(code)).run(&TASKS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == class), "{code}");
    }
}
