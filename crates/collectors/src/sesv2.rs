//! Simple Email Service.

use orgcensus_collect::Collector;

pub mod identities;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[identities::IDENTITIES];
