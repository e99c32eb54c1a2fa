//! CloudWatch Logs.

use orgcensus_collect::Collector;

pub mod delivery_destinations;
pub mod destinations;
pub mod resource_policies;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] =
    &[delivery_destinations::DELIVERY_DESTINATIONS, destinations::DESTINATIONS, resource_policies::RESOURCE_POLICIES];
