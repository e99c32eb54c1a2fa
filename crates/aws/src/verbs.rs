//! The words that names of operations begin with.

/// How the names of operations begin that only read.
pub(crate) const READS: &[&str] = &["BatchGet", "Describe", "Get", "List", "Lookup", "Search"];
