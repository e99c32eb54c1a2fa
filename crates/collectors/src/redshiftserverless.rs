//! Redshift Serverless.

use orgcensus_collect::kinds::REDSHIFT_SERVERLESS_SNAPSHOT;
use orgcensus_collect::{Collector, PolicyKind};

use crate::listed::Input::Arn;
use crate::listed::{in_item, list, listed, listed_collectors, policy};

pub mod namespaces;
mod parts;
pub mod workgroups;

listed_collectors! {
    /// Snapshots, with their policies and the accounts that may restore them.
    SNAPSHOTS = listed(
        "redshift_serverless_snapshots",
        REDSHIFT_SERVERLESS_SNAPSHOT,
        &[list("redshiftserverless", "ListSnapshots", "snapshots", &[])],
        &[
            policy("redshiftserverless", "GetResourcePolicy", &[("resourceArn", Arn)], "resourcePolicy.policy")
                .none(&["ResourceNotFoundException"]),
            in_item("accountsWithRestoreAccess")
                .shares(PolicyKind::SnapshotAttribute, &["redshift-serverless:RestoreFromSnapshot"]),
        ],
    )
    .arn("snapshotArn")
    .name("snapshotName")
    .created("snapshotCreateTime")
    .key("kmsKeyId")
    .keeps(&[
        "namespaceName",
        "status",
        "ownerAccount",
        "adminUsername",
        "snapshotRetentionPeriod",
        "totalBackupSizeInMegaBytes",
    ]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[namespaces::NAMESPACES, SNAPSHOTS, workgroups::WORKGROUPS];
