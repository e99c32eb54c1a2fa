//! EC2 Auto Scaling.

use orgcensus_collect::Collector;

pub mod groups;
pub mod launch_configurations;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[groups::GROUPS, launch_configurations::LAUNCH_CONFIGURATIONS];
