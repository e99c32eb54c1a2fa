//! EventBridge.

use orgcensus_collect::Collector;

pub mod event_buses;
pub mod rules;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[event_buses::EVENT_BUSES, rules::RULES];
