//! Route tables and network ACLs.

use super::{id, subnet_id};
use crate::ids::endpoint_id;
use crate::place::Place;
use crate::protocol::items;
use crate::service::{Operation, list};
use crate::services::ec2::filters;
use crate::services::ec2::vpcs::{Vpc, vpcs};
use crate::truth::Tally;
use serde_json::{Value, json};

pub(in super::super) const ANSWERS: &[Operation] = &[
    list("DescribeNetworkAcls", "networkAclSet", |context| {
        Ok(acls(&context.place).iter().map(|it| describe_acl(&context.place, it)).collect())
    }),
    list("DescribeRouteTables", "routeTableSet", |context| {
        let all = tables(&context.place).into_iter();
        let wanted = all.filter(|it| filters::passes(context, |filter| it.values(filter)));
        Ok(wanted.map(|it| describe_table(&context.place, &it)).collect())
    }),
];

/// A route table.
struct Table {
    id: String,
    vpc_id: String,
    is_main: bool,
    subnet_ids: Vec<String>,
    routes: Vec<Value>,
}

impl Table {
    /// What it has for a filter.
    fn values(&self, filter: &str) -> Option<Vec<&str>> {
        match filter {
            "association.main" => Some(vec![if self.is_main { "true" } else { "false" }]),
            "association.subnet-id" => Some(self.subnet_ids.iter().map(String::as_str).collect()),
            "route.vpc-peering-connection-id" => {
                Some(self.routes.iter().filter_map(|route| route["vpcPeeringConnectionId"].as_str()).collect())
            }
            "vpc-id" => Some(vec![self.vpc_id.as_str()]),
            _ => None,
        }
    }
}

/// The id of the main route table of a VPC.
pub(in super::super) fn main_table_id(place: &Place<'_>, vpc_id: &str) -> String {
    id(place, "rtb", vpc_id)
}

fn tables(place: &Place<'_>) -> Vec<Table> {
    let vpcs = vpcs(place);
    let main = |vpc: &Vpc| Table {
        id: main_table_id(place, &vpc.id),
        vpc_id: vpc.id.clone(),
        is_main: true,
        subnet_ids: Vec::new(),
        routes: vec![local(vpc), to_s3(place, vpc)],
    };
    let mut tables: Vec<_> = vpcs.iter().map(main).collect();
    let Some(first) = vpcs.first() else { return tables };
    let mut more = |name: &str, subnets: &[&str], routes: Vec<Value>| {
        tables.push(Table {
            id: id(place, "rtb", name),
            vpc_id: first.id.clone(),
            is_main: false,
            subnet_ids: subnets.iter().map(|name| subnet_id(place, name)).collect(),
            routes: std::iter::once(local(first)).chain(routes).collect(),
        });
    };
    let (door, nat) = (id(place, "igw", "door"), id(place, "nat", "out"));
    more("public", &["public", "guarded"], vec![to_world("gatewayId", &door), to_world_v6("gatewayId", &door)]);
    let mut private =
        vec![to_world("natGatewayId", &nat), to_world_v6("egressOnlyInternetGatewayId", &id(place, "eigw", "out"))];
    if let Some(second) = vpcs.get(1) {
        private.push(route(&second.cidr_block, "vpcPeeringConnectionId", &id(place, "pcx", "second")));
    }
    more("private", &["private"], private);
    more("hub", &["hub"], vec![to_world("transitGatewayId", &id(place, "tgw", "hub"))]);
    tables
}

fn route(destination: &str, target: &str, target_id: &str) -> Value {
    json!({ "destinationCidrBlock": destination, target: target_id, "state": "active", "origin": "CreateRoute" })
}

fn local(vpc: &Vpc) -> Value {
    let range = &vpc.cidr_block;
    json!({ "destinationCidrBlock": range, "gatewayId": "local", "state": "active", "origin": "CreateRouteTable" })
}

fn to_world(target: &str, target_id: &str) -> Value {
    route("0.0.0.0/0", target, target_id)
}

fn to_world_v6(target: &str, target_id: &str) -> Value {
    json!({ "destinationIpv6CidrBlock": "::/0", target: target_id, "state": "active", "origin": "CreateRoute" })
}

/// The route to S3 by a gateway endpoint.
fn to_s3(place: &Place<'_>, vpc: &Vpc) -> Value {
    json!({
        "destinationPrefixListId": "pl-63a5400a",
        "gatewayId": endpoint_id(place.organization, &vpc.id, 0),
        "state": "active",
        "origin": "CreateRoute",
    })
}

/// The main association of the main table, and those with subnets.
fn associations(place: &Place<'_>, table: &Table) -> Vec<Value> {
    let main = table.is_main.then(|| {
        json!({
            "routeTableAssociationId": id(place, "rtbassoc", &table.id),
            "routeTableId": table.id,
            "main": true,
            "associationState": { "state": "associated" },
        })
    });
    let of_subnet = |subnet_id: &String| {
        json!({
            "routeTableAssociationId": id(place, "rtbassoc", subnet_id),
            "routeTableId": table.id,
            "main": false,
            "subnetId": subnet_id,
            "associationState": { "state": "associated" },
        })
    };
    main.into_iter().chain(table.subnet_ids.iter().map(of_subnet)).collect()
}

fn describe_table(place: &Place<'_>, table: &Table) -> Value {
    json!({
        "routeTableId": table.id,
        "ownerId": place.account.id,
        "vpcId": table.vpc_id,
        "associationSet": items(associations(place, table)),
        "propagatingVgwSet": {},
        "routeSet": items(table.routes.iter().cloned()),
        "tagSet": {},
    })
}

/// A network ACL.
struct Acl {
    id: String,
    vpc_id: String,
    is_default: bool,
    subnet_ids: Vec<String>,
    entries: Vec<Value>,
}

fn acls(place: &Place<'_>) -> Vec<Acl> {
    let mut acls = Vec::new();
    for (number, vpc) in vpcs(place).iter().enumerate() {
        let of_first = ["public", "private", "isolated", "hub"].map(|name| subnet_id(place, name)).to_vec();
        acls.push(Acl {
            id: id(place, "acl", &vpc.id),
            vpc_id: vpc.id.clone(),
            is_default: true,
            subnet_ids: if number == 0 { of_first } else { vec![id(place, "subnet", &vpc.id)] },
            entries: [false, true].into_iter().flat_map(all_allowed).collect(),
        });
        if number == 0 {
            let inside = json!({ "ruleNumber": 100, "protocol": "6", "ruleAction": "allow", "egress": false,
                "cidrBlock": "10.0.0.0/8", "portRange": { "from": 443, "to": 443 } });
            acls.push(Acl {
                id: id(place, "acl", "guarded"),
                vpc_id: vpc.id.clone(),
                is_default: false,
                subnet_ids: vec![subnet_id(place, "guarded")],
                entries: std::iter::once(inside).chain(rest(false)).chain(all_allowed(true)).collect(),
            });
        }
    }
    acls
}

fn entry(number: u16, action: &str, is_egress: bool, (member, range): (&str, &str)) -> Value {
    json!({ "ruleNumber": number, "protocol": "-1", "ruleAction": action, "egress": is_egress, member: range })
}

const WORLD: (&str, &str) = ("cidrBlock", "0.0.0.0/0");
const WORLD_V6: (&str, &str) = ("ipv6CidrBlock", "::/0");

/// The last entries of a direction, which deny what no other fits.
fn rest(is_egress: bool) -> Vec<Value> {
    vec![entry(32767, "deny", is_egress, WORLD), entry(32768, "deny", is_egress, WORLD_V6)]
}

fn all_allowed(is_egress: bool) -> Vec<Value> {
    let allowed = [entry(100, "allow", is_egress, WORLD), entry(101, "allow", is_egress, WORLD_V6)];
    allowed.into_iter().chain(rest(is_egress)).collect()
}

fn describe_acl(place: &Place<'_>, acl: &Acl) -> Value {
    let association = |subnet_id: &String| {
        json!({
            "networkAclAssociationId": id(place, "aclassoc", subnet_id),
            "networkAclId": acl.id,
            "subnetId": subnet_id,
        })
    };
    json!({
        "networkAclId": acl.id,
        "ownerId": place.account.id,
        "vpcId": acl.vpc_id,
        "default": acl.is_default,
        "associationSet": items(acl.subnet_ids.iter().map(association)),
        "entrySet": items(acl.entries.iter().cloned()),
        "tagSet": {},
    })
}

pub(in super::super) fn table_count(place: &Place<'_>) -> usize {
    tables(place).len()
}

pub(in super::super) fn route_count(place: &Place<'_>) -> usize {
    tables(place).iter().map(|it| it.routes.len()).sum()
}

pub(in super::super) fn association_count(place: &Place<'_>) -> usize {
    tables(place).iter().map(|it| it.subnet_ids.len() + usize::from(it.is_main)).sum()
}

pub(in super::super) fn acl_count(place: &Place<'_>) -> usize {
    acls(place).len()
}

pub(in super::super) fn entry_count(place: &Place<'_>) -> usize {
    acls(place).iter().map(|it| it.entries.len()).sum()
}

/// Adds the ACLs that allow everything: the default ones, which nobody has changed.
pub(super) fn count(place: &Place<'_>, tally: &mut Tally) {
    for acl in acls(place).iter().filter(|it| it.is_default) {
        tally.lists.add("E9", [&place.arn("ec2", &format!("network-acl/{}", acl.id))]);
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, quiet};

    #[test]
    fn a_filter_names_the_subnet() {
        let client = Client::new(quiet(3, 4));
        let filtered = |name: &str, value: &str| {
            let form = format!("Action=DescribeRouteTables&Filter.1.Name={name}&Filter.1.Value.1={value}");
            client.query("ec2", &form)
        };
        let all = client.query("ec2", "Action=DescribeRouteTables");
        for subnet_id in all.elements("subnetId") {
            let its = filtered("association.subnet-id", &subnet_id);
            assert!(its.elements("subnetId").contains(&subnet_id), "{subnet_id}");
            assert_eq!(its.elements("vpcId").len(), 1, "a subnet has one table");
        }
        let main = filtered("association.main", "true").elements("main");
        assert!(!main.is_empty() && main.iter().all(|it| it == "true"), "{main:?}");
        assert!(filtered("association.subnet-id", "subnet-0").elements("routeTableId").is_empty());
    }
}
