//! CloudFront.

use orgcensus_collect::Collector;

pub mod distributions;
mod listed;
pub mod origins;
mod parts;
mod policy;
pub mod trust_stores;
pub mod vpc_origins;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] =
    &[distributions::DISTRIBUTIONS, trust_stores::TRUST_STORES, vpc_origins::VPC_ORIGINS];
