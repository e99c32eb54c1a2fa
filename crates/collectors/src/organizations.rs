//! Organizations, and what else is read once for the whole organization.

use orgcensus_collect::Collector;

pub mod delegated_administrators;
pub mod policies;
pub mod policy_types;
pub mod resource_policy;
pub mod root_access;
pub mod services;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[
    delegated_administrators::DELEGATED_ADMINISTRATORS,
    policies::POLICIES,
    resource_policy::RESOURCE_POLICY,
    root_access::ROOT_ACCESS,
    services::SERVICES,
];
