//! CloudFront.

use orgcensus_collect::Collector;

pub mod distributions;
mod listed;
pub mod origins;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[distributions::DISTRIBUTIONS];
