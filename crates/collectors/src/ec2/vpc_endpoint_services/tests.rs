use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::VPC_ENDPOINT_SERVICES;
use crate::ec2::testing::refused;
use crate::testing::columns;

const LEDGER: &str = "<item><serviceType><item><serviceType>Interface</serviceType></item></serviceType>
    <serviceId>vpce-svc-0aa</serviceId><serviceName>com.amazonaws.vpce.eu-west-1.vpce-svc-0aa</serviceName>
    <serviceState>Available</serviceState><acceptanceRequired>true</acceptanceRequired>
    <managesVpcEndpoints>false</managesVpcEndpoints>
    <availabilityZoneSet><item>eu-west-1a</item></availabilityZoneSet>
    <networkLoadBalancerArnSet><item>arn:nlb</item></networkLoadBalancerArnSet>
    <supportedIpAddressTypeSet><item>ipv4</item><item>ipv6</item></supportedIpAddressTypeSet>
    <supportedRegionSet><item><region>eu-west-1</region><serviceState>Available</serviceState></item>
    </supportedRegionSet><privateDnsName>ledger.example.com</privateDnsName>
    <privateDnsNameConfiguration><state>verified</state></privateDnsNameConfiguration>
    <tagSet><item><key>Name</key><value>ledger</value></item></tagSet></item>";

/// What EC2 always says, and a state that is not known yet.
fn listed(id: &str) -> String {
    format!(
        "<item><serviceId>{id}</serviceId><serviceName>service.{id}</serviceName><serviceState>Resting</serviceState>
        <acceptanceRequired>false</acceptanceRequired></item>"
    )
}

fn page(services: &str, token: &str) -> String {
    format!(
        "<DescribeVpcEndpointServiceConfigurationsResponse><serviceConfigurationSet>{services}</serviceConfigurationSet>
        {token}</DescribeVpcEndpointServiceConfigurationsResponse>"
    )
}

fn allowed(principals: &[&str], token: &str) -> String {
    let items: String = principals.iter().map(|it| format!("<item><principal>{it}</principal></item>")).collect();
    format!(
        "<DescribeVpcEndpointServicePermissionsResponse><allowedPrincipals>{items}</allowedPrincipals>{token}
        </DescribeVpcEndpointServicePermissionsResponse>"
    )
}

/// Seven services on two pages: one for everyone who is accepted, one for an account and a role, one of which nothing is
/// said, one that went away, two whose permissions are refused, and one without an id.
async fn collected() -> Collected {
    let first = page(&format!("{LEDGER}{}", listed("vpce-svc-0bb")), "<nextToken>second</nextToken>");
    let rest = [listed("vpce-svc-0dd"), listed("vpce-svc-0ee"), listed("vpce-svc-0ff")].concat();
    let nameless = "<item><serviceState>Available</serviceState></item>";
    let second = page(&format!("<item><serviceId>vpce-svc-0cc</serviceId></item>{rest}{nameless}"), "");
    let (list, permissions) = ("DescribeVpcEndpointServiceConfigurations", "DescribeVpcEndpointServicePermissions");
    let recorded = Recorded::new()
        .answer_to(list, "MaxResults=1000", &first)
        .answer_to(list, "NextToken=second", &second)
        .answer_to(permissions, "vpce-svc-0aa", &allowed(&["*"], ""))
        .answer_to(
            permissions,
            "vpce-svc-0bb",
            &allowed(&["arn:aws:iam::999988887777:root"], "<nextToken>more</nextToken>"),
        )
        .answer_to(permissions, "NextToken=more", &allowed(&["arn:aws:iam::999988887777:role/reader"], ""))
        .answer_to(permissions, "vpce-svc-0cc", &allowed(&["*"], ""))
        .refuse(permissions, "vpce-svc-0dd", 400, &refused("InvalidVpcEndpointServiceId.NotFound"))
        .refuse(permissions, "vpce-svc-0ee", 403, &refused("UnauthorizedOperation"))
        .refuse(permissions, "vpce-svc-0ff", 400, &refused("UnsupportedOperation"));
    let collected = recorded.run(&VPC_ENDPOINT_SERVICES).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn services_of_two_pages_have_rows() {
    let collected = collected().await;
    collected.assert_all_calls(&VPC_ENDPOINT_SERVICES);
    let names = ["service_id", "state", "is_acceptance_required", "service_types", "supported_regions"];
    assert_eq!(
        columns(&collected, "ec2_vpc_endpoint_services", &names),
        [
            json!(["vpce-svc-0aa", "Available", true, ["Interface"], ["eu-west-1"]]),
            json!(["vpce-svc-0bb", "Resting", false, [], []]),
            json!(["vpce-svc-0cc", null, null, [], []]),
            json!(["vpce-svc-0ee", "Resting", false, [], []]),
            json!(["vpce-svc-0ff", "Resting", false, [], []]),
        ]
    );
    let ledger = &collected.table("ec2_vpc_endpoint_services")[0];
    assert_eq!(ledger["arn"], "arn:aws:ec2:eu-west-1:111122223333:vpc-endpoint-service/vpce-svc-0aa");
    assert_eq!(ledger["ip_address_types"], json!(["ipv4", "ipv6"]));
    assert_eq!(
        (&ledger["private_dns_name"], &ledger["private_dns_name_state"]),
        (&json!("ledger.example.com"), &json!("verified"))
    );
    assert_eq!((&ledger["availability_zones"], &ledger["tags"]), (&json!(["eu-west-1a"]), &json!({"Name": "ledger"})));
    assert_eq!(ledger["network_load_balancer_arns"], json!(["arn:nlb"]));
}

#[tokio::test]
async fn a_share_is_read_or_unread_and_acceptance_stands_before_it() {
    let collected = collected().await;
    assert_eq!(
        columns(&collected, "policy_documents", &["policy_kind", "state", "error_code", "gate"]),
        [
            json!(["share", "read", null, "acceptance_required"]),
            json!(["share", "read", null, null]),
            json!(["share", "unread", "ValueUnread", null]),
            json!(["share", "unread", "UnauthorizedOperation", null]),
            json!(["share", "unread", "UnsupportedOperation", null]),
        ]
    );
    let both = ["AWS:arn:aws:iam::999988887777:role/reader", "AWS:arn:aws:iam::999988887777:root"];
    assert_eq!(
        columns(&collected, "policy_statements", &["principals", "actions"]),
        [json!([["AWS:*"], ["ec2:CreateVpcEndpoint"]]), json!([both, ["ec2:CreateVpcEndpoint"]])]
    );
    // Two permissions, three values that one service lacks, and a service without an id.
    assert_eq!(collected.short(), (6, vec!["ec2_vpc_endpoint_services", "policy_documents", "policy_statements"]));
    assert_eq!(collected.gone, 1);
}

#[tokio::test]
async fn a_service_for_nobody_has_no_share() {
    let recorded = Recorded::new()
        .answer("DescribeVpcEndpointServiceConfigurations", &page(LEDGER, ""))
        .answer("DescribeVpcEndpointServicePermissions", &allowed(&[], ""));
    let collected = recorded.run(&VPC_ENDPOINT_SERVICES).await;
    collected.result.as_ref().unwrap();
    assert_eq!(collected.table("policy_documents")[0]["state"], "absent");
    assert_eq!(collected.short(), (0, vec![]));
}

#[tokio::test]
async fn a_denied_list_is_how_the_task_ends() {
    let denied = refused("UnauthorizedOperation");
    let recorded = Recorded::new().refuse("DescribeVpcEndpointServiceConfigurations", "", 403, &denied);
    let collected = recorded.run(&VPC_ENDPOINT_SERVICES).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
}
