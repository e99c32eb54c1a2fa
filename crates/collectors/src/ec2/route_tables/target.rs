//! A route as AWS describes it: its target is in whichever member is filled.

use serde::Deserialize;

use super::Route;
use crate::items::Unread;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Target {
    destination_cidr_block: Option<String>,
    destination_ipv6_cidr_block: Option<String>,
    destination_prefix_list_id: Option<String>,
    gateway_id: Option<String>,
    egress_only_internet_gateway_id: Option<String>,
    nat_gateway_id: Option<String>,
    instance_id: Option<String>,
    network_interface_id: Option<String>,
    transit_gateway_id: Option<String>,
    vpc_peering_connection_id: Option<String>,
    local_gateway_id: Option<String>,
    carrier_gateway_id: Option<String>,
    core_network_arn: Option<String>,
    odb_network_arn: Option<String>,
    state: Option<String>,
    origin: Option<String>,
    igw_firewall: Option<Firewall>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Firewall {
    firewall_arn: Option<String>,
}

impl Target {
    /// The row of the route. None: it lacks a destination.
    pub(super) fn route(self, route_table_id: &str, vpc_id: Option<&str>, unread: &mut Unread) -> Option<Route> {
        let target = self.target().map(|(target_type, id)| (target_type.to_owned(), id.to_owned()));
        let (target_type, target_id) = target.unzip();
        let destination = self.destination_cidr_block.or(self.destination_ipv6_cidr_block);
        let destination = unread.value("destinationCidrBlock", destination.or(self.destination_prefix_list_id))?;
        Some(Route {
            route_table_id: route_table_id.to_owned(),
            vpc_id: vpc_id.map(str::to_owned),
            is_default: matches!(destination.as_str(), "0.0.0.0/0" | "::/0"),
            destination,
            target_type,
            target_id,
            network_interface_id: self.network_interface_id,
            state: self.state,
            origin: self.origin,
            gateway_firewall_arn: self.igw_firewall.and_then(|it| it.firewall_arn),
        })
    }

    /// The target's type, and its id. A route to an instance names the instance's interface as well.
    fn target(&self) -> Option<(&'static str, &str)> {
        let targets = [
            ("egress_only_internet_gateway", &self.egress_only_internet_gateway_id),
            ("nat_gateway", &self.nat_gateway_id),
            ("instance", &self.instance_id),
            ("network_interface", &self.network_interface_id),
            ("transit_gateway", &self.transit_gateway_id),
            ("vpc_peering_connection", &self.vpc_peering_connection_id),
            ("local_gateway", &self.local_gateway_id),
            ("carrier_gateway", &self.carrier_gateway_id),
            ("core_network", &self.core_network_arn),
            ("odb_network", &self.odb_network_arn),
        ];
        let gateway = self.gateway_id.as_deref().map(|id| (gateway_type(id), id));
        gateway.or_else(|| targets.into_iter().find_map(|(target_type, id)| Some((target_type, id.as_deref()?))))
    }
}

/// What a gateway's id says that it is.
fn gateway_type(id: &str) -> &'static str {
    match id.split('-').next().unwrap_or_default() {
        "local" => "local",
        "igw" => "internet_gateway",
        "vgw" => "vpn_gateway",
        "vpce" => "vpc_endpoint",
        _ => "gateway",
    }
}
