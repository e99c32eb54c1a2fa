//! Systems Manager.

use orgcensus_collect::Collector;

pub mod documents;
pub mod parameter_policies;
pub mod parameters;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] =
    &[documents::DOCUMENTS, parameter_policies::PARAMETER_POLICIES, parameters::PARAMETERS];
