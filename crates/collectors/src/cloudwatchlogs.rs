//! CloudWatch Logs.

use orgcensus_collect::Collector;

pub mod deliveries;
pub mod delivery_destinations;
pub mod destinations;
pub mod log_groups;
pub mod resource_policies;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[
    deliveries::DELIVERIES_OF_SERVICES,
    delivery_destinations::DELIVERY_DESTINATIONS,
    destinations::DESTINATIONS,
    log_groups::LOG_GROUPS,
    resource_policies::RESOURCE_POLICIES,
];
