//! EventBridge.

use orgcensus_collect::Collector;

pub mod event_buses;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[event_buses::EVENT_BUSES];
