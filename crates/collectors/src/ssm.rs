//! Systems Manager.

use orgcensus_collect::Collector;

pub mod documents;
pub mod managed_instances;
pub mod parameter_policies;
pub mod parameters;
pub mod patch_states;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[
    documents::DOCUMENTS,
    managed_instances::MANAGED_INSTANCES,
    parameter_policies::PARAMETER_POLICIES,
    parameters::PARAMETERS,
];
