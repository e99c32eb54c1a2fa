use orgcensus_collect::testing::Recorded;
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::CLUSTERS;
use crate::testing::{columns, json_error};

const LIST: &str = "ListClusters";
const DESCRIBE: &str = "DescribeCluster";

const FULL: &str = r#"{"cluster":{"name":"main","arn":"arn:main","createdAt":1766361600.5,"version":"1.33",
    "endpoint":"https://1.eks","roleArn":"arn:role","resourcesVpcConfig":{"subnetIds":["subnet-1"],
    "securityGroupIds":["sg-1"],"clusterSecurityGroupId":"sg-2","vpcId":"vpc-1","endpointPublicAccess":true,
    "endpointPrivateAccess":false,"publicAccessCidrs":["0.0.0.0/0"]},"logging":{"clusterLogging":[
    {"types":["api","audit"],"enabled":true},{"types":["scheduler"],"enabled":false}]},
    "identity":{"oidc":{"issuer":"https://oidc/1"}},"status":"RESTING","platformVersion":"eks.7","tags":{"team":"a"},
    "encryptionConfig":[{"resources":["secrets"],"provider":{"keyArn":"arn:key"}}],"health":{"issues":[{"code":"Other"}]},
    "accessConfig":{"bootstrapClusterCreatorAdminPermissions":true,"authenticationMode":"API"},
    "upgradePolicy":{"supportType":"EXTENDED"},"computeConfig":{"enabled":true,"nodeRoleArn":"arn:nodes"},
    "deletionProtection":false}}"#;

/// Five clusters on two pages: a usual one, one of which nothing is said, one that went away, and two that are refused.
#[tokio::test]
async fn clusters_of_two_pages_have_rows() {
    let recorded = Recorded::new()
        .answer_to(LIST, "maxResults=100", r#"{"clusters":["main","bare"],"nextToken":"more"}"#)
        .answer_to(LIST, "nextToken=more", r#"{"clusters":["gone","denied","old"]}"#)
        .answer_to(DESCRIBE, "clusters/main", FULL)
        .answer_to(DESCRIBE, "clusters/bare", r#"{"cluster":{"name":"bare"}}"#)
        .refuse(DESCRIBE, "clusters/gone", 404, &json_error("ResourceNotFoundException"))
        .refuse(DESCRIBE, "clusters/denied", 403, &json_error("AccessDeniedException"))
        .refuse(DESCRIBE, "clusters/old", 400, &json_error("UnsupportedOperation"));
    let collected = recorded.run(&CLUSTERS).await;
    collected.result.as_ref().unwrap();
    collected.assert_all_calls(&CLUSTERS);
    let names =
        ["cluster_name", "status", "is_endpoint_public", "public_access_cidrs", "enabled_log_types", "age_days"];
    assert_eq!(
        columns(&collected, "eks_clusters", &names),
        [
            json!(["main", "RESTING", true, ["0.0.0.0/0"], ["api", "audit"], 9]),
            json!(["bare", null, null, [], [], null]),
            json!(["denied", null, null, null, null, null]),
            json!(["old", null, null, null, null, null]),
        ]
    );
    let clusters = collected.table("eks_clusters");
    assert_eq!(clusters[0]["secrets_key_arn"], "arn:key");
    assert_eq!((&clusters[0]["authentication_mode"], &clusters[0]["is_auto_mode"]), (&json!("API"), &json!(true)));
    assert_eq!((&clusters[0]["health_issue_codes"], &clusters[0]["tags"]), (&json!(["Other"]), &json!({"team": "a"})));
    assert_eq!(clusters[0]["arn"], "arn:main");
    assert_eq!(clusters[1]["arn"], "arn:aws:eks:eu-west-1:111122223333:cluster/bare");
    // Two clusters, and the six values that one lacks.
    assert_eq!(collected.short(), (8, vec!["eks_clusters"]));
    assert_eq!(collected.gone, 1);
}

#[tokio::test]
async fn a_denied_list_is_how_the_task_ends() {
    let denied = json_error("AccessDeniedException");
    let collected = Recorded::new().refuse(LIST, "", 403, &denied).run(&CLUSTERS).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
}
