//! Security Hub, in both of its generations: Security Hub CSPM, which is the older one, and the Security Hub of 2025.

use orgcensus_collect::Collector;

use crate::items::Answer;

pub mod findings;
pub mod hubs;
pub mod v2_hubs;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[findings::FINDINGS, hubs::HUBS, v2_hubs::V2_HUBS];

/// Whether AWS says that Security Hub CSPM is off here. The code alone does not say so: whoever may not ask gets it too.
fn is_off<T>(answer: &Answer<T>) -> bool {
    let says_off = |error: &orgcensus_aws::Error| {
        error.is(&["InvalidAccessException"]) && error.message.contains("not subscribed")
    };
    answer.as_ref().is_err_and(says_off)
}
