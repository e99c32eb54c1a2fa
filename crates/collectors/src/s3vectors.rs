//! S3 Vectors.

use orgcensus_collect::Collector;

pub mod buckets;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[buckets::BUCKETS];
