//! Elastic Container Registry.

use orgcensus_collect::Collector;

pub mod registry_policies;
pub mod repositories;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[registry_policies::REGISTRY_POLICIES, repositories::REPOSITORIES];
