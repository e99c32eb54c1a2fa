//! Account access manager: people of Identity Center who enter ordinary roles.

use orgcensus_collect::Collector;

pub mod entitlements;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[entitlements::ENTITLEMENTS];
