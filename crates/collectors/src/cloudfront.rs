//! CloudFront.

use orgcensus_collect::Collector;

mod policy;
pub mod trust_stores;
pub mod vpc_origins;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[trust_stores::TRUST_STORES, vpc_origins::VPC_ORIGINS];
