//! Lambda.

use orgcensus_collect::Collector;

pub mod aliases;
pub mod function_urls;
pub mod functions;
pub mod layers;
mod parts;
mod policies;
mod runtimes;
pub mod versions;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] =
    &[aliases::ALIASES, functions::FUNCTIONS, layers::LAYERS, versions::VERSIONS];
