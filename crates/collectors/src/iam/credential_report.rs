//! The credential report, by GenerateCredentialReport and GetCredentialReport: how root and each user sign in.
//!
//! AWS makes a report at most every four hours and answers with the last one meanwhile, so `report_generated_at` may be
//! earlier than the run. Whether a user has a login profile is its `password_enabled`: GetLoginProfile would cost a call
//! for each user, and adds nothing but that a new password is asked for.

mod lines;

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_iam::Client;
use aws_sdk_iam::operation::get_credential_report::GetCredentialReportOutput as Answer;
use aws_sdk_iam::types::ReportStateType;
use csv::ReaderBuilder;
use orgcensus_aws::Class;
use orgcensus_collect::{Collector, Error, Optional, Rows, Runs, Scope, Session, call, client, timestamp};
use orgcensus_row::{Row, Timestamp, table};
use serde::Serialize;

use crate::items::Unread;

/// How often the collector asks whether the report is ready.
const POLLS: usize = 30;
/// How long it waits between two questions; not at all in tests.
const PAUSE: Duration = if cfg!(test) { Duration::ZERO } else { Duration::from_secs(2) };
/// How the report names the root user.
pub const ROOT: &str = "<root_account>";
/// The call that errors about the report's content name.
const GET: &str = "iam:GetCredentialReport";

/// How one user, or root, signs in: its line of the credential report.
#[derive(Debug, Serialize, Row)]
#[row(table = "iam_credential_report", key = "user_name")]
pub struct Credentials {
    /// The user's name; <root_account> for the root user.
    pub user_name: String,
    /// The user's ARN.
    pub arn: Option<String>,
    /// Whether this is the root user.
    pub is_root: bool,
    /// When the user, or the account, was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Days since then.
    pub age_days: Option<i32>,
    /// Whether the user has a console password. Of root AWS says at most that there is none (false), as of new members;
    /// else null.
    pub password_enabled: Option<bool>,
    /// When the password was last used to sign in (UTC); null when never, or not known.
    pub password_last_used_at: Option<Timestamp>,
    /// Days since then; null when never, or not known.
    pub password_last_used_days: Option<i32>,
    /// used, no_information (never used, or not since October 2014) or not_applicable (no password); null when the report
    /// does not say.
    pub password_last_used_state: Option<String>,
    /// When the password was last changed (UTC).
    pub password_last_changed_at: Option<Timestamp>,
    /// Days since the password was last changed, or since the user was made if it never was; null without a password.
    pub password_age_days: Option<i32>,
    /// When the password policy asks for a new password (UTC); null when it never does.
    pub password_next_rotation_at: Option<Timestamp>,
    /// Whether the user has an MFA device.
    pub mfa_active: Option<bool>,
    /// How many of the two access keys that the report describes are active; null when it does not say it of one.
    pub active_access_key_count: Option<i32>,
    /// Whether the first access key is active.
    pub access_key_1_active: Option<bool>,
    /// When the first access key was made or last changed (UTC).
    pub access_key_1_last_rotated_at: Option<Timestamp>,
    /// Days since then.
    pub access_key_1_age_days: Option<i32>,
    /// When the first access key was last used (UTC); null when never, or not since April 2015.
    pub access_key_1_last_used_at: Option<Timestamp>,
    /// Days since then; null when never.
    pub access_key_1_last_used_days: Option<i32>,
    /// The region in which the first access key was last used.
    pub access_key_1_last_used_region: Option<String>,
    /// The service with which the first access key was last used, s3.
    pub access_key_1_last_used_service: Option<String>,
    /// Whether the second access key is active.
    pub access_key_2_active: Option<bool>,
    /// When the second access key was made or last changed (UTC).
    pub access_key_2_last_rotated_at: Option<Timestamp>,
    /// Days since then.
    pub access_key_2_age_days: Option<i32>,
    /// When the second access key was last used (UTC); null when never, or not since April 2015.
    pub access_key_2_last_used_at: Option<Timestamp>,
    /// Days since then; null when never.
    pub access_key_2_last_used_days: Option<i32>,
    /// The region in which the second access key was last used.
    pub access_key_2_last_used_region: Option<String>,
    /// The service with which the second access key was last used, s3.
    pub access_key_2_last_used_service: Option<String>,
    /// Whether the first signing certificate is active.
    pub cert_1_active: Option<bool>,
    /// When the first signing certificate was made or last changed (UTC).
    pub cert_1_last_rotated_at: Option<Timestamp>,
    /// Whether the second signing certificate is active.
    pub cert_2_active: Option<bool>,
    /// When the second signing certificate was made or last changed (UTC).
    pub cert_2_last_rotated_at: Option<Timestamp>,
    /// When AWS made the report (UTC): up to four hours before the run.
    pub report_generated_at: Option<Timestamp>,
    /// The user's path, / by default; null for root, and where the ARN was not read.
    pub user_path: Option<String>,
    /// What AWS says of access keys and certificates beyond two, in its own words; null when there are none.
    pub additional_credentials_info: Option<String>,
    /// How many access keys the user has beyond two, active or not; at most that many where AWS's words name certificates
    /// as well. Null when they have no number.
    pub additional_access_key_count: Option<i32>,
    /// The columns of the report that have no column here, with their values.
    pub other_columns: BTreeMap<String, String>,
}

/// The credential report of an account.
pub const CREDENTIAL_REPORT: Collector = Collector {
    name: "iam_credential_report",
    scope: Scope::Account,
    runs: Runs::Always,
    calls: &[call("iam", "GenerateCredentialReport"), call("iam", "GetCredentialReport")],
    resources: &[],
    tables: &[table::<Credentials>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let report = read(&client!(session, aws_sdk_iam), rows.captured_at()).await?;
    report.miss(rows, &[Credentials::TABLE], &[Credentials::TABLE]);
    for line in report.lines {
        line.unread.count(rows, Credentials::TABLE, GET);
        rows.push(line.credentials).await?;
    }
    Ok(())
}

/// A report as it was read.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) lines: Vec<Reported>,
    /// Lines that name no user, and cannot be put together.
    odd_lines: u64,
}

/// A line of the report, and its values that are missing or cannot be read.
#[derive(Debug)]
pub(super) struct Reported {
    pub(super) credentials: Credentials,
    pub(super) unread: Unread,
}

impl Report {
    /// Counts the lines that it lacks, for the tables of root and for those of users. Every account has a root user: a
    /// report without it must not look like an account without a root key.
    pub(super) fn miss(&self, rows: &mut Rows<'_>, of_root: &[&'static str], of_users: &[&'static str]) {
        let mut miss = |tables: &[&'static str], code: &str, message: &str| {
            let error = orgcensus_aws::Error::new(Class::Failed, code, message).during(GET);
            rows.miss(tables.iter().copied(), error);
        };
        if !self.lines.iter().any(|line| line.credentials.is_root) {
            miss(of_root, "NoRootAccount", "the report has no line for the root user");
        }
        let message = "a line of the report does not fit its header, or names no user";
        (0..self.odd_lines).for_each(|_| miss(of_users, "MalformedLine", message));
    }
}

/// Asks for a report, waits for it, and returns its lines.
pub(super) async fn read(iam: &Client, captured_at: Timestamp) -> Result<Report, Error> {
    generate(iam).await?;
    let answer = iam.get_credential_report().send().await?;
    parse(&answer, captured_at)
}

/// Asks for a report until it is ready. If the last one is less than four hours old, AWS says at once that it is ready.
async fn generate(iam: &Client) -> Result<(), Error> {
    for _ in 0..POLLS {
        // LimitExceeded: reports were asked for too often; the last one is good enough.
        let answer = iam.generate_credential_report().send().await.optional(&["LimitExceeded"])?;
        match answer.map(|answer| answer.state) {
            None | Some(Some(ReportStateType::Complete)) => return Ok(()),
            Some(_) => tokio::time::sleep(PAUSE).await,
        }
    }
    let waited = format!("AWS did not finish the report in {POLLS} polls, {} s apart", PAUSE.as_secs());
    let error = orgcensus_aws::Error::new(Class::TimedOut, "CredentialReportNotReady", waited);
    Err(error.during("iam:GenerateCredentialReport").into())
}

/// The report's lines. A report without its header is an error: it must not look like an account without users.
fn parse(answer: &Answer, captured_at: Timestamp) -> Result<Report, Error> {
    let odd =
        |message: String| orgcensus_aws::Error::new(Class::Failed, "MalformedCredentialReport", message).during(GET);
    let content = answer.content.as_ref().map(AsRef::as_ref).unwrap_or_default();
    let text = String::from_utf8_lossy(content);
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| odd(error.to_string()))?.clone();
    if !header.iter().any(|column| column == "user") {
        return Err(odd("the report has no column user".to_owned()).into());
    }
    let generated_at = answer.generated_time.as_ref().and_then(timestamp);
    let mut report = Report { lines: Vec::new(), odd_lines: 0 };
    for record in reader.records() {
        let record = lines::put_together(&header, record.map_err(|error| odd(error.to_string()))?);
        let line = record.and_then(|record| lines::reported(&header, &record, captured_at, generated_at));
        match line {
            Some(line) => report.lines.push(line),
            None => report.odd_lines += 1,
        }
    }
    Ok(report)
}

#[cfg(test)]
mod tests;
