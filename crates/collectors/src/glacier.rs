//! S3 Glacier, with vaults of its own.

use orgcensus_collect::Collector;

pub mod vaults;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[vaults::VAULTS];
