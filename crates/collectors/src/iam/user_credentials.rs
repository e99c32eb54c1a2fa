//! Access keys, MFA devices and signing certificates of users, and what root has. The credential report says whom to ask.
//!
//! Calls for each account: two for the report (more while AWS makes it), one for the summary, one for each 1000 virtual
//! MFA devices. For each user only what its line of the report asks for: one if it has an access key, one if it has MFA
//! and no virtual device, one if it has a signing certificate; one more for each access key that the report's times do not
//! identify. A user without any of these, as most are not, costs no call.
//!
//! The report may be four hours old, so what a user got since may lack its row; `report_generated_at` says it.

use std::collections::BTreeSet;

use aws_sdk_iam::Client;
use aws_sdk_iam::types::{MfaDevice, SigningCertificate};
use futures::StreamExt;
use orgcensus_collect::{Collector, Error, Rows, Scope, Session, call, client};
use orgcensus_row::table;

use super::access_keys::{self, AccessKey, Key};
use super::credential_report::{self, Credentials};
use super::mfa_devices::{self, Device};
use super::root_users::{self, RootUser};
use super::signing_certificates::{self, Certificate};
use crate::items::{Answer, details};

/// Access keys, MFA devices and signing certificates of an account's users, and what its root user has.
pub const USER_CREDENTIALS: Collector = Collector {
    name: "iam_user_credentials",
    scope: Scope::Account,
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
    tables: &[table::<RootUser>(), table::<AccessKey>(), table::<Device>(), table::<Certificate>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let iam = client!(session, aws_sdk_iam);
    let now = rows.captured_at();
    let report = credential_report::read(&iam, now).await?;
    let summary = iam.get_account_summary().send().await?.summary_map.unwrap_or_default();
    let devices = mfa_devices::list_virtual(&iam, now).await?;
    let root_arn = format!("arn:{}:iam::{}:root", session.partition(), session.account_id());
    let line = report.iter().find(|line| line.is_root);
    rows.push(root_users::root_user(root_arn, &summary, line, &devices, now)).await?;
    let has_virtual: BTreeSet<String> = devices.iter().filter_map(|device| device.user_name.clone()).collect();
    for device in devices {
        rows.push(device).await?;
    }
    let asked = report.iter().filter(|line| !line.is_root).map(|line| Asked::of(line, &has_virtual));
    let mut told = details(asked.filter(Asked::is_any), |asked| ask(&iam, asked));
    while let Some(told) = told.next().await {
        push(rows, told).await?;
    }
    Ok(())
}

/// What is asked of a user. What the report does not say is asked.
struct Asked<'a> {
    line: &'a Credentials,
    keys: bool,
    devices: bool,
    certificates: bool,
}

impl<'a> Asked<'a> {
    fn of(line: &'a Credentials, has_virtual: &BTreeSet<String>) -> Self {
        let key = |active: Option<bool>, rotated: bool| active != Some(false) || rotated;
        Self {
            line,
            keys: key(line.access_key_1_active, line.access_key_1_last_rotated_at.is_some())
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

/// What AWS told of a user; nothing where nothing was asked.
struct Told<'a> {
    line: &'a Credentials,
    keys: Answer<Vec<Key>>,
    devices: Answer<Vec<MfaDevice>>,
    certificates: Answer<Vec<SigningCertificate>>,
}

async fn ask<'a>(iam: &Client, asked: Asked<'a>) -> Told<'a> {
    let Asked { line, .. } = asked;
    let user_name = line.user_name.as_str();
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

async fn push(rows: &mut Rows<'_>, told: Told<'_>) -> Result<(), Error> {
    let (line, now) = (told.line, rows.captured_at());
    for key in rows.item(told.keys)?.unwrap_or_default() {
        access_keys::push(rows, line, key).await?;
    }
    for device in rows.item(told.devices)?.unwrap_or_default() {
        rows.push(mfa_devices::device(line, device, now)).await?;
    }
    for certificate in rows.item(told.certificates)?.unwrap_or_default() {
        rows.push(signing_certificates::certificate(line, certificate, now)).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
