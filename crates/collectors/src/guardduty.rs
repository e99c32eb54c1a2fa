//! GuardDuty.

use orgcensus_collect::Collector;

pub mod detectors;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[detectors::DETECTORS];
