//! API Gateway.

use orgcensus_collect::Collector;

pub mod authorizers;
pub mod rest_apis;
pub mod stages;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[rest_apis::REST_APIS];
