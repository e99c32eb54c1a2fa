//! Entity Resolution.

use orgcensus_collect::Collector;
use orgcensus_collect::kinds::ENTITYRESOLUTION_WORKFLOW;

use crate::listed::Input::Arn;
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Matching workflows, with their policies.
    WORKFLOWS = listed(
        "entityresolution_workflows",
        ENTITYRESOLUTION_WORKFLOW,
        &[list("entityresolution", "ListMatchingWorkflows", "workflowSummaries", &[])],
        &[policy("entityresolution", "GetPolicy", &[("arn", Arn)], "policy")
            .none(&["ResourceNotFoundException"])
            .may_lack()],
    )
    .arn("workflowArn")
    .name("workflowName")
    .created("createdAt")
    .keeps(&["resolutionType"]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[WORKFLOWS];
