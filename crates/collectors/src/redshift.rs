//! Redshift.

use orgcensus_collect::Collector;

pub mod clusters;
pub mod datashares;
pub mod snapshots;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[clusters::CLUSTERS, datashares::DATASHARES, snapshots::SNAPSHOTS];
