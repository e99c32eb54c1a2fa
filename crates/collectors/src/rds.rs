//! Relational Database Service.

use orgcensus_collect::Collector;

pub mod clusters;
pub mod instances;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[clusters::CLUSTERS, instances::INSTANCES];
