//! Glue.

use orgcensus_collect::Collector;

pub mod catalog_policies;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[catalog_policies::CATALOG_POLICIES];
