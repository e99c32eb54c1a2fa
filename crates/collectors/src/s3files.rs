//! S3 Files.

use orgcensus_collect::Collector;

pub mod file_systems;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[file_systems::FILE_SYSTEMS];
