//! OpenSearch Service.

use orgcensus_collect::Collector;

pub mod domains;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[domains::DOMAINS];
