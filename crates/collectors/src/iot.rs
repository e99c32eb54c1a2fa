//! IoT Core.

use orgcensus_collect::Collector;

pub mod policies;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[policies::POLICIES];
