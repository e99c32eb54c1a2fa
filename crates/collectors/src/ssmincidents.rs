//! Incident Manager.

use orgcensus_collect::Collector;
use orgcensus_collect::kinds::SSM_INCIDENTS_RESPONSE_PLAN;

use crate::listed::Input::Arn;
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Response plans, with their policies.
    RESPONSE_PLANS = listed(
        "ssm_incidents_response_plans",
        SSM_INCIDENTS_RESPONSE_PLAN,
        &[list("ssmincidents", "ListResponsePlans", "responsePlanSummaries", &[])],
        &[policy("ssmincidents", "GetResourcePolicies", &[("resourceArn", Arn)], "resourcePolicies")
            .each("policyDocument", "policyId")
            .may_lack()],
    )
    .arn("arn")
    .name("name")
    .keeps(&["displayName"]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[RESPONSE_PLANS];
