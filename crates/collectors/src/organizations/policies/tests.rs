//! Recorded answers: known types, one that only the organization knows, odd and vanished policies, refusals.

use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::*;
use crate::testing::{columns, json_error};

const ROOTS: &str = r#"{"Roots": [{"Id": "r-1", "PolicyTypes": [
    {"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"},
    {"Type": "TAG_POLICY", "Status": "PENDING_ENABLE"},
    {"Type": "NEXT_YEARS_POLICY", "Status": "ENABLED"}]}]}"#;

/// Odd blanks, to be kept byte for byte.
const SCP: &str = r#"{ "Statement" : { "Effect":"Deny", "Action":"sqs:*", "Resource":"*" } }"#;

fn summary(id: &str, name: &str) -> String {
    format!(r#"{{"Id": "{id}", "Arn": "arn:aws:organizations::1:policy/o-1/{id}", "Name": "{name}"}}"#)
}

fn list(policies: &[&str], token: Option<&str>) -> String {
    let token = token.map(|token| format!(r#", "NextToken": "{token}""#)).unwrap_or_default();
    format!(r#"{{"Policies": [{}]{token}}}"#, policies.join(","))
}

fn content(text: &str) -> String {
    json!({ "Policy": { "Content": text } }).to_string()
}

fn targets(ids: &[(&str, &str)]) -> String {
    let targets: Vec<_> = ids.iter().map(|(id, kind)| json!({ "TargetId": id, "Type": kind })).collect();
    json!({ "Targets": targets }).to_string()
}

/// The types of this program that the organization has none of.
fn recorded() -> Recorded {
    recorded_of(ROOTS)
}

fn recorded_of(roots: &str) -> Recorded {
    let others = PolicyType::values().iter().filter(|it| !matches!(**it, "SERVICE_CONTROL_POLICY" | "S3_POLICY"));
    let empty =
        others.fold(Recorded::new(), |recorded, name| recorded.answer_to("ListPolicies", name, &list(&[], None)));
    empty.refuse("ListPolicies", "S3_POLICY", 400, &json_error("InvalidInputException")).answer("ListRoots", roots)
}

async fn collected() -> Collected {
    let (describe, of) = ("DescribePolicy", "ListTargetsForPolicy");
    let denied = json_error("AccessDeniedException");
    recorded()
        .answer_to("ListPolicies", "second", &list(&[&summary("p-gone", "gone"), &summary("p-dark", "dark")], None))
        .answer_to("ListPolicies", "SERVICE_CONTROL_POLICY", &list(&[&summary("p-sqs", "no-sqs")], Some("second")))
        .answer_to("ListPolicies", "NEXT_YEARS_POLICY", &list(&[&summary("p-new", "new")], None))
        .answer_to(describe, "p-sqs", &content(SCP))
        .refuse(describe, "p-gone", 400, &json_error("PolicyNotFoundException"))
        .refuse(describe, "p-dark", 400, &denied)
        .answer_to(describe, "p-new", &content("not json"))
        .answer_to(of, "p-sqs", &targets(&[("ou-1", "ORGANIZATIONAL_UNIT"), ("222222222222", "ACCOUNT")]))
        .refuse(of, "p-dark", 400, &denied)
        .answer_to(of, "p-new", &targets(&[]))
        .run(&POLICIES)
        .await
}

#[tokio::test]
async fn policies_of_every_type_also_of_an_unknown_one() {
    let collected = collected().await;
    collected.result.as_ref().unwrap();
    collected.assert_all_calls(&POLICIES);
    let names = ["policy_id", "policy_type", "is_type_enabled", "target_count", "is_attached", "document"];
    assert_eq!(
        columns(&collected, "organization_policies", &names),
        [
            json!(["p-new", "NEXT_YEARS_POLICY", true, 0, false, "not json"]),
            json!(["p-sqs", "SERVICE_CONTROL_POLICY", true, 2, true, SCP]),
            json!(["p-dark", "SERVICE_CONTROL_POLICY", true, null, null, null]),
        ]
    );
    let types = columns(&collected, "organization_policy_types", &["root_id", "policy_type", "is_enabled"]);
    assert_eq!(
        types,
        [
            json!(["r-1", "SERVICE_CONTROL_POLICY", true]),
            json!(["r-1", "TAG_POLICY", false]),
            json!(["r-1", "NEXT_YEARS_POLICY", true]),
        ]
    );
    let targets = columns(&collected, "organization_policy_targets", &["policy_id", "target_id", "target_type"]);
    assert_eq!(targets, [json!(["p-sqs", "ou-1", "ORGANIZATIONAL_UNIT"]), json!(["p-sqs", "222222222222", "ACCOUNT"])]);
}

#[tokio::test]
async fn control_policies_are_documents_and_an_unread_one_is_not_absent() {
    let collected = collected().await;
    assert_eq!(collected.missed.as_ref().map(|missed| missed.items), Some(2), "its content and its targets");
    let names = ["resource_arn", "resource_type", "policy_kind", "state", "document"];
    assert_eq!(
        columns(&collected, "policy_documents", &names),
        [
            json!(["arn:aws:organizations::1:policy/o-1/p-sqs", "organization_policy", "control", "read", SCP]),
            json!(["arn:aws:organizations::1:policy/o-1/p-dark", "organization_policy", "control", "unread", null]),
        ]
    );
    assert_eq!(columns(&collected, "policy_statements", &["effect", "actions"]), [json!(["Deny", ["sqs:*"]])]);
}

#[tokio::test]
async fn a_named_type_that_cannot_be_listed_is_missed() {
    let collected = recorded()
        .answer_to("ListPolicies", "SERVICE_CONTROL_POLICY", &list(&[], None))
        .refuse("ListPolicies", "NEXT_YEARS_POLICY", 400, &json_error("InvalidInputException"))
        .run(&POLICIES)
        .await;
    collected.result.as_ref().unwrap();
    assert_eq!(collected.missed.as_ref().map(|missed| missed.items), Some(1));
}

#[tokio::test]
async fn a_refused_list_of_policies_keeps_the_types_and_the_other_lists() {
    let denied = json_error("AccessDeniedException");
    let collected = recorded()
        .refuse("ListPolicies", "SERVICE_CONTROL_POLICY", 400, &denied)
        .answer_to("ListPolicies", "NEXT_YEARS_POLICY", &list(&[&summary("p-new", "new")], None))
        .answer("DescribePolicy", &content("not json"))
        .answer("ListTargetsForPolicy", &targets(&[]))
        .run(&POLICIES)
        .await;
    collected.result.as_ref().unwrap();
    assert_eq!(collected.table("organization_policy_types").len(), 3);
    assert_eq!(columns(&collected, "organization_policies", &["policy_id"]), [json!(["p-new"])]);
    let tables = ["organization_policies", "organization_policy_targets", "policy_documents", "policy_statements"];
    assert_eq!(collected.short(), (1, tables.to_vec()));
}

#[tokio::test]
async fn what_has_no_id_is_counted() {
    let roots = r#"{"Roots": [{"Id": "r-1", "PolicyTypes": [{"Status": "ENABLED"}]},
        {"PolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]}]}"#;
    let nameless = r#"{"Name": "odd", "Arn": "arn:odd"}"#;
    let collected = recorded_of(roots)
        .answer_to("ListPolicies", "SERVICE_CONTROL_POLICY", &list(&[&summary("p-sqs", "no-sqs"), nameless], None))
        .answer("DescribePolicy", &content(SCP))
        .answer("ListTargetsForPolicy", r#"{"Targets": [{"Type": "ACCOUNT"}]}"#)
        .run(&POLICIES)
        .await;
    collected.result.as_ref().unwrap();
    let names = ["policy_id", "is_type_enabled", "target_count"];
    assert_eq!(columns(&collected, "organization_policies", &names), [json!(["p-sqs", true, 1])]);
    // A type, a root, a policy, and a target.
    let tables = ["organization_policies", "organization_policy_targets", "organization_policy_types"];
    let tables: Vec<_> = tables.into_iter().chain(["policy_documents", "policy_statements"]).collect();
    assert_eq!(collected.short(), (4, tables));
}

#[tokio::test]
async fn a_refused_list_ends_the_task() {
    let denied = json_error("AccessDeniedException");
    let collected = Recorded::new().refuse("ListRoots", "", 400, &denied).run(&POLICIES).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
}
