//! The network of each region: what is around the instances. Every VPC has its defaults; the first one has subnets of
//! all sorts beside them, whose instances the internet can reach or not.

mod around;
mod data;
mod groups;
mod interfaces;
mod owned;
mod prefix_lists;
pub(crate) mod spots;
mod tables;

use super::settings::block_mode;
use super::vpcs::{tag_set, vpcs};
use crate::place::Place;
use crate::protocol::items;
use crate::service::{Operation, list};
use crate::truth::Tally;
use serde_json::{Value, json};

pub(super) use around::{
    ANSWERS as AROUND, attachment_count, exclusion_count, gateway_count, nat_gateway_count, peering_count,
};
pub(super) use groups::{ANSWERS as GROUPS, group_count, group_id, rule_count};
pub(crate) use groups::{changed_group_id, group_changes};
pub(super) use interfaces::{ANSWERS as INTERFACES, interface_count, site};
pub(crate) use owned::reached_balancers;
pub(super) use prefix_lists::{
    ANSWERS as PREFIX_LISTS, entry_count as prefix_entry_count, list_count as prefix_list_count,
};
pub(super) use tables::{
    ANSWERS as TABLES, acl_count, association_count, entry_count, main_table_id, route_count, table_count,
};

pub(super) const SUBNETS: &[Operation] = &[list("DescribeSubnets", "subnetSet", |context| {
    Ok(subnets(&context.place).iter().map(Subnet::describe).collect())
})];

/// The id of something in a place's network, by its kind and its name in the network.
pub(super) fn id(place: &Place<'_>, kind: &str, name: &str) -> String {
    let mut dice = place.organization.dice(&["ec2-network", &place.account.id, place.region, kind, name]);
    format!("{kind}-0{}", dice.hex(16))
}

/// The subnets of the first VPC, by their names. Those of other VPCs are all called inner.
const NAMES: [&str; 5] = ["public", "private", "isolated", "guarded", "hub"];

/// A subnet.
struct Subnet {
    id: String,
    arn: String,
    vpc_id: String,
    owner_id: String,
    name: String,
    zone: String,
    cidr_block: String,
    ipv6_cidr_block: String,
    block_mode: &'static str,
}

impl Subnet {
    fn describe(&self) -> Value {
        let association = json!({
            "associationId": self.id.replace("subnet-", "subnet-cidr-assoc-"),
            "ipv6CidrBlock": self.ipv6_cidr_block,
            "ipv6CidrBlockState": { "state": "associated" },
        });
        json!({
            "subnetId": self.id,
            "subnetArn": self.arn,
            "ownerId": self.owner_id,
            "vpcId": self.vpc_id,
            "state": "available",
            "availabilityZone": self.zone,
            "cidrBlock": self.cidr_block,
            "ipv6CidrBlockAssociationSet": items(std::iter::once(association)),
            "ipv6Native": false,
            "availableIpAddressCount": 250,
            "defaultForAz": false,
            "mapPublicIpOnLaunch": self.name == "public",
            "assignIpv6AddressOnCreation": false,
            "blockPublicAccessStates": { "internetGatewayBlockMode": self.block_mode },
            "tagSet": tag_set(&[("Name".to_owned(), self.name.clone())]),
        })
    }
}

/// The id of a subnet of the first VPC, by its name.
pub(super) fn subnet_id(place: &Place<'_>, name: &str) -> String {
    id(place, "subnet", name)
}

/// The subnets of a place.
fn subnets(place: &Place<'_>) -> Vec<Subnet> {
    let mut subnets = Vec::new();
    for (number, vpc) in vpcs(place).iter().enumerate() {
        let names = if number == 0 { NAMES.to_vec() } else { vec!["inner"] };
        for (place_in_vpc, name) in names.into_iter().enumerate() {
            subnets.push(subnet(place, number, &vpc.id, (place_in_vpc, name)));
        }
    }
    subnets
}

fn subnet(place: &Place<'_>, number: usize, vpc_id: &str, (third, name): (usize, &str)) -> Subnet {
    let id = if number == 0 { subnet_id(place, name) } else { id(place, "subnet", vpc_id) };
    let first = if number == 0 { "172.31".to_owned() } else { format!("10.{number}") };
    Subnet {
        arn: place.arn("ec2", &format!("subnet/{id}")),
        id,
        vpc_id: vpc_id.to_owned(),
        owner_id: place.account.id.clone(),
        name: name.to_owned(),
        zone: format!("{}a", place.region),
        cidr_block: format!("{first}.{third}.0/24"),
        ipv6_cidr_block: format!("2001:db8:{number}:{third}::/64"),
        block_mode: if number == 0 && name == "public" { public_block_mode(place) } else { block_mode(place) },
    }
}

/// What VPC Block Public Access keeps from the public subnet, which some accounts leave out.
pub(super) fn public_block_mode(place: &Place<'_>) -> &'static str {
    if around::excludes_public_subnet(place) { "off" } else { block_mode(place) }
}

/// How many subnets there are.
pub(super) fn subnet_count(place: &Place<'_>) -> usize {
    subnets(place).len()
}

/// Adds the cases of the questions that ask for networks.
pub(super) fn count(place: &Place<'_>, tally: &mut Tally) {
    groups::count(place, tally);
    tables::count(place, tally);
    interfaces::count(place, tally);
    owned::count(place, tally);
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, quiet};
    use std::collections::BTreeSet;

    #[test]
    fn what_is_named_is_described() {
        let client = Client::new(quiet(3, 4));
        let all = |action: &str, name: &str| client.query("ec2", &format!("Action={action}")).elements(name);
        let set = |action: &str, name: &str| all(action, name).into_iter().collect::<BTreeSet<_>>();
        let subnets = set("DescribeSubnets", "subnetId");
        // Their rules name groups as well.
        let arns = all("DescribeSecurityGroups", "securityGroupArn");
        let groups: BTreeSet<_> = arns.iter().filter_map(|arn| arn.rsplit('/').next()).map(str::to_owned).collect();
        assert!(subnets.len() >= super::NAMES.len());
        assert!(set("DescribeNetworkInterfaces", "subnetId").is_subset(&subnets));
        assert!(set("DescribeNetworkInterfaces", "groupId").is_subset(&groups));
        assert!(set("DescribeInstances", "subnetId").is_subset(&subnets));
        assert!(set("DescribeInstances", "groupId").is_subset(&groups));
        assert!(set("DescribeSecurityGroupRules", "groupId").is_subset(&groups));
        let guarded = set("DescribeNetworkAcls", "subnetId");
        assert_eq!(guarded, subnets, "each subnet has an ACL");
        assert!(set("DescribeRouteTables", "subnetId").is_subset(&subnets));
        let elsewhere = client.in_region("me-south-1").query("ec2", "Action=DescribeSubnets").elements("subnetId");
        assert!(elsewhere.is_empty());
    }
}
