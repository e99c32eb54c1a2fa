//! IAM Identity Center: the organization's own users and groups, and what they may do in which account.

use orgcensus_collect::Collector;

pub mod account_assignments;
pub mod directory;
pub mod instances;
pub mod permission_set_policies;
pub mod permission_sets;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] =
    &[account_assignments::ACCOUNT_ASSIGNMENTS, directory::DIRECTORY, permission_sets::PERMISSION_SETS];
