//! What the root user has: from the account's summary, its line of the credential report, and the virtual MFA devices.

use std::collections::HashMap;

use aws_sdk_iam::types::SummaryKeyType as Key;
use orgcensus_row::{Row, Timestamp};
use serde::Serialize;

use super::credential_report::Credentials;
use super::mfa_devices::Device;

/// The root user of one account: how it may sign in, and when it last did.
#[derive(Debug, Serialize, Row)]
#[row(table = "iam_root_users")]
pub struct RootUser {
    /// The root user's ARN.
    pub arn: String,
    /// Whether root has a password.
    pub has_password: Option<bool>,
    /// When root last signed in by its password (UTC); null when never, or not known.
    pub password_last_used_at: Option<Timestamp>,
    /// Days since then.
    pub password_last_used_days: Option<i32>,
    /// Whether root has an access key, active or not.
    pub has_access_key: Option<bool>,
    /// How many of root's access keys are active; null when the credential report has no line for root.
    pub active_access_key_count: Option<i32>,
    /// When one of root's access keys was last used (UTC); null when never, or not known.
    pub access_key_last_used_at: Option<Timestamp>,
    /// Days since then.
    pub access_key_last_used_days: Option<i32>,
    /// Whether root has a signing certificate.
    pub has_signing_certificate: Option<bool>,
    /// Whether root has an MFA device.
    pub is_mfa_enabled: Option<bool>,
    /// none, virtual, or other (a hardware token, a passkey or a security key: AWS lists no more of it); null when not known.
    pub mfa_type: Option<String>,
    /// How many virtual MFA devices root has; null when they could not be read.
    pub virtual_mfa_device_count: Option<i32>,
    /// When AWS made the credential report (UTC): up to four hours before the run; null when it has no line for root.
    pub report_generated_at: Option<Timestamp>,
}

/// The three sources about root, each if it could be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sources<'a> {
    pub(super) summary: Option<&'a HashMap<Key, i32>>,
    pub(super) line: Option<&'a Credentials>,
    pub(super) devices: Option<&'a [Device]>,
}

/// Root's row. If a source is missing, the columns that only this source fills are null.
pub(super) fn root_user(arn: String, sources: Sources<'_>, now: Timestamp) -> RootUser {
    let Sources { summary, line, devices } = sources;
    let is = |key: Key| summary?.get(&key).map(|count| *count > 0);
    let virtual_devices = devices.map(|devices| devices.iter().filter(|device| device.is_root).count());
    let is_mfa_enabled = is(Key::AccountMfaEnabled);
    let mfa_type = match (virtual_devices, is_mfa_enabled) {
        (Some(1..), _) => Some("virtual"),
        (Some(0), Some(true)) => Some("other"),
        (_, Some(false)) => Some("none"),
        (Some(0), None) | (None, _) => None,
    };
    let password_last_used_at = line.and_then(|line| line.password_last_used_at);
    let key_used_at = line.and_then(|line| line.access_key_1_last_used_at.max(line.access_key_2_last_used_at));
    RootUser {
        arn,
        has_password: is(Key::AccountPasswordPresent),
        password_last_used_at,
        password_last_used_days: password_last_used_at.map(|at| at.days_until(now)),
        has_access_key: is(Key::AccountAccessKeysPresent),
        active_access_key_count: line.and_then(|line| line.active_access_key_count),
        access_key_last_used_at: key_used_at,
        access_key_last_used_days: key_used_at.map(|at| at.days_until(now)),
        has_signing_certificate: is(Key::AccountSigningCertificatesPresent),
        is_mfa_enabled,
        mfa_type: mfa_type.map(str::to_owned),
        virtual_mfa_device_count: virtual_devices.map(|count| i32::try_from(count).unwrap_or(i32::MAX)),
        report_generated_at: line.and_then(|line| line.report_generated_at),
    }
}
