//! The rows about ways from the internet.

use orgcensus_row::Row;
use serde::Serialize;

use super::network::Interface;
use super::reach::{Path, reachable};
use super::targets::{Region, Target};

/// One way from the internet to one target: an address, and protocol, ports and range for which everything on the way
/// is open. A target without any way has one row that says why; it is reachable if any of its rows is.
#[derive(Debug, Clone, PartialEq, Serialize, Row)]
#[row(
    table = "internet_paths",
    key = "target_arn, network_interface_id, entry_address, ip_protocol, from_port, to_port, source_range"
)]
pub struct InternetPath {
    /// The target's ARN.
    pub target_arn: String,
    /// The target's type: ec2_instance, or ec2_network_interface where it belongs to no instance.
    pub target_type: String,
    /// The network interface by which it is entered. Null: none was read.
    pub network_interface_id: Option<String>,
    /// What the interface is for, as a service wrote: ELB app/name/id. Null: nothing, or none was read.
    pub interface_description: Option<String>,
    /// Who asked for the interface: an account, or a service by its name. Null: its owner, or none was read.
    pub interface_requester_id: Option<String>,
    /// The public IPv4 address, the IPv6 address or the delegated IPv6 range by which it is entered. Null: there is no
    /// way, or none is known.
    pub entry_address: Option<String>,
    /// tcp, udp, icmp, icmpv6, the number of another protocol, other (those that no rule names) or all. Null: there is
    /// no way, or none is known.
    pub ip_protocol: Option<String>,
    /// The first port. Null: the protocol has no ports, or there is no way, or none is known.
    pub from_port: Option<i32>,
    /// The last port; null as from_port.
    pub to_port: Option<i32>,
    /// From where it is open: a range of addresses, or a prefix list whose ranges were not read. Parts of the range may
    /// be shut out. Null: there is no way, or none is known.
    pub source_range: Option<String>,
    /// Whether that is the whole world. Null: there is no way, or none is known.
    pub is_from_world: Option<bool>,
    /// Whether it can be reached this way. Null: something on the way was not read, or is not followed: a transit
    /// gateway, a peering, a firewall.
    pub is_reachable: Option<bool>,
    /// What is on the way, from outside to inside: internet gateway, route table, network ACL, security group, network
    /// interface.
    pub hops: Vec<String>,
    /// Why there is no way, or why it is not known. Null: there is one.
    pub reason: Option<String>,
}

impl InternetPath {
    /// The rows of a target. What is said of its interfaces together is said once: if one is open, those that are shut
    /// have no rows.
    pub(super) fn of(target: &Target, region: &Region) -> Vec<Self> {
        let mut rows = Vec::new();
        for interface in target.interfaces.iter().filter_map(|id| region.interfaces.get(id)) {
            let paths = reachable(interface, &region.network).into_iter();
            rows.extend(paths.map(|path| Self::row(target, Some(interface), path)));
        }
        if rows.iter().any(|row| row.is_reachable != Some(false)) {
            rows.retain(|row| row.is_reachable != Some(false));
        }
        if target.interfaces.iter().any(|id| !region.interfaces.contains_key(id)) || target.interfaces.is_empty() {
            let reason = Some("its network interfaces were not read".to_owned());
            rows.push(Self::row(target, None, Path { reason, ..Path::default() }));
        }
        rows
    }

    fn row(target: &Target, interface: Option<&Interface>, path: Path) -> Self {
        Self {
            target_arn: target.arn.clone(),
            target_type: target.target_type.to_owned(),
            network_interface_id: interface.map(|interface| interface.id.clone()),
            interface_description: interface.and_then(|interface| interface.description.clone()),
            interface_requester_id: interface.and_then(|interface| interface.requester_id.clone()),
            entry_address: path.address,
            ip_protocol: path.protocol,
            from_port: path.ports.map(|(from, _)| i32::from(from)),
            to_port: path.ports.map(|(_, to)| i32::from(to)),
            source_range: path.source,
            is_from_world: path.is_from_world,
            is_reachable: path.is_reachable,
            hops: path.hops,
            reason: path.reason,
        }
    }
}
