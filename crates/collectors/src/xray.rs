//! X-Ray.

use orgcensus_collect::Collector;
use orgcensus_collect::kinds::XRAY_RESOURCE_POLICY;

use crate::listed::{listed, listed_collectors, policy};

listed_collectors! {
    /// The policies of each account and region: who may send traces.
    RESOURCE_POLICIES = listed(
        "xray_resource_policies",
        XRAY_RESOURCE_POLICY,
        &[],
        &[policy("xray", "ListResourcePolicies", &[], "ResourcePolicies").each("PolicyDocument", "PolicyName").may_lack()],
    )
    .arn("xray:resource-policies");
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[RESOURCE_POLICIES];
