//! Managed Prometheus.

use orgcensus_collect::Collector;
use orgcensus_collect::kinds::AMP_WORKSPACE;

use crate::listed::Input::Of;
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Workspaces, with their policies.
    WORKSPACES = listed(
        "amp_workspaces",
        AMP_WORKSPACE,
        &[list("amp", "ListWorkspaces", "workspaces", &[])],
        &[policy("amp", "DescribeResourcePolicy", &[("workspaceId", Of("workspaceId"))], "policyDocument")
            .none(&["ResourceNotFoundException"])],
    )
    .arn("arn")
    .name("alias")
    .created("createdAt")
    .tags("tags")
    .key("kmsKeyArn")
    .keeps(&["workspaceId", "status.statusCode"]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[WORKSPACES];
