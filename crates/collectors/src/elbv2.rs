//! Load balancers of the second generation.

use orgcensus_collect::Collector;

pub mod trust_stores;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[trust_stores::TRUST_STORES];
