//! Secrets Manager.

use orgcensus_collect::Collector;

pub mod secrets;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[secrets::SECRETS];
