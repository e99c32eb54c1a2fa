//! Bedrock Agents.

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListKnowledgeBases", "knowledgeBaseSummaries", |context| {
            KNOWLEDGE_BASES.list(context, |it| {
                json!({
                    "knowledgeBaseId": it.id,
                    "name": it.name,
                    "status": "ACTIVE",
                    "updatedAt": it.created_text(),
                })
            })
        }),
        get("GetResourcePolicy", |context| {
            let none = "ResourceNotFoundException";
            let mut policy = KNOWLEDGE_BASES.policy(context, "resourceArn", "policy", (none, none))?;
            policy["resourceArn"] = json!(context.request.required("resourceArn")?);
            policy["revisionId"] = json!("1");
            Ok(policy)
        }),
    ]],
    kinds: &[other(|place| KNOWLEDGE_BASES.planted(place))],
    ..Service::named("bedrockagent")
};

const KNOWLEDGE_BASES: Things =
    kind_of("bedrock_knowledge_bases", "bedrock", "knowledge-base/{id}", &["bedrock:Retrieve"]);
