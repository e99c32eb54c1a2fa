use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::{Value, json};

use super::{ACTIVITY, Listed, OF_IAM, OF_REGIONS, event, walks};
use crate::items::Unread;
use crate::testing::{columns, json_error};

const LOOKUP: &str = "LookupEvents";

const EMPTY: &str = r#"{"Events":[]}"#;

/// An event as LookupEvents gives it, with its record as a text.
fn listed(id: &str, name: &str, source: &str, resources: &[&str], record: &Value) -> Value {
    let resources: Vec<Value> = resources.iter().map(|it| json!({"ResourceType": "X", "ResourceName": it})).collect();
    json!({
        "EventId": id,
        "EventName": name,
        "EventSource": source,
        "EventTime": 1_767_222_000,
        "ReadOnly": "false",
        "Username": "typed",
        "AccessKeyId": "AKIAEXAMPLE",
        "Resources": resources,
        "CloudTrailEvent": record.to_string(),
    })
}

fn page(events: &[Value], more: &str) -> String {
    json!({"Events": events, "NextToken": (!more.is_empty()).then_some(more)}).to_string()
}

/// A sign-in, as AWS documents its record.
fn sign_in(id: &str, identity: &Value, answer: &str, mfa: &str) -> Value {
    let record = json!({
        "eventVersion": "1.08",
        "userIdentity": identity,
        "sourceIPAddress": "192.0.2.0",
        "requestParameters": null,
        "responseElements": {"ConsoleLogin": answer},
        "errorMessage": (answer == "Failure").then_some("Failed authentication"),
        "additionalEventData": {"MobileVersion": "No", "MFAUsed": mfa},
        "readOnly": false,
        "eventType": "AwsConsoleSignIn",
    });
    listed(id, "ConsoleLogin", "signin.amazonaws.com", &["typed-password"], &record)
}

fn group_opened() -> Value {
    let record = json!({
        "userIdentity": {
            "type": "AssumedRole",
            "arn": "arn:aws:sts::111122223333:assumed-role/admin/ana",
            "sessionContext": {
                "sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::111122223333:role/admin"},
                "attributes": {"mfaAuthenticated": "true"},
            },
        },
        "sourceIPAddress": "cloudformation.amazonaws.com",
        "requestParameters": {"groupId": "sg-1", "secret": "never kept"},
        "responseElements": {"securityGroupRuleSet": {"items": [{"securityGroupRuleId": "sgr-2"}]}},
        "eventType": "AwsApiCall",
        "readOnly": false,
    });
    listed("e-group", "AuthorizeSecurityGroupIngress", "ec2.amazonaws.com", &["sg-1"], &record)
}

async fn collected() -> Collected {
    let user = json!({"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/ana", "userName": "ana"});
    let hidden = json!({"type": "IAMUser", "userName": "HIDDEN_DUE_TO_SECURITY_REASONS"});
    let root = json!({"type": "Root", "arn": "arn:aws:iam::111122223333:root"});
    let denied =
        json!({"userIdentity": root, "errorCode": "AccessDenied", "readOnly": true, "eventType": "AwsApiCall"});
    let denied = listed("e-denied", "ListUsers", "iam.amazonaws.com", &[], &denied);
    let odd = json!({"EventId": "e-odd", "EventName": "ConsoleLogin", "EventSource": "signin.amazonaws.com",
        "EventTime": "soon", "Resources": [{"ResourceName": "typed-password"}], "CloudTrailEvent": "no JSON"});
    let root_failed = sign_in("e-root", &root, "Failure", "No");
    let first = [sign_in("e-in", &user, "Success", "No"), sign_in("e-failed", &user, "Failure", "No")];
    let second = [sign_in("e-hidden", &hidden, "Failure", "Yes"), odd, json!({}), root_failed.clone()];
    let recorded = Recorded::new()
        .answer_to(LOOKUP, r#""AttributeValue":"ConsoleLogin""#, &page(&first, "more"))
        .answer_to(LOOKUP, "more", &page(&second, ""))
        .answer_to(LOOKUP, "AuthorizeSecurityGroupIngress", &page(&[group_opened()], ""))
        .answer_to(LOOKUP, "ModifySecurityGroupRules", EMPTY)
        .answer_to(LOOKUP, "PasswordRecoveryRequested", EMPTY)
        .answer_to(LOOKUP, r#""AttributeKey":"Username""#, &page(&[root_failed, denied], ""));
    let collected = recorded.run(&ACTIVITY).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn an_event_has_its_actor_and_what_it_was_about() {
    let collected = collected().await;
    collected.assert_all_calls(&ACTIVITY);
    let names = ["event_id", "actor_type", "actor_arn", "is_failed", "is_mfa_used", "error_code"];
    let (user, root) = ("arn:aws:iam::111122223333:user/ana", "arn:aws:iam::111122223333:root");
    assert_eq!(
        columns(&collected, "activity", &names),
        [
            json!(["e-group", "AssumedRole", "arn:aws:sts::111122223333:assumed-role/admin/ana", false, true, null]),
            json!(["e-in", "IAMUser", user, false, false, null]),
            json!(["e-failed", "IAMUser", null, true, false, null]),
            json!(["e-hidden", "IAMUser", null, true, true, null]),
            json!(["e-odd", null, null, null, null, null]),
            json!(["e-root", "Root", root, true, false, null]),
            json!(["e-root", "Root", root, true, false, null]),
            json!(["e-denied", "Root", root, true, null, "AccessDenied"]),
        ]
    );
    let group = &collected.table("activity")[0];
    assert_eq!(group["resources"], json!(["sg-1", "sgr-2"]));
    assert_eq!(group["session_issuer_arn"], "arn:aws:iam::111122223333:role/admin");
    assert_eq!(
        (&group["source_address"], &group["event_type"]),
        (&json!("cloudformation.amazonaws.com"), &json!("AwsApiCall"))
    );
    assert!(group["event_time"].as_str().is_some_and(|at| at.starts_with("2025-12-31T23:00:00")), "{group}");
    // An event without an id, and of another its moment and its record. Root's sign-in came twice, and is published
    // once.
    assert_eq!((collected.short(), collected.duplicates), ((3, vec!["activity"]), 1));
}

#[tokio::test]
async fn no_secret_is_kept_and_of_a_failed_sign_in_no_name() {
    let collected = collected().await;
    let text = format!("{:?}", collected.rows);
    for secret in ["typed", "HIDDEN", "never kept", "AKIAEXAMPLE"] {
        // Of a sign-in that succeeded AWS's list of resources is no secret.
        let text = text.replacen("typed-password", "", 1);
        assert!(!text.contains(secret), "{secret}: {text}");
    }
}

#[test]
fn an_event_without_its_source_may_be_a_sign_in() {
    let user = json!({"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/typed", "userName": "typed"});
    let named = |answer: &str| {
        let mut it = sign_in("e-1", &user, answer, "No");
        it["EventSource"] = Value::Null;
        let row = event(serde_json::from_value::<Listed>(it).unwrap(), &mut Unread::default()).unwrap();
        (row.actor_arn.is_some(), row.resources.is_some())
    };
    assert_eq!([named("Failure"), named("Success")], [(false, false), (true, true)]);
}

#[test]
fn what_root_does_to_its_own_credentials_is_about_root() {
    let (arn, user) = ("arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:user/ana");
    let root = json!({"type": "Root", "arn": arn});
    let about = |name: &str, identity: &Value, parameters: Value| {
        let record = json!({"userIdentity": identity, "requestParameters": parameters, "eventType": "AwsApiCall"});
        let it = listed("e-1", name, "iam.amazonaws.com", &[], &record);
        event(serde_json::from_value::<Listed>(it).unwrap(), &mut Unread::default()).unwrap().resources.unwrap()
    };
    assert_eq!(about("CreateAccessKey", &root, Value::Null), [arn]);
    let of_root = json!({"userName": "AWS ROOT USER", "serialNumber": "GAHT1"});
    assert_eq!(about("DeactivateMFADevice", &root, of_root), ["AWS ROOT USER", "GAHT1", arn]);
    assert_eq!(about("CreateAccessKey", &root, json!({"userName": "ana"})), ["ana"], "a user's key");
    assert_eq!(about("ListUsers", &root, Value::Null), [""; 0]);
    let ana = json!({"type": "IAMUser", "arn": user, "userName": "ana"});
    assert_eq!(about("CreateAccessKey", &ana, Value::Null), [""; 0], "it is not root");
}

#[test]
fn a_second_factor_is_said_in_whatever_case() {
    let root = json!({"type": "Root", "arn": "arn:aws:iam::111122223333:root"});
    let is_used = |word: &str| {
        let it = sign_in("e-1", &root, "Success", word);
        event(serde_json::from_value::<Listed>(it).unwrap(), &mut Unread::default()).unwrap().is_mfa_used
    };
    assert_eq!(["Yes", "YES", "No", "odd"].map(is_used), [Some(true), Some(true), Some(false), None]);
}

#[tokio::test]
async fn it_begins_when_the_engine_says_and_says_so() {
    let mut recorded = Recorded::new();
    for _ in walks("aws", "eu-west-1") {
        // The test's run is of this moment, and nobody said another.
        recorded = recorded.answer_to(LOOKUP, r#""StartTime":1767225600"#, EMPTY);
    }
    let collected = recorded.run(&ACTIVITY).await;
    collected.result.as_ref().unwrap();
    assert_eq!(collected.table("activity_windows").len(), 1);
    assert!(collected.table("activity_windows")[0]["since_at"].is_string());
}

#[tokio::test]
async fn one_walk_that_is_denied_ends_the_task() {
    let recorded = Recorded::new()
        .answer_to(LOOKUP, "AuthorizeSecurityGroupIngress", &page(&[group_opened()], ""))
        .refuse(LOOKUP, "ConsoleLogin", 400, &json_error("AccessDeniedException"));
    let collected = recorded.run(&ACTIVITY).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    assert!(collected.table("activity_windows").is_empty());
}

#[test]
fn iam_is_asked_for_in_one_region_and_sign_ins_in_all() {
    let names = |partition, region| walks(partition, region).map(|(_, value)| value).collect::<Vec<_>>();
    assert_eq!(names("aws", "us-east-2"), [&OF_REGIONS[..], &["root"]].concat());
    assert_eq!(names("aws", "us-east-1"), [&OF_REGIONS[..], &OF_IAM[..], &["root"]].concat());
    assert_eq!(names("aws-us-gov", "us-gov-west-1").len(), OF_REGIONS.len() + OF_IAM.len() + 1);
    assert_eq!(names("aws-us-gov", "us-gov-east-1").len(), OF_REGIONS.len() + 1);
}
