//! Inspector.

use orgcensus_collect::Collector;

pub mod accounts;
pub mod findings;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[accounts::ACCOUNTS, findings::FINDINGS];
