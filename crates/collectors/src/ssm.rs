//! Systems Manager.

use orgcensus_collect::Collector;

pub mod documents;
pub mod managed_instances;
pub mod ops_item_group_policies;
pub mod parameter_policies;
pub mod parameters;
pub mod patch_states;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[
    documents::DOCUMENTS,
    managed_instances::MANAGED_INSTANCES,
    ops_item_group_policies::OPS_ITEM_GROUP_POLICIES,
    parameter_policies::PARAMETER_POLICIES,
    parameters::PARAMETERS,
];
