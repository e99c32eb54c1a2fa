//! Elastic Compute Cloud.

use orgcensus_collect::Collector;

pub mod instances;
pub mod metadata_defaults;
mod tags;
pub mod vpc_endpoints;
pub mod vpcs;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] =
    &[instances::INSTANCES, metadata_defaults::METADATA_DEFAULTS, vpc_endpoints::VPC_ENDPOINTS, vpcs::VPCS];
