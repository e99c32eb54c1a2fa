//! Simple Notification Service.

use orgcensus_collect::Collector;

pub mod topics;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[topics::TOPICS];
