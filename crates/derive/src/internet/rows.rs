//! The rows about ways from the internet.

use orgcensus_row::Row;
use serde::Serialize;

use super::network::Interface;
use super::reach::Path;
use super::targets::entrance::ways;
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
    /// The target's type: ec2_instance, elbv2_load_balancer, elb_load_balancer, ecs_service, ecs_task, rds_instance,
    /// redshift_cluster, opensearch_domain, eks_cluster, or ec2_network_interface where no other target is known to have
    /// it.
    pub target_type: String,
    /// The network interface by which it is entered. Null: none was read, or none of the account's stands before it.
    pub network_interface_id: Option<String>,
    /// What the interface is for, as a service wrote: ELB app/name/id. Null: nothing, or none was read.
    pub interface_description: Option<String>,
    /// Who asked for the interface: an account, or a service by its name. Null: its owner, or none was read.
    pub interface_requester_id: Option<String>,
    /// The public IPv4 address, the IPv6 address or the delegated IPv6 range by which it is entered; the host where its
    /// service's own endpoint is entered. Null: there is no way, or none is known.
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
    /// Whether it can be reached this way, by the network alone. Null: something on the way was not read, is not followed
    /// (a transit gateway, a peering, a firewall), or cannot be told from what is another's.
    pub is_reachable: Option<bool>,
    /// What is on the way, from outside to inside: internet gateway, route table, network ACL, security group, network
    /// interface, and the load balancer that sends to a service. That its tasks let in the load balancer is not checked.
    pub hops: Vec<String>,
    /// Why there is no way, or why it is not known. Null: there is one.
    pub reason: Option<String>,
}

impl InternetPath {
    /// The rows of a target. What is said of its interfaces together is said once: if one is open, or not known, those
    /// that are shut have no rows.
    pub(super) fn of(target: &Target, region: &Region) -> Vec<Self> {
        let ways = ways(&target.entrances, region).into_iter();
        ways.map(|(interface, path)| Self::row(target, interface, path)).collect()
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
