//! GuardDuty.

use orgcensus_collect::Collector;

pub mod detectors;
pub mod findings;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[detectors::DETECTORS, findings::FINDINGS];

/// The name that GuardDuty gives to a severity.
fn band(severity: f64) -> &'static str {
    if severity >= 9.0 {
        "CRITICAL"
    } else if severity >= 7.0 {
        "HIGH"
    } else if severity >= 4.0 {
        "MEDIUM"
    } else {
        "LOW"
    }
}
