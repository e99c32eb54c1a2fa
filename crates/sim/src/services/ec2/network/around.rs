//! What is around the subnets: gateways, peerings, transit gateways, and what the block of public access leaves out.

use super::{id, subnet_id};
use crate::clock::iso_millis;
use crate::place::Place;
use crate::protocol::items;
use crate::service::{Operation, list};
use crate::services::ec2::settings::block_mode;
use crate::services::ec2::vpcs::{Vpc, vpcs};
use serde_json::{Value, json};

pub(in super::super) const ANSWERS: &[Operation] = &[
    list("DescribeEgressOnlyInternetGateways", "egressOnlyInternetGatewaySet", |context| {
        Ok(egress_only_gateways(&context.place))
    }),
    list("DescribeInternetGateways", "internetGatewaySet", |context| Ok(internet_gateways(&context.place))),
    list("DescribeNatGateways", "natGatewaySet", |context| Ok(nat_gateways(&context.place))),
    list("DescribeTransitGatewayAttachments", "transitGatewayAttachments", |context| Ok(attachments(&context.place))),
    list("DescribeVpcBlockPublicAccessExclusions", "vpcBlockPublicAccessExclusionSet", |context| {
        Ok(exclusions(&context.place))
    }),
    list("DescribeVpcPeeringConnections", "vpcPeeringConnectionSet", |context| Ok(peerings(&context.place))),
];

/// The first VPC of a place, which has the gateways; none in a region that holds nothing.
fn first_vpc(place: &Place<'_>) -> Option<Vpc> {
    vpcs(place).into_iter().next()
}

/// The internet gateway of the first VPC, and one that is attached to nothing.
fn internet_gateways(place: &Place<'_>) -> Vec<Value> {
    let Some(vpc) = first_vpc(place) else { return Vec::new() };
    let attachment = json!({ "vpcId": vpc.id, "state": "available" });
    let attached = json!({
        "internetGatewayId": id(place, "igw", "door"),
        "ownerId": place.account.id,
        "attachmentSet": items([attachment]),
        "tagSet": items([json!({ "key": "Name", "value": "door" })]),
    });
    let idle = json!({
        "internetGatewayId": id(place, "igw", "idle"),
        "ownerId": place.account.id,
        "attachmentSet": {},
        "tagSet": {},
    });
    vec![attached, idle]
}

fn egress_only_gateways(place: &Place<'_>) -> Vec<Value> {
    let gateway = |vpc: Vpc| {
        let attachment = json!({ "vpcId": vpc.id, "state": "attached" });
        json!({
            "egressOnlyInternetGatewayId": id(place, "eigw", "out"),
            "attachmentSet": items([attachment]),
            "tagSet": {},
        })
    };
    first_vpc(place).map(gateway).into_iter().collect()
}

/// The public address of the NAT gateway.
pub(super) fn nat_address(place: &Place<'_>) -> String {
    format!("198.51.100.{}", place.dice("ec2-nat-address").between(1, 254))
}

fn nat_gateways(place: &Place<'_>) -> Vec<Value> {
    let gateway = |vpc: Vpc| {
        let mut dice = place.dice("ec2-nat");
        let days = dice.between(1, 900);
        let address = json!({
            "allocationId": id(place, "eipalloc", "nat"),
            "networkInterfaceId": id(place, "eni", "nat"),
            "privateIp": "172.31.0.250",
            "publicIp": nat_address(place),
            "isPrimary": true,
            "status": "succeeded",
        });
        json!({
            "natGatewayId": id(place, "nat", "out"),
            "vpcId": vpc.id,
            "subnetId": subnet_id(place, "public"),
            "connectivityType": "public",
            "state": "available",
            "natGatewayAddressSet": items([address]),
            "createTime": iso_millis(place.days_ago(days, &mut dice)),
            "tagSet": {},
        })
    };
    first_vpc(place).map(gateway).into_iter().collect()
}

/// The peering of the first VPC with the second, if there is one.
fn peerings(place: &Place<'_>) -> Vec<Value> {
    let vpcs = vpcs(place);
    let [first, second, ..] = vpcs.as_slice() else { return Vec::new() };
    let side = |vpc: &Vpc| {
        json!({
            "vpcId": vpc.id,
            "ownerId": place.account.id,
            "region": place.region,
            "cidrBlock": vpc.cidr_block,
            "cidrBlockSet": items([json!({ "cidrBlock": vpc.cidr_block })]),
        })
    };
    vec![json!({
        "vpcPeeringConnectionId": id(place, "pcx", "second"),
        "requesterVpcInfo": side(first),
        "accepterVpcInfo": side(second),
        "status": { "code": "active", "message": "Active" },
        "tagSet": {},
    })]
}

/// Where the hub's subnet sends its traffic: the transit gateway of the management account.
fn attachments(place: &Place<'_>) -> Vec<Value> {
    let attachment = |vpc: Vpc| {
        let mut dice = place.dice("ec2-transit");
        let days = dice.between(1, 700);
        json!({
            "transitGatewayAttachmentId": id(place, "tgw-attach", "hub"),
            "transitGatewayId": id(place, "tgw", "hub"),
            "transitGatewayOwnerId": place.organization.management_id(),
            "resourceOwnerId": place.account.id,
            "resourceType": "vpc",
            "resourceId": vpc.id,
            "state": "available",
            "association": { "transitGatewayRouteTableId": id(place, "tgw-rtb", "hub"), "state": "associated" },
            "creationTime": iso_millis(place.days_ago(days, &mut dice)),
            "tagSet": {},
        })
    };
    first_vpc(place).map(attachment).into_iter().collect()
}

/// Whether the account leaves its public subnet out of the block of public access. The showcase always does.
pub(super) fn excludes_public_subnet(place: &Place<'_>) -> bool {
    let is_showcase = place.organization.is_showcase(place.account);
    place.is_settled() && block_mode(place) != "off" && (is_showcase || place.dice("ec2-vpc-exclusion").chance(0.4))
}

fn exclusions(place: &Place<'_>) -> Vec<Value> {
    if !excludes_public_subnet(place) {
        return Vec::new();
    }
    let mut dice = place.dice("ec2-vpc-exclusion-age");
    let days = dice.between(1, 200);
    vec![json!({
        "exclusionId": id(place, "vpcbpa-exclude", "public"),
        "internetGatewayExclusionMode": "allow-bidirectional",
        "resourceArn": place.arn("ec2", &format!("subnet/{}", subnet_id(place, "public"))),
        "state": "create-complete",
        "creationTimestamp": iso_millis(place.days_ago(days, &mut dice)),
        "tagSet": {},
    })]
}

pub(in super::super) fn gateway_count(place: &Place<'_>) -> usize {
    internet_gateways(place).len() + egress_only_gateways(place).len()
}

pub(in super::super) fn nat_gateway_count(place: &Place<'_>) -> usize {
    nat_gateways(place).len()
}

pub(in super::super) fn peering_count(place: &Place<'_>) -> usize {
    peerings(place).len()
}

pub(in super::super) fn attachment_count(place: &Place<'_>) -> usize {
    attachments(place).len()
}

pub(in super::super) fn exclusion_count(place: &Place<'_>) -> usize {
    exclusions(place).len()
}
