//! The report's waiting and its odd lines.

use aws_smithy_types::DateTime;
use orgcensus_collect::testing::{CAPTURED_AT, Collected, Recorded};
use serde_json::{Value, json};

use super::*;
use crate::testing::xml_error;

const GENERATE: &str = "GenerateCredentialReport";
const READ: &str = "GetCredentialReport";
/// As AWS writes it, with a column that does not exist yet, and a short last line.
const REPORT: &str = include_str!("../../../fixtures/iam/credential_report.csv");
/// Base64 of [`REPORT`]'s header and root line.
const ANSWER: &str = include_str!("../../../fixtures/iam/credential_report.xml");

fn state(state: &str) -> String {
    format!(
        "<GenerateCredentialReportResponse><GenerateCredentialReportResult><State>{state}</State>\
         </GenerateCredentialReportResult></GenerateCredentialReportResponse>"
    )
}

fn code(collected: &Collected) -> &str {
    let Err(Error::Aws(error)) = &collected.result else { panic!("{collected:?}") };
    &error.code
}

fn parsed(text: &str) -> Result<Vec<Value>, Error> {
    let answer = Answer::builder().content(text.as_bytes().into()).generated_time(DateTime::from_secs(1)).build();
    let report = parse(&answer, CAPTURED_AT)?;
    Ok(report.lines.iter().map(|line| serde_json::to_value(&line.credentials).unwrap()).collect())
}

fn columns(row: &Value, columns: &[&str]) -> Value {
    columns.iter().map(|column| row[*column].clone()).collect()
}

#[tokio::test]
async fn the_report_is_read_once_it_is_complete() {
    let recorded = Recorded::new()
        .answer(GENERATE, &state("STARTED"))
        .answer(GENERATE, &state("SOMETHING_NEW"))
        .answer(GENERATE, &state("COMPLETE"))
        .answer(READ, ANSWER);
    let collected = recorded.run(&CREDENTIAL_REPORT).await;
    collected.result.as_ref().unwrap();
    let [root] = collected.assert_all_calls(&CREDENTIAL_REPORT).table("iam_credential_report") else { panic!() };
    assert_eq!(columns(root, &["user_name", "is_root", "mfa_active"]), json!(["<root_account>", true, false]));
    assert_eq!(root["report_generated_at"], "2025-12-31T23:00:00");
}

#[tokio::test]
async fn too_many_reports_still_leave_the_last_one() {
    let recorded = Recorded::new().refuse(GENERATE, "", 409, &xml_error("LimitExceeded")).answer(READ, ANSWER);
    let collected = recorded.run(&CREDENTIAL_REPORT).await;
    assert_eq!(collected.table("iam_credential_report").len(), 1);
}

#[tokio::test]
async fn no_report_is_an_outcome_and_not_an_empty_table() {
    let absent =
        Recorded::new().answer(GENERATE, &state("COMPLETE")).refuse(READ, "", 410, &xml_error("ReportNotPresent"));
    assert_eq!(code(&absent.run(&CREDENTIAL_REPORT).await), "ReportNotPresent");
    let denied = Recorded::new().refuse(GENERATE, "", 403, &xml_error("AccessDenied"));
    assert_eq!(code(&denied.run(&CREDENTIAL_REPORT).await), "AccessDenied");
}

#[test]
fn root_says_nothing_of_its_password() {
    let root = &parsed(REPORT).unwrap()[0];
    let names = ["password_enabled", "password_last_used_state", "password_last_used_days", "password_age_days"];
    assert_eq!(columns(root, &names), json!([null, "used", 31, null]));
    assert_eq!(columns(root, &["is_root", "age_days", "active_access_key_count"]), json!([true, 2191, 1]));
    let names = ["access_key_1_age_days", "access_key_1_last_used_days", "access_key_1_last_used_region"];
    assert_eq!(columns(root, &names), json!([1096, null, null]));
}

#[test]
fn users_have_ages_and_states() {
    let rows = parsed(REPORT).unwrap();
    let names = ["user_name", "password_enabled", "password_last_used_state", "password_age_days", "mfa_active"];
    assert_eq!(columns(&rows[1], &names), json!(["alice", true, "used", 90, true]));
    assert_eq!(columns(&rows[2], &names), json!(["bob, jr", true, "no_information", 365, false]));
    assert_eq!(columns(&rows[3], &names), json!(["robot", false, "not_applicable", null, false]));
    let names = ["active_access_key_count", "access_key_2_last_used_service", "access_key_2_last_used_region"];
    assert_eq!(columns(&rows[1], &names), json!([2, "s3", "eu-west-1"]));
    assert!(rows[1]["password_next_rotation_at"].is_i64());
    assert!(rows[2]["password_next_rotation_at"].is_null());
}

#[test]
fn odd_lines_are_kept() {
    let rows = parsed(REPORT).unwrap();
    let names = ["user_name", "password_enabled", "password_last_used_state", "cert_2_active"];
    assert_eq!(columns(&rows[4], &names), json!(["short", null, "a_new_word", null]));
    assert_eq!(rows.len(), 5);
    let shuffled = parsed("future,mfa_active,user\nx,TRUE,carol\n").unwrap();
    assert_eq!(columns(&shuffled[0], &["user_name", "mfa_active", "arn"]), json!(["carol", true, null]));
    assert_eq!(columns(&shuffled[0], &["other_columns", "user_path"]), json!([{"future": "x"}, null]));
    assert!(rows.iter().all(|row| row["other_columns"] == json!({})), "every column has its own");
}

#[test]
fn the_path_stands_in_the_arn() {
    let path = |arn: &str| parsed(&format!("user,arn\nana,{arn}\n")).unwrap().remove(0)["user_path"].take();
    for (arn, expected) in [
        ("arn:aws:iam::111122223333:user/ana", json!("/")),
        ("arn:aws:iam::111122223333:user/people/eu/ana", json!("/people/eu/")),
        ("arn:aws-cn:iam::111122223333:user/user/ana", json!("/user/")),
        ("arn:aws:iam::111122223333:root", json!(null)),
        ("N/A", json!(null)),
    ] {
        assert_eq!(path(arn), expected, "{arn}");
    }
}

#[test]
fn what_a_user_has_beyond_two_counts_as_keys_unless_it_is_certificates_alone() {
    let said = |info: &str| {
        let rows = parsed(&format!("user,additional_credentials_info\nana,{info}\n")).unwrap();
        columns(&rows[0], &["additional_credentials_info", "additional_access_key_count"])
    };
    for (info, count) in [
        ("1 additional access key: ListAccessKeys", json!(1)),
        ("Additional access keys: 12. Use ListAccessKeys", json!(12)),
        ("3 certificates; ListSigningCertificates", json!(0)),
        ("1 key and 2 certificates", json!(2)),
        ("2", json!(2)),
        ("more keys", json!(null)),
    ] {
        assert_eq!(said(info), json!([info, count]), "{info}");
    }
    for none in ["N/A", "0"] {
        assert_eq!(said(none), json!([null, 0]), "{none}");
    }
    assert_eq!(said(""), json!([null, null]), "the column is there, and its value is not");
    let without = &parsed("user\nana\n").unwrap()[0];
    assert_eq!(without["additional_access_key_count"], json!(0), "most reports lack the column");
}

#[tokio::test]
async fn words_without_a_number_are_counted_as_unread() {
    let line = format!("ana,arn:aws:iam::111122223333:user/ana,{REST}");
    let odd = line.strip_suffix("N/A").map(|line| format!("{line}more keys")).unwrap();
    let collected = collected(&[&odd]).await;
    assert_eq!(collected.short(), (1, vec!["iam_credential_report"]));
}

/// Runs the collector on a report of these lines, after root's.
async fn collected(lines: &[&str]) -> Collected {
    let own: Vec<_> = REPORT.lines().take(2).chain(lines.iter().copied()).collect();
    let content = aws_smithy_types::base64::encode(own.join("\n"));
    let answer = format!(
        "<GetCredentialReportResponse><GetCredentialReportResult><Content>{content}</Content>\
         <GeneratedTime>2025-12-31T23:00:00Z</GeneratedTime></GetCredentialReportResult></GetCredentialReportResponse>"
    );
    let collected =
        Recorded::new().answer(GENERATE, &state("COMPLETE")).answer(READ, &answer).run(&CREDENTIAL_REPORT).await;
    collected.result.as_ref().unwrap();
    collected
}

const REST: &str = "2025-01-01T00:00:00+00:00,true,no_information,N/A,N/A,true,true,2025-06-01T00:00:00+00:00,N/A,N/A,N/A,\
    false,N/A,N/A,N/A,N/A,false,N/A,false,N/A,N/A";

#[tokio::test]
async fn names_and_paths_with_commas_that_nothing_quotes_are_put_together_by_the_arn() {
    for (name, path) in [("a+=,.@-_", "/"), ("a,b,c", "/"), (",", "/"), ("bo", "/team,x/"), ("a,arn:b", "/a,/,b/")] {
        let collected = collected(&[&format!("{name},arn:aws:iam::111122223333:user{path}{name},{REST}")]).await;
        let rows = collected.table("iam_credential_report");
        let names = ["user_name", "arn", "mfa_active", "password_age_days", "active_access_key_count"];
        let arn = format!("arn:aws:iam::111122223333:user{path}{name}");
        assert_eq!(columns(&rows[1], &names), json!([name, arn, true, 365, 1]));
        assert!(collected.missed.is_none(), "{name}: {:?}", collected.missed);
    }
}

#[tokio::test]
async fn a_line_that_cannot_be_put_together_is_missed() {
    let lines = [format!("a,b,arn:aws:iam::111122223333:user/other,{REST}"), format!(",,{REST}")];
    let collected = collected(&[&lines[0], &lines[1]]).await;
    assert_eq!(collected.table("iam_credential_report").len(), 1);
    assert_eq!(collected.short(), (2, vec!["iam_credential_report"]));
    assert_eq!(collected.missed.unwrap().first.code, "MalformedLine");
}

#[tokio::test]
async fn values_that_are_missing_or_cannot_be_read_are_null_and_counted() {
    let odd =
        REST.replace("2025-06-01T00:00:00+00:00", "2025-06-01T00:00:00.25+00:00").replace(",true,true,", ",,maybe,");
    let collected = collected(&[&format!("ana,arn:aws:iam::111122223333:user/ana,{odd}")]).await;
    let row = &collected.table("iam_credential_report")[1];
    for column in ["mfa_active", "access_key_1_active", "active_access_key_count"] {
        assert!(row[column].is_null(), "{column}");
    }
    assert_eq!(row["access_key_1_last_rotated_at"], "2025-06-01T00:00:00.250");
    assert_eq!(collected.short(), (2, vec!["iam_credential_report"]));
}

#[tokio::test]
async fn two_lines_of_one_user_are_counted_and_told_where_they_differ() {
    let line = format!("ana,arn:aws:iam::111122223333:user/ana,{REST}");
    let alike = collected(&[&line, &line]).await;
    assert_eq!((alike.duplicates, alike.short().0), (1, 0));
    let other = line.replace("no_information", "N/A");
    let differ = collected(&[&line, &other]).await;
    assert_eq!((differ.duplicates, differ.short()), (1, (1, vec!["iam_credential_report"])));
    assert_eq!(differ.missed.unwrap().first.code, "DuplicatesDiffer");
}

#[test]
fn what_is_no_report_is_an_error() {
    for text in ["", "<html>", "name,arn\nalice,x\n"] {
        assert!(parsed(text).is_err(), "{text}");
    }
}
