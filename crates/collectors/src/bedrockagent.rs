//! Bedrock Agents.

use orgcensus_collect::Collector;
use orgcensus_collect::kinds::BEDROCK_KNOWLEDGE_BASE;

use crate::listed::Input::Arn;
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Knowledge bases, with their policies.
    KNOWLEDGE_BASES = listed(
        "bedrock_knowledge_bases",
        BEDROCK_KNOWLEDGE_BASE,
        &[list("bedrockagent", "ListKnowledgeBases", "knowledgeBaseSummaries", &[])],
        &[policy("bedrockagent", "GetResourcePolicy", &[("resourceArn", Arn)], "policy")
            .none(&["ResourceNotFoundException"])],
    )
    .arn("bedrock:knowledge-base/{knowledgeBaseId}")
    .name("name")
    .keeps(&["status", "description", "updatedAt"]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[KNOWLEDGE_BASES];
