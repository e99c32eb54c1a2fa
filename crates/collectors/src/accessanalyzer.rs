//! IAM Access Analyzer.

use orgcensus_collect::Collector;

pub mod analyzers;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[analyzers::ANALYZERS];
