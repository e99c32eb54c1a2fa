//! Recorded answers: grants of two pages, odd ones, some that are refused, and more than are read.

use orgcensus_collect::testing::{Collected, Recorded};
use serde_json::json;

use super::GRANTS_MAX;
use crate::kms::keys::KEYS;
use crate::testing::{columns, json_error};

const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/one";
const RETIRING: &str = "arn:aws:iam::111122223333:role/a";
const NAMES: [&str; 4] = ["policy_kind", "policy_name", "state", "error_code"];

/// A key without anything else than grants, of this manager.
fn key(manager: &str) -> Recorded {
    let described = format!(
        r#"{{"KeyMetadata":{{"KeyId":"one","KeyManager":"{manager}","KeyState":"Enabled","KeySpec":"RSA_2048",
        "CreationDate":1735689600,"Enabled":true}}}}"#
    );
    Recorded::new()
        .answer("ListAliases", r#"{"Aliases":[]}"#)
        .answer("ListKeys", &format!(r#"{{"Keys":[{{"KeyId":"one","KeyArn":"{KEY}"}}]}}"#))
        .answer("DescribeKey", &described)
        .answer("GetKeyPolicy", r#"{"Policy":"{}"}"#)
        .answer("ListResourceTags", "{}")
}

fn grant(id: &str, rest: &str) -> String {
    format!(
        r#"{{"GrantId":"{id}","CreationDate":1766361600.5,"IssuingAccount":"arn:aws:iam::111122223333:root",{rest}}}"#
    )
}

/// Five grants on two pages: to another account, to a service for one resource, to a service in place of a principal, one
/// that allows a new operation, and one of which nothing is said.
async fn collected() -> Collected {
    let outside = r#""GranteePrincipal":"arn:aws:iam::999988887777:root","Name":"backup",
        "RetiringPrincipal":"arn:aws:iam::111122223333:role/a","Operations":["Decrypt","CreateGrant"],
        "Constraints":{"EncryptionContextSubset":{"aws:s3:arn":"CANARY","b":"CANARY"}}"#;
    let service = r#""GranteeServicePrincipal":"logs.amazonaws.com","Operations":["Decrypt"],
        "RetiringServicePrincipal":"logs.amazonaws.com","Constraints":{"SourceArn":"arn:aws:logs:eu-west-1:1:g"}"#;
    let old = r#""GranteePrincipal":"workmail.eu-west-1.amazonaws.com","Operations":["Decrypt"]"#;
    let new = r#""GranteePrincipal":"AROAEXAMPLEEXAMPLE123","Operations":["Transmute"]"#;
    let first = format!("{},{}", grant("g-1", outside), grant("g-2", service));
    let second = format!(r#"{},{},{{"GrantId":"g-5"}}"#, grant("g-3", old), grant("g-4", new));
    let recorded = key("CUSTOMER")
        .answer_to(
            "ListGrants",
            r#""Limit":100"#,
            &format!(r#"{{"Grants":[{first}],"Truncated":true,"NextMarker":"more"}}"#),
        )
        .answer_to("ListGrants", r#""Marker":"more""#, &format!(r#"{{"Grants":[{second}],"Truncated":false}}"#));
    let collected = recorded.run(&KEYS).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn grants_of_two_pages_have_rows() {
    let collected = collected().await;
    let names = ["grant_id", "grant_name", "grantee_principal", "grantee_service_principal", "operations", "age_days"];
    assert_eq!(
        columns(&collected, "kms_grants", &names),
        [
            json!(["g-1", "backup", "arn:aws:iam::999988887777:root", null, ["Decrypt", "CreateGrant"], 9]),
            json!(["g-2", null, null, "logs.amazonaws.com", ["Decrypt"], 9]),
            json!(["g-3", null, "workmail.eu-west-1.amazonaws.com", null, ["Decrypt"], 9]),
            json!(["g-4", null, "AROAEXAMPLEEXAMPLE123", null, ["Transmute"], 9]),
            json!(["g-5", null, null, null, [], null]),
        ]
    );
    let rows = collected.table("kms_grants");
    assert_eq!(rows[0]["constraints_json"], r#"{"EncryptionContextSubset":["aws:s3:arn","b"]}"#);
    assert!(rows[1]["constraints_json"].is_null());
    assert_eq!(rows[1]["source_arn"], "arn:aws:logs:eu-west-1:1:g");
    assert_eq!((&rows[0]["key_arn"], &rows[0]["retiring_principal"]), (&json!(KEY), &json!(RETIRING)));
    assert!(!format!("{:?}", collected.rows).contains("CANARY"), "no value of a context is kept");
    // Of the last grant its grantee, its moment and its issuer.
    assert_eq!(collected.short(), (3, vec!["kms_grants", "policy_documents", "policy_statements"]));
}

#[tokio::test]
async fn each_grant_is_a_share_with_its_operations() {
    let collected = collected().await;
    let documents = columns(&collected, "policy_documents", &NAMES);
    assert_eq!(documents[1], json!(["grant", "g-1", "read", null]));
    assert_eq!(documents[5..], [json!(["grant", "g-5", "unread", "ValueUnread"])]);
    let names = ["policy_name", "principals", "actions", "resources", "condition_keys"];
    let statements = columns(&collected, "policy_statements", &names);
    assert_eq!(
        statements,
        [
            json!(["g-1", ["AWS:arn:aws:iam::999988887777:root"], ["kms:Decrypt", "kms:CreateGrant"], [KEY], []]),
            json!(["g-2", ["Service:logs.amazonaws.com"], ["kms:Decrypt"], [KEY], ["aws:sourcearn"]]),
            json!(["g-3", ["Service:workmail.eu-west-1.amazonaws.com"], ["kms:Decrypt"], [KEY], []]),
            json!(["g-4", ["AWS:AROAEXAMPLEEXAMPLE123"], ["kms:Transmute"], [KEY], []]),
        ]
    );
}

#[tokio::test]
async fn grants_that_are_refused_are_unread_and_those_before_them_stay() {
    let one = grant("g-1", r#""GranteePrincipal":"arn:aws:iam::111122223333:role/a","Operations":["Decrypt"]"#);
    for code in ["AccessDeniedException", "UnsupportedOperationException", "NotFoundException"] {
        let recorded = key("CUSTOMER")
            .answer_to(
                "ListGrants",
                r#""Limit":100"#,
                &format!(r#"{{"Grants":[{one}],"Truncated":true,"NextMarker":"more"}}"#),
            )
            .refuse("ListGrants", r#""Marker":"more""#, 400, &json_error(code));
        let collected = recorded.run(&KEYS).await;
        collected.result.as_ref().unwrap();
        let documents = columns(&collected, "policy_documents", &NAMES);
        assert_eq!(documents[1..], [json!(["grant", "g-1", "read", null]), json!(["grant", "", "unread", code])]);
        assert_eq!(collected.table("kms_grants").len(), 1, "{code}");
        assert_eq!(collected.short(), (1, vec!["kms_grants", "policy_documents", "policy_statements"]), "{code}");
        assert_eq!((collected.gone, collected.table("kms_keys").len()), (0, 1), "{code}");
    }
}

#[tokio::test]
async fn a_key_of_awss_is_not_asked_for_grants() {
    let collected = key("AWS").run(&KEYS).await;
    collected.result.as_ref().unwrap();
    assert_eq!(columns(&collected, "policy_documents", &NAMES), [json!(["resource", "", "read", null])]);
    assert_eq!(collected.short(), (0, vec![]));
}

#[tokio::test]
async fn beyond_so_many_grants_no_more_are_read() {
    let grants: Vec<_> = (0..=GRANTS_MAX)
        .map(|number| grant(&format!("g-{number}"), r#""GranteePrincipal":"111122223333","Operations":["Decrypt"]"#))
        .collect();
    let page = format!(r#"{{"Grants":[{}],"Truncated":true,"NextMarker":"more"}}"#, grants.join(","));
    let collected = key("CUSTOMER").answer("ListGrants", &page).run(&KEYS).await;
    collected.result.as_ref().unwrap();
    assert_eq!(collected.table("kms_grants").len(), GRANTS_MAX);
    let documents = columns(&collected, "policy_documents", &NAMES);
    assert_eq!(documents.last(), Some(&json!(["grant", "", "unread", "NotAsked"])));
    assert_eq!(collected.short(), (0, vec![]), "nothing was missed");
}
