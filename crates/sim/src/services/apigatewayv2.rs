//! API Gateway: HTTP and WebSocket APIs with their stages and routes.

use crate::clock::iso;
use crate::context::Context;
use crate::dice::{Dice, some_tags};
use crate::place::Place;
use crate::protocol::{Problem, Refusal};
use crate::service::{Service, list};
use crate::truth::{At, Tally, things};
use serde_json::{Map, Value, json};

pub(crate) static SERVICE: Service = Service {
    errors: &[Problem::InvalidToken.is("BadRequestException"), Problem::InvalidParameter.is("BadRequestException")],
    answers: &[&[
        list("GetApis", "items", |context| Ok(apis(&context.place).iter().map(|it| describe(context, it)).collect()))
            .pages(25, 500)
            .needs("GET"),
        list("GetRoutes", "items", |context| {
            let api = find(context)?;
            Ok(api.routes.iter().enumerate().map(describe_route).collect())
        })
        .pages(25, 500)
        .needs("GET"),
        list("GetStages", "items", |context| {
            let api = find(context)?;
            Ok(api.stages.iter().map(|it| describe_stage(&context.place, it)).collect())
        })
        .pages(25, 500)
        .needs("GET"),
    ]],
    counts: Some((At::Region, count)),
    kinds: &[
        things(At::Region, "apigatewayv2_apis", |place| apis(place).len()),
        things(At::Region, "apigatewayv2_routes", |place| apis(place).iter().map(|it| it.routes.len()).sum()),
        things(At::Region, "apigatewayv2_stages", |place| apis(place).iter().map(|it| it.stages.len()).sum()),
    ],
    ..Service::named("apigatewayv2")
};

/// An HTTP or WebSocket API.
#[derive(Debug)]
struct Api {
    id: String,
    name: &'static str,
    protocol: &'static str,
    is_disabled: bool,
    is_open_to_browsers: bool,
    created_millis: i64,
    tags: Vec<(String, String)>,
    stages: Vec<Stage>,
    routes: Vec<Route>,
}

#[derive(Debug)]
struct Stage {
    name: &'static str,
    has_access_logs: bool,
    /// What a WebSocket API logs; none of an HTTP API, which has no such logs.
    logging_level: Option<&'static str>,
    is_data_traced: bool,
    created_millis: i64,
}

#[derive(Debug)]
struct Route {
    key: &'static str,
    authorization_type: &'static str,
    needs_key: bool,
}

fn apis(place: &Place<'_>) -> Vec<Api> {
    let mean = place.organization.settings.rates.other_resources;
    let (mut dice, count) = place.population("apigatewayv2", mean);
    (0..count).map(|_| api(place, &mut dice)).collect()
}

/// The hosts of the APIs of a region.
pub(super) fn hosts(place: &Place<'_>) -> Vec<String> {
    apis(place).iter().map(|it| it.host(place.region)).collect()
}

/// Counts APIs, which cannot have a web ACL, and their stages without access logs.
fn count(place: &Place<'_>, tally: &mut Tally) {
    for api in apis(place) {
        tally.misconfigurations.one("E12", "things_that_cannot_have_one", "lake", false);
        for stage in &api.stages {
            tally.misconfigurations.one("E18", "api_stages", "lake", !stage.has_access_logs);
        }
    }
}

impl Api {
    fn host(&self, region: &str) -> String {
        format!("{}.execute-api.{region}.amazonaws.com", self.id)
    }
}

fn api(place: &Place<'_>, dice: &mut Dice) -> Api {
    let protocol = dice.weighted(&[("HTTP", 7), ("WEBSOCKET", 3)]);
    let days = dice.between(0, 1200);
    let keys: &[&'static str] = match protocol {
        "HTTP" => &["GET /pets", "POST /pets", "$default"],
        _ => &["$connect", "$disconnect", "$default"],
    };
    Api {
        id: dice.lower(10),
        name: dice.pick(&["orders", "chat", "webhooks"]),
        is_disabled: dice.chance(0.2),
        is_open_to_browsers: protocol == "HTTP" && dice.chance(0.4),
        created_millis: place.days_ago(days, dice),
        tags: some_tags(dice),
        stages: stages(place, protocol, dice),
        routes: keys.iter().copied().map(|key| route(key, protocol, dice)).collect(),
        protocol,
    }
}

fn stages(place: &Place<'_>, protocol: &str, dice: &mut Dice) -> Vec<Stage> {
    let count = usize::try_from(dice.between(0, 2)).unwrap_or_default();
    let names = [if protocol == "HTTP" { "$default" } else { "live" }, "test"];
    let stage = |name| {
        let days = dice.between(0, 300);
        let level = dice.pick(&["OFF", "ERROR", "INFO"]);
        Stage {
            name,
            has_access_logs: dice.chance(0.5),
            logging_level: (protocol != "HTTP").then_some(level),
            is_data_traced: dice.chance(0.2),
            created_millis: place.days_ago(days, dice),
        }
    };
    names.into_iter().take(count).map(stage).collect()
}

fn route(key: &'static str, protocol: &str, dice: &mut Dice) -> Route {
    let of_http = dice.weighted(&[("NONE", 4), ("JWT", 3), ("AWS_IAM", 2), ("CUSTOM", 2), ("HANDSHAKE", 1)]);
    let of_socket = dice.weighted(&[("NONE", 3), ("AWS_IAM", 1), ("CUSTOM", 2)]);
    let needs_key = dice.chance(0.2);
    let authorization_type = match (protocol, key) {
        ("HTTP", _) => of_http,
        (_, "$connect") => of_socket,
        _ => "NONE",
    };
    Route { key, authorization_type, needs_key: needs_key && protocol != "HTTP" }
}

/// The API that a call is about.
fn find(context: &Context<'_>) -> Result<Api, Refusal> {
    let id = context.request.required("apiId")?;
    let found = apis(&context.place).into_iter().find(|it| it.id == id);
    let none = || Refusal::new(404, "NotFoundException", format!("Invalid API identifier specified {id}"));
    found.ok_or_else(none)
}

fn describe(context: &Context<'_>, it: &Api) -> Value {
    let scheme = if it.protocol == "HTTP" { "https" } else { "wss" };
    let tags: Map<String, Value> = it.tags.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
    let cors = json!({ "allowOrigins": ["*"], "allowMethods": ["GET", "POST"], "allowCredentials": false });
    json!({
        "apiEndpoint": format!("{scheme}://{}", it.host(context.place.region)),
        "apiId": it.id,
        "apiKeySelectionExpression": "$request.header.x-api-key",
        "corsConfiguration": it.is_open_to_browsers.then_some(cors),
        "createdDate": iso(it.created_millis),
        "disableExecuteApiEndpoint": it.is_disabled,
        "ipAddressType": "ipv4",
        "name": it.name,
        "protocolType": it.protocol,
        "routeSelectionExpression": "$request.method $request.path",
        "tags": tags,
    })
}

fn describe_stage(place: &Place<'_>, it: &Stage) -> Value {
    let logs = json!({ "destinationArn": place.arn("logs", "log-group:apis"), "format": "$context.requestId" });
    json!({
        "stageName": it.name,
        "autoDeploy": true,
        "deploymentId": "d1e2f3",
        "accessLogSettings": it.has_access_logs.then_some(logs),
        "defaultRouteSettings": {
            "loggingLevel": it.logging_level,
            "dataTraceEnabled": it.is_data_traced,
            "detailedMetricsEnabled": false,
        },
        "routeSettings": {},
        "stageVariables": { "backend": "a value that nobody stores" },
        "createdDate": iso(it.created_millis),
        "lastUpdatedDate": iso(it.created_millis),
        "tags": {},
    })
}

fn describe_route((number, it): (usize, &Route)) -> Value {
    let has_authorizer = ["JWT", "CUSTOM"].contains(&it.authorization_type);
    json!({
        "routeId": format!("r{number}"),
        "routeKey": it.key,
        "authorizationType": it.authorization_type,
        "apiKeyRequired": it.needs_key,
        "authorizerId": has_authorizer.then_some("z1"),
        "authorizationScopes": (it.authorization_type == "JWT").then_some(["pets"]),
        "target": "integrations/i1",
    })
}
