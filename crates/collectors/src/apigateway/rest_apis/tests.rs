//! Recorded answers: APIs of two pages with their policies, stages and authorizers.

use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::REST_APIS;
use crate::testing::{columns, json_error};

/// A private API. Its policy has a backslash before each quote, once more in this answer.
const PRIVATE: &str = concat!(
    r#"{"id":"a1","name":"orders","description":"of today","version":"v1","createdDate":1735689600,"#,
    r#""endpointConfiguration":{"types":["PRIVATE"],"ipAddressType":"dualstack","vpcEndpointIds":["vpce-0a"]},"#,
    r#""policy":"{\\\"Statement\\\":[{\\\"Effect\\\":\\\"Allow\\\",\\\"Principal\\\":\\\"*\\\","#,
    r#"\\\"Action\\\":\\\"execute-api:Invoke\\\",\\\"Resource\\\":\\\"execute-api:\\/*\\\"}]}","#,
    r#""disableExecuteApiEndpoint":true,"securityPolicy":"TLS_1_2","endpointAccessMode":"STRICT","#,
    r#""apiKeySource":"HEADER","apiStatus":"AVAILABLE","minimumCompressionSize":1024,"#,
    r#""binaryMediaTypes":["image/png"],"tags":{"team":"data"}}"#
);
/// Its policy is already plain.
const PLAIN: &str = r#"{"id":"b2","name":"papers","createdDate":1735689600,"apiStatus":"LEVITATING",
    "endpointConfiguration":{"types":["REGIONAL"]},"policy":"{\"Statement\": []}"}"#;
const OPEN: &str = r#"{"id":"c3","name":"open","createdDate":1735689600,"endpointConfiguration":{"types":["EDGE"]}}"#;
const ODD: &str = r#"{"id":"d4","policy":"{\\\"Statement\\\": this is not JSON"}"#;

const NAMELESS: &str = r#"{"name":"nobody's","createdDate":1735689600}"#;

const STAGES: &str = r#"{"item":[{"stageName":"live","description":"for all","deploymentId":"d1",
    "accessLogSettings":{"destinationArn":"arn:log","format":"$context.requestId"},
    "methodSettings":{"*/*":{"loggingLevel":"INFO","dataTraceEnabled":false,"metricsEnabled":true,
    "throttlingRateLimit":100.5,"throttlingBurstLimit":-1,"cachingEnabled":true,"cacheDataEncrypted":true},
    "~1pets/GET":{"loggingLevel":"OFF","dataTraceEnabled":true,"cachingEnabled":true,"cacheDataEncrypted":false}},
    "tracingEnabled":true,"cacheClusterEnabled":true,"cacheClusterSize":"0.5","cacheClusterStatus":"AVAILABLE",
    "clientCertificateId":"c1","webAclArn":"arn:acl","canarySettings":{"percentTraffic":10.5},
    "variables":{"table":"orders"},"documentationVersion":"v2","createdDate":1735689600,"lastUpdatedDate":1766361600,
    "tags":{"stage":"live"}},
    {"stageName":"quiet","deploymentId":"d2","methodSettings":{"*/*":{"loggingLevel":"ERROR"}},"webAclArn":"",
    "cacheClusterEnabled":false,"tracingEnabled":false,"createdDate":1735689600},
    {"stageName":"odd","cacheClusterSize":"huge","cacheClusterStatus":"MELTED"},{"deploymentId":"d9"}]}"#;
const AUTHORIZERS: &str = r#"{"item":[{"id":"z1","name":"pool","type":"COGNITO_USER_POOLS",
    "providerARNs":["arn:pool"],"authType":"cognito_user_pools","identitySource":"method.request.header.Authorization",
    "authorizerResultTtlInSeconds":300}],"position":"next"}"#;
const MORE_AUTHORIZERS: &str = r#"{"item":[{"id":"z2","type":"TOKEN","authorizerUri":"arn:lambda",
    "authorizerCredentials":"arn:role","identityValidationExpression":""},{"id":"z3"},{"type":"TOKEN"}]}"#;

/// Six APIs on two pages: a private one with stages and authorizers, one whose details are refused, one that has none,
/// an odd one of which they are not supported, one that went away, and one without an id.
async fn collected() -> Collected {
    let (gone, denied) = (json_error("NotFoundException"), json_error("AccessDeniedException"));
    let unknown = json_error("UnknownOperationException");
    let first = format!(r#"{{"item":[{PRIVATE},{PLAIN}],"position":"more"}}"#);
    let recorded = Recorded::new()
        .answer_to("GetRestApis", "limit=500", &first)
        .answer_to("GetRestApis", "position=more", &format!(r#"{{"item":[{OPEN},{ODD},{{"id":"e5"}},{NAMELESS}]}}"#))
        .answer_to("GetStages", "restapis/a1/stages", STAGES)
        .answer_to("GetAuthorizers", "restapis/a1/authorizers?", AUTHORIZERS)
        .answer_to("GetAuthorizers", "position=next", MORE_AUTHORIZERS)
        .refuse("GetStages", "restapis/b2/", 403, &denied)
        .refuse("GetAuthorizers", "restapis/b2/", 403, &denied)
        .answer_to("GetStages", "restapis/c3/", r#"{"item":[]}"#)
        .answer_to("GetAuthorizers", "restapis/c3/", "{}")
        .refuse("GetStages", "restapis/d4/", 404, &unknown)
        .answer_to("GetAuthorizers", "restapis/d4/", "{}")
        .refuse("GetStages", "restapis/e5/", 404, &gone)
        .refuse("GetAuthorizers", "restapis/e5/", 404, &gone);
    let collected = recorded.run(&REST_APIS).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn apis_of_two_pages_have_rows_and_policies() {
    let collected = collected().await;
    collected.assert_all_calls(&REST_APIS);
    let names = ["api_name", "endpoint_types", "is_private", "has_policy", "api_status", "age_days"];
    assert_eq!(
        columns(&collected, "apigateway_rest_apis", &names),
        [
            json!(["orders", ["PRIVATE"], true, true, "AVAILABLE", 365]),
            json!(["papers", ["REGIONAL"], false, true, "LEVITATING", 365]),
            json!(["open", ["EDGE"], false, false, null, 365]),
            json!([null, [], null, true, null, null]),
        ]
    );
    let names = ["arn", "api_arn", "is_default_endpoint_disabled", "security_policy", "vpc_endpoint_ids", "tags"];
    let (arn, api_arn) =
        ("arn:aws:execute-api:eu-west-1:111122223333:a1", "arn:aws:apigateway:eu-west-1::/restapis/a1");
    let rows = columns(&collected, "apigateway_rest_apis", &names);
    assert_eq!(rows[0], json!([arn, api_arn, true, "TLS_1_2", ["vpce-0a"], {"team": "data"}]));
    assert_eq!(
        columns(&collected, "policy_documents", &["state", "gate", "is_valid", "document"]),
        [
            json!([
                "read",
                "private_api",
                true,
                concat!(
                    r#"{"Statement":[{"Effect":"Allow","Principal":"*","#,
                    r#""Action":"execute-api:Invoke","Resource":"execute-api:/*"}]}"#
                )
            ]),
            json!(["read", null, true, r#"{"Statement": []}"#]),
            json!(["absent", null, null, null]),
            json!(["read", null, false, r#"{"Statement": this is not JSON"#]),
        ]
    );
    // The name, the moment and the type of one API; stages of two and authorizers of one; of a stage its deployment and
    // the cache's size; an authorizer's type; and one of each without an id.
    let mut short = vec!["apigateway_authorizers", "apigateway_rest_apis", "apigateway_stages"];
    short.extend(["policy_documents", "policy_statements"]);
    assert_eq!(collected.short(), (12, short));
    assert_eq!(collected.gone, 1);
}

#[tokio::test]
async fn stages_say_what_they_log_and_what_stands_before_them() {
    let collected = collected().await;
    let names = ["arn", "has_access_logs", "has_execution_logs", "unlogged_method_paths", "web_acl_arn", "age_days"];
    let arn = |name: &str| format!("arn:aws:apigateway:eu-west-1::/restapis/a1/stages/{name}");
    assert_eq!(
        columns(&collected, "apigateway_stages", &names),
        [
            json!([arn("live"), true, false, ["~1pets/GET"], "arn:acl", 365]),
            json!([arn("quiet"), false, true, [], null, 365]),
            json!([arn("odd"), false, false, [], null, null]),
        ]
    );
    let names = ["is_cache_enabled", "is_cache_encrypted", "cache_size_gb", "cache_status", "is_tracing_enabled"];
    assert_eq!(
        columns(&collected, "apigateway_stages", &names),
        [
            json!([true, false, 0.5, "AVAILABLE", true]),
            json!([false, null, null, null, false]),
            json!([null, null, null, "MELTED", null]),
        ]
    );
    let live = &collected.table("apigateway_stages")[0];
    let names = ["variable_names", "canary_percent", "client_certificate_id", "default_logging_level", "tags"];
    let said = names.map(|name| live[name].clone());
    assert_eq!(json!(said), json!([["table"], 10.5, "c1", "INFO", {"stage": "live"}]));
    let names = ["is_data_traced", "has_default_metrics", "default_rate_limit_per_second", "default_burst_limit"];
    let said = names.map(|name| live[name].clone());
    assert_eq!(json!(said), json!([true, true, 100.5, -1]));
    assert_eq!(live["rest_api_arn"], collected.table("apigateway_rest_apis")[0]["arn"]);
}

#[tokio::test]
async fn authorizers_of_two_pages_have_rows() {
    let collected = collected().await;
    let names = ["arn", "authorizer_type", "provider_arns", "credentials_role_arn", "result_ttl_seconds"];
    let arn = |id: &str| format!("arn:aws:apigateway:eu-west-1::/restapis/a1/authorizers/{id}");
    assert_eq!(
        columns(&collected, "apigateway_authorizers", &names),
        [
            json!([arn("z1"), "COGNITO_USER_POOLS", ["arn:pool"], null, 300]),
            json!([arn("z2"), "TOKEN", [], "arn:role", null]),
            json!([arn("z3"), null, [], null, null]),
        ]
    );
}

#[tokio::test]
async fn a_refused_list_is_how_the_task_ends() {
    for (code, status, class) in
        [("AccessDeniedException", 403, Class::Denied), ("UnknownOperationException", 404, Class::Unsupported)]
    {
        let recorded = Recorded::new().refuse("GetRestApis", "", status, &json_error(code));
        let collected = recorded.run(&REST_APIS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == class), "{code}");
    }
}
