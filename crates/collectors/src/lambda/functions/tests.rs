//! Recorded answers: functions of two pages, one that went away, one whose parts are denied.

use orgcensus_collect::testing::{Collected, Recorded};

use super::FUNCTIONS;
use crate::testing::columns;

const ARN: &str = "arn:aws:lambda:eu-west-1:111122223333:function";
const DENIED: &str = r#"{"__type": "AccessDeniedException", "Message": "not authorized"}"#;
const GONE: &str = r#"{"__type": "ResourceNotFoundException", "Message": "none"}"#;
const NO_URLS: &str = r#"{"FunctionUrlConfigs": []}"#;
const PUBLIC: &str = r#"{"Policy": "{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"lambda:InvokeFunctionUrl\"}]}"}"#;

fn function(name: &str, more: &str) -> String {
    format!(r#"{{"FunctionName": "{name}", "FunctionArn": "{ARN}:{name}", "CodeSize": 1024{more}}}"#)
}

fn recorded() -> Recorded {
    let orders = function(
        "orders",
        r#", "Runtime": "cobol9", "Role": "arn:aws:iam::111122223333:role/orders", "VpcConfig": {"VpcId": ""},
        "LastModified": "2025-12-22T00:00:00.000+0000",
        "Environment": {"Variables": {"STAGE": "CANARY", "DB_PASSWORD": "CANARY"}}"#,
    );
    let (gone, bare) = (function("gone", ""), function("bare", r#", "Environment": {"Error": {"ErrorCode": "x"}}"#));
    let (first, second) = (format!(r#"{{"Functions": [{orders}, {gone}], "NextMarker": "second"}}"#), bare);
    let urls = format!(
        r#"{{"FunctionUrlConfigs": [{{"FunctionUrl": "https://x.lambda-url.eu-west-1.on.aws/", "AuthType": "NONE",
        "FunctionArn": "{ARN}:orders:live", "CreationTime": "2025-12-22T00:00:00.000000Z",
        "LastModifiedTime": "2025-12-22T00:00:00.000000Z"}}, {{"AuthType": "AWS_IAM"}}]}}"#
    );
    Recorded::new()
        .answer("ListFunctions", &first)
        .answer_to("ListFunctions", "second", &format!(r#"{{"Functions": [{second}, {{}}]}}"#))
        .answer_to("ListFunctionUrlConfigs", "orders", &urls)
        .answer_to("GetPolicy", "orders", PUBLIC)
        .answer_to("GetResourcePolicy", "orders", PUBLIC)
        .answer_to("ListTags", "orders", r#"{"Tags": {"team": "shop"}}"#)
        .refuse("ListFunctionUrlConfigs", "gone", 404, GONE)
        .refuse("GetPolicy", "gone", 404, GONE)
        .refuse("GetResourcePolicy", "gone", 404, GONE)
        .refuse("ListTags", "gone", 404, GONE)
        .answer_to("ListFunctionUrlConfigs", "bare", NO_URLS)
        .refuse("GetPolicy", "bare", 403, DENIED)
        .refuse("GetResourcePolicy", "bare", 404, GONE)
        .refuse("ListTags", "bare", 403, DENIED)
}

async fn collected() -> Collected {
    let collected = recorded().run(&FUNCTIONS).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn functions_of_two_pages_one_gone_one_denied() {
    let collected = collected().await;
    collected.assert_all_calls(&FUNCTIONS);
    // A policy, tags, a function without a name, and a URL without an ARN.
    let tables = ["lambda_function_urls", "lambda_functions", "policy_documents", "policy_statements"];
    assert_eq!(collected.short(), (4, tables.to_vec()));
    assert_eq!(collected.table("lambda_function_urls").len(), 1);
    assert_eq!(collected.gone, 1);

    let functions = collected.table("lambda_functions");
    assert_eq!(functions.len(), 2);
    assert_eq!(functions[0]["runtime"], "cobol9");
    assert_eq!(functions[0]["last_modified_days"], 10);
    assert!(functions[0]["vpc_id"].is_null());
    assert_eq!(functions[0]["has_unauthenticated_url"], true);
    assert_eq!(functions[1]["has_url"], false);
    assert!(functions[1]["environment_names"].is_null() && functions[1]["tags"].is_null());
}

#[tokio::test]
async fn urls_that_lambda_does_not_know_of_are_unknown_and_not_none() {
    let unsaid = format!(
        r#"{{"FunctionName": "odd", "FunctionArn": "{ARN}:odd", "LastModified": "lately",
        "Layers": [{{"Arn": "l"}}, {{"CodeSize": 7}}]}}"#
    );
    let recorded = Recorded::new()
        .answer("ListFunctions", &format!(r#"{{"Functions": [{unsaid}, {}]}}"#, function("plain", "")))
        .refuse("ListFunctionUrlConfigs", "odd", 400, r#"{"__type": "UnknownOperationException"}"#)
        .answer_to("GetPolicy", "odd", "{}")
        .refuse("GetResourcePolicy", "odd", 404, GONE)
        .answer_to("ListTags", "odd", "{}")
        .answer_to(
            "ListFunctionUrlConfigs",
            "plain",
            &format!(r#"{{"FunctionUrlConfigs": [{{"FunctionUrl": "https://x/", "FunctionArn": "{ARN}:plain"}}]}}"#),
        )
        .refuse("GetPolicy", "plain", 404, GONE)
        .refuse("GetResourcePolicy", "plain", 404, GONE)
        .answer_to("ListTags", "plain", "{}");
    let collected = recorded.run(&FUNCTIONS).await;
    collected.result.as_ref().unwrap();
    let functions = collected.table("lambda_functions");
    for column in ["has_url", "has_unauthenticated_url", "code_size_bytes", "last_modified_at"] {
        assert!(functions[0][column].is_null(), "{column}");
    }
    assert_eq!((&functions[1]["code_size_bytes"], &functions[1]["has_url"]), (&1024.into(), &true.into()));
    assert!(functions[1]["has_unauthenticated_url"].is_null());
    let url = &collected.table("lambda_function_urls")[0];
    assert!(url["auth_type"].is_null() && url["is_unauthenticated"].is_null(), "{url}");
    // URLs, a policy, a size, a moment, a layer; of the other's URL two values.
    let tables = ["lambda_function_urls", "lambda_functions", "policy_documents", "policy_statements"];
    assert_eq!(collected.short(), (7, tables.to_vec()));
}

#[tokio::test]
async fn of_the_environment_only_names_are_kept() {
    let collected = collected().await;
    let function = &collected.table("lambda_functions")[0];
    assert_eq!(function["environment_names"], serde_json::json!(["DB_PASSWORD", "STAGE"]));
    assert_eq!(function["has_secret_like_environment_name"], true);
    assert_eq!(function["secret_like_variables"], serde_json::json!(["DB_PASSWORD"]));
    let unread = &collected.table("lambda_functions")[1];
    assert!(unread["secret_like_variables"].is_null() && unread["has_secret_like_environment_name"].is_null());
    assert!(!format!("{:?}", collected.rows).contains("CANARY"));
}

#[tokio::test]
async fn a_url_of_an_alias_names_the_alias_and_the_policy_is_the_functions() {
    let collected = collected().await;
    let url = &collected.table("lambda_function_urls")[0];
    assert_eq!((&url["qualifier"], &url["age_days"]), (&"live".into(), &10.into()));
    assert_eq!(url["qualified_arn"], format!("{ARN}:orders:live"));
    let policies = collected.table("policy_documents").iter();
    let states: Vec<_> = policies.map(|row| (row["policy_name"].as_str(), row["state"].as_str())).collect();
    assert_eq!(states, [(Some(""), Some("read")), (Some(""), Some("unread"))]);
}

#[tokio::test]
async fn a_runtime_past_its_end_one_that_is_not_one_that_nobody_knows_and_an_image() {
    let named = [
        ("old", r#", "Runtime": "python2.7", "PackageType": "Zip""#),
        ("new", r#", "Runtime": "python3.13", "Environment": {"Variables": {"STAGE": "CANARY"}}"#),
        ("odd", r#", "Runtime": "cobol9""#),
        ("image", r#", "PackageType": "Image""#),
    ];
    let listed = named.map(|(name, more)| function(name, more)).join(",");
    let mut recorded = Recorded::new().answer("ListFunctions", &format!(r#"{{"Functions": [{listed}]}}"#));
    for (name, _) in named {
        recorded = recorded
            .answer_to("ListFunctionUrlConfigs", name, NO_URLS)
            .refuse("GetPolicy", name, 404, GONE)
            .refuse("GetResourcePolicy", name, 404, GONE)
            .answer_to("ListTags", name, "{}");
    }
    let collected = recorded.run(&FUNCTIONS).await;
    collected.result.as_ref().unwrap();
    let names = ["function_name", "is_runtime_deprecated", "secret_like_variables"];
    assert_eq!(
        columns(&collected, "lambda_functions", &names),
        [
            serde_json::json!(["old", true, []]),
            serde_json::json!(["new", false, []]),
            serde_json::json!(["odd", null, []]),
            serde_json::json!(["image", null, []]),
        ]
    );
    let days = ["runtime_deprecated_at", "runtime_create_blocked_at", "runtime_update_blocked_at"];
    let all = columns(&collected, "lambda_functions", &days);
    assert!(all[0].as_array().unwrap().iter().all(|day| !day.is_null()), "{}", all[0]);
    assert_eq!((&all[2], &all[3]), (&serde_json::json!([null, null, null]), &serde_json::json!([null, null, null])));
}
