//! Elastic Compute Cloud.

use orgcensus_collect::Collector;

pub mod account_settings;
mod arns;
mod cedar;
pub mod flow_logs;
pub mod fpga_images;
pub mod images;
pub mod images_in_use;
pub mod instances;
pub mod internet_gateways;
pub mod launch_templates;
pub mod metadata_defaults;
pub mod nat_gateways;
pub mod network_acls;
pub mod network_interfaces;
pub mod prefix_lists;
pub mod route_tables;
pub mod security_group_rules;
pub mod security_groups;
mod shares;
pub mod snapshots;
pub mod subnets;
mod tags;
#[cfg(test)]
mod testing;
pub mod transit_gateway_attachments;
pub mod verified_access_endpoints;
pub mod verified_access_groups;
pub mod vpc_block_exclusions;
pub mod vpc_endpoint_services;
pub mod vpc_endpoints;
pub mod vpc_peering_connections;
pub mod vpcs;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[
    account_settings::ACCOUNT_SETTINGS,
    flow_logs::FLOW_LOGS,
    fpga_images::FPGA_IMAGES,
    images::IMAGES,
    images_in_use::IMAGES_IN_USE,
    instances::INSTANCES,
    internet_gateways::INTERNET_GATEWAYS,
    launch_templates::LAUNCH_TEMPLATES,
    metadata_defaults::METADATA_DEFAULTS,
    nat_gateways::NAT_GATEWAYS,
    network_acls::NETWORK_ACLS,
    network_interfaces::NETWORK_INTERFACES,
    prefix_lists::MANAGED_PREFIX_LISTS,
    route_tables::ROUTE_TABLES,
    security_group_rules::SECURITY_GROUP_RULES,
    security_groups::SECURITY_GROUPS,
    snapshots::SNAPSHOTS,
    subnets::SUBNETS,
    transit_gateway_attachments::TRANSIT_GATEWAY_ATTACHMENTS,
    verified_access_endpoints::VERIFIED_ACCESS_ENDPOINTS,
    verified_access_groups::VERIFIED_ACCESS_GROUPS,
    vpc_block_exclusions::VPC_BLOCK_EXCLUSIONS,
    vpc_endpoint_services::VPC_ENDPOINT_SERVICES,
    vpc_endpoints::VPC_ENDPOINTS,
    vpc_peering_connections::VPC_PEERING_CONNECTIONS,
    vpcs::VPCS,
];
