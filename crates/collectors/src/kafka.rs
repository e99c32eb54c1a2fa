//! Managed Streaming for Apache Kafka (MSK).

use orgcensus_collect::Collector;

pub mod clusters;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[clusters::CLUSTERS];
