//! Recorded answers: workgroups of two pages, one odd, one that went away, and policies that are refused.

use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::WORKGROUPS;
use crate::testing::{columns, json_error};

const FULL: &str = r#"{"workgroupArn":"arn:one","workgroupId":"0a","workgroupName":"one","namespaceName":"main",
    "status":"AVAILABLE","publiclyAccessible":true,"enhancedVpcRouting":false,"baseCapacity":8,"maxCapacity":64,
    "configParameters":[{"parameterKey":"datestyle","parameterValue":"ISO, MDY"},
    {"parameterKey":"require_ssl","parameterValue":"true"}],
    "endpoint":{"address":"one.example.com","port":5439,"vpcEndpoints":[{"vpcEndpointId":"vpce-0a","vpcId":"vpc-0a"}]},
    "subnetIds":["subnet-0a","subnet-0b"],"securityGroupIds":["sg-0a"],"crossAccountVpcs":["*"],
    "ipAddressType":"ipv4","trackName":"current","workgroupVersion":"1.0","customDomainName":"data.example.com",
    "creationDate":"2025-12-22T00:00:00Z"}"#;
const POLICY: &str = r#"{"resourcePolicy":{"policy":"{\"Statement\":[]}","resourceArn":"arn:one"}}"#;
const ODD: &str = "arn:aws:redshift-serverless:eu-west-1:111122223333:workgroup/0b";

fn listed(name: &str) -> String {
    format!(
        r#"{{"workgroupArn":"arn:{name}","workgroupName":"{name}","status":"LEVITATING","publiclyAccessible":false,
        "enhancedVpcRouting":true,"creationDate":"2025-12-22T00:00:00Z"}}"#
    )
}

/// Six workgroups on two pages: a usual one, one of which little is said, one that went away, one of which nothing more
/// may be read, one whose policy is refused as unsupported, and one without an ARN and an id, about which nothing is
/// asked.
async fn collected() -> Collected {
    let odd = r#"{"workgroupId":"0b","configParameters":[{"parameterKey":"require_ssl","parameterValue":"maybe"}]}"#;
    let second = ["gone", "dark", "old"].map(listed).join(",") + r#",{"workgroupName":"untold"}"#;
    let of = |arn: &str| format!(r#""resourceArn":"{arn}""#);
    let (policy, tags) = ("GetResourcePolicy", "ListTagsForResource");
    let (gone, denied) = (json_error("ResourceNotFoundException"), json_error("AccessDeniedException"));
    let recorded = Recorded::new()
        .answer_to(
            "ListWorkgroups",
            r#""maxResults":100"#,
            &format!(r#"{{"workgroups":[{FULL},{odd}],"nextToken":"more"}}"#),
        )
        .answer_to("ListWorkgroups", r#""nextToken":"more""#, &format!(r#"{{"workgroups":[{second}]}}"#))
        .answer_to(policy, &of("arn:one"), POLICY)
        .answer_to(tags, &of("arn:one"), r#"{"tags":[{"key":"team","value":"data"}]}"#)
        .refuse(policy, &of(ODD), 400, &gone)
        .answer_to(tags, &of(ODD), r#"{"tags":[]}"#)
        .refuse(policy, &of("arn:gone"), 400, &gone)
        .refuse(tags, &of("arn:gone"), 400, &gone)
        .refuse(policy, &of("arn:dark"), 400, &denied)
        .refuse(tags, &of("arn:dark"), 400, &denied)
        .refuse(policy, &of("arn:old"), 400, &json_error("UnknownOperationException"))
        .answer_to(tags, &of("arn:old"), "{}");
    let collected = recorded.run(&WORKGROUPS).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn workgroups_of_two_pages_have_rows() {
    let collected = collected().await;
    collected.assert_all_calls(&WORKGROUPS);
    let names = ["arn", "workgroup_name", "is_publicly_accessible", "has_enhanced_vpc_routing", "age_days", "tags"];
    assert_eq!(
        columns(&collected, "redshift_serverless_workgroups", &names),
        [
            json!(["arn:one", "one", true, false, 10, {"team": "data"}]),
            json!([ODD, "", null, null, null, {}]),
            json!(["arn:dark", "dark", false, true, 10, null]),
            json!(["arn:old", "old", false, true, 10, {}]),
        ]
    );
    let names = ["is_tls_required", "endpoint_port", "vpc_ids", "subnet_ids", "cross_account_vpc_ids"];
    let rows = columns(&collected, "redshift_serverless_workgroups", &names);
    assert_eq!(rows[0], json!([true, 5439, ["vpc-0a"], ["subnet-0a", "subnet-0b"], ["*"]]));
    assert_eq!(rows[1..3], [json!([null, null, [], [], []]), json!([null, null, [], [], []])]);
    let names = ["namespace_name", "base_capacity_rpu", "max_capacity_rpu", "custom_domain_name", "security_group_ids"];
    let rows = columns(&collected, "redshift_serverless_workgroups", &names);
    assert_eq!(rows[0], json!(["main", 8, 64, "data.example.com", ["sg-0a"]]));
    assert_eq!(collected.gone, 1);
}

#[tokio::test]
async fn a_policy_is_read_absent_or_unread() {
    let collected = collected().await;
    assert_eq!(
        columns(&collected, "policy_documents", &["resource_arn", "state", "error_code"]),
        [
            json!(["arn:one", "read", null]),
            json!([ODD, "absent", null]),
            json!(["arn:dark", "unread", "AccessDeniedException"]),
            json!(["arn:old", "unread", "UnknownOperationException"]),
        ]
    );
    // Two policies, tags, the one that cannot be told from others, and of the odd one: name, status, two switches, the
    // moment, and what cannot be read of TLS.
    let tables = vec!["policy_documents", "policy_statements", "redshift_serverless_workgroups"];
    assert_eq!(collected.short(), (10, tables));
}

#[tokio::test]
async fn a_denied_list_is_how_the_task_ends() {
    let denied = json_error("AccessDeniedException");
    let collected = Recorded::new().refuse("ListWorkgroups", "", 400, &denied).run(&WORKGROUPS).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
}
