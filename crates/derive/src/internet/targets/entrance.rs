//! What a target may be entered by, and the ways through it. Pure.

use std::collections::BTreeSet;

use super::Region;
use crate::internet::network::Interface;
use crate::internet::ports::{ALL, Ports, TCP, UDP, has_ports, protocol_name};
use crate::internet::reach::{Path, reachable};

/// A port on which a target takes connections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Port {
    pub(crate) protocol: i32,
    pub(crate) number: u16,
    /// Why it is not known whether it takes any here.
    pub(crate) doubt: Option<String>,
}

impl Port {
    /// A port of TCP.
    pub(crate) fn tcp(number: u16) -> Self {
        Self { protocol: TCP, number, doubt: None }
    }

    /// A port of UDP.
    pub(crate) fn udp(number: u16) -> Self {
        Self { protocol: UDP, ..Self::tcp(number) }
    }
}

/// What a target may be entered by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Entrance {
    /// Its own network interfaces, by id: on these ports alone, if there are any to name. Without an interface it is not
    /// known.
    Interfaces { ids: Vec<String>, ports: Option<Vec<Port>> },
    /// Some of these interfaces, by id: they cannot be told from those of others.
    SomeOf { ids: Vec<String>, ports: Vec<Port> },
    /// A load balancer, by its ARN, that sends to it.
    Balancer { arn: String, entrances: Vec<Entrance> },
    /// What is known without its interfaces.
    Said(Path),
}

/// A way, and the interface that it leads to, if one was read.
pub(crate) type Entered<'r> = (Option<&'r Interface>, Path);

impl Path {
    /// That there is no way, and why.
    pub(crate) fn closed(reason: &str) -> Self {
        Self { is_reachable: Some(false), ..Self::unknown(reason) }
    }

    /// That it is not known, and why.
    pub(crate) fn unknown(reason: &str) -> Self {
        Self { reason: Some(reason.to_owned()), ..Self::default() }
    }
}

impl Entrance {
    /// By its own interfaces.
    pub(crate) fn of(ids: Vec<String>, ports: Option<Vec<Port>>) -> Self {
        Self::Interfaces { ids, ports }
    }

    /// That there is no way, and why.
    pub(crate) fn closed(reason: &str) -> Self {
        Self::Said(Path::closed(reason))
    }

    /// That it is not known, and why.
    pub(crate) fn unknown(reason: &str) -> Self {
        Self::Said(Path::unknown(reason))
    }

    /// The interfaces that are its own, by id.
    pub(super) fn own(&self) -> &[String] {
        match self {
            Self::Interfaces { ids, .. } => ids,
            Self::SomeOf { .. } | Self::Balancer { .. } | Self::Said(_) => &[],
        }
    }

    /// The ways through it. Never empty.
    fn ways<'r>(&self, region: &'r Region) -> Vec<Entered<'r>> {
        match self {
            Self::Interfaces { ids, ports } => by_interfaces(ids, ports.as_deref(), region),
            Self::SomeOf { ids, ports } => vec![(None, by_some_of(ids, ports, region))],
            Self::Balancer { arn, entrances } => behind(arn, ways(entrances, region)),
            Self::Said(path) => vec![(None, path.clone())],
        }
    }
}

/// The ways through all entrances of a target. What is shut is said only if nothing is open or not known. Never empty.
pub(crate) fn ways<'r>(entrances: &[Entrance], region: &'r Region) -> Vec<Entered<'r>> {
    let mut ways: Vec<_> = entrances.iter().flat_map(|entrance| entrance.ways(region)).collect();
    if ways.iter().any(|(_, path)| path.is_reachable != Some(false)) {
        ways.retain(|(_, path)| path.is_reachable != Some(false));
    }
    let (mut kept, bare): (Vec<_>, Vec<_>) =
        ways.into_iter().partition(|(interface, path)| interface.is_some() || path.address.is_some());
    kept.extend(joined(&bare).map(|path| (None, path)));
    kept
}

/// What is said of no interface and no address, as one way.
fn joined(bare: &[Entered<'_>]) -> Option<Path> {
    let (_, first) = bare.first()?;
    let reasons: BTreeSet<&str> = bare.iter().filter_map(|(_, path)| path.reason.as_deref()).collect();
    let reason = Some(reasons.into_iter().collect::<Vec<_>>().join("; "));
    Some(Path { is_reachable: first.is_reachable, reason, ..Path::default() })
}

fn by_interfaces<'r>(ids: &[String], ports: Option<&[Port]>, region: &'r Region) -> Vec<Entered<'r>> {
    let mut ways = Vec::new();
    for interface in ids.iter().filter_map(|id| region.interfaces.get(id)) {
        let paths = reachable(interface, &region.network);
        let paths = if let Some(ports) = ports { narrowed(paths, ports) } else { paths };
        ways.extend(paths.into_iter().map(|path| (Some(interface), path)));
    }
    if ids.is_empty() || ids.iter().any(|id| !region.interfaces.contains_key(id)) {
        ways.push((None, Path::unknown("its network interfaces were not read")));
    }
    ways
}

/// Whether one of the interfaces is open is known only if none of them is.
fn by_some_of(ids: &[String], ports: &[Port], region: &Region) -> Path {
    let interfaces = ids.iter().filter_map(|id| region.interfaces.get(id));
    let mut paths = interfaces.flat_map(|it| narrowed(reachable(it, &region.network), ports));
    if paths.all(|path| path.is_reachable == Some(false)) {
        Path::closed("none of the network interfaces that may be its own can be reached")
    } else {
        Path::unknown("its network interfaces cannot be told from those of others")
    }
}

/// The ways to a load balancer as ways to what it sends to.
fn behind<'r>(arn: &str, ways: Vec<Entered<'r>>) -> Vec<Entered<'r>> {
    let behind = |(interface, mut path): Entered<'r>| {
        if path.is_reachable == Some(true) {
            path.hops.push(arn.to_owned());
        }
        path.reason = path.reason.map(|reason| format!("{arn}: {reason}"));
        (interface, path)
    };
    ways.into_iter().map(behind).collect()
}

/// The ways to an interface, as far as they lead to one of these ports. Never empty.
fn narrowed(paths: Vec<Path>, ports: &[Port]) -> Vec<Path> {
    let mut found: Vec<Path> = Vec::new();
    for path in paths {
        let Some(protocol) = path.protocol.clone() else {
            found.push(path);
            continue;
        };
        for port in ports.iter().filter(|port| leads_to(&protocol, path.ports, port)) {
            add(&mut found, through(&path, port));
        }
    }
    if found.is_empty() {
        found.push(Path::closed("nothing lets in the internet on a port on which it takes connections"));
    }
    found
}

fn leads_to(protocol: &str, ports: Option<Ports>, port: &Port) -> bool {
    let is_its_own = protocol == protocol_name(ALL) || protocol == protocol_name(port.protocol);
    is_its_own && ports.is_none_or(|(from, to)| (from..=to).contains(&port.number))
}

/// A way on one port alone.
fn through(path: &Path, port: &Port) -> Path {
    let doubts = path.reason.iter().chain(&port.doubt).cloned().collect::<Vec<_>>();
    Path {
        protocol: Some(protocol_name(port.protocol)),
        ports: has_ports(port.protocol).then_some((port.number, port.number)),
        is_reachable: path.is_reachable.filter(|_| port.doubt.is_none()),
        reason: (!doubts.is_empty()).then(|| doubts.join("; ")),
        ..path.clone()
    }
}

/// Adds a way, unless there is the same way by another group. What is known counts more.
fn add(found: &mut Vec<Path>, path: Path) {
    match found.iter_mut().find(|it| is_same(it, &path)) {
        Some(same) if same.is_reachable.is_none() && path.is_reachable.is_some() => *same = path,
        Some(_) => {}
        None => found.push(path),
    }
}

fn is_same(one: &Path, other: &Path) -> bool {
    (&one.address, &one.protocol, one.ports, &one.source)
        == (&other.address, &other.protocol, other.ports, &other.source)
}
