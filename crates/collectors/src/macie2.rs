//! Macie.

use orgcensus_collect::Collector;

pub mod findings;
pub mod sessions;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[findings::FINDINGS, sessions::SESSIONS];
