//! Bedrock Agents.

use crate::service::{Service, list};
use crate::things::{Things, kind_of, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[list("ListKnowledgeBases", "knowledgeBaseSummaries", |context| {
        KNOWLEDGE_BASES.list(context, |it| {
            json!({
                "knowledgeBaseId": it.id,
                "name": it.name,
                "status": "ACTIVE",
                "updatedAt": it.created_text(),
            })
        })
    })]],
    kinds: &[other(|place| KNOWLEDGE_BASES.planted(place))],
    ..Service::named("bedrockagent")
};

pub(super) const KNOWLEDGE_BASES: Things =
    kind_of("bedrock_knowledge_bases", "bedrock", "knowledge-base/{id}", &["bedrock:Retrieve"]);
