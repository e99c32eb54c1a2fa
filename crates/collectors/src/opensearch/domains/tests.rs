//! Recorded answers: six domains by two calls, one in a VPC, one that went away, and refusals.

use orgcensus_collect::testing::Recorded;
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::DOMAINS;
use crate::testing::{columns, json_error};

const NAMES: &str = r#"{"DomainNames":[{"DomainName":"open","EngineType":"OpenSearch"},{"DomainName":"inside"},
    {"DomainName":"bare"},{"DomainName":"gone"},{"DomainName":"odd"},
    {"DomainName":"sixth","EngineType":"Elasticsearch"},{"EngineType":"OpenSearch"}]}"#;
const OPEN: &str = concat!(
    r#"{"DomainId":"1/open","DomainName":"open","ARN":"arn:domain/open","EngineVersion":"OpenSearch_2.19","#,
    r#""DomainProcessingStatus":"Active","Deleted":false,"Endpoint":"search-open.example.com","#,
    r#""AccessPolicies":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"es:*\","#,
    r#"\"Resource\":\"*\"}]}","EncryptionAtRestOptions":{"Enabled":true,"KmsKeyId":"arn:key"},"#,
    r#""NodeToNodeEncryptionOptions":{"Enabled":true},"CognitoOptions":{"Enabled":false},"#,
    r#""DomainEndpointOptions":{"EnforceHTTPS":true,"TLSSecurityPolicy":"Policy-Min-TLS-1-2-2019-07","#,
    r#""CustomEndpoint":"search.example.com"},"AdvancedSecurityOptions":{"Enabled":true,"#,
    r#""InternalUserDatabaseEnabled":true,"AnonymousAuthEnabled":false,"SAMLOptions":{"Enabled":true}},"#,
    r#""LogPublishingOptions":{"AUDIT_LOGS":{"CloudWatchLogsLogGroupArn":"arn:group","Enabled":true},"#,
    r#""ES_APPLICATION_LOGS":{"CloudWatchLogsLogGroupArn":"arn:other","Enabled":false}},"#,
    r#""ClusterConfig":{"InstanceType":"r7g.large.search","InstanceCount":3,"ZoneAwarenessEnabled":true},"#,
    r#""EBSOptions":{"EBSEnabled":true,"VolumeSize":100},"ServiceSoftwareOptions":{"CurrentVersion":"R1","#,
    r#""UpdateAvailable":true,"UpdateStatus":"ELIGIBLE"},"#,
    r#""SoftwareUpdateOptions":{"AutoSoftwareUpdateEnabled":false}}"#
);
const INSIDE: &str = concat!(
    r#"{"DomainId":"1/inside","DomainName":"inside","ARN":"arn:domain/inside","EngineVersion":"Orbit_1","#,
    r#""AccessPolicies":"{\"Statement\":[]}","Endpoints":{"vpc":"vpc-inside.example.com"},"#,
    r#""VPCOptions":{"VPCId":"vpc-0a","SubnetIds":["subnet-0a"],"SecurityGroupIds":["sg-0a"]}}"#
);
const BARE: &str = r#"{"DomainId":"1/bare","DomainName":"bare","EngineVersion":"OpenSearch_1","AccessPolicies":""}"#;

#[tokio::test]
async fn domains_are_described_five_at_a_time() {
    let odd = r#"{"DomainName":"odd"}"#;
    let first = format!(r#"{{"DomainStatusList":[{BARE},{OPEN},{INSIDE},{odd}]}}"#);
    let recorded = Recorded::new()
        .answer("ListDomainNames", NAMES)
        .answer_to("DescribeDomains", r#"["open","inside","bare","gone","odd"]"#, &first)
        .refuse("DescribeDomains", r#"["sixth"]"#, 403, &json_error("AccessDeniedException"));
    let collected = recorded.run(&DOMAINS).await;
    collected.result.as_ref().unwrap();
    collected.assert_all_calls(&DOMAINS);
    let names = ["domain_name", "engine_type", "engine_version", "is_in_vpc", "endpoint_host", "subnet_ids"];
    assert_eq!(
        columns(&collected, "opensearch_domains", &names),
        [
            json!(["open", "OpenSearch", "OpenSearch_2.19", false, "search-open.example.com", []]),
            json!(["inside", null, "Orbit_1", true, "vpc-inside.example.com", ["subnet-0a"]]),
            json!(["bare", null, "OpenSearch_1", false, null, []]),
            json!(["odd", null, null, false, null, []]),
            json!(["sixth", "Elasticsearch", null, null, null, null]),
        ]
    );
    let names = ["arn", "is_encrypted", "tls_policy", "has_fine_grained_access", "log_types", "log_group_arns"];
    let rows = columns(&collected, "opensearch_domains", &names);
    let tls_policy = "Policy-Min-TLS-1-2-2019-07";
    assert_eq!(rows[0], json!(["arn:domain/open", true, tls_policy, true, ["AUDIT_LOGS"], ["arn:group"]]));
    assert_eq!(rows[4][0], "arn:aws:es:eu-west-1:111122223333:domain/sixth");
    let names = ["is_saml_enabled", "instance_count", "volume_gib", "software_update_status", "custom_endpoint_host"];
    let rows = columns(&collected, "opensearch_domains", &names);
    assert_eq!(rows[0], json!([true, 3, 100, "ELIGIBLE", "search.example.com"]));
    assert_eq!(
        columns(&collected, "policy_documents", &["state", "error_code", "gate"]),
        [
            json!(["read", null, null]),
            json!(["read", null, "vpc_only"]),
            json!(["absent", null, null]),
            json!(["absent", null, null]),
            json!(["unread", "AccessDeniedException", null]),
        ]
    );
    // One domain, the two values that another lacks, and a domain without a name.
    assert_eq!(collected.short(), (4, vec!["opensearch_domains", "policy_documents", "policy_statements"]));
    assert_eq!(collected.gone, 1);
}

#[tokio::test]
async fn a_refused_description_leaves_the_names() {
    for (code, status) in [("UnknownOperationException", 404), ("InternalException", 500)] {
        let recorded = Recorded::new().answer("ListDomainNames", r#"{"DomainNames":[{"DomainName":"one"}]}"#).refuse(
            "DescribeDomains",
            "one",
            status,
            &json_error(code),
        );
        let collected = recorded.run(&DOMAINS).await;
        collected.result.as_ref().unwrap();
        assert_eq!(columns(&collected, "opensearch_domains", &["domain_name", "is_encrypted"]), [json!(["one", null])]);
        assert_eq!(columns(&collected, "policy_documents", &["state", "error_code"]), [json!(["unread", code])]);
        assert_eq!(collected.short().0, 1);
    }
}

#[tokio::test]
async fn what_is_said_without_a_name_may_be_of_a_domain_that_is_left_out() {
    let recorded = Recorded::new()
        .answer("ListDomainNames", r#"{"DomainNames":[{"DomainName":"one"}]}"#)
        .answer("DescribeDomains", r#"{"DomainStatusList":[{"DomainId":"1/one"}]}"#);
    let collected = recorded.run(&DOMAINS).await;
    collected.result.as_ref().unwrap();
    assert_eq!(columns(&collected, "policy_documents", &["state", "error_code"]), [json!(["unread", "ValueUnread"])]);
    assert_eq!((collected.short().0, collected.gone), (1, 0));
}

#[tokio::test]
async fn a_denied_list_is_how_the_task_ends() {
    let denied = json_error("AccessDeniedException");
    let collected = Recorded::new().refuse("ListDomainNames", "", 403, &denied).run(&DOMAINS).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
}
