//! Elastic Container Service.

use orgcensus_collect::Collector;

pub mod clusters;
mod parts;
pub mod services;
pub mod task_definitions;
pub mod tasks;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] =
    &[clusters::CLUSTERS, services::SERVICES, task_definitions::TASK_DEFINITIONS, tasks::TASKS];
