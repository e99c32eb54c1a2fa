//! CloudHSM.

use orgcensus_collect::Collector;
use orgcensus_collect::kinds::CLOUDHSM_BACKUP;

use crate::listed::Input::Arn;
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Backups, with those with whom they are shared.
    BACKUPS = listed(
        "cloudhsm_backups",
        CLOUDHSM_BACKUP,
        &[list("cloudhsmv2", "DescribeBackups", "Backups", &[])],
        &[policy("cloudhsmv2", "GetResourcePolicy", &[("ResourceArn", Arn)], "Policy")
            .none(&["CloudHsmResourceNotFoundException"])
            .may_lack()],
    )
    .arn("BackupArn")
    .name("BackupId")
    .created("CreateTimestamp")
    .tags("TagList")
    .keeps(&["BackupState", "ClusterId", "NeverExpires", "HsmType", "Mode"]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[BACKUPS];
