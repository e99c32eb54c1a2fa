//! Elastic Kubernetes Service.

use orgcensus_collect::Collector;

pub mod clusters;
pub mod pod_identity_associations;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[clusters::CLUSTERS, pod_identity_associations::POD_IDENTITY_ASSOCIATIONS];
