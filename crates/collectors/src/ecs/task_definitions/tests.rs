use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::TASK_DEFINITIONS;
use crate::testing::{columns, json_error};

const LIST: &str = "ListTaskDefinitionFamilies";
const DESCRIBE: &str = "DescribeTaskDefinition";

const FULL: &str = r#"{"taskDefinition":{"taskDefinitionArn":"arn:task-definition/web:7","family":"web","revision":7,
    "status":"ACTIVE","taskRoleArn":"arn:role","executionRoleArn":"arn:exec","networkMode":"awsvpc","pidMode":"task",
    "requiresCompatibilities":["FARGATE"],"cpu":"256","memory":"512","runtimePlatform":{"cpuArchitecture":"ARM64",
    "operatingSystemFamily":"LINUX"},"registeredAt":1766361600.5,"registeredBy":"arn:ana","volumes":[
    {"name":"a","efsVolumeConfiguration":{"fileSystemId":"fs-1","transitEncryption":"ENABLED"}},
    {"name":"b","efsVolumeConfiguration":{"fileSystemId":"fs-2"}},{"name":"c","host":{"sourcePath":"/var/run"}},
    {"name":"d","host":{}}],"containerDefinitions":[{"name":"web","image":"shop/web:1","essential":true,
    "privileged":true,"user":"1000","readonlyRootFilesystem":true,"linuxParameters":{"capabilities":{"add":["ALL"]}},
    "logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"/shop","awslogs-region":"eu-west-1"}},
    "portMappings":[{"containerPort":80,"hostPort":80},{"containerPortRange":"90-99"}],
    "environment":[{"name":"DB_PASSWORD","value":"hunter2"}],"secrets":[{"name":"TOKEN","valueFrom":"arn:secret"}],
    "environmentFiles":[{"value":"arn:aws:s3:::b/f","type":"s3"}],"repositoryCredentials":{"credentialsParameter":"arn:s"}},
    {"name":"side","logConfiguration":{"logDriver":"splunk","options":{"splunk-token":"hunter2"}}}]},
    "tags":[{"key":"team","value":"web"}]}"#;

/// Five families on two pages: a usual one, one of which little is said, one that is refused, one without an answer,
/// and one without an ARN.
async fn collected() -> Collected {
    let bare = r#"{"taskDefinition":{"taskDefinitionArn":"arn:task-definition/bare:1","family":"bare","cpu":"much",
        "containerDefinitions":[{"image":"shop/web:1"}]}}"#;
    let recorded = Recorded::new()
        .answer_to(LIST, "ACTIVE", r#"{"families":["web","bare"],"nextToken":"more"}"#)
        .answer_to(LIST, "more", r#"{"families":["shut","empty","odd"]}"#)
        .answer_to(DESCRIBE, "web", FULL)
        .answer_to(DESCRIBE, "bare", bare)
        .refuse(DESCRIBE, "shut", 400, &json_error("ClientException"))
        .answer_to(DESCRIBE, "empty", "{}")
        .answer_to(DESCRIBE, "odd", r#"{"taskDefinition":{"family":"odd"}}"#);
    let collected = recorded.run(&TASK_DEFINITIONS).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn task_definitions_of_two_pages_have_rows() {
    let collected = collected().await;
    collected.assert_all_calls(&TASK_DEFINITIONS);
    let names = ["arn", "family", "revision", "network_mode", "cpu_units", "container_count", "age_days"];
    assert_eq!(
        columns(&collected, "ecs_task_definitions", &names),
        [
            json!(["arn:task-definition/web:7", "web", 7, "awsvpc", 256, 2, 9]),
            json!(["arn:task-definition/bare:1", "bare", null, null, null, 1, null]),
        ]
    );
    let names = ["file_system_ids", "unencrypted_file_system_ids", "host_paths", "required_launch_types", "tags"];
    assert_eq!(
        columns(&collected, "ecs_task_definitions", &names)[0],
        json!([["fs-1", "fs-2"], ["fs-2"], ["/var/run"], ["FARGATE"], {"team": "web"}])
    );
    // Two families without an answer, one without an ARN, a container without a name, and a number that cannot be read.
    assert_eq!(collected.short(), (5, vec!["ecs_containers", "ecs_task_definitions"]));
}

#[tokio::test]
async fn containers_have_names_and_no_values() {
    let collected = collected().await;
    let names =
        ["container_name", "image", "is_privileged", "run_as", "is_root_read_only", "log_driver", "log_group_name"];
    assert_eq!(
        columns(&collected, "ecs_containers", &names),
        [
            json!(["web", "shop/web:1", true, "1000", true, "awslogs", "/shop"]),
            json!(["side", null, null, null, null, "splunk", null]),
        ]
    );
    let names =
        ["environment_names", "secret_names", "environment_file_count", "container_ports", "added_capabilities"];
    assert_eq!(columns(&collected, "ecs_containers", &names)[0], json!([["DB_PASSWORD"], ["TOKEN"], 1, [80], ["ALL"]]));
    assert_eq!(
        columns(&collected, "ecs_containers", &["has_repository_credentials", "has_secret_like_environment_name"]),
        [json!([true, true]), json!([false, false])]
    );
    assert!(!format!("{:?}", collected.rows).contains("hunter2"));
}

#[tokio::test]
async fn refused_is_how_the_task_ends() {
    for (code, class) in [("AccessDeniedException", Class::Denied), ("UnknownOperationException", Class::Unsupported)] {
        let collected = Recorded::new().refuse(LIST, "", 400, &json_error(code)).run(&TASK_DEFINITIONS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == class), "{code}");
    }
}
