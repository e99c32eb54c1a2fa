//! The versions that files, manifests and commits carry.

/// The format of manifest and commit.
pub(crate) const FORMAT: u64 = 1;

/// The version of the tables. Columns and tables are only ever added; this changes when that promise is broken.
pub const SCHEMA_VERSION: u32 = 1;

/// What wrote a file.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");
