//! Security groups and their rules.

mod nights;

use super::id;
use super::prefix_lists::offices_id;
use crate::place::Place;
use crate::protocol::items;
use crate::service::{Operation, list};
use crate::services::ec2::vpcs::vpcs;
use crate::truth::Tally;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(crate) use nights::{changed_group_id, group_changes};

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

/// The groups of databases, which no instance has.
const OF_DATA: [&str; 2] = ["data", "desk"];

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
            groups.extend(NAMES.into_iter().chain(OF_DATA).map(named));
        }
    }
    if let (Some(rule), Some(group)) = (nights::rule(place), groups.iter_mut().find(|it| it.name == nights::GROUP)) {
        group.rules.push(rule);
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
        "data" => vec![("tcp", (5432, 5439), world)],
        "desk" => vec![("tcp", (5432, 5439), ("cidrIpv4", json!("198.51.100.0/24")))],
        _ => Vec::new(),
    }
}

/// Whether a group of the first VPC lets in some of the internet by IPv4 on a port of TCP. The ranges that its rules of
/// TCP name are of the internet.
pub(super) fn lets_in(place: &Place<'_>, name: &str, port: u16) -> bool {
    inbound(place, name).into_iter().any(|(protocol, (first, last), (member, _))| {
        let is_range = matches!(member, "cidrIpv4" | "prefixListId");
        protocol == "tcp" && is_range && (first..=last).contains(&i32::from(port))
    })
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
        "ipPermissions": permissions(group, false),
        "ipPermissionsEgress": permissions(group, true),
        "tagSet": {},
    })
}

/// The rules of one direction as the group itself lists them: those of one protocol and the same ports are together.
fn permissions(group: &Group, is_egress: bool) -> Value {
    let mut alike: BTreeMap<(&str, (i32, i32)), Vec<&Rule>> = BTreeMap::new();
    for rule in group.rules.iter().filter(|it| it.is_egress == is_egress) {
        alike.entry((rule.protocol, rule.ports)).or_default().push(rule);
    }
    items(alike.into_values().map(|rules| permission(&rules)))
}

/// Rules of one protocol and the same ports. Ports are left out where the protocol is any.
fn permission(rules: &[&Rule]) -> Value {
    let named = |member: &str| {
        let its = rules.iter().filter(|it| it.named.0 == member).map(|it| &it.named.1);
        its.collect::<Vec<_>>()
    };
    let under = |member: &str, name: &str| items(named(member).into_iter().map(|it| json!({ name: it })));
    let (protocol, ports) = rules.first().map_or(("-1", (-1, -1)), |it| (it.protocol, it.ports));
    json!({
        "ipProtocol": protocol,
        "fromPort": (protocol != "-1").then_some(ports.0),
        "toPort": (protocol != "-1").then_some(ports.1),
        "groups": items(named("referencedGroupInfo").into_iter().cloned()),
        "ipRanges": under("cidrIpv4", "cidrIp"),
        "ipv6Ranges": under("cidrIpv6", "cidrIpv6"),
        "prefixListIds": under("prefixListId", "prefixListId"),
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

/// Adds the rules that let in the whole world, and what was changed.
pub(super) fn count(place: &Place<'_>, tally: &mut Tally) {
    tally.changes.extend(group_changes(place));
    for rule in groups(place).iter().flat_map(|it| &it.rules).filter(|it| it.opens_to_world()) {
        tally.lists.add("E8", [&rule_arn(place, rule)]);
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, quiet};

    #[test]
    fn a_group_lists_the_rules_that_are_listed_by_themselves() {
        let client = Client::new(quiet(3, 4));
        let sorted = |action: &str, name: &str| {
            let mut all = client.query("ec2", &format!("Action={action}")).elements(name);
            all.sort_unstable();
            all
        };
        for (of_group, of_rule) in [
            ("cidrIp", "cidrIpv4"),
            ("cidrIpv6", "cidrIpv6"),
            ("prefixListId", "prefixListId"),
            // Of the groups that rules name.
            ("userId", "userId"),
        ] {
            let listed = sorted("DescribeSecurityGroups", of_group);
            assert!(!listed.is_empty(), "{of_group}");
            assert_eq!(listed, sorted("DescribeSecurityGroupRules", of_rule), "{of_group}");
        }
        let ports = sorted("DescribeSecurityGroups", "fromPort");
        assert_eq!(ports.iter().filter(|port| *port == "443").count(), 1, "both families together: {ports:?}");
        assert!(!ports.contains(&"-1".to_owned()), "any protocol has no ports: {ports:?}");
    }
}
