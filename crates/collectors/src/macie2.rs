//! Macie.

use orgcensus_collect::Collector;

pub mod sessions;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[sessions::SESSIONS];
