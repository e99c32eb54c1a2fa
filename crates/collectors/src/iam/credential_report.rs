//! The credential report, by GenerateCredentialReport and GetCredentialReport: how root and each user sign in.
//!
//! AWS makes a report at most every four hours and answers with the last one meanwhile, so `report_generated_at` may be
//! earlier than the run. Whether a user has a login profile is its `password_enabled`: GetLoginProfile would cost a call
//! for each user, and adds nothing but that a new password is asked for.

use std::time::Duration;

use aws_sdk_iam::Client;
use aws_sdk_iam::operation::get_credential_report::GetCredentialReportOutput as Answer;
use aws_sdk_iam::types::ReportStateType;
use aws_smithy_types::date_time::{DateTime, Format};
use csv::{ReaderBuilder, StringRecord};
use orgcensus_aws::Class;
use orgcensus_collect::{Collector, Error, Optional, Rows, Scope, Session, call, client, timestamp};
use orgcensus_row::{Row, Timestamp, table};
use serde::Serialize;

/// How often is asked whether the report is ready.
const POLLS: usize = 30;
/// How long is waited between two questions; not at all in tests.
const PAUSE: Duration = if cfg!(test) { Duration::ZERO } else { Duration::from_secs(2) };
/// The call that errors about the report's content name.
const GET: &str = "iam:GetCredentialReport";
/// How the report names the root user.
const ROOT: &str = "<root_account>";

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
    /// Whether the user has a console password; null for root, of which the report does not say.
    pub password_enabled: Option<bool>,
    /// When the password was last used to sign in (UTC); null when never, or not known.
    pub password_last_used_at: Option<Timestamp>,
    /// Days since then; null when never, or not known.
    pub password_last_used_days: Option<i32>,
    /// used, no_information (never used, or not since October 2014) or not_applicable (no password).
    pub password_last_used_state: String,
    /// When the password was last changed (UTC).
    pub password_last_changed_at: Option<Timestamp>,
    /// Days since the password was last changed, or since the user was made if it never was; null without a password.
    pub password_age_days: Option<i32>,
    /// When the password policy asks for a new password (UTC); null when it never does.
    pub password_next_rotation_at: Option<Timestamp>,
    /// Whether the user has an MFA device.
    pub mfa_active: Option<bool>,
    /// How many of the two access keys are active.
    pub active_access_key_count: i32,
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
}

/// The credential report of an account.
pub const CREDENTIAL_REPORT: Collector = Collector {
    name: "iam_credential_report",
    scope: Scope::Account,
    calls: &[call("iam", "GenerateCredentialReport"), call("iam", "GetCredentialReport")],
    tables: &[table::<Credentials>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let lines = read(&client!(session, aws_sdk_iam), rows.captured_at()).await?;
    if !lines.iter().any(|line| line.is_root) {
        // Every account has a root user: a report without it must not look like an account without a root key.
        let message = "the report has no line for the root user";
        rows.miss(orgcensus_aws::Error::new(Class::Failed, "NoRootAccount", message).during(GET));
    }
    for credentials in lines {
        rows.push(credentials).await?;
    }
    Ok(())
}

/// The lines of the newest report, which is asked for and waited for.
pub(super) async fn read(iam: &Client, captured_at: Timestamp) -> Result<Vec<Credentials>, Error> {
    generate(iam).await?;
    let answer = iam.get_credential_report().send().await?;
    parse(&answer, captured_at)
}

/// Asks for a report until there is one. AWS says so at once when the last is less than four hours old.
async fn generate(iam: &Client) -> Result<(), Error> {
    for _ in 0..POLLS {
        // LimitExceeded: reports are asked for too often; the last one will do.
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
fn parse(answer: &Answer, captured_at: Timestamp) -> Result<Vec<Credentials>, Error> {
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
    let line = |record: Result<StringRecord, csv::Error>| {
        let record = record.map_err(|error| odd(error.to_string()))?;
        Ok(credentials(&Line { header: &header, record: &record }, captured_at, generated_at))
    };
    reader.records().map(line).collect()
}

/// One line of the report, its values by the header's names.
struct Line<'a> {
    header: &'a StringRecord,
    record: &'a StringRecord,
}

impl Line<'_> {
    fn raw(&self, column: &str) -> Option<&str> {
        let index = self.header.iter().position(|name| name == column)?;
        self.record.get(index).filter(|value| !value.is_empty())
    }

    fn text(&self, column: &str) -> Option<String> {
        let is_value = |value: &&str| !matches!(*value, "N/A" | "no_information" | "not_supported");
        self.raw(column).filter(is_value).map(str::to_owned)
    }

    fn flag(&self, column: &str) -> Option<bool> {
        match self.raw(column)?.to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    fn moment(&self, column: &str) -> Option<Timestamp> {
        let moment = DateTime::from_str(self.raw(column)?, Format::DateTimeWithOffset).ok()?;
        timestamp(&moment)
    }
}

fn credentials(line: &Line<'_>, captured_at: Timestamp, generated_at: Option<Timestamp>) -> Credentials {
    let days = |at: Option<Timestamp>| at.map(|at| at.days_until(captured_at));
    let user_name = line.raw("user").unwrap_or_default().to_owned();
    let created_at = line.moment("user_creation_time");
    let password_enabled = line.flag("password_enabled");
    let password_last_used_at = line.moment("password_last_used");
    let password_last_changed_at = line.moment("password_last_changed");
    let made_with_user = created_at.filter(|_| password_enabled == Some(true));
    let (key_1, key_2) = (access_key(line, 1), access_key(line, 2));
    Credentials {
        is_root: user_name == ROOT,
        user_name,
        arn: line.text("arn"),
        created_at,
        age_days: days(created_at),
        password_enabled,
        password_last_used_at,
        password_last_used_days: days(password_last_used_at),
        password_last_used_state: password_state(line, password_last_used_at),
        password_last_changed_at,
        password_age_days: days(password_last_changed_at.or(made_with_user)),
        password_next_rotation_at: line.moment("password_next_rotation"),
        mfa_active: line.flag("mfa_active"),
        active_access_key_count: [&key_1, &key_2].into_iter().map(|key| i32::from(key.active == Some(true))).sum(),
        access_key_1_active: key_1.active,
        access_key_1_last_rotated_at: key_1.last_rotated_at,
        access_key_1_age_days: days(key_1.last_rotated_at),
        access_key_1_last_used_at: key_1.last_used_at,
        access_key_1_last_used_days: days(key_1.last_used_at),
        access_key_1_last_used_region: key_1.last_used_region,
        access_key_1_last_used_service: key_1.last_used_service,
        access_key_2_active: key_2.active,
        access_key_2_last_rotated_at: key_2.last_rotated_at,
        access_key_2_age_days: days(key_2.last_rotated_at),
        access_key_2_last_used_at: key_2.last_used_at,
        access_key_2_last_used_days: days(key_2.last_used_at),
        access_key_2_last_used_region: key_2.last_used_region,
        access_key_2_last_used_service: key_2.last_used_service,
        cert_1_active: line.flag("cert_1_active"),
        cert_1_last_rotated_at: line.moment("cert_1_last_rotated"),
        cert_2_active: line.flag("cert_2_active"),
        cert_2_last_rotated_at: line.moment("cert_2_last_rotated"),
        report_generated_at: generated_at,
    }
}

/// What the report says where it gives no time; an unknown word is kept.
fn password_state(line: &Line<'_>, used_at: Option<Timestamp>) -> String {
    let state = match (used_at, line.raw("password_last_used")) {
        (Some(_), _) => "used",
        (None, Some("N/A" | "not_supported") | None) => "not_applicable",
        (None, Some(word)) => word,
    };
    state.to_owned()
}

struct AccessKey {
    active: Option<bool>,
    last_rotated_at: Option<Timestamp>,
    last_used_at: Option<Timestamp>,
    last_used_region: Option<String>,
    last_used_service: Option<String>,
}

fn access_key(line: &Line<'_>, number: u8) -> AccessKey {
    let column = |name: &str| format!("access_key_{number}_{name}");
    AccessKey {
        active: line.flag(&column("active")),
        last_rotated_at: line.moment(&column("last_rotated")),
        last_used_at: line.moment(&column("last_used_date")),
        last_used_region: line.text(&column("last_used_region")),
        last_used_service: line.text(&column("last_used_service")),
    }
}

#[cfg(test)]
mod tests;
