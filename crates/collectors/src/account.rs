//! Account Management.

use orgcensus_collect::Collector;

pub mod alternate_contacts;
pub mod primary_contacts;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] =
    &[alternate_contacts::ALTERNATE_CONTACTS, primary_contacts::PRIMARY_CONTACTS];
