//! The network of one region of an account, as far as it was read. Pure.

use std::collections::{HashMap, HashSet};

use super::ports::{Acl, Ports};
use super::ranges::Range;

/// A network interface: what has addresses.
#[derive(Debug, Clone, Default)]
pub(crate) struct Interface {
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) interface_type: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) requester_id: Option<String>,
    pub(crate) instance_id: Option<String>,
    pub(crate) subnet_id: Option<String>,
    pub(crate) vpc_id: Option<String>,
    pub(crate) group_ids: Vec<String>,
    /// Public IPv4 addresses.
    pub(crate) public_addresses: Vec<String>,
    /// IPv6 addresses and delegated ranges.
    pub(crate) ipv6_addresses: Vec<String>,
    /// Whether it drops what comes from an internet gateway.
    pub(crate) denies_gateway: bool,
}

impl Interface {
    /// The addresses by which the internet may reach it, each with whether it is of IPv6.
    pub(crate) fn entries(&self) -> Vec<(&str, bool)> {
        let is_global = |address: &&String| Range::parse(address).is_some_and(|range| !range.is_private());
        let ipv6 = self.ipv6_addresses.iter().filter(is_global).map(|address| (address.as_str(), true));
        self.public_addresses.iter().map(|address| (address.as_str(), false)).chain(ipv6).collect()
    }

    /// Whether it is of a kind that takes no connections from outside, whatever its groups say.
    pub(crate) fn takes_no_connections(&self) -> bool {
        let only_out = ["nat_gateway", "natGateway", "transit_gateway", "gateway_load_balancer_endpoint"];
        self.interface_type.as_deref().is_some_and(|it| only_out.contains(&it))
    }
}

/// A subnet.
#[derive(Debug, Clone, Default)]
pub(crate) struct Subnet {
    pub(crate) vpc_id: Option<String>,
    pub(crate) ranges: Vec<Range>,
    /// off, block-bidirectional or block-ingress; `None` if it was not read.
    pub(crate) block_mode: Option<String>,
}

/// A route.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    pub(crate) destination: Destination,
    pub(crate) target_type: Option<String>,
    pub(crate) target_id: String,
    /// Whether its target is gone.
    pub(crate) is_blackhole: bool,
    /// Whether its internet gateway sends everything through a firewall.
    pub(crate) has_firewall: bool,
}

/// Where a route leads.
#[derive(Debug, Clone)]
pub(crate) enum Destination {
    /// To a range.
    Range(Range),
    /// To the ranges of a prefix list.
    List(String),
}

/// A rule of a security group, about what comes in.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) protocol: i32,
    pub(crate) ports: Ports,
    pub(crate) source: Source,
}

/// From where a rule lets in.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// From a range.
    Range(Range),
    /// From the ranges of a prefix list.
    List(String),
    /// From the members of another group, perhaps of another VPC.
    Group { is_elsewhere: bool },
}

/// A prefix list.
#[derive(Debug, Clone, Default)]
pub(crate) struct PrefixList {
    /// `None` if they were not read.
    pub(crate) ranges: Option<Vec<Range>>,
    /// Its family; `None` if it was not read.
    pub(crate) is_ipv6: Option<bool>,
}

/// What keeps internet gateways out of a subnet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Block {
    /// Nothing.
    Off,
    /// VPC Block Public Access.
    On,
    /// It was not read.
    Unknown,
}

/// The network.
#[derive(Debug, Clone, Default)]
pub(crate) struct Network {
    pub(crate) subnets: HashMap<String, Subnet>,
    /// Routes by the id of their table.
    pub(crate) tables: HashMap<String, Vec<Route>>,
    /// The table of each subnet that names one, the main one of each VPC, and that of each gateway that has one.
    pub(crate) table_of_subnet: HashMap<String, String>,
    pub(crate) main_table_of_vpc: HashMap<String, String>,
    pub(crate) table_of_gateway: HashMap<String, String>,
    pub(crate) acl_of_subnet: HashMap<String, String>,
    pub(crate) acls: HashMap<String, Acl>,
    /// The groups that were read.
    pub(crate) groups: HashSet<String>,
    /// Rules by the id of their group.
    pub(crate) rules: HashMap<String, Vec<Rule>>,
    /// Whether all rules were read.
    pub(crate) has_all_rules: bool,
    pub(crate) lists: HashMap<String, PrefixList>,
    /// VPCs and subnets, by the end of their ARNs, that the block of public access leaves out.
    pub(crate) exclusions: HashSet<String>,
    /// Whether all of those were read.
    pub(crate) has_all_exclusions: bool,
}

impl Network {
    fn subnet(&self, interface: &Interface) -> Option<&Subnet> {
        self.subnets.get(interface.subnet_id.as_ref()?)
    }

    fn vpc_id<'n>(&'n self, interface: &'n Interface) -> Option<&'n str> {
        let of_subnet = || self.subnet(interface).and_then(|subnet| subnet.vpc_id.as_deref());
        interface.vpc_id.as_deref().or_else(of_subnet)
    }

    /// The route table that holds for an interface, by its id, with its routes.
    pub(crate) fn table(&self, interface: &Interface) -> Option<(&str, &[Route])> {
        let subnet_id = interface.subnet_id.as_ref()?;
        let main = || self.main_table_of_vpc.get(self.vpc_id(interface)?);
        let id = self.table_of_subnet.get(subnet_id).or_else(main)?;
        Some((id.as_str(), self.tables.get(id)?.as_slice()))
    }

    /// The ACL that holds for an interface.
    pub(crate) fn acl(&self, interface: &Interface) -> Option<&Acl> {
        self.acls.get(self.acl_of_subnet.get(interface.subnet_id.as_ref()?)?)
    }

    /// The rules of a group; `None` if they were not read.
    pub(crate) fn rules_of(&self, group_id: &str) -> Option<&[Rule]> {
        let none: &[Rule] = &[];
        let known = self.has_all_rules && self.groups.contains(group_id);
        known.then(|| self.rules.get(group_id).map_or(none, Vec::as_slice))
    }

    /// What keeps internet gateways from an interface.
    pub(crate) fn block(&self, interface: &Interface) -> Block {
        match self.subnet(interface).and_then(|subnet| subnet.block_mode.as_deref()) {
            None => Block::Unknown,
            Some("off") => Block::Off,
            Some(_) => self.block_that_is_on(interface),
        }
    }

    fn block_that_is_on(&self, interface: &Interface) -> Block {
        let subnet = interface.subnet_id.as_ref().map(|id| format!("subnet/{id}"));
        let vpc = self.vpc_id(interface).map(|id| format!("vpc/{id}"));
        if [subnet, vpc].iter().flatten().any(|name| self.exclusions.contains(name)) {
            Block::Off
        } else if self.has_all_exclusions {
            Block::On
        } else {
            Block::Unknown
        }
    }

    /// What an internet gateway sends first through something else, on the way to an interface.
    pub(crate) fn diverted(&self, gateway_id: &str, interface: &Interface) -> Option<&Route> {
        let subnet = self.subnet(interface)?;
        let routes = self.tables.get(self.table_of_gateway.get(gateway_id)?)?;
        let is_on_the_way = |route: &&Route| match &route.destination {
            Destination::Range(to) => subnet.ranges.iter().any(|range| range.common(*to).is_some()),
            Destination::List(_) => true,
        };
        routes.iter().filter(|route| route.target_type.as_deref() != Some("local")).find(is_on_the_way)
    }
}
