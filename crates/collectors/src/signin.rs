//! AWS Sign-In.

use orgcensus_collect::Collector;

pub mod settings;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[settings::SETTINGS];
