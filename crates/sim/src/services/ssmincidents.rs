//! Incident Manager.

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListResponsePlans", "responsePlanSummaries", |context| {
            RESPONSE_PLANS.list(context, |it| json!({"arn": it.arn, "name": it.name, "displayName": it.name}))
        }),
        get("GetResourcePolicies", |context| {
            let it = RESPONSE_PLANS.wanted(context, "resourceArn", "ResourceNotFoundException")?;
            let policies: Vec<_> = it
                .policy
                .document
                .iter()
                .map(|document| {
                    json!({
                        "policyDocument": document,
                        "policyId": "p-1",
                        "ramResourceShareRegion": "us-east-1",
                    })
                })
                .collect();
            Ok(json!({"resourcePolicies": policies}))
        }),
    ]],
    kinds: &[other(|place| RESPONSE_PLANS.planted(place))],
    ..Service::named("ssmincidents")
};

const RESPONSE_PLANS: Things =
    kind_of("ssm_incidents_response_plans", "ssm-incidents", "response-plan/{name}", &["ssm-incidents:StartIncident"]);
