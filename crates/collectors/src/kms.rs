//! Key Management Service.

use orgcensus_collect::Collector;

pub mod keys;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[keys::KEYS];
