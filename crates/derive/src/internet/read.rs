//! Reads the network of one account after the other from its staged rows.

use std::collections::BTreeMap;

use orgcensus_collectors::ec2;
use orgcensus_collectors::ec2::instances::Instance;
use orgcensus_collectors::ec2::network_acls::{NetworkAcl, NetworkAclEntry, NetworkAclEntryRef};
use orgcensus_collectors::ec2::network_interfaces::{NetworkInterface, NetworkInterfaceRef};
use orgcensus_collectors::ec2::prefix_lists::{ManagedPrefixList, ManagedPrefixListEntry};
use orgcensus_collectors::ec2::route_tables::{Route, RouteRef, RouteTableAssociation, RouteTableAssociationRef};
use orgcensus_collectors::ec2::security_group_rules::{SecurityGroupRule, SecurityGroupRuleRef};
use orgcensus_collectors::ec2::security_groups::SecurityGroup;
use orgcensus_collectors::ec2::subnets::{Subnet, SubnetRef};
use orgcensus_collectors::ec2::vpc_block_exclusions::VpcBlockExclusion;
use orgcensus_crawl::{Derive, Error, Staged, TaskCoverage};
use orgcensus_row::List;

use self::targets::{Targets, WATCHED};
use super::network::{self, Destination, Interface, Network, Rule, Source};
use super::ports::{Entry, ports, protocol};
use super::ranges::Range;
use super::targets::{InstanceTarget, Region};

mod targets;

/// The collectors of which it matters whether they read everything: what they did not read does not show otherwise.
const RULES: &str = ec2::security_group_rules::SECURITY_GROUP_RULES.name;
const EXCLUSIONS: &str = ec2::vpc_block_exclusions::VPC_BLOCK_EXCLUSIONS.name;

/// The staged rows. A caller asks for one account after the other.
pub(super) struct Sources {
    acls: Staged<NetworkAcl>,
    associations: Staged<RouteTableAssociation>,
    coverage: Staged<TaskCoverage>,
    entries: Staged<NetworkAclEntry>,
    exclusions: Staged<VpcBlockExclusion>,
    groups: Staged<SecurityGroup>,
    instances: Staged<Instance>,
    interfaces: Staged<NetworkInterface>,
    list_entries: Staged<ManagedPrefixListEntry>,
    lists: Staged<ManagedPrefixList>,
    routes: Staged<Route>,
    rules: Staged<SecurityGroupRule>,
    subnets: Staged<Subnet>,
    targets: Targets,
}

impl Sources {
    pub(super) fn open(derive: &mut Derive<'_>) -> Result<Self, Error> {
        Ok(Self {
            acls: derive.staged()?,
            associations: derive.staged()?,
            coverage: derive.staged()?,
            entries: derive.staged()?,
            exclusions: derive.staged()?,
            groups: derive.staged()?,
            instances: derive.staged()?,
            interfaces: derive.staged()?,
            list_entries: derive.staged()?,
            lists: derive.staged()?,
            routes: derive.staged()?,
            rules: derive.staged()?,
            subnets: derive.staged()?,
            targets: Targets::open(derive)?,
        })
    }

    /// The networks of an account, by region. Only regions that have a target matter.
    pub(super) fn account(&mut self, account_id: &str) -> Result<BTreeMap<String, Region>, Error> {
        let mut regions = BTreeMap::<_, Region>::new();
        self.instances.by_region(account_id, &mut regions, |region, it| {
            if it.is_terminated != Some(true) {
                region.instances.push(InstanceTarget { arn: it.arn.to_owned(), id: it.instance_id.to_owned() });
            }
        })?;
        self.interfaces.by_region(account_id, &mut regions, |region, it| {
            region.interfaces.insert(it.network_interface_id.to_owned(), interface(it));
        })?;
        self.routing(account_id, &mut regions)?;
        self.filters(account_id, &mut regions)?;
        self.coverage.by_region(account_id, &mut regions, |region, it| match it.collector {
            RULES => region.network.has_all_rules = it.is_complete,
            EXCLUSIONS => region.network.has_all_exclusions = it.is_complete,
            name => region.complete.extend(WATCHED.iter().find(|it| **it == name).filter(|_| it.is_complete)),
        })?;
        self.targets.account(account_id, &mut regions)?;
        regions.retain(|_, region| region.has_targets());
        Ok(regions)
    }

    /// Subnets, route tables, and what the block of public access leaves out.
    fn routing(&mut self, account_id: &str, regions: &mut BTreeMap<String, Region>) -> Result<(), Error> {
        self.subnets.by_region(account_id, regions, |region, it| {
            region.network.subnets.insert(it.subnet_id.to_owned(), subnet(it));
        })?;
        self.associations.by_region(account_id, regions, |region, it| region.network.associate(it))?;
        self.routes.by_region(account_id, regions, |region, it| {
            let routes = region.network.tables.entry(it.route_table_id.to_owned()).or_default();
            routes.push(route(it));
        })?;
        self.exclusions.by_region(account_id, regions, |region, it| {
            let name = it.excluded_arn.and_then(|arn| arn.rsplit(':').next()).filter(|_| {
                it.internet_gateway_exclusion_mode == Some("allow-bidirectional")
                    && matches!(it.state, Some("create-complete" | "update-complete"))
            });
            region.network.exclusions.extend(name.map(str::to_owned));
        })
    }

    /// Network ACLs, security groups and prefix lists.
    fn filters(&mut self, account_id: &str, regions: &mut BTreeMap<String, Region>) -> Result<(), Error> {
        self.acls.by_region(account_id, regions, |region, it| {
            for subnet_id in it.subnet_ids.iter() {
                region.network.acl_of_subnet.insert(subnet_id.to_owned(), it.network_acl_id.to_owned());
            }
        })?;
        self.entries.by_region(account_id, regions, |region, it| region.network.acl_entry(it))?;
        for acl in regions.values_mut().flat_map(|region| region.network.acls.values_mut()) {
            acl.ingress.sort_by_key(|entry| entry.number);
            acl.egress.sort_by_key(|entry| entry.number);
        }
        self.groups.by_region(account_id, regions, |region, it| {
            if it.is_shared_by_other != Some(true) {
                region.network.groups.insert(it.security_group_id.to_owned());
            }
        })?;
        self.rules.by_region(account_id, regions, |region, it| region.network.rule(it))?;
        self.lists.by_region(account_id, regions, |region, it| {
            let ranges = it.entry_count.map(|_| Vec::new());
            let is_ipv6 = it.address_family.map(|family| family == "IPv6");
            region.network.lists.insert(it.prefix_list_id.to_owned(), network::PrefixList { ranges, is_ipv6 });
        })?;
        self.list_entries.by_region(account_id, regions, |region, it| {
            let list = region.network.lists.get_mut(it.prefix_list_id).and_then(|list| list.ranges.as_mut());
            if let Some((list, range)) = list.zip(Range::parse(it.entry_cidr)) {
                list.push(range);
            }
        })
    }
}

fn texts(list: List<'_, String>) -> Vec<String> {
    list.iter().map(str::to_owned).collect()
}

fn interface(it: NetworkInterfaceRef<'_>) -> Interface {
    let ranges = texts(it.delegated_prefixes).into_iter().filter(|range| range.contains(':'));
    Interface {
        id: it.network_interface_id.to_owned(),
        arn: it.arn.to_owned(),
        interface_type: it.interface_type.map(str::to_owned),
        description: it.description.map(str::to_owned),
        requester_id: it.requester_id.map(str::to_owned),
        instance_id: it.instance_id.map(str::to_owned),
        subnet_id: it.subnet_id.map(str::to_owned),
        vpc_id: it.vpc_id.map(str::to_owned),
        group_ids: texts(it.security_group_ids),
        public_addresses: texts(it.public_ip_addresses),
        ipv6_addresses: texts(it.ipv6_addresses).into_iter().chain(ranges).collect(),
        denies_gateway: it.is_internet_gateway_traffic_denied == Some(true),
    }
}

fn subnet(it: SubnetRef<'_>) -> network::Subnet {
    let ranges = it.cidr_block.into_iter().chain(it.ipv6_cidr_blocks.iter());
    network::Subnet {
        vpc_id: it.vpc_id.map(str::to_owned),
        ranges: ranges.filter_map(Range::parse).collect(),
        block_mode: it.internet_gateway_block_mode.map(str::to_owned),
    }
}

fn route(it: RouteRef<'_>) -> network::Route {
    let list = || Destination::List(it.destination.to_owned());
    network::Route {
        destination: Range::parse(it.destination).map_or_else(list, Destination::Range),
        target_type: it.target_type.map(str::to_owned),
        target_id: it.target_id.unwrap_or_default().to_owned(),
        is_blackhole: matches!(it.state, Some("blackhole" | "filtered")),
        has_firewall: it.gateway_firewall_arn.is_some(),
    }
}

impl Network {
    fn associate(&mut self, it: RouteTableAssociationRef<'_>) {
        if matches!(it.state, Some("disassociating" | "disassociated" | "failed")) {
            return;
        }
        let table_id = || it.route_table_id.to_owned();
        if let Some(subnet_id) = it.subnet_id {
            self.table_of_subnet.insert(subnet_id.to_owned(), table_id());
        } else if let Some(gateway_id) = it.gateway_id {
            self.table_of_gateway.insert(gateway_id.to_owned(), table_id());
        } else if let Some(vpc_id) = it.vpc_id.filter(|_| it.is_main == Some(true)) {
            self.main_table_of_vpc.insert(vpc_id.to_owned(), table_id());
        }
    }

    /// Adds an entry of an ACL. One that cannot be read counts as one that denies everything it may be about.
    fn acl_entry(&mut self, it: NetworkAclEntryRef<'_>) {
        let acl = self.acls.entry(it.network_acl_id.to_owned()).or_default();
        it.network_acl_id.clone_into(&mut acl.id);
        let range = it.cidr_ipv4.or(it.cidr_ipv6).and_then(Range::parse);
        let protocol = it.ip_protocol.and_then(protocol);
        let (Some(range), Some(protocol), Some(is_egress)) = (range, protocol, it.is_egress) else { return };
        let entry = Entry {
            number: it.rule_number.unwrap_or(i32::MAX),
            is_allow: it.rule_action == Some("allow"),
            protocol,
            ports: ports(protocol, it.from_port.or(it.icmp_type), it.to_port),
            range,
        };
        if is_egress { acl.egress.push(entry) } else { acl.ingress.push(entry) }
    }

    /// Adds a rule, if it is about what comes in.
    fn rule(&mut self, it: SecurityGroupRuleRef<'_>) {
        let (Some(group_id), Some("ingress")) = (it.security_group_id, it.direction) else { return };
        let range = it.cidr_ipv4.or(it.cidr_ipv6).and_then(Range::parse).map(Source::Range);
        let list = || it.prefix_list_id.map(|id| Source::List(id.to_owned()));
        let is_elsewhere = it.vpc_peering_connection_id.is_some();
        let group = || it.referenced_group_id.map(|_| Source::Group { is_elsewhere });
        let source = range.or_else(list).or_else(group);
        let (Some(source), Some(protocol)) = (source, it.ip_protocol.and_then(protocol)) else { return };
        let rule = Rule { protocol, ports: ports(protocol, it.from_port, it.to_port), source };
        self.groups.insert(group_id.to_owned());
        self.rules.entry(group_id.to_owned()).or_default().push(rule);
    }
}
