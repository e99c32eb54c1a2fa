//! Shield.

use orgcensus_collect::Collector;

pub mod protections;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[protections::PROTECTIONS];
