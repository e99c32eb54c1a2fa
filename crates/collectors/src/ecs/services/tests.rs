use orgcensus_collect::testing::Recorded;
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::SERVICES;
use crate::testing::{columns, json_error};

const FULL: &str = r#"{"serviceArn":"arn:service/shop/web","serviceName":"web","status":"ACTIVE","desiredCount":2,
    "runningCount":1,"capacityProviderStrategy":[{"capacityProvider":"FARGATE_SPOT","weight":1}],
    "platformVersion":"1.4.0","platformFamily":"Linux","taskDefinition":"arn:task-definition/web:7",
    "schedulingStrategy":"REPLICA","deploymentController":{"type":"CODE_DEPLOY"},"networkConfiguration":
    {"awsvpcConfiguration":{"subnets":["subnet-0a"],"securityGroups":["sg-0a"],"assignPublicIp":"ENABLED"}},
    "loadBalancers":[{"targetGroupArn":"arn:tg","containerPort":80},{"loadBalancerName":"old"}],
    "enableExecuteCommand":true,"createdBy":"arn:ana","createdAt":1766361600.5,"tags":[{"key":"team","value":"web"}]}"#;

#[tokio::test]
async fn services_of_two_clusters_one_odd_one_gone_and_one_that_failed() {
    let first = r#"{"serviceArns":["arn:service/shop/web"],"nextToken":"more"}"#;
    let more = r#"{"serviceArns":["arn:service/shop/gone","arn:service/shop/shut"]}"#;
    let shop = format!(r#"{{"services":[{FULL}],"failures":[{{"arn":"arn:service/shop/shut","reason":"ACCESS"}}]}}"#);
    let lab = r#"{"services":[{"serviceArn":"arn:service/bare","launchType":"ORBIT","createdAt":"soon"}]}"#;
    let recorded = Recorded::new()
        .answer("ListClusters", r#"{"clusterArns":["arn:cluster/shop","arn:cluster/lab","arn:cluster/past"]}"#)
        .answer_to("ListServices", "\"nextToken\":\"more\"", more)
        .answer_to("ListServices", "cluster/shop", first)
        .answer_to("ListServices", "cluster/lab", r#"{"serviceArns":["arn:service/bare"]}"#)
        .refuse("ListServices", "cluster/past", 400, &json_error("ClusterNotFoundException"))
        .answer_to("DescribeServices", "cluster/shop", &shop)
        .answer_to("DescribeServices", "cluster/lab", lab);
    let collected = recorded.run(&SERVICES).await;
    collected.result.as_ref().unwrap();
    collected.assert_all_calls(&SERVICES);
    let names = ["service_name", "cluster_arn", "launch_type", "is_public_ip_assigned", "subnet_ids", "age_days"];
    assert_eq!(
        columns(&collected, "ecs_services", &names),
        [
            json!(["web", "arn:cluster/shop", null, true, ["subnet-0a"], 9]),
            json!(["shut", "arn:cluster/shop", null, null, null, null]),
            json!(["bare", "arn:cluster/lab", "ORBIT", null, [], null]),
        ]
    );
    let names = ["capacity_providers", "target_group_arns", "load_balancer_names", "is_exec_enabled", "tags"];
    assert_eq!(
        columns(&collected, "ecs_services", &names)[0],
        json!([["FARGATE_SPOT"], ["arn:tg"], ["old"], true, {"team": "web"}])
    );
    // A service, and a moment that cannot be read; a service and a cluster went away.
    assert_eq!((collected.short(), collected.gone), ((2, vec!["ecs_services"]), 2));
}

#[tokio::test]
async fn a_cluster_that_is_refused_leaves_the_others() {
    let denied = json_error("AccessDeniedException");
    let recorded = Recorded::new()
        .answer("ListClusters", r#"{"clusterArns":["arn:cluster/shop","arn:cluster/lab"]}"#)
        .refuse("ListServices", "cluster/shop", 400, &denied)
        .answer_to("ListServices", "cluster/lab", r#"{"serviceArns":["arn:service/lab/one"]}"#)
        .refuse("DescribeServices", "cluster/lab", 400, &denied);
    let collected = recorded.run(&SERVICES).await;
    collected.result.as_ref().unwrap();
    assert_eq!(columns(&collected, "ecs_services", &["service_name", "status"]), [json!(["one", null])]);
    assert_eq!(collected.short(), (2, vec!["ecs_services"]));
}

#[tokio::test]
async fn clusters_without_services_have_no_rows() {
    let recorded = Recorded::new()
        .answer("ListClusters", r#"{"clusterArns":["arn:cluster/shop"]}"#)
        .answer("ListServices", r#"{"serviceArns":[]}"#);
    let collected = recorded.run(&SERVICES).await;
    collected.result.as_ref().unwrap();
    assert!(collected.table("ecs_services").is_empty());
}

#[tokio::test]
async fn refused_is_how_the_task_ends() {
    for (code, class) in [("AccessDeniedException", Class::Denied), ("UnknownOperationException", Class::Unsupported)] {
        let collected = Recorded::new().refuse("ListClusters", "", 400, &json_error(code)).run(&SERVICES).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == class), "{code}");
    }
}
