//! EMR.

use orgcensus_collect::Collector;

pub mod public_access_blocks;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[public_access_blocks::PUBLIC_ACCESS_BLOCKS];
