//! Refactor Spaces.

use orgcensus_collect::Collector;
use orgcensus_collect::kinds::REFACTOR_SPACES_ENVIRONMENT;

use crate::listed::Input::Arn;
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Environments of the account, with those with whom they are shared.
    ENVIRONMENTS = listed(
        "refactor_spaces_environments",
        REFACTOR_SPACES_ENVIRONMENT,
        &[list("migrationhubrefactorspaces", "ListEnvironments", "EnvironmentSummaryList", &[])],
        &[policy("migrationhubrefactorspaces", "GetResourcePolicy", &[("Identifier", Arn)], "Policy")
            .none(&["ResourceNotFoundException"])
            .may_lack()],
    )
    .arn("Arn")
    .name("Name")
    .created("CreatedTime")
    .tags("Tags")
    .keeps(&["EnvironmentId", "State", "NetworkFabricType", "OwnerAccountId"])
    .owner("OwnerAccountId");
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[ENVIRONMENTS];
