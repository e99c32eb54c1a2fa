//! Bedrock.

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, of_kinds, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListCustomModels", "modelSummaries", |context| {
            CUSTOM_MODELS.list(context, |it| {
                json!({
                    "modelArn": it.arn,
                    "modelName": it.name,
                    "creationTime": it.created_text(),
                    "baseModelArn": "arn:aws:bedrock:us-east-1::foundation-model/base",
                    "baseModelName": "base",
                    "ownerAccountId": context.place.account.id,
                })
            })
        }),
        list("ListGuardrails", "guardrails", |context| {
            GUARDRAILS.list(context, |it| {
                json!({
                    "id": it.id,
                    "arn": it.arn,
                    "name": it.name,
                    "status": "READY",
                    "version": "DRAFT",
                    "createdAt": it.created_text(),
                    "updatedAt": it.created_text(),
                })
            })
        }),
        get("GetResourcePolicy", |context| {
            of_kinds(
                &[&CUSTOM_MODELS, &GUARDRAILS],
                context,
                "resourceArn",
                "resourcePolicy",
                "ResourceNotFoundException",
            )
        }),
    ]],
    kinds: &[other(|place| CUSTOM_MODELS.planted(place)), other(|place| GUARDRAILS.planted(place))],
    ..Service::named("bedrock")
};

const CUSTOM_MODELS: Things = kind_of(
    "bedrock_custom_models",
    "bedrock",
    "custom-model/{id}",
    &["bedrock:GetCustomModel", "bedrock:InvokeModel"],
);
const GUARDRAILS: Things = kind_of("bedrock_guardrails", "bedrock", "guardrail/{id}", &["bedrock:ApplyGuardrail"]);
