//! Elastic Load Balancing: application, network and gateway load balancers.

use orgcensus_collect::Collector;

pub mod load_balancers;
pub mod target_groups;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[load_balancers::LOAD_BALANCERS, target_groups::TARGET_GROUPS];
