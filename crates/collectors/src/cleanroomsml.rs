//! Clean Rooms ML.

use orgcensus_collect::Collector;
use orgcensus_collect::kinds::CLEANROOMS_ML_MODEL;

use crate::listed::Input::Arn;
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Configured audience models, with their policies.
    CONFIGURED_AUDIENCE_MODELS = listed(
        "cleanrooms_ml_models",
        CLEANROOMS_ML_MODEL,
        &[list("cleanroomsml", "ListConfiguredAudienceModels", "configuredAudienceModels", &[])],
        &[policy(
            "cleanroomsml",
            "GetConfiguredAudienceModelPolicy",
            &[("configuredAudienceModelArn", Arn)],
            "configuredAudienceModelPolicy",
        )
        .none(&["ResourceNotFoundException"])
        .may_lack()],
    )
    .arn("configuredAudienceModelArn")
    .name("name")
    .created("createTime")
    .keeps(&["audienceModelArn", "status", "description"]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[CONFIGURED_AUDIENCE_MODELS];
