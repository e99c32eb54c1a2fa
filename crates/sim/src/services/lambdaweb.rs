//! Web functions of Lambda, with their endpoints and policies.

use crate::context::Context;
use crate::protocol::{Problem, Refusal};
use crate::service::{Service, get, list};
use crate::things::{Thing, Things, kind_of};
use crate::truth::{At, resources, things};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    errors: &[Problem::Throttled.is("ThrottlingException"), Problem::Internal.is("InternalServerException")],
    answers: &[&[
        get("GetResourcePolicy", |context| {
            let mut answer = FUNCTIONS.policy(context, "resourceArn", "Policy", (GONE, GONE))?;
            answer["RevisionId"] = json!("00000000-0000-4000-8000-000000000000");
            Ok(answer)
        }),
        list("ListWebFunctionEndpoints", "endpoints", list_endpoints),
        list("ListWebFunctions", "functions", |context| {
            FUNCTIONS.list(context, |it| {
                json!({
                    "functionName": it.name,
                    "functionArn": it.arn,
                    "state": "Active",
                    "stateReason": "",
                    "createdAt": it.created_text(),
                    "updatedAt": it.created_text(),
                })
            })
        }),
    ]],
    kinds: &[
        resources(At::Region, |place| FUNCTIONS.planted(place)).rows("lambda_web_functions"),
        things(At::Region, "lambda_web_endpoints", |place| FUNCTIONS.all(place).iter().map(endpoint_count).sum()),
    ],
    ..Service::named("lambdaweb")
};

const FUNCTIONS: Things =
    kind_of("lambda_web_functions", "lambda", "web-function:{name}", &["lambda:InvokeWebFunction"]);

const GONE: &str = "ResourceNotFoundException";

fn endpoint_count(it: &Thing) -> usize {
    usize::try_from(it.number % 3).unwrap_or_default()
}

fn list_endpoints(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let it = FUNCTIONS.wanted(context, "functionName", GONE)?;
    let describe = |number: usize| {
        json!({
            "endpointArn": format!("{}/endpoint/e-{number}", it.arn),
            "endpointName": format!("e-{number}"),
            "endpointType": "HomeRegion",
            "domainName": format!("{}-{number}.web.lambda.{}.on.aws", it.id, context.place.region),
            "authType": if number == 0 { "ApplicationManaged" } else { "IamAuth" },
            "autoDeploymentMode": "LatestRevision",
            "revisionWeights": [],
            "regions": [context.place.region],
            "state": "Active",
            "stateReason": "",
            "createdAt": it.created_text(),
            "updatedAt": it.created_text(),
        })
    };
    Ok((0..endpoint_count(&it)).map(describe).collect())
}
