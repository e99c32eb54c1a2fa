//! Web functions of Lambda.

use orgcensus_collect::Collector;

pub mod functions;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[functions::FUNCTIONS];
