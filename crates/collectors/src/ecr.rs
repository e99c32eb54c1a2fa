//! Elastic Container Registry.

use orgcensus_collect::Collector;

pub mod public_repositories;
pub mod registry_policies;
pub mod repositories;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] =
    &[public_repositories::PUBLIC_REPOSITORIES, registry_policies::REGISTRY_POLICIES, repositories::REPOSITORIES];
