//! MFA devices: the virtual ones in one list, hardware tokens and passkeys by user.

use aws_sdk_iam::Client;
use aws_sdk_iam::types::{AssignmentStatusType, MfaDevice, VirtualMfaDevice};
use orgcensus_collect::timestamp;
use orgcensus_row::{Row, Timestamp};
use serde::Serialize;

use super::credential_report::Credentials;
use crate::items::{Answer, Unread, made_at, word};

/// One MFA device that AWS lists: every virtual one, and the hardware tokens and passkeys of users without a virtual one.
/// Root's hardware token or passkey is not listed: iam_root_users has its kind.
#[derive(Debug, Serialize, Row)]
#[row(table = "iam_mfa_devices", key = "serial_number")]
pub struct Device {
    /// The serial number: an ARN, but for a hardware token.
    pub serial_number: String,
    /// virtual, passkey (or security key) or hardware.
    pub mfa_type: String,
    /// The user's name; null for root's, and where the device is nobody's.
    pub user_name: Option<String>,
    /// The ARN of the user, or of root; null where the device is nobody's.
    pub user_arn: Option<String>,
    /// Whether the device is root's.
    pub is_root: bool,
    /// Whether the device is anybody's.
    pub is_assigned: bool,
    /// When the device was switched on for its user (UTC).
    pub enabled_at: Option<Timestamp>,
    /// Days since then.
    pub age_days: Option<i32>,
}

/// All virtual devices of an account, including root's and those that belong to nobody. One of which AWS does not say
/// the serial number has an empty one.
pub(super) async fn list_virtual(iam: &Client, now: Timestamp) -> Answer<Vec<Device>> {
    let list = iam.list_virtual_mfa_devices().assignment_status(AssignmentStatusType::Any).max_items(1000);
    let mut pages = list.into_paginator().items().send();
    let mut devices = Vec::new();
    while let Some(device) = pages.next().await {
        devices.push(virtual_device(device?, now));
    }
    Ok(devices)
}

fn virtual_device(device: VirtualMfaDevice, now: Timestamp) -> Device {
    let enabled_at = device.enable_date.as_ref().and_then(timestamp);
    let said = |text: String| Some(text).filter(|text| !text.is_empty());
    let (user_name, user_arn) = device.user.map(|user| (said(user.user_name), said(user.arn))).unwrap_or_default();
    let is_root = user_arn.as_ref().is_some_and(|arn| arn.ends_with(":root"));
    Device {
        mfa_type: "virtual".to_owned(),
        is_root,
        is_assigned: user_name.is_some() || user_arn.is_some(),
        user_name: user_name.filter(|_| !is_root),
        user_arn,
        enabled_at,
        age_days: enabled_at.map(|at| at.days_until(now)),
        serial_number: device.serial_number,
    }
}

/// The devices of a user, of any kind.
pub(super) async fn list(iam: &Client, user_name: &str) -> Answer<Vec<MfaDevice>> {
    let list = iam.list_mfa_devices().user_name(user_name).max_items(1000);
    Ok(list.into_paginator().items().send().try_collect().await?)
}

/// A user's device. Its kind is in its serial number.
pub(super) fn device(line: &Credentials, device: MfaDevice, now: Timestamp, unread: &mut Unread) -> Option<Device> {
    let serial_number = unread.value("SerialNumber", word(&device.serial_number))?;
    let kind = match serial_number.split(':').nth(5).and_then(|it| it.split('/').next()) {
        Some("mfa") => "virtual",
        Some("u2f") => "passkey",
        _ => "hardware",
    };
    let enabled_at = unread.value("EnableDate", made_at(&device.enable_date));
    Some(Device {
        mfa_type: kind.to_owned(),
        user_name: Some(line.user_name.clone()),
        user_arn: line.arn.clone(),
        is_root: false,
        is_assigned: true,
        enabled_at,
        age_days: enabled_at.map(|at| at.days_until(now)),
        serial_number,
    })
}
