//! CodeBuild.

use orgcensus_collect::Collector;

mod policy;
pub mod projects;
pub mod report_groups;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[projects::PROJECTS, report_groups::REPORT_GROUPS];
