//! DynamoDB.

use orgcensus_collect::Collector;

pub mod tables;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[tables::TABLES];
