//! Bedrock.

use orgcensus_collect::Collector;
use orgcensus_collect::kinds::{BEDROCK_CUSTOM_MODEL, BEDROCK_GUARDRAIL, BEDROCK_GUARDRAIL_PROFILE};

use crate::listed::Input::{Arn, Flag};
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Custom models, with their policies.
    CUSTOM_MODELS = listed(
        "bedrock_custom_models",
        BEDROCK_CUSTOM_MODEL,
        &[list("bedrock", "ListCustomModels", "modelSummaries", &[("isOwned", Flag(true))])],
        &[policy("bedrock", "GetResourcePolicy", &[("resourceArn", Arn)], "resourcePolicy")
            .none(&["ResourceNotFoundException"])],
    )
    .arn("modelArn")
    .name("modelName")
    .created("creationTime")
    .keeps(&["baseModelArn", "customizationType", "ownerAccountId", "modelStatus"]);
    /// Guardrails, with their policies.
    GUARDRAILS = listed(
        "bedrock_guardrails",
        BEDROCK_GUARDRAIL,
        &[list("bedrock", "ListGuardrails", "guardrails", &[])],
        &[policy("bedrock", "GetResourcePolicy", &[("resourceArn", Arn)], "resourcePolicy")
            .none(&["ResourceNotFoundException"])],
    )
    .arn("arn")
    .name("name")
    .created("createdAt")
    .keeps(&["id", "status", "version", "description"]);
    /// Profiles by which guardrails work across regions, with their policies: those that a guardrail of the region uses.
    GUARDRAIL_PROFILES = listed(
        "bedrock_guardrail_profiles",
        BEDROCK_GUARDRAIL_PROFILE,
        &[list("bedrock", "ListGuardrails", "guardrails", &[])],
        &[policy("bedrock", "GetResourcePolicy", &[("resourceArn", Arn)], "resourcePolicy")
            .none(&["ResourceNotFoundException"])],
    )
    .arn("crossRegionDetails.guardrailProfileArn")
    .name("crossRegionDetails.guardrailProfileId")
    .named_by_items();
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[CUSTOM_MODELS, GUARDRAIL_PROFILES, GUARDRAILS];
