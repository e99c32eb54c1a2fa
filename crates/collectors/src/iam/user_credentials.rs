//! Access keys, MFA devices and signing certificates of users, and what root has. The credential report says whom to ask.
//!
//! Calls for each account: two for the report (more while AWS makes it), one for the summary, one for each 1000 virtual
//! MFA devices. For each user only the calls that its line of the report makes necessary: one if it has an access key,
//! one if it has MFA and no virtual device, one if it has a signing certificate; one more for each access key that the
//! report's times do not identify. A user who has none of these costs no call, and most users have none.
//!
//! The report may be four hours old, so a key or device that a user got since then may have no row.
//! `report_generated_at` says how old the report is.

use std::collections::BTreeSet;

use aws_sdk_iam::Client;
use aws_sdk_iam::types::{MfaDevice, SigningCertificate};
use futures::StreamExt;
use orgcensus_collect::{Collector, Error, Rows, Runs, Scope, Session, call, client};
use orgcensus_row::{Row, table};

use super::access_keys::{self, AccessKey, Key};
use super::credential_report::{self, Reported};
use super::mfa_devices::{self, Device};
use super::root_users::{self, RootUser, Sources};
use super::signing_certificates::{self, Certificate};
use crate::items::{Answer, Unread, details};

/// Access keys, MFA devices and signing certificates of an account's users, and what its root user has.
pub const USER_CREDENTIALS: Collector = Collector {
    name: "iam_user_credentials",
    scope: Scope::Account,
    runs: Runs::Always,
    calls: &[
        call("iam", "GenerateCredentialReport"),
        call("iam", "GetAccessKeyLastUsed"),
        call("iam", "GetAccountSummary"),
        call("iam", "GetCredentialReport"),
        call("iam", "ListAccessKeys"),
        call("iam", "ListMFADevices"),
        call("iam", "ListSigningCertificates"),
        call("iam", "ListVirtualMFADevices"),
    ],
    resources: &[],
    tables: &[table::<RootUser>(), table::<AccessKey>(), table::<Device>(), table::<Certificate>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

/// The tables that lack rows when there is no report, so that nobody says which users to ask about.
const TABLES: [&str; 4] = [RootUser::TABLE, AccessKey::TABLE, Device::TABLE, Certificate::TABLE];

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let iam = client!(session, aws_sdk_iam);
    let now = rows.captured_at();
    // Each table keeps what its own calls give: the report says whom to ask, the other two are about root and devices.
    let report = rows.part(TABLES, credential_report::read(&iam, now).await)?;
    let summary = rows.part([RootUser::TABLE], iam.get_account_summary().send().await)?;
    let summary = summary.map(|answer| answer.summary_map.unwrap_or_default());
    let devices = rows.part([Device::TABLE, RootUser::TABLE], mfa_devices::list_virtual(&iam, now).await)?;
    let lines = report.as_ref().map(|report| report.lines.as_slice()).unwrap_or_default();
    if let Some(report) = &report {
        report.miss(rows, &[RootUser::TABLE], &[AccessKey::TABLE, Device::TABLE, Certificate::TABLE]);
    }
    let root_line = lines.iter().find(|line| line.credentials.is_root);
    let sources = Sources {
        summary: summary.as_ref(),
        line: root_line.map(|line| &line.credentials),
        devices: devices.as_deref(),
    };
    if summary.is_some() || root_line.is_some() || devices.is_some() {
        let arn = format!("arn:{}:iam::{}:root", session.partition(), session.account_id());
        push_root(rows, root_users::root_user(arn, sources, now), root_line, summary.is_some()).await?;
    }
    let devices = devices.unwrap_or_default();
    let has_virtual: BTreeSet<String> = devices.iter().filter_map(|device| device.user_name.clone()).collect();
    for device in devices {
        let mut unread = Unread::default();
        let row = unread.value("SerialNumber", Some(device).filter(|it| !it.serial_number.is_empty()));
        unread.push(rows, "iam:ListVirtualMFADevices", row).await?;
    }
    let users = lines.iter().filter(|line| !line.credentials.is_root);
    let asked = users.map(|line| Asked::of(line, &has_virtual));
    let mut told = details(asked.filter(Asked::is_any), |asked| ask(&iam, asked));
    while let Some(told) = told.next().await {
        push(rows, told).await?;
    }
    Ok(())
}

/// Adds root's row, and counts the values that are missing although AWS always gives them.
async fn push_root(
    rows: &mut Rows<'_>,
    root: RootUser,
    line: Option<&Reported>,
    has_summary: bool,
) -> Result<(), Error> {
    let mut unread = Unread::default();
    if has_summary {
        unread.value("AccountMFAEnabled", root.is_mfa_enabled);
        unread.value("AccountAccessKeysPresent", root.has_access_key);
    }
    unread.count(rows, RootUser::TABLE, "iam:GetAccountSummary");
    let mut unread = Unread::default();
    let is_unread = |column: &str| line.is_some_and(|line| line.unread.has(column));
    for column in ["password_last_used", "access_key_1", "access_key_2"].into_iter().filter(|it| is_unread(it)) {
        unread.value(column, None::<()>);
    }
    unread.count(rows, RootUser::TABLE, "iam:GetCredentialReport");
    rows.push(root).await
}

/// The calls to make for a user. If the report does not say whether a call is needed, the call is made.
struct Asked<'a> {
    line: &'a Reported,
    keys: bool,
    devices: bool,
    certificates: bool,
}

impl<'a> Asked<'a> {
    fn of(reported: &'a Reported, has_virtual: &BTreeSet<String>) -> Self {
        let key = |active: Option<bool>, rotated: bool| active != Some(false) || rotated;
        let line = &reported.credentials;
        Self {
            line: reported,
            keys: line.additional_access_key_count != Some(0)
                || key(line.access_key_1_active, line.access_key_1_last_rotated_at.is_some())
                || key(line.access_key_2_active, line.access_key_2_last_rotated_at.is_some()),
            devices: line.mfa_active != Some(false) && !has_virtual.contains(&line.user_name),
            certificates: key(line.cert_1_active, line.cert_1_last_rotated_at.is_some())
                || key(line.cert_2_active, line.cert_2_last_rotated_at.is_some()),
        }
    }

    fn is_any(&self) -> bool {
        self.keys || self.devices || self.certificates
    }
}

/// What AWS answered about a user; empty for calls that were not made.
struct Told<'a> {
    line: &'a Reported,
    keys: Answer<Vec<Key>>,
    devices: Answer<Vec<MfaDevice>>,
    certificates: Answer<Vec<SigningCertificate>>,
}

async fn ask<'a>(iam: &Client, asked: Asked<'a>) -> Told<'a> {
    let Asked { line, .. } = asked;
    let user_name = line.credentials.user_name.as_str();
    Told {
        line,
        keys: if asked.keys { access_keys::list(iam, line).await } else { Ok(Vec::new()) },
        devices: if asked.devices { mfa_devices::list(iam, user_name).await } else { Ok(Vec::new()) },
        certificates: if asked.certificates {
            signing_certificates::list(iam, user_name).await
        } else {
            Ok(Vec::new())
        },
    }
}

/// Adds what a user has. If IAM does not know the user, the user counts as missed and not as gone: the report, which
/// may be hours old, names it, and nothing says whether it was deleted since then.
async fn push(rows: &mut Rows<'_>, told: Told<'_>) -> Result<(), Error> {
    let (line, now) = (&told.line.credentials, rows.captured_at());
    for key in rows.item([AccessKey::TABLE], told.keys)?.unwrap_or_default() {
        access_keys::push(rows, line, key).await?;
    }
    for device in rows.item([Device::TABLE], told.devices)?.unwrap_or_default() {
        let mut unread = Unread::default();
        let row = mfa_devices::device(line, device, now, &mut unread);
        unread.push(rows, "iam:ListMFADevices", row).await?;
    }
    for certificate in rows.item([Certificate::TABLE], told.certificates)?.unwrap_or_default() {
        let mut unread = Unread::default();
        let row = signing_certificates::certificate(line, certificate, now, &mut unread);
        unread.push(rows, "iam:ListSigningCertificates", row).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
