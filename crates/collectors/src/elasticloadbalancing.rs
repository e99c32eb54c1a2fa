//! Elastic Load Balancing: classic load balancers.

use orgcensus_collect::Collector;

pub mod load_balancers;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[load_balancers::LOAD_BALANCERS];
