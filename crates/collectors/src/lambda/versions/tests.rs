//! Recorded answers: versions of two pages, more of them than are asked for, a function that went away, one whose list is
//! refused.

use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::{ASKED_MAX, VERSIONS};
use crate::testing::{columns, json_error};

const ARN: &str = "arn:aws:lambda:eu-west-1:111122223333:function";
const FOREIGN: &str = r#"{"Policy":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"999988887777\"},\"Action\":\"lambda:InvokeFunction\"}]}"}"#;

fn functions(names: &[&str], more: &str) -> String {
    let listed: Vec<_> = names
        .iter()
        .map(|name| format!(r#"{{"FunctionName":"{name}","FunctionArn":"{ARN}:{name}","CodeSize":1}}"#))
        .collect();
    format!(r#"{{"Functions":[{}]{more}}}"#, listed.join(","))
}

fn version(function: &str, number: &str, more: &str) -> String {
    format!(r#"{{"FunctionArn":"{ARN}:{function}:{number}","Version":"{number}"{more}}}"#)
}

fn recorded() -> Recorded {
    let (gone, denied) = (json_error("ResourceNotFoundException"), json_error("AccessDeniedException"));
    let latest = version("orders", "$LATEST", r#","CodeSize":9"#);
    let first = version(
        "orders",
        "1",
        r#","CodeSize":1024,"Runtime":"cobol9","LastModified":"2025-12-22T00:00:00.000+0000","CodeSha256":"abc=",
        "Environment":{"Variables":{"API_TOKEN":"CANARY"}},"Layers":[{"Arn":"l:1"}],"Role":"arn:role""#,
    );
    let second = version("orders", "2", r#","LastModified":"lately","Environment":{"Error":{"ErrorCode":"x"}}"#);
    Recorded::new()
        .answer("ListFunctions", &functions(&["orders", "gone"], r#","NextMarker":"second""#))
        .answer_to("ListFunctions", "second", &functions(&["denied", ""], ""))
        .answer_to(
            "ListVersionsByFunction",
            "orders",
            &format!(r#"{{"Versions":[{latest},{first}],"NextMarker":"m"}}"#),
        )
        .answer_to("ListVersionsByFunction", "Marker=m", &format!(r#"{{"Versions":[{second}]}}"#))
        .refuse("ListVersionsByFunction", "gone", 404, &gone)
        .refuse("ListVersionsByFunction", "denied", 403, &denied)
        .answer_to("GetPolicy", "Qualifier=1", FOREIGN)
        .answer_to("GetResourcePolicy", "orders%3A1", FOREIGN)
        .refuse("GetPolicy", "Qualifier=2", 403, &denied)
        .refuse("GetResourcePolicy", "orders%3A2", 404, &gone)
}

async fn collected() -> Collected {
    let collected = recorded().run(&VERSIONS).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn published_versions_of_two_pages_have_rows() {
    let collected = collected().await;
    collected.assert_all_calls(&VERSIONS);
    let names = ["function_version", "runtime", "code_size_bytes", "last_modified_days", "environment_names"];
    assert_eq!(
        columns(&collected, "lambda_versions", &names),
        [json!(["2", null, null, null, null]), json!(["1", "cobol9", 1024, 10, ["API_TOKEN"]])]
    );
    let row = &collected.table("lambda_versions")[1];
    assert_eq!(
        (&row["arn"], &row["function_arn"]),
        (&json!(format!("{ARN}:orders:1")), &json!(format!("{ARN}:orders")))
    );
    assert_eq!((&row["layer_arns"], &row["has_secret_like_environment_name"]), (&json!(["l:1"]), &json!(true)));
    assert!(!format!("{:?}", collected.rows).contains("CANARY"));
    // A size, a moment, a policy, and all versions of a function and of one without a name.
    assert_eq!(collected.short(), (5, vec!["lambda_versions", "policy_documents", "policy_statements"]));
    assert_eq!(collected.gone, 1);
}

#[tokio::test]
async fn a_policy_is_of_the_version() {
    let collected = collected().await;
    assert_eq!(
        columns(&collected, "policy_documents", &["resource_arn", "policy_name", "state", "error_code"]),
        [
            json!([format!("{ARN}:orders:2"), "", "unread", "AccessDeniedException"]),
            json!([format!("{ARN}:orders:1"), "", "read", null]),
        ]
    );
}

#[tokio::test]
async fn only_the_newest_versions_are_asked_for_policies() {
    let count = ASKED_MAX + 2;
    let listed: Vec<_> = (1..=count).map(|it| version("f", &it.to_string(), r#","CodeSize":1"#)).collect();
    let gone = json_error("ResourceNotFoundException");
    let mut recorded = Recorded::new()
        .answer("ListFunctions", &functions(&["f"], ""))
        .answer("ListVersionsByFunction", &format!(r#"{{"Versions":[{}]}}"#, listed.join(",")));
    for _ in 0..ASKED_MAX {
        recorded = recorded.refuse("GetPolicy", "", 404, &gone).refuse("GetResourcePolicy", "", 404, &gone);
    }
    let collected = recorded.run(&VERSIONS).await;
    collected.result.as_ref().unwrap();
    let rows = columns(&collected, "lambda_versions", &["function_version", "is_policy_asked"]);
    assert_eq!((rows.len(), &rows[0]), (count, &json!([count.to_string(), true])));
    assert_eq!(rows[ASKED_MAX..], [json!(["2", false]), json!(["1", false])]);
    let states = columns(&collected, "policy_documents", &["state", "error_code"]);
    assert_eq!(
        states[ASKED_MAX - 1..],
        [json!(["absent", null]), json!(["unread", "NotAsked"]), json!(["unread", "NotAsked"]),]
    );
    assert_eq!(collected.short(), (0, vec![]), "nothing was missed");
}

#[tokio::test]
async fn a_denied_list_is_how_the_task_ends() {
    let denied = json_error("AccessDeniedException");
    let collected = Recorded::new().refuse("ListFunctions", "", 403, &denied).run(&VERSIONS).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
}
