//! Relational Database Service.

use orgcensus_collect::Collector;

pub mod cluster_snapshots;
pub mod clusters;
pub mod instances;
mod restore;
pub mod snapshots;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] =
    &[cluster_snapshots::CLUSTER_SNAPSHOTS, clusters::CLUSTERS, instances::INSTANCES, snapshots::SNAPSHOTS];
