//! Resource Groups Tagging API: what AWS knows of tags, whatever service has what is tagged.

use orgcensus_collect::Collector;

pub mod resources;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[resources::RESOURCES];
