//! Whom the report makes the collector ask, and what it makes of the answers.

use aws_smithy_types::base64;
use orgcensus_aws::Class;
use orgcensus_collect::testing::{Collected, Recorded};
use serde_json::json;

use super::*;
use crate::testing::{columns, xml_error};

const KEYS: &str = "ListAccessKeys";
const USED: &str = "GetAccessKeyLastUsed";
const DEVICES: &str = "ListMFADevices";
const VIRTUAL: &str = "ListVirtualMFADevices";
const CERTIFICATES: &str = "ListSigningCertificates";
const HEADER: &str = "user,arn,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,\
    access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,\
    access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,\
    cert_1_last_rotated,cert_2_active,cert_2_last_rotated,password_last_used";
const NO_KEY: &str = "false,N/A,N/A,N/A,N/A";
const NO_CERTIFICATES: &str = "false,N/A,false,N/A";

fn result(operation: &str, content: &str) -> String {
    format!("<{operation}Response><{operation}Result>{content}</{operation}Result></{operation}Response>")
}

/// Answers to what is asked of every account: a report of these lines, the summary, one page of virtual devices.
fn account(lines: &[String], summary: &[(&str, i32)], devices: &str) -> Recorded {
    let report = base64::encode(format!("{HEADER}\n{}", lines.join("\n")));
    let entry = |(key, value): &(&str, i32)| format!("<entry><key>{key}</key><value>{value}</value></entry>");
    let summary: String = summary.iter().map(entry).collect();
    let devices = format!("<VirtualMFADevices>{devices}</VirtualMFADevices><IsTruncated>false</IsTruncated>");
    let content = format!("<Content>{report}</Content><GeneratedTime>2025-12-31T23:00:00Z</GeneratedTime>");
    Recorded::new()
        .answer("GenerateCredentialReport", &result("GenerateCredentialReport", "<State>COMPLETE</State>"))
        .answer("GetCredentialReport", &result("GetCredentialReport", &content))
        .answer("GetAccountSummary", &result("GetAccountSummary", &format!("<SummaryMap>{summary}</SummaryMap>")))
        .answer_to(VIRTUAL, "AssignmentStatus=Any", &result(VIRTUAL, &devices))
}

fn user(name: &str, mfa_active: bool, keys: &str, certificates: &str) -> String {
    format!("{name},arn:aws:iam::111122223333:user/{name},{mfa_active},{keys},{certificates},N/A")
}

fn key(id: &str, status: &str, created: &str) -> String {
    let created = format!("<CreateDate>{created}</CreateDate>");
    format!("<member><AccessKeyId>{id}</AccessKeyId><Status>{status}</Status>{created}</member>")
}

fn keys(keys: &[String]) -> String {
    result(KEYS, &format!("<AccessKeyMetadata>{}</AccessKeyMetadata><IsTruncated>false</IsTruncated>", keys.concat()))
}

fn device(serial: &str, user: &str) -> String {
    format!("<member><SerialNumber>{serial}</SerialNumber>{user}<EnableDate>2025-12-31T00:00:00Z</EnableDate></member>")
}

async fn collected(recorded: Recorded) -> Collected {
    let collected = recorded.run(&USER_CREDENTIALS).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn users_are_asked_only_for_what_the_report_says_they_have() {
    let two_keys = "true,2025-01-01T00:00:00+00:00,2025-12-22T00:00:00+00:00,eu-west-1,s3,\
        false,2025-06-01T00:00:00+00:00,N/A,N/A,N/A";
    let one = format!("true,2025-06-01T00:00:00+00:00,2025-12-30T00:00:00+00:00,us-east-1,sqs,{NO_KEY}");
    let none = format!("{NO_KEY},{NO_KEY}");
    let lines = [
        user("ana", true, two_keys, NO_CERTIFICATES),
        user("bo", true, &none, "true,2025-01-01T00:00:00+00:00,false,N/A"),
        user("chidi", false, &one, NO_CERTIFICATES),
        user("nobody", false, &none, NO_CERTIFICATES),
    ];
    let ana = "<User><UserName>ana</UserName><Arn>arn:aws:iam::111122223333:user/ana</Arn></User>";
    let devices = device("arn:aws:iam::111122223333:mfa/ana", ana) + &device("arn:aws:iam::111122223333:mfa/spare", "");
    let listed = [key("AKIA1", "Active", "2025-01-01T00:00:00Z"), key("AKIA2", "Inactive", "2025-06-01T00:00:00Z")];
    // Made since the report: its last use is asked for.
    let newer = [key("AKIA3", "Active", "2025-12-31T23:30:00Z")];
    let used = "<AccessKeyLastUsed><LastUsedDate>2025-12-31T23:59:00Z</LastUsedDate><Region>N/A</Region>\
        <ServiceName>iam</ServiceName></AccessKeyLastUsed>";
    let passkey = device("arn:aws:iam::111122223333:u2f/user/bo/key-1", "") + &device("GAHT12345678", "");
    let certificate = "<Certificates><member><CertificateId>C1</CertificateId><CertificateBody>PEM</CertificateBody>\
        <Status>Active</Status><UploadDate>2025-01-01T00:00:00Z</UploadDate></member></Certificates>";
    let recorded = account(&lines, &[], &devices)
        .answer_to(KEYS, "UserName=ana", &keys(&listed))
        .answer_to(KEYS, "UserName=chidi", &keys(&newer))
        .answer_to(USED, "AKIA3", &result(USED, used))
        .answer_to(DEVICES, "UserName=bo", &result(DEVICES, &format!("<MFADevices>{passkey}</MFADevices>")))
        .answer_to(CERTIFICATES, "UserName=bo", &result(CERTIFICATES, certificate));
    let collected = collected(recorded).await;
    collected.assert_all_calls(&USER_CREDENTIALS);
    let names =
        ["access_key_id", "user_name", "is_active", "age_days", "has_been_used", "last_used_days", "last_used_region"];
    assert_eq!(
        columns(&collected, "iam_access_keys", &names),
        [
            json!(["AKIA1", "ana", true, 365, true, 10, "eu-west-1"]),
            json!(["AKIA2", "ana", false, 214, false, null, null]),
            json!(["AKIA3", "chidi", true, 0, true, 0, null]),
        ]
    );
    let names = ["mfa_type", "user_name", "is_assigned", "age_days"];
    assert_eq!(
        columns(&collected, "iam_mfa_devices", &names),
        [
            json!(["virtual", "ana", true, 1]),
            json!(["virtual", null, false, 1]),
            json!(["passkey", "bo", true, 1]),
            json!(["hardware", "bo", true, 1]),
        ]
    );
    let certificates = columns(&collected, "iam_signing_certificates", &["certificate_id", "user_name", "is_active"]);
    assert_eq!(certificates, [json!(["C1", "bo", true])]);
}

#[tokio::test]
async fn two_keys_of_one_second_are_told_apart_by_asking() {
    let twins =
        "true,2025-01-01T00:00:00+00:00,N/A,N/A,N/A,true,2025-01-01T00:00:00+00:00,2025-12-22T00:00:00+00:00,x,s3";
    let listed = [key("AKIA1", "Active", "2025-01-01T00:00:00Z"), key("AKIA2", "Active", "2025-01-01T00:00:00Z")];
    let never = "<AccessKeyLastUsed><Region>N/A</Region><ServiceName>N/A</ServiceName></AccessKeyLastUsed>";
    let recorded = account(&[user("ana", false, twins, NO_CERTIFICATES)], &[], "")
        .answer(KEYS, &keys(&listed))
        .answer_to(USED, "AKIA1", &result(USED, never))
        .refuse(USED, "AKIA2", 403, &xml_error("AccessDenied"));
    let collected = collected(recorded).await;
    let names = ["access_key_id", "has_been_used", "last_used_service"];
    let expected = [json!(["AKIA1", false, null]), json!(["AKIA2", null, null])];
    assert_eq!(columns(&collected, "iam_access_keys", &names), expected);
    assert_eq!(collected.missed.unwrap().first.operation.as_deref(), Some("iam:GetAccessKeyLastUsed"));
}

#[tokio::test]
async fn users_that_refuse_or_went_away_cost_no_other() {
    let unknown = "ana,,perhaps,,,,,,,,,,,,,,,".to_owned();
    let recorded = account(&[unknown, user("gone", true, &format!("{NO_KEY},{NO_KEY}"), NO_CERTIFICATES)], &[], "")
        .refuse(KEYS, "UserName=ana", 403, &xml_error("AccessDenied"))
        .answer_to(DEVICES, "UserName=ana", &result(DEVICES, "<MFADevices/>"))
        .answer_to(CERTIFICATES, "UserName=ana", &result(CERTIFICATES, "<Certificates/>"))
        .refuse(DEVICES, "UserName=gone", 404, &xml_error("NoSuchEntity"));
    let collected = collected(recorded).await;
    let missed = collected.missed.unwrap();
    assert_eq!((missed.items, missed.first.operation.as_deref()), (1, Some("iam:ListAccessKeys")));
}

#[tokio::test]
async fn roots_mfa_is_virtual_other_or_none() {
    let root = "<User><Arn>arn:aws:iam::111122223333:root</Arn></User>";
    let own = device("arn:aws:iam::111122223333:mfa/root-account-mfa-device", root);
    let enabled = [("AccountMFAEnabled", 1), ("AccountAccessKeysPresent", 1), ("AccountPasswordPresent", 0)];
    let names = ["mfa_type", "is_mfa_enabled", "virtual_mfa_device_count", "has_access_key", "has_password"];
    for (summary, devices, expected) in [
        (&enabled[..], own.as_str(), json!(["virtual", true, 1, true, false])),
        (&enabled[..], "", json!(["other", true, 0, true, false])),
        (&[("AccountMFAEnabled", 0)][..], "", json!(["none", false, 0, null, null])),
        (&[][..], "", json!([null, null, 0, null, null])),
    ] {
        let collected = collected(account(&[], summary, devices)).await;
        assert_eq!(columns(&collected, "iam_root_users", &names), [expected]);
        let is_root = columns(&collected, "iam_mfa_devices", &["is_root", "user_name", "is_assigned"]);
        assert!(is_root.iter().all(|row| *row == json!([true, null, true])), "{is_root:?}");
    }
}

#[tokio::test]
async fn roots_line_says_when_root_was_used() {
    let key = "true,2025-01-01T00:00:00+00:00,2025-12-22T00:00:00+00:00,us-east-1,s3";
    let line = format!(
        "<root_account>,arn:aws:iam::111122223333:root,true,{key},{NO_KEY},{NO_CERTIFICATES},2025-12-30T00:00:00+00:00"
    );
    let collected = collected(account(&[line], &[], "")).await;
    let names = ["active_access_key_count", "access_key_last_used_days", "password_last_used_days"];
    assert_eq!(columns(&collected, "iam_root_users", &names), [json!([1, 10, 2])]);
    assert!(collected.table("iam_access_keys").is_empty(), "nobody but root may list root's keys");
}

#[tokio::test]
async fn a_refused_list_ends_the_task() {
    let report = result("GetCredentialReport", "<Content>dXNlcgo=</Content>");
    let recorded = Recorded::new()
        .answer("GenerateCredentialReport", &result("GenerateCredentialReport", "<State>COMPLETE</State>"))
        .answer("GetCredentialReport", &report)
        .answer("GetAccountSummary", &result("GetAccountSummary", ""))
        .refuse(VIRTUAL, "", 403, &xml_error("AccessDenied"));
    let collected = recorded.run(&USER_CREDENTIALS).await;
    let Err(Error::Aws(error)) = &collected.result else { panic!("{collected:?}") };
    assert_eq!((error.class, error.operation.as_deref()), (Class::Denied, Some("iam:ListVirtualMFADevices")));
}
