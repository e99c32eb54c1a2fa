//! HTTP and WebSocket APIs of API Gateway.

use orgcensus_collect::Collector;

pub mod apis;
pub mod routes;
pub mod stages;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[apis::APIS];
