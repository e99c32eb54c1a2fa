//! Which users the report makes the collector ask about, and the rows that follow.

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
const ONE_KEY: &str = "true,2025-01-01T00:00:00+00:00,2025-12-22T00:00:00+00:00,eu-west-1,s3,false,N/A,N/A,N/A,N/A";
/// What a summary always says of root.
const SUMMARY: [(&str, i32); 2] = [("AccountMFAEnabled", 1), ("AccountAccessKeysPresent", 0)];

fn result(operation: &str, content: &str) -> String {
    format!("<{operation}Response><{operation}Result>{content}</{operation}Result></{operation}Response>")
}

/// Root's line, without a key.
fn root() -> String {
    format!("<root_account>,arn:aws:iam::111122223333:root,true,{NO_KEY},{NO_KEY},{NO_CERTIFICATES},N/A")
}

/// Answers to what is asked of every account: a report of these lines, the summary, one page of virtual devices.
fn account(lines: &[String], summary: &[(&str, i32)], devices: &str) -> Recorded {
    let entry = |(key, value): &(&str, i32)| format!("<entry><key>{key}</key><value>{value}</value></entry>");
    let summary: String = summary.iter().map(entry).collect();
    let devices = format!("<VirtualMFADevices>{devices}</VirtualMFADevices><IsTruncated>false</IsTruncated>");
    Recorded::new()
        .answer("GenerateCredentialReport", &result("GenerateCredentialReport", "<State>COMPLETE</State>"))
        .answer("GetCredentialReport", &report(lines))
        .answer("GetAccountSummary", &result("GetAccountSummary", &format!("<SummaryMap>{summary}</SummaryMap>")))
        .answer_to(VIRTUAL, "AssignmentStatus=Any", &result(VIRTUAL, &devices))
}

fn report(lines: &[String]) -> String {
    let report = base64::encode(format!("{HEADER}\n{}", lines.join("\n")));
    let content = format!("<Content>{report}</Content><GeneratedTime>2025-12-31T23:00:00Z</GeneratedTime>");
    result("GetCredentialReport", &content)
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
    let recorded = account(&[root(), user("ana", false, twins, NO_CERTIFICATES)], &SUMMARY, "")
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
    let gone = user("gone", true, &format!("{NO_KEY},{NO_KEY}"), NO_CERTIFICATES);
    let recorded = account(&[root(), unknown, gone], &SUMMARY, "")
        .refuse(KEYS, "UserName=ana", 403, &xml_error("AccessDenied"))
        .answer_to(DEVICES, "UserName=ana", &result(DEVICES, "<MFADevices/>"))
        .answer_to(CERTIFICATES, "UserName=ana", &result(CERTIFICATES, "<Certificates/>"))
        .refuse(DEVICES, "UserName=gone", 404, &xml_error("NoSuchEntity"));
    let collected = collected(recorded).await;
    assert_eq!(collected.short(), (2, vec!["iam_access_keys", "iam_mfa_devices"]), "nobody knows that a user is gone");
    let missed = collected.missed.unwrap();
    assert_eq!(missed.first.operation.as_deref(), Some("iam:ListAccessKeys"));
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
async fn one_unknown_call_keeps_what_the_others_give() {
    let lines = [root(), user("ana", false, ONE_KEY, "true,2025-01-01T00:00:00+00:00,false,N/A")];
    for (status, code) in
        [(400, "InvalidAction"), (501, "NotImplemented"), (403, "AccessDenied"), (404, "NoSuchEntity")]
    {
        let recorded = account(&lines, &SUMMARY, "")
            .answer(KEYS, &keys(&[key("AKIA1", "Active", "2025-01-01T00:00:00Z")]))
            .refuse(CERTIFICATES, "", status, &xml_error(code));
        let collected = collected(recorded).await;
        let keys = columns(&collected, "iam_access_keys", &["access_key_id", "last_used_days"]);
        assert_eq!(keys, [json!(["AKIA1", 10])], "{code}");
        assert_eq!(collected.short(), (1, vec!["iam_signing_certificates"]), "{code}");
    }
}

#[tokio::test]
async fn each_of_the_three_sources_may_fail_and_the_others_stay() {
    let lines = [root(), user("ana", true, ONE_KEY, NO_CERTIFICATES)];
    let denied = xml_error("AccessDenied");
    let generate = result("GenerateCredentialReport", "<State>COMPLETE</State>");
    let summary = result(
        "GetAccountSummary",
        "<SummaryMap><entry><key>AccountMFAEnabled</key><value>1</value></entry>\
        <entry><key>AccountAccessKeysPresent</key><value>0</value></entry></SummaryMap>",
    );
    let names = ["mfa_type", "is_mfa_enabled", "virtual_mfa_device_count", "active_access_key_count"];

    let without_devices = Recorded::new()
        .answer("GenerateCredentialReport", &generate)
        .answer("GetCredentialReport", &report(&lines))
        .answer("GetAccountSummary", &summary)
        .refuse(VIRTUAL, "", 403, &denied)
        .answer(KEYS, &keys(&[key("AKIA1", "Active", "2025-01-01T00:00:00Z")]))
        .answer(DEVICES, &result(DEVICES, "<MFADevices/>"));
    let collected = collected(without_devices).await;
    assert_eq!(columns(&collected, "iam_root_users", &names), [json!([null, true, null, 0])]);
    assert_eq!(collected.table("iam_access_keys").len(), 1);
    assert_eq!(collected.short(), (1, vec!["iam_mfa_devices", "iam_root_users"]));

    let no_devices = result(VIRTUAL, "<VirtualMFADevices/><IsTruncated>false</IsTruncated>");
    let without_report = Recorded::new()
        .refuse("GenerateCredentialReport", "", 403, &denied)
        .answer("GetAccountSummary", &summary)
        .answer(VIRTUAL, &no_devices);
    let collected = self::collected(without_report).await;
    assert_eq!(columns(&collected, "iam_root_users", &names), [json!(["other", true, 0, null])]);
    assert_eq!(collected.short().1.len(), 4);

    let without_summary = Recorded::new()
        .answer("GenerateCredentialReport", &generate)
        .answer("GetCredentialReport", &report(&[root()]))
        .refuse("GetAccountSummary", "", 400, &xml_error("InvalidAction"))
        .answer(VIRTUAL, &no_devices);
    let collected = self::collected(without_summary).await;
    assert_eq!(columns(&collected, "iam_root_users", &names), [json!([null, null, 0, 0])]);
    assert_eq!(collected.short(), (1, vec!["iam_root_users"]));
}

#[tokio::test]
async fn where_every_source_is_refused_the_task_is() {
    let denied = xml_error("AccessDenied");
    let recorded = Recorded::new()
        .refuse("GenerateCredentialReport", "", 403, &denied)
        .refuse("GetAccountSummary", "", 403, &denied)
        .refuse(VIRTUAL, "", 403, &denied);
    let collected = recorded.run(&USER_CREDENTIALS).await;
    let Err(Error::Aws(error)) = &collected.result else { panic!("{collected:?}") };
    assert_eq!((error.class, error.operation.as_deref()), (Class::Denied, Some("iam:GenerateCredentialReport")));
}

#[tokio::test]
async fn a_last_use_that_the_report_does_not_say_is_asked_for() {
    let unsaid = format!("true,2025-01-01T00:00:00+00:00,lately,eu-west-1,s3,{NO_KEY}");
    let used = "<AccessKeyLastUsed><LastUsedDate>2025-12-31T00:00:00Z</LastUsedDate><Region>N/A</Region>\
        <ServiceName>iam</ServiceName></AccessKeyLastUsed>";
    let recorded = account(&[root(), user("ana", false, &unsaid, NO_CERTIFICATES)], &SUMMARY, "")
        .answer(KEYS, &keys(&[key("AKIA1", "Active", "2025-01-01T00:00:00Z")]))
        .answer(USED, &result(USED, used));
    let collected = collected(recorded).await;
    assert_eq!(columns(&collected, "iam_access_keys", &["has_been_used", "last_used_days"]), [json!([true, 1])]);
    assert!(collected.missed.is_none());
}

#[tokio::test]
async fn a_key_that_iam_lists_and_does_not_find_stays_and_what_is_left_out_is_unknown() {
    let never = format!("true,2024-01-01T00:00:00+00:00,N/A,N/A,N/A,{NO_KEY}");
    let bare = "<member><AccessKeyId>AKIA2</AccessKeyId></member>".to_owned();
    let nameless = "<member><Status>Active</Status></member>".to_owned();
    let recorded = account(&[root(), user("ana", true, &never, "true,N/A,false,N/A")], &SUMMARY, "<member/>")
        .answer(KEYS, &keys(&[key("AKIA1", "Active", "2025-01-01T00:00:00Z"), bare, nameless]))
        .refuse(USED, "AKIA1", 404, &xml_error("NoSuchEntity"))
        .answer_to(USED, "AKIA2", &result(USED, ""))
        .answer(
            DEVICES,
            &result(DEVICES, "<MFADevices><member><SerialNumber>GAHT1</SerialNumber></member><member/></MFADevices>"),
        )
        .answer(
            CERTIFICATES,
            &result(
                CERTIFICATES,
                "<Certificates><member><CertificateId>C1</CertificateId></member><member/></Certificates>",
            ),
        );
    let collected = collected(recorded).await;
    let names = ["access_key_id", "is_active", "has_been_used"];
    let expected = [json!(["AKIA1", true, null]), json!(["AKIA2", null, null])];
    assert_eq!(columns(&collected, "iam_access_keys", &names), expected);
    assert_eq!(columns(&collected, "iam_mfa_devices", &["enabled_at", "age_days"]), [json!([null, null])]);
    assert_eq!(columns(&collected, "iam_signing_certificates", &["status", "is_active"]), [json!([null, null])]);
    // Two last uses, a status, a moment; a moment; a status; a key, a certificate and two devices without an id.
    let tables = ["iam_access_keys", "iam_mfa_devices", "iam_signing_certificates"];
    assert_eq!(collected.short(), (10, tables.to_vec()));
}
