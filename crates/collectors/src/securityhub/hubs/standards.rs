//! Standards that are on, and those of their controls that are off. A row for each control that is on would be
//! thousands for each account, all alike.

use orgcensus_collect::Moment;
use orgcensus_row::{Row, Timestamp};
use serde::{Deserialize, Serialize};

use crate::items::Unread;

/// One standard of Security Hub CSPM that is on in one region.
#[derive(Debug, Serialize, Row)]
#[row(table = "securityhub_standards", key = "standards_subscription_arn")]
pub struct Standard {
    /// The ARN of the standard as it is on here.
    pub standards_subscription_arn: String,
    /// The standard's own ARN. Null: AWS did not say.
    pub standards_arn: Option<String>,
    /// The standard with its version, standards/aws-foundational-security-best-practices/v/1.0.0, as findings name it.
    /// Null: AWS did not say.
    pub standards_id: Option<String>,
    /// PENDING, READY, INCOMPLETE, DELETING or FAILED.
    pub status: Option<String>,
    /// Why the status is INCOMPLETE or FAILED, NO_AVAILABLE_CONFIGURATION_RECORDER. Null: AWS gave no reason.
    pub status_reason: Option<String>,
    /// How many controls it has. Null: they could not be read.
    pub control_count: Option<i32>,
    /// How many of them are on. Null: they could not be read.
    pub enabled_control_count: Option<i32>,
    /// How many of them are off. Null: they could not be read.
    pub disabled_control_count: Option<i32>,
}

/// One control that is off in a standard that is on.
#[derive(Debug, Serialize, Row)]
#[row(table = "securityhub_disabled_controls", key = "standards_control_arn")]
pub struct DisabledControl {
    /// The ARN of the control in this standard.
    pub standards_control_arn: String,
    /// The standard's ARN. Null: AWS did not say.
    pub standards_arn: Option<String>,
    /// The control's id in this standard, IAM.1 or 1.10. Null: AWS did not say.
    pub control_id: Option<String>,
    /// What it asks for. Null: AWS did not say.
    pub title: Option<String>,
    /// How severe a failure of it is: LOW, MEDIUM, HIGH or CRITICAL. Null: AWS did not say.
    pub severity: Option<String>,
    /// Why it was switched off, in the words of who did it. Null: they gave no reason.
    pub disabled_reason: Option<String>,
    /// When it was last switched (UTC). Null: AWS did not say.
    pub updated_at: Option<Timestamp>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Enabled {
    pub(super) standards_subscriptions: Vec<Subscription>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Subscription {
    pub(super) standards_subscription_arn: Option<String>,
    pub(super) standards_arn: Option<String>,
    standards_status: Option<String>,
    standards_status_reason: Reason,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Reason {
    status_reason_code: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Controls {
    pub(super) controls: Vec<Control>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Control {
    standards_control_arn: Option<String>,
    control_status: Option<String>,
    disabled_reason: Option<String>,
    control_status_updated_at: Option<Moment>,
    control_id: Option<String>,
    title: Option<String>,
    severity_rating: Option<String>,
}

/// The controls that are off.
pub(super) fn disabled(controls: Option<&[Control]>) -> Vec<Control> {
    let all = controls.unwrap_or_default().iter();
    all.filter(|it| it.control_status.as_deref() == Some("DISABLED")).cloned().collect()
}

/// The end of a standard's ARN, by which findings name it.
fn id(standards_arn: &str) -> String {
    standards_arn.rsplit(':').next().unwrap_or_default().to_owned()
}

/// The row of a standard. Its counts are null where one control's status is unknown.
pub(super) fn standard(it: Subscription, controls: Option<&[Control]>, unread: &mut Unread) -> Option<Standard> {
    let standards_subscription_arn = unread.value("StandardsSubscriptionArn", it.standards_subscription_arn)?;
    let standards_arn = unread.value("StandardsArn", it.standards_arn);
    let statuses = |all: &[Control]| all.iter().map(|it| it.control_status.clone()).collect::<Option<Vec<_>>>();
    let statuses = controls.and_then(|all| unread.value("ControlStatus", statuses(all)));
    let of = |status: &str| -> Option<i32> {
        let found = statuses.as_ref()?.iter().filter(|it| *it == status).count();
        i32::try_from(found).ok()
    };
    Some(Standard {
        standards_subscription_arn,
        standards_id: standards_arn.as_deref().map(id),
        standards_arn,
        status: unread.value("StandardsStatus", it.standards_status),
        status_reason: it.standards_status_reason.status_reason_code,
        control_count: controls.map(|it| i32::try_from(it.len()).unwrap_or(i32::MAX)),
        enabled_control_count: of("ENABLED"),
        disabled_control_count: of("DISABLED"),
    })
}

/// The row of a control that is off.
pub(super) fn disabled_control(
    standards_arn: Option<&str>,
    it: Control,
    unread: &mut Unread,
) -> Option<DisabledControl> {
    Some(DisabledControl {
        standards_control_arn: unread.value("StandardsControlArn", it.standards_control_arn)?,
        standards_arn: standards_arn.map(str::to_owned),
        control_id: it.control_id,
        title: it.title,
        severity: it.severity_rating,
        disabled_reason: it.disabled_reason.filter(|reason| !reason.is_empty()),
        updated_at: unread.moment("ControlStatusUpdatedAt", it.control_status_updated_at.as_ref()),
    })
}
