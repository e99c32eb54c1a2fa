//! Bedrock AgentCore.

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, of_kinds_or_nothing, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListAgentRuntimes", "agentRuntimes", |context| {
            RUNTIMES.list(context, |it| {
                json!({
                    "agentRuntimeArn": it.arn,
                    "agentRuntimeId": it.id,
                    "agentRuntimeName": it.name,
                    "agentRuntimeVersion": "1",
                    "description": "",
                    "status": "READY",
                    "lastUpdatedAt": it.created_text(),
                })
            })
        }),
        list("ListGateways", "items", |context| {
            GATEWAYS.list(context, |it| {
                json!({
                    "gatewayId": it.id,
                    "name": it.name,
                    "status": "READY",
                    "authorizerType": "AWS_IAM",
                    "protocolType": "MCP",
                    "createdAt": it.created_text(),
                    "updatedAt": it.created_text(),
                })
            })
        }),
        get("GetResourcePolicy", |context| {
            of_kinds_or_nothing(&[&RUNTIMES, &GATEWAYS], context, "resourceArn", "policy")
        }),
    ]],
    kinds: &[other(|place| RUNTIMES.planted(place)), other(|place| GATEWAYS.planted(place))],
    ..Service::named("bedrockagentcorecontrol")
};

const RUNTIMES: Things = kind_of(
    "bedrock_agentcore_runtimes",
    "bedrock-agentcore",
    "runtime/{id}",
    &["bedrock-agentcore:InvokeAgentRuntime"],
);
const GATEWAYS: Things =
    kind_of("bedrock_agentcore_gateways", "bedrock-agentcore", "gateway/{id}", &["bedrock-agentcore:InvokeGateway"]);
