//! CloudWatch investigations.

use orgcensus_collect::Collector;
use orgcensus_collect::kinds::AIOPS_INVESTIGATION_GROUP;

use crate::listed::Input::Arn;
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Investigation groups, with their policies.
    INVESTIGATION_GROUPS = listed(
        "aiops_investigation_groups",
        AIOPS_INVESTIGATION_GROUP,
        &[list("aiops", "ListInvestigationGroups", "investigationGroups", &[])],
        &[policy("aiops", "GetInvestigationGroupPolicy", &[("identifier", Arn)], "policy")
            .none(&["ResourceNotFoundException"])
            .may_lack()],
    )
    .arn("arn")
    .name("name");
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[INVESTIGATION_GROUPS];
