//! The catalogue of AWS Marketplace.

use orgcensus_collect::Collector;

pub mod entities;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[entities::ENTITIES];
