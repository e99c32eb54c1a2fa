//! Clean Rooms ML.

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListConfiguredAudienceModels", "configuredAudienceModels", |context| {
            CONFIGURED_AUDIENCE_MODELS.list(context, |it| {
                json!({
                    "configuredAudienceModelArn": it.arn,
                    "name": it.name,
                    "audienceModelArn": it.arn,
                    "status": "ACTIVE",
                    "createTime": it.created_text(),
                    "updateTime": it.created_text(),
                    "outputConfig": {"destination": {}, "roleArn": it.arn},
                })
            })
        }),
        get("GetConfiguredAudienceModelPolicy", |context| {
            CONFIGURED_AUDIENCE_MODELS.policy_or_nothing(
                context,
                "configuredAudienceModelArn",
                "configuredAudienceModelPolicy",
                "ResourceNotFoundException",
            )
        }),
    ]],
    kinds: &[other(|place| CONFIGURED_AUDIENCE_MODELS.planted(place))],
    ..Service::named("cleanroomsml")
};

const CONFIGURED_AUDIENCE_MODELS: Things = kind_of(
    "cleanrooms_ml_models",
    "cleanrooms-ml",
    "configured-audience-model/{id}",
    &["cleanrooms-ml:StartAudienceGenerationJob"],
);
