//! Bedrock.

use crate::place::Place;
use crate::service::{Service, get, list};
use crate::things::{Thing, Things, kind_of, of_kinds, other};
use crate::truth::Planted;
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
                    "crossRegionDetails": is_across_regions(&context.place, it).then(|| {
                        let arn = GUARDRAIL_PROFILES.one(&context.place).arn;
                        json!({ "guardrailProfileId": PROFILE, "guardrailProfileArn": arn })
                    }),
                })
            })
        }),
        get("GetResourcePolicy", |context| {
            let profile = GUARDRAIL_PROFILES.one(&context.place);
            if context.request.required("resourceArn")? == profile.arn {
                return profile.policy("resourcePolicy", "ResourceNotFoundException");
            }
            of_kinds(
                &[&CUSTOM_MODELS, &GUARDRAILS],
                context,
                "resourceArn",
                "resourcePolicy",
                "ResourceNotFoundException",
            )
        }),
    ]],
    kinds: &[other(|place| CUSTOM_MODELS.planted(place)), other(|place| GUARDRAILS.planted(place)), other(profiles)],
    ..Service::named("bedrock")
};

/// Whether a guardrail works across regions: then it names a profile, which several may name.
fn is_across_regions(place: &Place<'_>, it: &Thing) -> bool {
    it.number % 3 < 2 || place.sample().is_some()
}

/// The profile of a region, if a guardrail names it.
fn profiles(place: &Place<'_>) -> Vec<Planted> {
    if GUARDRAILS.all(place).iter().any(|it| is_across_regions(place, it)) {
        GUARDRAIL_PROFILES.planted_once(place)
    } else {
        vec![]
    }
}

const PROFILE: &str = "us.guardrail.v1:0";

const CUSTOM_MODELS: Things = kind_of(
    "bedrock_custom_models",
    "bedrock",
    "custom-model/{id}",
    &["bedrock:GetCustomModel", "bedrock:InvokeModel"],
);
const GUARDRAILS: Things = kind_of("bedrock_guardrails", "bedrock", "guardrail/{id}", &["bedrock:ApplyGuardrail"]);
const GUARDRAIL_PROFILES: Things = kind_of(
    "bedrock_guardrail_profiles",
    "bedrock",
    "guardrail-profile/us.guardrail.v1:0",
    &["bedrock:ApplyGuardrail"],
);
