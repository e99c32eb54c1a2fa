//! Elastic Compute Cloud.

use orgcensus_collect::Collector;

pub mod account_settings;
mod cedar;
pub mod flow_logs;
pub mod fpga_images;
pub mod images;
pub mod images_in_use;
pub mod instances;
pub mod launch_templates;
pub mod metadata_defaults;
mod shares;
pub mod snapshots;
mod tags;
#[cfg(test)]
mod testing;
pub mod verified_access_endpoints;
pub mod verified_access_groups;
pub mod vpc_endpoint_services;
pub mod vpc_endpoints;
pub mod vpcs;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[
    account_settings::ACCOUNT_SETTINGS,
    flow_logs::FLOW_LOGS,
    fpga_images::FPGA_IMAGES,
    images::IMAGES,
    images_in_use::IMAGES_IN_USE,
    instances::INSTANCES,
    launch_templates::LAUNCH_TEMPLATES,
    metadata_defaults::METADATA_DEFAULTS,
    snapshots::SNAPSHOTS,
    verified_access_endpoints::VERIFIED_ACCESS_ENDPOINTS,
    verified_access_groups::VERIFIED_ACCESS_GROUPS,
    vpc_endpoint_services::VPC_ENDPOINT_SERVICES,
    vpc_endpoints::VPC_ENDPOINTS,
    vpcs::VPCS,
];
