//! Elastic Load Balancing: application, network and gateway load balancers.

use orgcensus_collect::Collector;

pub mod load_balancers;
pub mod target_groups;
pub mod trust_stores;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] =
    &[load_balancers::LOAD_BALANCERS, target_groups::TARGET_GROUPS, trust_stores::TRUST_STORES];
