//! API Gateway.

use orgcensus_collect::Collector;

pub mod rest_apis;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[rest_apis::REST_APIS];
