use orgcensus_collect::testing::Recorded;
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::ROUTE_TABLES;
use crate::ec2::testing::refused;
use crate::testing::columns;

const FIRST: &str = "<DescribeRouteTablesResponse><routeTableSet><item><routeTableId>rtb-1</routeTableId>
    <ownerId>111122223333</ownerId><vpcId>vpc-1</vpcId><associationSet>
    <item><routeTableAssociationId>rtbassoc-1</routeTableAssociationId><main>true</main>
    <associationState><state>associated</state></associationState></item>
    <item><routeTableAssociationId>rtbassoc-2</routeTableAssociationId><main>false</main><subnetId>subnet-1</subnetId></item>
    </associationSet><propagatingVgwSet><item><gatewayId>vgw-1</gatewayId></item></propagatingVgwSet><routeSet>
    <item><destinationCidrBlock>10.0.0.0/16</destinationCidrBlock><gatewayId>local</gatewayId><state>active</state>
    <origin>CreateRouteTable</origin></item>
    <item><destinationCidrBlock>0.0.0.0/0</destinationCidrBlock><gatewayId>igw-1</gatewayId><state>active</state>
    <igwFirewall><firewallArn>arn:firewall</firewallArn></igwFirewall></item>
    <item><destinationIpv6CidrBlock>::/0</destinationIpv6CidrBlock>
    <egressOnlyInternetGatewayId>eigw-1</egressOnlyInternetGatewayId><state>blackhole</state></item>
    <item><destinationPrefixListId>pl-1</destinationPrefixListId><gatewayId>vpce-1</gatewayId></item>
    <item><destinationCidrBlock>10.9.0.0/16</destinationCidrBlock><instanceId>i-1</instanceId>
    <networkInterfaceId>eni-1</networkInterfaceId></item>
    <item><destinationCidrBlock>10.8.0.0/16</destinationCidrBlock></item></routeSet>
    <tagSet><item><key>Name</key><value>public</value></item></tagSet></item></routeTableSet>
    <nextToken>second</nextToken></DescribeRouteTablesResponse>";
const SECOND: &str = "<DescribeRouteTablesResponse><routeTableSet><item><routeTableId>rtb-2</routeTableId>
    <associationSet><item><routeTableAssociationId>rtbassoc-3</routeTableAssociationId><gatewayId>igw-1</gatewayId></item>
    <item><gatewayId>igw-2</gatewayId></item></associationSet><routeSet><item><gatewayId>local</gatewayId></item></routeSet>
    </item><item><vpcId>vpc-1</vpcId></item></routeTableSet></DescribeRouteTablesResponse>";

#[tokio::test]
async fn tables_routes_and_associations_of_two_pages() {
    let recorded =
        Recorded::new().answer("DescribeRouteTables", FIRST).answer_to("DescribeRouteTables", "second", SECOND);
    let collected = recorded.run(&ROUTE_TABLES).await;
    collected.result.as_ref().unwrap();
    collected.assert_all_calls(&ROUTE_TABLES);
    let names = ["arn", "route_table_name", "is_main", "subnet_count", "propagating_gateway_ids"];
    assert_eq!(
        columns(&collected, "ec2_route_tables", &names),
        [
            json!(["arn:aws:ec2:eu-west-1:111122223333:route-table/rtb-1", "public", true, 1, ["vgw-1"]]),
            json!(["arn:aws:ec2:eu-west-1:111122223333:route-table/rtb-2", null, false, 0, []]),
        ]
    );
    let names = ["route_table_association_id", "route_table_id", "is_main", "subnet_id", "gateway_id", "state"];
    assert_eq!(
        columns(&collected, "ec2_route_table_associations", &names),
        [
            json!(["rtbassoc-1", "rtb-1", true, null, null, "associated"]),
            json!(["rtbassoc-2", "rtb-1", false, "subnet-1", null, null]),
            json!(["rtbassoc-3", "rtb-2", null, null, "igw-1", null]),
        ]
    );
    // An association and a table without an id, and a route without a destination.
    assert_eq!(collected.short(), (3, vec!["ec2_route_table_associations", "ec2_route_tables", "ec2_routes"]));
}

#[tokio::test]
async fn a_route_has_one_target() {
    let recorded = Recorded::new().answer("DescribeRouteTables", FIRST).answer("DescribeRouteTables", SECOND);
    let collected = recorded.run(&ROUTE_TABLES).await;
    collected.result.as_ref().unwrap();
    let names = ["destination", "target_type", "target_id", "is_default", "state"];
    assert_eq!(
        columns(&collected, "ec2_routes", &names),
        [
            json!(["10.0.0.0/16", "local", "local", false, "active"]),
            json!(["0.0.0.0/0", "internet_gateway", "igw-1", true, "active"]),
            json!(["::/0", "egress_only_internet_gateway", "eigw-1", true, "blackhole"]),
            json!(["pl-1", "vpc_endpoint", "vpce-1", false, null]),
            json!(["10.9.0.0/16", "instance", "i-1", false, null]),
            json!(["10.8.0.0/16", null, null, false, null]),
        ]
    );
    let routes = collected.table("ec2_routes");
    assert_eq!(
        (&routes[1]["gateway_firewall_arn"], &routes[4]["network_interface_id"]),
        (&json!("arn:firewall"), &json!("eni-1"))
    );
}

#[tokio::test]
async fn denied_is_how_the_task_ends() {
    let denied = refused("UnauthorizedOperation");
    let collected = Recorded::new().refuse("DescribeRouteTables", "", 403, &denied).run(&ROUTE_TABLES).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
}
