use orgcensus_collect::testing::Recorded;
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::NETWORK_INTERFACES;
use crate::ec2::testing::refused;

const FIRST: &str = "<DescribeNetworkInterfacesResponse><networkInterfaceSet><item>
    <networkInterfaceId>eni-0aa</networkInterfaceId><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId>
    <ownerId>111122223333</ownerId><requesterManaged>false</requesterManaged><status>in-use</status>
    <interfaceType>interface</interfaceType><privateIpAddress>10.0.0.9</privateIpAddress><sourceDestCheck>true</sourceDestCheck>
    <groupSet><item><groupId>sg-1</groupId><groupName>web</groupName></item></groupSet>
    <attachment><attachmentId>eni-attach-1</attachmentId><instanceId>i-0aa</instanceId><instanceOwnerId>111122223333</instanceOwnerId>
    <deviceIndex>0</deviceIndex><status>attached</status><attachTime>2025-12-22T00:00:00.000Z</attachTime>
    <deleteOnTermination>true</deleteOnTermination></attachment>
    <association><publicIp>203.0.113.7</publicIp><ipOwnerId>111122223333</ipOwnerId><allocationId>eipalloc-1</allocationId>
    </association><privateIpAddressesSet><item><privateIpAddress>10.0.0.9</privateIpAddress><primary>true</primary>
    <association><publicIp>203.0.113.7</publicIp></association></item><item><privateIpAddress>10.0.0.10</privateIpAddress>
    <association><publicIp>203.0.113.8</publicIp></association></item></privateIpAddressesSet>
    <ipv6AddressesSet><item><ipv6Address>2001:db8::1</ipv6Address></item></ipv6AddressesSet>
    <ipv6PrefixSet><item><ipv6Prefix>2001:db8:0:1::/80</ipv6Prefix></item></ipv6PrefixSet>
    <tagSet><item><key>Name</key><value>front</value></item></tagSet></item></networkInterfaceSet>
    <nextToken>second</nextToken></DescribeNetworkInterfacesResponse>";
const SECOND: &str = "<DescribeNetworkInterfacesResponse><networkInterfaceSet><item>
    <networkInterfaceId>eni-0bb</networkInterfaceId><description>ELB app/front/0123</description>
    <interfaceType>teleporter</interfaceType><requesterId>amazon-elb</requesterId><requesterManaged>true</requesterManaged>
    <operator><managed>true</managed><principal>eks.amazonaws.com</principal></operator>
    <denyAllIgwTraffic>true</denyAllIgwTraffic></item><item><networkInterfaceId>eni-0cc</networkInterfaceId></item>
    <item><vpcId>vpc-1</vpcId></item>
    </networkInterfaceSet></DescribeNetworkInterfacesResponse>";

#[tokio::test]
async fn an_instances_a_services_and_a_bare_interface() {
    let recorded = Recorded::new().answer("DescribeNetworkInterfaces", FIRST).answer_to(
        "DescribeNetworkInterfaces",
        "second",
        SECOND,
    );
    let collected = recorded.run(&NETWORK_INTERFACES).await;
    collected.result.as_ref().unwrap();
    collected.assert_all_calls(&NETWORK_INTERFACES);
    let interfaces = collected.table("ec2_network_interfaces");
    assert_eq!(interfaces.len(), 3);
    let first = &interfaces[0];
    assert_eq!(first["arn"], "arn:aws:ec2:eu-west-1:111122223333:network-interface/eni-0aa");
    assert_eq!((&first["network_interface_name"], &first["instance_id"]), (&json!("front"), &json!("i-0aa")));
    assert_eq!(first["public_ip_addresses"], json!(["203.0.113.7", "203.0.113.8"]));
    assert_eq!((&first["public_ip_address"], &first["attached_days"]), (&json!("203.0.113.7"), &json!(10)));
    assert_eq!(first["private_ip_addresses"], json!(["10.0.0.9", "10.0.0.10"]));
    assert_eq!(
        (&first["ipv6_addresses"], &first["delegated_prefixes"]),
        (&json!(["2001:db8::1"]), &json!(["2001:db8:0:1::/80"]))
    );
    let second = &interfaces[1];
    assert_eq!((&second["description"], &second["requester_id"]), (&json!("ELB app/front/0123"), &json!("amazon-elb")));
    assert_eq!(
        (&second["interface_type"], &second["operator_principal"]),
        (&json!("teleporter"), &json!("eks.amazonaws.com"))
    );
    assert_eq!(
        (&second["is_internet_gateway_traffic_denied"], &second["has_public_ip_address"]),
        (&json!(true), &json!(false))
    );
    assert!(interfaces[2]["subnet_id"].is_null() && interfaces[2]["attached_at"].is_null());
    assert_eq!(collected.short(), (1, vec!["ec2_network_interfaces"]), "one has no id");
}

#[tokio::test]
async fn denied_on_the_second_page_is_how_the_task_ends() {
    let denied = refused("UnauthorizedOperation");
    let recorded = Recorded::new().answer("DescribeNetworkInterfaces", FIRST).refuse(
        "DescribeNetworkInterfaces",
        "second",
        403,
        &denied,
    );
    let collected = recorded.run(&NETWORK_INTERFACES).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
}
