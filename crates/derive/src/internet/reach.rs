//! Whether the internet reaches a network interface, and by what ways. Pure.
//!
//! A way needs a public address, a route to an internet gateway by which the answer goes back, a rule of a security
//! group, and a network ACL that lets pass the question and its answer. What leads elsewhere (a transit gateway, a
//! peering, a firewall) is not followed: then it is not known.

use std::collections::BTreeSet;

use super::network::{Block, Destination, Interface, Network, Route, Rule};
use super::ports::{ALL, ALL_PORTS, Acl, Ports, has_ports, protocol_name};
use super::ranges::Range;
use super::rules::{admits, sources};
use super::ways::{Way, leads_elsewhere, not_followed, way};

/// A way from the internet to an interface; or, without an address, that there is none, or that it is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Path {
    /// The address by which it enters.
    pub(crate) address: Option<String>,
    pub(crate) protocol: Option<String>,
    /// `None` if the protocol has no ports, or all are open.
    pub(crate) ports: Option<Ports>,
    /// The range, or the prefix list, from which it is open.
    pub(crate) source: Option<String>,
    /// Whether it is open to the whole world.
    pub(crate) is_from_world: Option<bool>,
    /// What it passes, from outside to inside.
    pub(crate) hops: Vec<String>,
    pub(crate) is_reachable: Option<bool>,
    pub(crate) reason: Option<String>,
}

/// What is known so far.
#[derive(Debug, Default)]
struct Found {
    paths: Vec<Path>,
    unknown: BTreeSet<String>,
    closed: BTreeSet<String>,
}

/// The ways from the internet to an interface. Never empty: if there is none, one row says so, and why.
pub(crate) fn reachable(interface: &Interface, network: &Network) -> Vec<Path> {
    let mut found = Found::default();
    if interface.takes_no_connections() {
        found.close("what is of its type takes no connections from outside");
        return found.into_paths();
    }
    let entries = interface.entries();
    if interface.denies_gateway {
        found.close("it drops what comes from an internet gateway");
    } else if entries.is_empty() {
        found.close("it has no public address");
    } else {
        for (address, is_ipv6) in entries {
            found.enter(interface, network, address, is_ipv6);
        }
    }
    if !found.is_open() {
        found.other_ways(interface, network);
    }
    found.into_paths()
}

/// A rule that lets in something of a family, or all of it where no group is asked.
struct Opening<'n> {
    group_id: Option<&'n str>,
    protocol: i32,
    ports: Ports,
    /// The range; or the prefix list, if its ranges were not read.
    source: Result<Range, &'n str>,
}

impl Found {
    fn close(&mut self, reason: impl Into<String>) {
        self.closed.insert(reason.into());
    }

    fn doubt(&mut self, reason: impl Into<String>) {
        self.unknown.insert(reason.into());
    }

    fn is_open(&self) -> bool {
        self.paths.iter().any(|path| path.is_reachable == Some(true))
    }

    fn is_closed(&self) -> bool {
        self.paths.is_empty() && self.unknown.is_empty()
    }

    fn add(&mut self, path: Path) {
        let is_same = |it: &Path| {
            (&it.address, &it.protocol, it.ports, &it.source)
                == (&path.address, &path.protocol, path.ports, &path.source)
        };
        if !self.paths.iter().any(is_same) {
            self.paths.push(path);
        }
    }

    fn into_paths(self) -> Vec<Path> {
        let joined = |reasons: BTreeSet<String>| Some(reasons.into_iter().collect::<Vec<_>>().join("; "));
        let mut paths = self.paths;
        if !self.unknown.is_empty() {
            paths.push(Path { reason: joined(self.unknown), ..Path::default() });
        }
        if paths.is_empty() {
            paths.push(Path { is_reachable: Some(false), reason: joined(self.closed), ..Path::default() });
        }
        paths
    }

    /// Adds what is open by one address.
    fn enter(&mut self, interface: &Interface, network: &Network, address: &str, is_ipv6: bool) {
        let block = network.block(interface);
        if block == Block::On {
            return self.close("VPC Block Public Access keeps internet gateways out");
        }
        let mut by_it = Self::default();
        by_it.enter_unblocked(interface, network, address, is_ipv6);
        self.closed.append(&mut by_it.closed);
        if block == Block::Unknown && !by_it.is_closed() {
            return self.doubt("whether VPC Block Public Access keeps internet gateways out was not read");
        }
        self.unknown.append(&mut by_it.unknown);
        by_it.paths.into_iter().for_each(|path| self.add(path));
    }

    fn enter_unblocked(&mut self, interface: &Interface, network: &Network, address: &str, is_ipv6: bool) {
        let openings = self.openings(interface, network, is_ipv6);
        if openings.is_empty() {
            if self.unknown.is_empty() {
                self.close(format!("no security group lets in the internet by {}", family(is_ipv6)));
            }
            return;
        }
        let Some((table_id, routes)) = network.table(interface) else {
            return self.doubt("the route table of its subnet was not read");
        };
        let Some(acl) = network.acl(interface) else {
            // Without a route it is closed, whatever the ACL says.
            return match way(Range::world(is_ipv6), routes, network, interface) {
                Way::Closed(reason) => self.close(reason),
                _ => self.doubt("the network ACL of its subnet was not read"),
            };
        };
        let place = Place { interface, network, table_id, routes, acl, address };
        for opening in &openings {
            match opening.source {
                Ok(range) => place.by_range(self, opening, range),
                Err(list_id) => place.by_list(self, opening, list_id, is_ipv6),
            }
        }
    }

    /// What the groups let in from the internet, by one family.
    fn openings<'n>(&mut self, interface: &'n Interface, network: &'n Network, is_ipv6: bool) -> Vec<Opening<'n>> {
        let mut openings = Vec::new();
        if interface.group_ids.is_empty() {
            let source = Ok(Range::world(is_ipv6));
            openings.push(Opening { group_id: None, protocol: ALL, ports: ALL_PORTS, source });
        }
        for group_id in &interface.group_ids {
            let Some(rules) = network.rules_of(group_id) else {
                self.doubt(format!("the rules of {group_id} were not read"));
                continue;
            };
            for Rule { protocol, ports, source } in rules {
                let sources = sources(source, network, is_ipv6);
                openings.extend(sources.into_iter().map(|source| Opening {
                    group_id: Some(group_id.as_str()),
                    protocol: *protocol,
                    ports: *ports,
                    source,
                }));
            }
        }
        openings
    }

    /// Notes the ways by which something else may lead the internet to the interface, and that are not followed.
    fn other_ways(&mut self, interface: &Interface, network: &Network) {
        let Some((_, routes)) = network.table(interface) else {
            return self.doubt("the route table of its subnet was not read");
        };
        for route in routes.iter().filter(|route| leads_elsewhere(route) && !route.is_blackhole) {
            if admits(interface, network, route) {
                self.doubt(not_followed(route));
            }
        }
    }
}

fn family(is_ipv6: bool) -> &'static str {
    if is_ipv6 { "IPv6" } else { "IPv4" }
}

/// Where an address is judged.
struct Place<'n> {
    interface: &'n Interface,
    network: &'n Network,
    table_id: &'n str,
    routes: &'n [Route],
    acl: &'n Acl,
    address: &'n str,
}

/// A range with what the ACL lets pass from it, by protocol, and the way to it.
type Judged = (Range, Vec<(i32, Ports)>, Way);

impl Place<'_> {
    /// Adds what is open from a range, and from the parts of it that routes or ACL treat otherwise.
    fn by_range(&self, found: &mut Found, opening: &Opening<'_>, range: Range) {
        let parts = self.parts(range);
        let whole = Some(range).filter(|range| !range.is_covered_by(&parts));
        let mut judged: Vec<Judged> = Vec::new();
        let mut by_length = parts;
        by_length.sort_by_key(|part| (part.length, *part));
        for part in whole.into_iter().chain(by_length) {
            let passing = self.acl.passes(opening.protocol, opening.ports, part);
            let way = way(part, self.routes, self.network, self.interface);
            let around = judged.iter().rev().find(|(around, ..)| around.contains(part));
            if around.is_none_or(|(_, its_passing, its_way)| *its_passing != passing || *its_way != way) {
                judged.push((part, passing, way));
            }
        }
        for (part, passing, way) in judged {
            self.conclude(found, opening, part, (passing, way));
        }
    }

    /// The parts of a range that a route or an entry of the ACL is about, in order.
    fn parts(&self, range: Range) -> Vec<Range> {
        let entries = self.acl.ingress.iter().chain(&self.acl.egress).map(|entry| entry.range);
        let routes = self.routes.iter().filter_map(|route| match route.destination {
            Destination::Range(to) => Some(to),
            Destination::List(_) => None,
        });
        let is_part = |part: &Range| *part != range && range.contains(*part) && !part.is_private();
        entries.chain(routes).filter(is_part).collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn conclude(
        &self,
        found: &mut Found,
        opening: &Opening<'_>,
        part: Range,
        (passing, way): (Vec<(i32, Ports)>, Way),
    ) {
        let gateway_id = match way {
            Way::Closed(reason) => return found.close(reason),
            _ if passing.is_empty() => {
                return found.close(format!("{} lets nothing of it pass, or not the answer", self.acl.id));
            }
            Way::Unfollowed(reason) => return found.doubt(reason),
            Way::Gateway(id) => id,
        };
        for (protocol, ports) in passing {
            found.add(Path {
                address: Some(self.address.to_owned()),
                protocol: Some(protocol_name(protocol)),
                ports: has_ports(protocol).then_some(ports),
                source: Some(part.to_string()),
                is_from_world: Some(part.length == 0),
                hops: self.hops(&gateway_id, opening.group_id),
                is_reachable: Some(true),
                reason: None,
            });
        }
    }

    /// Adds that it is not known from where a list opens it, unless nothing comes in anyway.
    fn by_list(&self, found: &mut Found, opening: &Opening<'_>, list_id: &str, is_ipv6: bool) {
        let gateway_id = match way(Range::world(is_ipv6), self.routes, self.network, self.interface) {
            Way::Closed(reason) => return found.close(reason),
            Way::Unfollowed(reason) => return found.doubt(reason),
            Way::Gateway(id) => id,
        };
        found.add(Path {
            address: Some(self.address.to_owned()),
            protocol: Some(protocol_name(opening.protocol)),
            ports: has_ports(opening.protocol).then_some(opening.ports),
            source: Some(list_id.to_owned()),
            is_from_world: None,
            hops: self.hops(&gateway_id, opening.group_id),
            is_reachable: None,
            reason: Some(format!("the ranges of {list_id} were not read")),
        });
    }

    fn hops(&self, gateway_id: &str, group_id: Option<&str>) -> Vec<String> {
        let all = [
            Some(gateway_id),
            Some(self.table_id),
            Some(self.acl.id.as_str()),
            group_id,
            Some(self.interface.id.as_str()),
        ];
        all.into_iter().flatten().map(str::to_owned).collect()
    }
}
