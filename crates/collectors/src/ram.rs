//! Resource Access Manager.

use orgcensus_collect::Collector;

pub mod resource_shares;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[resource_shares::RESOURCE_SHARES];
