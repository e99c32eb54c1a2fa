//! The patches of a managed instance, as the newest operation of Patch Manager left them.

use orgcensus_collect::{Moment, Read, read as reads};
use orgcensus_row::{Row, Timestamp};
use serde::{Deserialize, Serialize};

use crate::items::Unread;

pub(super) const PATCH_STATES: Read<Page> = reads("ssm", "DescribeInstancePatchStates");

/// The patches of one managed instance. A managed instance that is not here was never scanned, or its scan did not
/// report.
#[derive(Debug, Serialize, Row)]
#[row(table = "ssm_patch_states", key = "instance_id")]
pub struct PatchState {
    /// The instance's id, i-… of EC2 and mi-… elsewhere.
    pub instance_id: String,
    /// The baseline that says which patches it must have: its id, of one of AWS's its ARN.
    pub baseline_id: Option<String>,
    /// The patch group that it is in. Null: none.
    pub patch_group: Option<String>,
    /// The newest operation: Scan or Install.
    pub last_operation: Option<String>,
    /// When it began (UTC).
    pub last_operation_started_at: Option<Timestamp>,
    /// When it ended (UTC).
    pub last_operation_at: Option<Timestamp>,
    /// Whole days since it ended.
    pub last_operation_days: Option<i32>,
    /// RebootIfNeeded or NoReboot. Null: AWS did not say.
    pub reboot_option: Option<String>,
    /// How many patches of the baseline are installed. Null: AWS did not say.
    pub installed_count: Option<i32>,
    /// How many patches are installed that are not of the baseline. Null: AWS did not say.
    pub installed_other_count: Option<i32>,
    /// How many are installed and take effect at the next start only. Null: AWS did not say.
    pub installed_pending_reboot_count: Option<i32>,
    /// How many are installed although the baseline rejects them. Null: AWS did not say.
    pub installed_rejected_count: Option<i32>,
    /// How many patches of the baseline are missing. Null: AWS did not say.
    pub missing_count: Option<i32>,
    /// How many could not be installed. Null: AWS did not say.
    pub failed_count: Option<i32>,
    /// How many patches of the baseline do not apply to it. Null: AWS did not say.
    pub not_applicable_count: Option<i32>,
    /// How many security updates exist that the baseline has not approved. Null: AWS did not say.
    pub available_security_update_count: Option<i32>,
    /// How many patches that must be there at once, critical by the baseline, are missing, failed, rejected or wait for
    /// a start. Null: AWS did not say.
    pub critical_non_compliant_count: Option<i32>,
    /// How many patches classified as security are missing, failed, rejected or wait for a start. Null: AWS did not
    /// say.
    pub security_non_compliant_count: Option<i32>,
    /// How many others are. Null: AWS did not say.
    pub other_non_compliant_count: Option<i32>,
    /// Whether no patch is missing, and none failed. Null: AWS did not say one of both.
    pub is_patched: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Page {
    pub(super) instance_patch_states: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Described {
    instance_id: Option<String>,
    patch_group: Option<String>,
    baseline_id: Option<String>,
    installed_count: Option<i32>,
    installed_other_count: Option<i32>,
    installed_pending_reboot_count: Option<i32>,
    installed_rejected_count: Option<i32>,
    missing_count: Option<i32>,
    failed_count: Option<i32>,
    not_applicable_count: Option<i32>,
    available_security_update_count: Option<i32>,
    operation_start_time: Option<Moment>,
    operation_end_time: Option<Moment>,
    operation: Option<String>,
    reboot_option: Option<String>,
    critical_non_compliant_count: Option<i32>,
    security_non_compliant_count: Option<i32>,
    other_non_compliant_count: Option<i32>,
}

pub(super) fn row(it: Described, now: Timestamp, unread: &mut Unread) -> Option<PatchState> {
    let instance_id = unread.value("InstanceId", it.instance_id)?;
    let started = unread.value("OperationStartTime", it.operation_start_time.as_ref());
    let ended = unread.value("OperationEndTime", it.operation_end_time.as_ref());
    let last_operation_at = unread.moment("OperationEndTime", ended);
    Some(PatchState {
        instance_id,
        baseline_id: unread.value("BaselineId", it.baseline_id),
        patch_group: unread.value("PatchGroup", it.patch_group).filter(|group| !group.is_empty()),
        last_operation: unread.value("Operation", it.operation),
        last_operation_started_at: unread.moment("OperationStartTime", started),
        last_operation_at,
        last_operation_days: last_operation_at.map(|at| at.days_until(now)),
        reboot_option: it.reboot_option,
        installed_count: it.installed_count,
        installed_other_count: it.installed_other_count,
        installed_pending_reboot_count: it.installed_pending_reboot_count,
        installed_rejected_count: it.installed_rejected_count,
        is_patched: is_patched(it.missing_count, it.failed_count),
        missing_count: it.missing_count,
        failed_count: it.failed_count,
        not_applicable_count: it.not_applicable_count,
        available_security_update_count: it.available_security_update_count,
        critical_non_compliant_count: it.critical_non_compliant_count,
        security_non_compliant_count: it.security_non_compliant_count,
        other_non_compliant_count: it.other_non_compliant_count,
    })
}

/// One missing or failed patch is enough to say no; yes needs both counts.
fn is_patched(missing: Option<i32>, failed: Option<i32>) -> Option<bool> {
    match (missing, failed) {
        (Some(0), Some(0)) => Some(true),
        (Some(0), None) | (None, Some(0)) | (None, None) => None,
        _ => Some(false),
    }
}

#[cfg(test)]
mod tests {
    use super::is_patched;

    #[test]
    fn one_missing_or_failed_patch_is_enough() {
        assert_eq!(is_patched(Some(0), Some(0)), Some(true));
        for (missing, failed) in [(Some(1), None), (Some(0), Some(2)), (None, Some(1))] {
            assert_eq!(is_patched(missing, failed), Some(false), "{missing:?} {failed:?}");
        }
        for (missing, failed) in [(Some(0), None), (None, Some(0)), (None, None)] {
            assert_eq!(is_patched(missing, failed), None, "{missing:?} {failed:?}");
        }
    }
}
