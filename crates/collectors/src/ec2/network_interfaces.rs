//! Network interfaces: DescribeNetworkInterfaces.

use std::collections::BTreeMap;

use orgcensus_collect::{Collector, Error, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::Serialize;
use serde_json::json;

use self::described::{Described, Page};
use crate::ec2::arns;
use crate::ec2::tags;
use crate::items::Unread;

mod described;

const LIST: Read<Page> = reads("ec2", "DescribeNetworkInterfaces");

/// One network interface: what has addresses in a subnet. Instances have them, and so have load balancers, databases,
/// tasks and functions: their services make them, and say in the description for what.
#[derive(Debug, Serialize, Row)]
#[row(table = "ec2_network_interfaces", key = "arn")]
pub struct NetworkInterface {
    /// The interface's ARN.
    pub arn: String,
    /// The interface's id, eni-….
    pub network_interface_id: String,
    /// The value of its tag Name. Null: it has none.
    pub network_interface_name: Option<String>,
    /// What it is for: of interfaces that a service made, the service's words, ELB app/name/id.
    pub description: Option<String>,
    /// The account that owns it. Null: AWS did not say.
    pub owner_account_id: Option<String>,
    /// interface, natGateway (or nat_gateway), load_balancer, network_load_balancer, vpc_endpoint, lambda,
    /// transit_gateway and others.
    pub interface_type: Option<String>,
    /// Who asked for it: an account, or a service by its name. Null: nobody but the owner.
    pub requester_id: Option<String>,
    /// Whether a service manages it.
    pub is_requester_managed: Option<bool>,
    /// The service that operates what it belongs to, by its principal. Null: none, or AWS did not say.
    pub operator_principal: Option<String>,
    /// available (attached to nothing), associated, attaching, in-use or detaching.
    pub state: Option<String>,
    /// The VPC that it is in.
    pub vpc_id: Option<String>,
    /// The subnet that it is in.
    pub subnet_id: Option<String>,
    /// The zone that it is in.
    pub availability_zone: Option<String>,
    /// Its security groups, by id.
    pub security_group_ids: Vec<String>,
    /// Its first private IPv4 address. Null: it has IPv6 only.
    pub private_ip_address: Option<String>,
    /// All its private IPv4 addresses.
    pub private_ip_addresses: Vec<String>,
    /// The public IPv4 address of the first private one. Null: none.
    pub public_ip_address: Option<String>,
    /// All its public IPv4 addresses.
    pub public_ip_addresses: Vec<String>,
    /// Its IPv6 addresses.
    pub ipv6_addresses: Vec<String>,
    /// The IPv4 and IPv6 ranges that are delegated to it, for containers.
    pub delegated_prefixes: Vec<String>,
    /// Whether it has a public IPv4 address.
    pub has_public_ip_address: bool,
    /// Who owns the public address: amazon, amazon-elb, or an account, whose own it is. Null: none.
    pub public_ip_owner: Option<String>,
    /// The Elastic IP address, eipalloc-…. Null: none, the public address goes with the instance's life.
    pub allocation_id: Option<String>,
    /// Whether what comes from an internet gateway to it is dropped, though it has an IPv6 address.
    pub is_internet_gateway_traffic_denied: Option<bool>,
    /// Whether it drops what is neither from nor for itself. False of routers and firewalls.
    pub is_source_dest_checked: Option<bool>,
    /// The instance that it is attached to. Null: none, or a service's own.
    pub instance_id: Option<String>,
    /// Who owns the instance: an account, or a service by its name. Null: it is attached to nothing.
    pub instance_owner_id: Option<String>,
    /// attaching, attached, detaching or detached. Null: it is attached to nothing.
    pub attachment_state: Option<String>,
    /// The place among the instance's interfaces, from 0. Null: it is attached to nothing.
    pub device_index: Option<i32>,
    /// Whether it goes away with the instance. Null: it is attached to nothing.
    pub is_deleted_on_termination: Option<bool>,
    /// When it was attached (UTC). Null: it is attached to nothing.
    pub attached_at: Option<Timestamp>,
    /// Whole days since it was attached.
    pub attached_days: Option<i32>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The network interfaces of one region.
pub const NETWORK_INTERFACES: Collector = Collector {
    name: "ec2_network_interfaces",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call()],
    resources: &[],
    tables: &[table::<NetworkInterface>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"MaxResults": 1000, "IncludeManagedResources": true}));
    while let Some(page) = pages.next().await {
        for described in page?.network_interface_set {
            let mut unread = Unread::default();
            let row = interface(session, described, rows.captured_at(), &mut unread);
            unread.push(rows, &LIST.call().name(), row).await?;
        }
    }
    Ok(())
}

fn interface(session: &Session, it: Described, now: Timestamp, unread: &mut Unread) -> Option<NetworkInterface> {
    let public_ip_addresses = it.public_ip_addresses();
    let id = unread.value("networkInterfaceId", it.network_interface_id)?;
    let tags = tags::by_key(it.tag_set);
    let (attachment, association) = (it.attachment.unwrap_or_default(), it.association.unwrap_or_default());
    let attached_at = unread.moment("attachTime", attachment.attach_time.as_ref());
    let ipv4_prefixes = it.ipv4_prefix_set.into_iter().filter_map(|it| it.ipv4_prefix);
    let ipv6_prefixes = it.ipv6_prefix_set.into_iter().filter_map(|it| it.ipv6_prefix);
    Some(NetworkInterface {
        arn: arns::owned(session, it.owner_id.as_deref(), &format!("network-interface/{id}")),
        network_interface_id: id,
        network_interface_name: tags.get("Name").cloned(),
        description: it.description.filter(|text| !text.is_empty()),
        owner_account_id: it.owner_id,
        interface_type: it.interface_type,
        requester_id: it.requester_id,
        is_requester_managed: it.requester_managed,
        operator_principal: it.operator.and_then(|it| it.principal),
        state: it.status,
        vpc_id: it.vpc_id,
        subnet_id: it.subnet_id,
        availability_zone: it.availability_zone,
        security_group_ids: unread.each("groupId", it.group_set.into_iter().map(|it| it.group_id)),
        private_ip_address: it.private_ip_address,
        private_ip_addresses: unread
            .each("privateIpAddress", it.private_ip_addresses_set.into_iter().map(|it| it.private_ip_address)),
        has_public_ip_address: !public_ip_addresses.is_empty(),
        public_ip_addresses,
        public_ip_address: association.public_ip,
        public_ip_owner: association.ip_owner_id,
        allocation_id: association.allocation_id,
        ipv6_addresses: unread.each("ipv6Address", it.ipv6_addresses_set.into_iter().map(|it| it.ipv6_address)),
        delegated_prefixes: ipv4_prefixes.chain(ipv6_prefixes).collect(),
        is_internet_gateway_traffic_denied: it.deny_all_igw_traffic,
        is_source_dest_checked: it.source_dest_check,
        instance_id: attachment.instance_id,
        instance_owner_id: attachment.instance_owner_id,
        attachment_state: attachment.status,
        device_index: attachment.device_index,
        is_deleted_on_termination: attachment.delete_on_termination,
        attached_at,
        attached_days: attached_at.map(|at| at.days_until(now)),
        tags,
    })
}

#[cfg(test)]
mod tests;
