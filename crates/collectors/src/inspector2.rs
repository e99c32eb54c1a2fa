//! Inspector.

use orgcensus_collect::Collector;

pub mod accounts;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[accounts::ACCOUNTS];
