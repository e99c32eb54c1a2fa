//! AWS Backup.

use orgcensus_collect::Collector;

pub mod vaults;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[vaults::VAULTS];
