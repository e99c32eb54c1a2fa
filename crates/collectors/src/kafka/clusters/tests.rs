//! Clusters with brokers and serverless ones, and their policies.

use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::CLUSTERS;
use crate::testing::{columns, json_error};

const LIST: &str = "ListClustersV2";
const POLICY: &str = "GetClusterPolicy";
const FULL: &str = r#"{"clusterArn":"arn:aws:kafka:eu-west-1:111122223333:cluster/orders/1","clusterName":"orders",
    "clusterType":"PROVISIONED","creationTime":"2025-12-22T00:00:00Z","state":"PONDERING","tags":{"team":"shop"},
    "provisioned":{"brokerNodeGroupInfo":{"clientSubnets":["subnet-1"],"instanceType":"kafka.m7g.large",
    "securityGroups":["sg-1"],"connectivityInfo":{"publicAccess":{"type":"SERVICE_PROVIDED_EIPS"},
    "vpcConnectivity":{"clientAuthentication":{"sasl":{"scram":{"enabled":false},"iam":{"enabled":true}}}}}},
    "currentBrokerSoftwareInfo":{"kafkaVersion":"3.8.x"},"clientAuthentication":{"sasl":{"scram":{"enabled":true}},
    "tls":{"enabled":true},"unauthenticated":{"enabled":true}},"encryptionInfo":{"encryptionAtRest":
    {"dataVolumeKMSKeyId":"arn:key"},"encryptionInTransit":{"clientBroker":"TLS_PLAINTEXT","inCluster":true}},
    "enhancedMonitoring":"DEFAULT","numberOfBrokerNodes":3,"storageMode":"LOCAL",
    "loggingInfo":{"brokerLogs":{"s3":{"enabled":true,"bucket":"b"}}}}}"#;
const SERVERLESS: &str = r#"{"clusterArn":"arn:serverless","clusterName":"events","clusterType":"SERVERLESS",
    "serverless":{"vpcConfigs":[{"subnetIds":["subnet-2"],"securityGroupIds":["sg-2"]},{"subnetIds":["subnet-3"]}],
    "clientAuthentication":{"sasl":{"iam":{"enabled":true}}}}}"#;
const DOCUMENT: &str = concat!(
    r#"{"currentVersion":"K1","policy":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":"#,
    r#"\"222233334444\"},\"Action\":\"kafka:CreateVpcConnection\",\"Resource\":\"*\"}]}"}"#
);

async fn collected() -> Collected {
    let first = format!(r#"{{"clusterInfoList":[{FULL},{SERVERLESS}],"nextToken":"more"}}"#);
    let rest = ["arn:silent", "arn:secret", "arn:odd"].map(|arn| format!(r#"{{"clusterArn":"{arn}"}}"#)).join(",");
    let recorded = Recorded::new()
        .answer_to(LIST, "maxResults=100", &first)
        .answer_to(LIST, "more", &format!(r#"{{"clusterInfoList":[{rest},{{}}]}}"#))
        .answer_to(POLICY, "orders", DOCUMENT)
        .refuse(POLICY, "serverless", 404, &json_error("NotFoundException"))
        .answer_to(POLICY, "silent", "{}")
        .refuse(POLICY, "secret", 403, &json_error("ForbiddenException"))
        .refuse(POLICY, "odd", 400, &json_error("BadRequestException"));
    let collected = recorded.run(&CLUSTERS).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn clusters_of_two_pages_have_rows() {
    let collected = collected().await;
    collected.assert_all_calls(&CLUSTERS);
    let clusters = collected.table("kafka_clusters");
    assert_eq!(clusters.len(), 5);
    let names = ["cluster_name", "cluster_state", "is_public", "has_vpc_connectivity", "broker_count", "age_days"];
    let rows = columns(&collected, "kafka_clusters", &names);
    assert_eq!(rows[0], json!(["orders", "PONDERING", true, true, 3, 10]));
    assert_eq!(rows[1], json!(["events", null, null, null, null, null]));
    let names =
        ["allows_unauthenticated", "has_iam_authentication", "has_scram_authentication", "has_tls_authentication"];
    let rows = columns(&collected, "kafka_clusters", &names);
    assert_eq!(rows[..2], [json!([true, false, true, true]), json!([false, true, false, false])]);
    let names = ["kms_key_arn", "client_broker_encryption", "is_encrypted_in_cluster", "has_broker_logs", "tags"];
    let rows = columns(&collected, "kafka_clusters", &names);
    assert_eq!(rows[0], json!(["arn:key", "TLS_PLAINTEXT", true, true, {"team": "shop"}]));
    assert_eq!(rows[1], json!([null, null, null, null, {}]));
    assert_eq!(clusters[0]["security_group_ids"], json!(["sg-1"]));
    assert_eq!(clusters[1]["subnet_ids"], json!(["subnet-2", "subnet-3"]));
}

#[tokio::test]
async fn a_policy_is_read_absent_or_unread() {
    let collected = collected().await;
    assert_eq!(
        columns(&collected, "policy_documents", &["state", "error_code"]),
        [
            json!(["read", null]),
            json!(["absent", null]),
            json!(["unread", "ValueUnread"]),
            json!(["unread", "ForbiddenException"]),
            json!(["unread", "BadRequestException"]),
        ]
    );
    // Three policies, three names, and a cluster without an ARN.
    assert_eq!(collected.short(), (7, vec!["kafka_clusters", "policy_documents", "policy_statements"]));
}

#[tokio::test]
async fn a_denied_list_is_how_the_task_ends() {
    let denied = json_error("AccessDeniedException");
    let collected = Recorded::new().refuse(LIST, "", 403, &denied).run(&CLUSTERS).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
}
