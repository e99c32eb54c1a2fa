//! Refactor Spaces.

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListEnvironments", "EnvironmentSummaryList", |context| {
            ENVIRONMENTS.list(context, |it| {
                json!({
                    "Arn": it.arn,
                    "EnvironmentId": it.id,
                    "Name": it.name,
                    "OwnerAccountId": context.place.account.id,
                    "State": "ACTIVE",
                    "CreatedTime": it.created(),
                    "NetworkFabricType": "NONE",
                    "Tags": it.tag_map(),
                })
            })
        }),
        get("GetResourcePolicy", |context| {
            ENVIRONMENTS.policy_or_nothing(context, "Identifier", "Policy", "ResourceNotFoundException")
        }),
    ]],
    kinds: &[other(|place| ENVIRONMENTS.planted(place))],
    ..Service::named("migrationhubrefactorspaces")
};

const ENVIRONMENTS: Things = kind_of(
    "refactor_spaces_environments",
    "refactor-spaces",
    "environment/env-{id}",
    &["refactor-spaces:CreateApplication"],
);
