//! Recorded answers: layers of two pages with versions of two pages, one that went away, one whose list is refused.

use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::{ASKED_MAX, LAYERS};
use crate::testing::{columns, json_error};

const ARN: &str = "arn:aws:lambda:eu-west-1:111122223333:layer";
const PUBLIC: &str = r#"{"Policy":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"lambda:GetLayerVersion\"}]}"}"#;

fn layers(names: &[&str], more: &str) -> String {
    let listed: Vec<_> =
        names.iter().map(|name| format!(r#"{{"LayerName":"{name}","LayerArn":"{ARN}:{name}"}}"#)).collect();
    format!(r#"{{"Layers":[{}]{more}}}"#, listed.join(","))
}

fn recorded() -> Recorded {
    let (gone, denied) = (json_error("ResourceNotFoundException"), json_error("AccessDeniedException"));
    let third = format!(
        r#"{{"LayerVersionArn":"{ARN}:tools:3","Version":3,"CreatedDate":"2025-12-22T00:00:00.000+0000",
        "Description":"","CompatibleRuntimes":["cobol9"],"CompatibleArchitectures":["arm64"],"LicenseInfo":"MIT"}}"#
    );
    let rest = r#"{"Version":2,"CreatedDate":"2025-12-22T00:00:00.000+0000"},{"Version":1}"#;
    Recorded::new()
        .answer("ListLayers", &layers(&["tools", "gone"], r#","NextMarker":"second""#))
        .answer_to("ListLayers", "second", &layers(&["denied", ""], ""))
        .answer_to("ListLayerVersions", "tools", &format!(r#"{{"LayerVersions":[{third}],"NextMarker":"more"}}"#))
        .answer_to("ListLayerVersions", "Marker=more", &format!(r#"{{"LayerVersions":[{rest}]}}"#))
        .refuse("ListLayerVersions", "gone", 404, &gone)
        .refuse("ListLayerVersions", "denied", 403, &denied)
        .answer_to("GetLayerVersionPolicy", "versions/3/", PUBLIC)
        .refuse("GetLayerVersionPolicy", "versions/2/", 404, &gone)
        .refuse("GetLayerVersionPolicy", "versions/1/", 400, &json_error("UnknownOperationException"))
}

async fn collected() -> Collected {
    let collected = recorded().run(&LAYERS).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn versions_of_two_pages_have_rows() {
    let collected = collected().await;
    collected.assert_all_calls(&LAYERS);
    let names = ["arn", "layer_version", "age_days", "compatible_runtimes", "license_info", "description"];
    assert_eq!(
        columns(&collected, "lambda_layer_versions", &names),
        [
            json!([format!("{ARN}:tools:3"), 3, 10, ["cobol9"], "MIT", null]),
            json!([format!("{ARN}:tools:2"), 2, 10, [], null, null]),
            json!([format!("{ARN}:tools:1"), 1, null, [], null, null]),
        ]
    );
    let row = &collected.table("lambda_layer_versions")[0];
    assert_eq!((&row["layer_name"], &row["layer_arn"]), (&json!("tools"), &json!(format!("{ARN}:tools"))));
    // A moment, a policy, and all versions of a layer and of one without a name.
    assert_eq!(collected.short(), (4, vec!["lambda_layer_versions", "policy_documents", "policy_statements"]));
    assert_eq!(collected.gone, 1);
}

#[tokio::test]
async fn a_policy_is_read_absent_or_unread() {
    let collected = collected().await;
    assert_eq!(
        columns(&collected, "policy_documents", &["resource_arn", "resource_type", "state", "error_code"]),
        [
            json!([format!("{ARN}:tools:3"), "lambda_layer", "read", null]),
            json!([format!("{ARN}:tools:2"), "lambda_layer", "absent", null]),
            json!([format!("{ARN}:tools:1"), "lambda_layer", "unread", "UnknownOperationException"]),
        ]
    );
}

#[tokio::test]
async fn a_denied_list_is_how_the_task_ends() {
    let denied = json_error("AccessDeniedException");
    let collected = Recorded::new().refuse("ListLayers", "", 403, &denied).run(&LAYERS).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
}

#[tokio::test]
async fn the_policies_of_the_newest_versions_are_read_and_of_the_others_by_choice_not() {
    // The oldest first: nobody promises that AWS begins with the newest.
    let version = |number| format!(r#"{{"Version":{number},"CreatedDate":"2025-12-22T00:00:00.000+0000"}}"#);
    let versions: Vec<_> = (1..=ASKED_MAX + 2).map(version).collect();
    let mut recorded = Recorded::new()
        .answer("ListLayers", &layers(&["tools"], ""))
        .answer("ListLayerVersions", &format!(r#"{{"LayerVersions":[{}]}}"#, versions.join(",")));
    let none = json_error("ResourceNotFoundException");
    for number in 3..=ASKED_MAX + 2 {
        recorded = recorded.refuse("GetLayerVersionPolicy", &format!("versions/{number}/"), 404, &none);
    }
    let collected = recorded.run(&LAYERS).await;
    collected.result.as_ref().unwrap();
    assert_eq!(collected.table("lambda_layer_versions").len(), ASKED_MAX + 2, "each has a row");
    let documents = columns(&collected, "policy_documents", &["resource_arn", "state", "error_code"]);
    let newest = json!([format!("{ARN}:tools:{}", ASKED_MAX + 2), "absent", null]);
    assert_eq!((documents.len(), documents.first()), (ASKED_MAX + 2, Some(&newest)));
    let older = [2, 1].map(|number| json!([format!("{ARN}:tools:{number}"), "unread", "NotAsked"]));
    assert_eq!(documents[ASKED_MAX..], older);
    assert_eq!(collected.short(), (0, vec![]), "it is by choice");
}
