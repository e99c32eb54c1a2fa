//! Security groups and their rules.

use super::id;
use super::prefix_lists::offices_id;
use crate::place::Place;
use crate::protocol::items;
use crate::service::{Operation, list};
use crate::services::ec2::vpcs::vpcs;
use crate::truth::Tally;
use serde_json::{Value, json};

pub(in super::super) const ANSWERS: &[Operation] = &[
    list("DescribeSecurityGroupRules", "securityGroupRuleSet", |context| {
        let place = &context.place;
        Ok(groups(place).iter().flat_map(|it| it.rules.iter().map(|rule| describe_rule(place, it, rule))).collect())
    }),
    list("DescribeSecurityGroups", "securityGroupInfo", |context| {
        Ok(groups(&context.place).iter().map(|it| describe(&context.place, it)).collect())
    }),
];

/// The groups of the first VPC, beside the default one.
pub(super) const NAMES: [&str; 6] = ["web", "ssh", "office", "inner", "closed", "listed"];

/// A security group.
struct Group {
    id: String,
    vpc_id: String,
    name: &'static str,
    rules: Vec<Rule>,
}

/// A rule: its name among those of the group, protocol, ports, and what it names.
struct Rule {
    id: String,
    is_egress: bool,
    protocol: &'static str,
    ports: (i32, i32),
    /// The member that says what it names, and its value.
    named: (&'static str, Value),
}

impl Rule {
    /// Whether it lets in the whole world.
    fn opens_to_world(&self) -> bool {
        let world = [json!("0.0.0.0/0"), json!("::/0")];
        !self.is_egress && world.contains(&self.named.1)
    }
}

/// The id of a group of the first VPC.
pub(in super::super) fn group_id(place: &Place<'_>, name: &str) -> String {
    id(place, "sg", name)
}

fn groups(place: &Place<'_>) -> Vec<Group> {
    let mut groups = Vec::new();
    for (number, vpc) in vpcs(place).iter().enumerate() {
        let its = id(place, "sg", &vpc.id);
        let itself = ("referencedGroupInfo", json!({ "groupId": its, "userId": place.account.id }));
        groups.push(group(place, its, (vpc.id.as_str(), "default"), vec![("-1", (-1, -1), itself)]));
        if number == 0 {
            let named = |name| group(place, group_id(place, name), (vpc.id.as_str(), name), inbound(place, name));
            groups.extend(NAMES.into_iter().map(named));
        }
    }
    groups
}

type Inbound = (&'static str, (i32, i32), (&'static str, Value));

/// What the groups of the first VPC let in.
fn inbound(place: &Place<'_>, name: &str) -> Vec<Inbound> {
    let (world, world_v6) = (("cidrIpv4", json!("0.0.0.0/0")), ("cidrIpv6", json!("::/0")));
    match name {
        "web" => vec![("tcp", (443, 443), world.clone()), ("tcp", (443, 443), world_v6), ("tcp", (80, 80), world)],
        "ssh" => vec![("tcp", (22, 22), world)],
        "office" => vec![("tcp", (22, 22), ("cidrIpv4", json!("198.51.100.0/24")))],
        "inner" => {
            let web = json!({ "groupId": group_id(place, "web"), "userId": place.account.id });
            let inside = ("cidrIpv4", json!("10.0.0.0/8"));
            vec![("tcp", (5432, 5432), ("referencedGroupInfo", web)), ("-1", (-1, -1), inside)]
        }
        "listed" => vec![("tcp", (8000, 8999), ("prefixListId", json!(offices_id(place))))],
        _ => Vec::new(),
    }
}

fn group(place: &Place<'_>, group_id: String, (vpc_id, name): (&str, &'static str), inbound: Vec<Inbound>) -> Group {
    let outbound = [("-1", (-1, -1), ("cidrIpv4", json!("0.0.0.0/0")))];
    let inbound = inbound.into_iter().map(|it| (false, it));
    let all = inbound.chain(outbound.into_iter().map(|it| (true, it))).enumerate();
    let rules = all.map(|(number, (is_egress, (protocol, ports, named)))| Rule {
        id: id(place, "sgr", &format!("{group_id}/{number}")),
        is_egress,
        protocol,
        ports,
        named,
    });
    Group { rules: rules.collect(), vpc_id: vpc_id.to_owned(), name, id: group_id }
}

fn describe(place: &Place<'_>, group: &Group) -> Value {
    json!({
        "groupId": group.id,
        "securityGroupArn": place.arn("ec2", &format!("security-group/{}", group.id)),
        "groupName": group.name,
        "groupDescription": format!("what is {}", group.name),
        "ownerId": place.account.id,
        "vpcId": group.vpc_id,
        "tagSet": {},
    })
}

fn rule_arn(place: &Place<'_>, rule: &Rule) -> String {
    place.arn("ec2", &format!("security-group-rule/{}", rule.id))
}

fn describe_rule(place: &Place<'_>, group: &Group, rule: &Rule) -> Value {
    let mut described = json!({
        "securityGroupRuleId": rule.id,
        "securityGroupRuleArn": rule_arn(place, rule),
        "groupId": group.id,
        "groupOwnerId": place.account.id,
        "isEgress": rule.is_egress,
        "ipProtocol": rule.protocol,
        "fromPort": rule.ports.0,
        "toPort": rule.ports.1,
        "tagSet": items(Vec::<Value>::new()),
    });
    described[rule.named.0] = rule.named.1.clone();
    described
}

pub(in super::super) fn group_count(place: &Place<'_>) -> usize {
    groups(place).len()
}

pub(in super::super) fn rule_count(place: &Place<'_>) -> usize {
    groups(place).iter().map(|it| it.rules.len()).sum()
}

/// Adds the rules that let in the whole world.
pub(super) fn count(place: &Place<'_>, tally: &mut Tally) {
    for rule in groups(place).iter().flat_map(|it| &it.rules).filter(|it| it.opens_to_world()) {
        tally.lists.add("E8", [&rule_arn(place, rule)]);
    }
}
