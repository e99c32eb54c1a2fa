//! Elastic Container Registry.

use orgcensus_collect::Collector;

pub mod image_findings;
pub mod public_repositories;
pub mod registry_policies;
pub mod registry_scanning;
pub mod repositories;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[
    image_findings::IMAGE_FINDINGS,
    public_repositories::PUBLIC_REPOSITORIES,
    registry_policies::REGISTRY_POLICIES,
    registry_scanning::REGISTRY_SCANNING,
    repositories::REPOSITORIES,
];
