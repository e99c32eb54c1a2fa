//! Simple Queue Service.

use orgcensus_collect::Collector;

pub mod queues;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[queues::QUEUES];
