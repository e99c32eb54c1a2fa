//! Simple Storage Service.

use orgcensus_collect::Collector;

pub mod account_public_access_blocks;
pub mod buckets;
mod details;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] =
    &[account_public_access_blocks::ACCOUNT_PUBLIC_ACCESS_BLOCKS, buckets::BUCKETS];
