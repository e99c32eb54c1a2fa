//! Detective.

use orgcensus_collect::Collector;

pub mod graphs;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[graphs::GRAPHS];
