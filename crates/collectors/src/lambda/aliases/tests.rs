//! Recorded answers: functions of two pages with aliases of two pages, one that went away, one whose list is refused.

use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::ALIASES;
use crate::testing::{columns, json_error};

const ARN: &str = "arn:aws:lambda:eu-west-1:111122223333:function";
const PUBLIC: &str =
    r#"{"Policy":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"lambda:InvokeFunction\"}]}"}"#;
/// The same with other blanks.
const PUBLIC_TOO: &str = r#"{"Policy":"{ \"Statement\" : [{\"Action\":\"lambda:InvokeFunction\",\"Principal\":\"*\",\"Effect\":\"Allow\"}]}"}"#;
const FOREIGN: &str = r#"{"Policy":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"999988887777\"},\"Action\":\"lambda:InvokeFunction\"}]}"}"#;

fn functions(names: &[&str], more: &str) -> String {
    let listed: Vec<_> = names
        .iter()
        .map(|name| format!(r#"{{"FunctionName":"{name}","FunctionArn":"{ARN}:{name}","CodeSize":1}}"#))
        .collect();
    format!(r#"{{"Functions":[{}]{more}}}"#, listed.join(","))
}

fn alias(name: &str, more: &str) -> String {
    format!(r#"{{"AliasArn":"{ARN}:orders:{name}","Name":"{name}"{more}}}"#)
}

fn recorded() -> Recorded {
    let (gone, denied) = (json_error("ResourceNotFoundException"), json_error("AccessDeniedException"));
    let live = alias(
        "live",
        r#","FunctionVersion":"7","Description":"","RoutingConfig":{"AdditionalVersionWeights":{"8":0.25}}"#,
    );
    let (next, odd) = (alias("next", r#","FunctionVersion":"$LATEST""#), alias("odd", ""));
    Recorded::new()
        .answer("ListFunctions", &functions(&["orders", "gone"], r#","NextMarker":"second""#))
        .answer_to("ListFunctions", "second", &functions(&["denied", ""], ""))
        .answer_to("ListAliases", "orders", &format!(r#"{{"Aliases":[{live}],"NextMarker":"more"}}"#))
        .answer_to("ListAliases", "Marker=more", &format!(r#"{{"Aliases":[{next},{odd}]}}"#))
        .refuse("ListAliases", "gone", 404, &gone)
        .refuse("ListAliases", "denied", 403, &denied)
        .answer_to("GetPolicy", "Qualifier=live", PUBLIC)
        .answer_to("GetResourcePolicy", "live", PUBLIC_TOO)
        .refuse("GetPolicy", "Qualifier=next", 404, &gone)
        .answer_to("GetResourcePolicy", "next", FOREIGN)
        .refuse("GetPolicy", "Qualifier=odd", 404, &gone)
        .refuse("GetResourcePolicy", "odd", 400, &json_error("UnknownOperationException"))
}

async fn collected() -> Collected {
    let collected = recorded().run(&ALIASES).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn aliases_of_two_pages_have_rows() {
    let collected = collected().await;
    collected.assert_all_calls(&ALIASES);
    let names = ["arn", "function_version", "description", "additional_weights_json"];
    assert_eq!(
        columns(&collected, "lambda_aliases", &names),
        [
            json!([format!("{ARN}:orders:live"), "7", null, r#"{"8":0.25}"#]),
            json!([format!("{ARN}:orders:next"), "$LATEST", null, null]),
            json!([format!("{ARN}:orders:odd"), null, null, null]),
        ]
    );
    assert_eq!(collected.table("lambda_aliases")[0]["function_arn"], format!("{ARN}:orders"));
    // A version, a policy, and all aliases of a function and of one without a name.
    assert_eq!(collected.short(), (4, vec!["lambda_aliases", "policy_documents", "policy_statements"]));
    assert_eq!(collected.gone, 1);
}

#[tokio::test]
async fn a_policy_is_of_the_alias_and_stands_twice_only_if_the_two_calls_differ() {
    let collected = collected().await;
    assert_eq!(
        columns(&collected, "policy_documents", &["resource_arn", "policy_name", "state", "error_code"]),
        [
            json!([format!("{ARN}:orders:live"), "", "read", null]),
            json!([format!("{ARN}:orders:next"), "", "absent", null]),
            json!([format!("{ARN}:orders:next"), "resource_policy", "read", null]),
            json!([format!("{ARN}:orders:odd"), "", "absent", null]),
            json!([format!("{ARN}:orders:odd"), "resource_policy", "unread", "UnknownOperationException"]),
        ]
    );
}

#[tokio::test]
async fn a_denied_list_is_how_the_task_ends() {
    let denied = json_error("AccessDeniedException");
    let collected = Recorded::new().refuse("ListFunctions", "", 403, &denied).run(&ALIASES).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
}
