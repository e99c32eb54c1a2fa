//! Recorded answers: APIs of two pages with their stages and routes.

use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::APIS;
use crate::testing::{columns, json_error};

const HTTP: &str = r#"{"apiId":"a1","name":"orders","protocolType":"HTTP","apiEndpoint":"https://a1.example.com",
    "description":"of today","version":"v1","disableExecuteApiEndpoint":true,"ipAddressType":"dualstack",
    "apiGatewayManaged":false,
    "corsConfiguration":{"allowOrigins":["*"],"allowMethods":["GET"],"allowCredentials":false},
    "routeSelectionExpression":"$request.method $request.path","createdDate":"2025-12-22T00:00:00Z",
    "tags":{"team":"data"}}"#;
const SOCKET: &str = r#"{"apiId":"b2","name":"chat","protocolType":"WEBSOCKET","disableSchemaValidation":true,
    "routeSelectionExpression":"$request.body.action","apiKeySelectionExpression":"$request.header.x-api-key"}"#;
const ODD: &str = r#"{"apiId":"c3","createdDate":"soon"}"#;

const STAGES: &str = r#"{"items":[{"stageName":"$default","description":"all","autoDeploy":true,"deploymentId":"d1",
    "accessLogSettings":{"destinationArn":"arn:log","format":"$context.requestId"},
    "defaultRouteSettings":{"loggingLevel":"INFO","dataTraceEnabled":false,"detailedMetricsEnabled":true,
    "throttlingRateLimit":10.5,"throttlingBurstLimit":20},"routeSettings":{"GET /pets":{"dataTraceEnabled":true}},
    "stageVariables":{"table":"orders"},"createdDate":"2025-12-22T00:00:00Z","tags":{"stage":"live"}}],
    "nextToken":"next"}"#;
const MORE_STAGES: &str = r#"{"items":[{"stageName":"quiet","defaultRouteSettings":{"loggingLevel":"WHISPER"}},{}]}"#;
const ROUTES: &str = r#"{"items":[{"routeId":"r1","routeKey":"GET /pets","authorizationType":"NONE",
    "apiKeyRequired":false,"target":"integrations/i1"},
    {"routeId":"r2","routeKey":"POST /pets","authorizationType":"JWT","authorizerId":"z1",
    "authorizationScopes":["pets"],"apiKeyRequired":false,"operationName":"Make"},{"routeId":"r3"},
    {"routeKey":"GET /odd"}]}"#;

/// Five APIs on two pages: one with stages and routes, one whose details are refused, an odd one, one that went away,
/// and one without an id.
async fn collected() -> Collected {
    let (gone, denied) = (json_error("NotFoundException"), json_error("AccessDeniedException"));
    let unknown = json_error("UnknownOperationException");
    let recorded = Recorded::new()
        .answer_to("GetApis", "maxResults=500", &format!(r#"{{"items":[{HTTP},{SOCKET}],"nextToken":"more"}}"#))
        .answer_to("GetApis", "nextToken=more", &format!(r#"{{"items":[{ODD},{{"apiId":"d4"}},{{}}]}}"#))
        .answer_to("GetStages", "apis/a1/stages", STAGES)
        .answer_to("GetStages", "nextToken=next", MORE_STAGES)
        .answer_to("GetRoutes", "apis/a1/routes", ROUTES)
        .refuse("GetStages", "apis/b2/", 403, &denied)
        .refuse("GetRoutes", "apis/b2/", 404, &unknown)
        .answer_to("GetStages", "apis/c3/", "{}")
        .answer_to("GetRoutes", "apis/c3/", r#"{"items":[]}"#)
        .refuse("GetStages", "apis/d4/", 404, &gone)
        .refuse("GetRoutes", "apis/d4/", 404, &gone);
    let collected = recorded.run(&APIS).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn apis_of_two_pages_have_rows() {
    let collected = collected().await;
    collected.assert_all_calls(&APIS);
    let names = ["arn", "protocol_type", "is_default_endpoint_disabled", "cors_allow_origins", "age_days"];
    let arn = |id: &str| format!("arn:aws:apigateway:eu-west-1::/apis/{id}");
    assert_eq!(
        columns(&collected, "apigatewayv2_apis", &names),
        [
            json!([arn("a1"), "HTTP", true, ["*"], 10]),
            json!([arn("b2"), "WEBSOCKET", null, null, null]),
            json!([arn("c3"), null, null, null, null]),
        ]
    );
    let apis = collected.table("apigatewayv2_apis");
    assert_eq!(apis[0]["execute_api_arn"], "arn:aws:execute-api:eu-west-1:111122223333:a1");
    assert_eq!((&apis[0]["tags"], &apis[0]["has_cors_credentials"]), (&json!({"team": "data"}), &json!(false)));
    assert_eq!(apis[1]["is_schema_validation_disabled"], true);
    // Of one API its stages and its routes; of one its name, protocol, expression and moment; a stage's name; a route's
    // key and authorization; an API's id and a route's.
    let short = vec!["apigatewayv2_apis", "apigatewayv2_routes", "apigatewayv2_stages"];
    assert_eq!(collected.short(), (11, short));
    assert_eq!(collected.gone, 1);
}

#[tokio::test]
async fn stages_of_two_pages_say_what_they_log() {
    let collected = collected().await;
    let names = ["stage_name", "has_access_logs", "default_logging_level", "is_data_traced", "age_days"];
    assert_eq!(
        columns(&collected, "apigatewayv2_stages", &names),
        [
            json!(["$default", true, "INFO", true, 10]),
            json!(["quiet", false, "WHISPER", false, null]),
            json!(["", false, null, false, null]),
        ]
    );
    let first = &collected.table("apigatewayv2_stages")[0];
    assert_eq!(first["arn"], "arn:aws:apigateway:eu-west-1::/apis/a1/stages/$default");
    let names = ["variable_names", "route_setting_keys", "default_rate_limit_per_second", "is_auto_deploy", "tags"];
    let said = names.map(|name| first[name].clone());
    assert_eq!(json!(said), json!([["table"], ["GET /pets"], 10.5, true, {"stage": "live"}]));
}

#[tokio::test]
async fn routes_say_what_a_caller_must_show() {
    let collected = collected().await;
    let names = ["route_key", "authorization_type", "has_authorization", "authorizer_id", "authorization_scopes"];
    assert_eq!(
        columns(&collected, "apigatewayv2_routes", &names),
        [
            json!(["GET /pets", "NONE", false, null, []]),
            json!(["POST /pets", "JWT", true, "z1", ["pets"]]),
            json!([null, null, null, null, []]),
        ]
    );
    let arn = "arn:aws:apigateway:eu-west-1::/apis/a1/routes/r1";
    assert_eq!(collected.table("apigatewayv2_routes")[0]["arn"], arn);
}

#[tokio::test]
async fn a_refused_list_is_how_the_task_ends() {
    for (code, status, class) in
        [("AccessDeniedException", 403, Class::Denied), ("UnknownOperationException", 404, Class::Unsupported)]
    {
        let recorded = Recorded::new().refuse("GetApis", "", status, &json_error(code));
        let collected = recorded.run(&APIS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == class), "{code}");
    }
}
