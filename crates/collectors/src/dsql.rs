//! Aurora DSQL.

use orgcensus_collect::Collector;

pub mod clusters;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[clusters::CLUSTERS];
