use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::FUNCTIONS;
use crate::testing::{columns, json_error};

const LIST: &str = "ListWebFunctions";
const ENDPOINTS: &str = "ListWebFunctionEndpoints";
const POLICY: &str = "GetResourcePolicy";

fn listed(name: &str) -> String {
    format!(
        r#"{{"functionName":"{name}","functionArn":"arn:{name}","state":"Resting","stateReason":"",
        "createdAt":1766361600,"updatedAt":1766361600}}"#
    )
}

fn endpoint(name: &str, auth: &str) -> String {
    format!(
        r#"{{"endpointArn":"arn:e:{name}","endpointName":"{name}","endpointType":"HomeRegion","domainName":"{name}.example",
        "authType":"{auth}","autoDeploymentMode":"Disabled","regions":["eu-west-1"],"throttleConfig":{{"rateLimit":9}},
        "state":"Active","createdAt":1766361600,"updatedAt":1766361600}}"#
    )
}

/// Five functions on two pages: one with endpoints on two pages and a policy, one without either, one that went away,
/// one of which all is refused, and one without a name.
async fn collected() -> Collected {
    let first = format!(r#"{{"functions":[{},{}],"nextToken":"more"}}"#, listed("shop"), listed("plain"));
    let second = format!(r#"{{"functions":[{},{},{{}}]}}"#, listed("gone"), listed("denied"));
    let page = format!(r#"{{"endpoints":[{}],"nextToken":"rest"}}"#, endpoint("live", "ApplicationManaged"));
    let rest = format!(r#"{{"endpoints":[{},{{"endpointName":"bare"}},{{}}]}}"#, endpoint("inner", "IamAuth"));
    let (none, denied) = (json_error("ResourceNotFoundException"), json_error("AccessDeniedException"));
    let recorded = Recorded::new()
        .answer_to(LIST, r#""maxResults":50"#, &first)
        .answer_to(LIST, "more", &second)
        .answer_to(ENDPOINTS, "web-functions/shop", &page)
        .answer_to(ENDPOINTS, "rest", &rest)
        .answer_to(ENDPOINTS, "web-functions/plain", r#"{"endpoints":[]}"#)
        .refuse(ENDPOINTS, "web-functions/gone", 404, &none)
        .refuse(ENDPOINTS, "web-functions/denied", 403, &denied)
        .answer_to(POLICY, "shop", r#"{"Policy":"{\"Statement\":[]}","RevisionId":"1"}"#)
        .refuse(POLICY, "plain", 404, &none)
        .refuse(POLICY, "gone", 404, &none)
        .refuse(POLICY, "denied", 403, &denied);
    let collected = recorded.run(&FUNCTIONS).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn functions_know_whether_everyone_reaches_them() {
    let collected = collected().await;
    collected.assert_all_calls(&FUNCTIONS);
    let names = ["function_name", "state", "endpoint_count", "has_open_endpoint", "age_days"];
    assert_eq!(
        columns(&collected, "lambda_web_functions", &names),
        [
            json!(["shop", "Resting", 4, true, 10]),
            json!(["plain", "Resting", 0, false, 10]),
            json!(["denied", "Resting", null, null, 10]),
        ]
    );
    let names = ["endpoint_name", "function_arn", "auth_type", "regions", "throttle_rate_limit"];
    assert_eq!(
        columns(&collected, "lambda_web_endpoints", &names),
        [
            json!(["live", "arn:shop", "ApplicationManaged", ["eu-west-1"], 9]),
            json!(["inner", "arn:shop", "IamAuth", ["eu-west-1"], 9]),
            json!(["bare", "arn:shop", null, [], null]),
        ]
    );
    assert_eq!(
        columns(&collected, "policy_documents", &["state", "error_code"]),
        [json!(["read", null]), json!(["absent", null]), json!(["unread", "AccessDeniedException"])]
    );
    // A function's endpoints and policy, six values of an endpoint, a function and an endpoint without a name.
    let short = vec!["lambda_web_endpoints", "lambda_web_functions", "policy_documents", "policy_statements"];
    assert_eq!(collected.short(), (10, short));
    assert_eq!(collected.gone, 1);
}

#[tokio::test]
async fn a_denied_list_is_how_the_task_ends() {
    let denied = json_error("AccessDeniedException");
    let collected = Recorded::new().refuse(LIST, "", 403, &denied).run(&FUNCTIONS).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
}
