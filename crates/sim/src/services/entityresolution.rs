//! Entity Resolution.

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListMatchingWorkflows", "workflowSummaries", |context| {
            WORKFLOWS.list(context, |it| {
                json!({
                    "workflowName": it.name,
                    "workflowArn": it.arn,
                    "createdAt": it.created(),
                    "updatedAt": it.created(),
                    "resolutionType": "RULE_MATCHING",
                })
            })
        }),
        get("GetPolicy", |context| WORKFLOWS.policy_or_nothing(context, "arn", "policy", "ResourceNotFoundException")),
    ]],
    kinds: &[other(|place| WORKFLOWS.planted(place))],
    ..Service::named("entityresolution")
};

const WORKFLOWS: Things = kind_of(
    "entityresolution_workflows",
    "entityresolution",
    "matchingworkflow/{name}",
    &["entityresolution:GetMatchId"],
);
