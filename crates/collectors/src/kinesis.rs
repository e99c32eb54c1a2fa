//! Kinesis.

use orgcensus_collect::Collector;

pub mod consumers;
pub mod streams;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[consumers::CONSUMERS, streams::STREAMS];
