//! Bedrock AgentCore.

use orgcensus_collect::Collector;
use orgcensus_collect::kinds::{BEDROCK_AGENTCORE_GATEWAY, BEDROCK_AGENTCORE_RUNTIME};

use crate::listed::Input::Arn;
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Runtimes of agents, with their policies.
    RUNTIMES = listed(
        "bedrock_agentcore_runtimes",
        BEDROCK_AGENTCORE_RUNTIME,
        &[list("bedrockagentcorecontrol", "ListAgentRuntimes", "agentRuntimes", &[])],
        &[policy("bedrockagentcorecontrol", "GetResourcePolicy", &[("resourceArn", Arn)], "policy")
            .none(&["ResourceNotFoundException"])
            .may_lack()],
    )
    .arn("agentRuntimeArn")
    .name("agentRuntimeName")
    .keeps(&["agentRuntimeVersion", "status", "description", "lastUpdatedAt"]);
    /// Gateways to tools, with their policies.
    GATEWAYS = listed(
        "bedrock_agentcore_gateways",
        BEDROCK_AGENTCORE_GATEWAY,
        &[list("bedrockagentcorecontrol", "ListGateways", "items", &[])],
        &[policy("bedrockagentcorecontrol", "GetResourcePolicy", &[("resourceArn", Arn)], "policy")
            .none(&["ResourceNotFoundException"])
            .may_lack()],
    )
    .arn("bedrock-agentcore:gateway/{gatewayId}")
    .name("name")
    .created("createdAt")
    .keeps(&["status", "authorizerType", "protocolType", "description"]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[RUNTIMES, GATEWAYS];
