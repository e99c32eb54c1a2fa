//! Directory Service.

use orgcensus_collect::kinds::DS_DIRECTORY;
use orgcensus_collect::{Collector, PolicyKind};

use crate::listed::Input::Of;
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Directories, with the accounts that they are shared with.
    DIRECTORIES = listed(
        "ds_directories",
        DS_DIRECTORY,
        &[list("directory", "DescribeDirectories", "DirectoryDescriptions", &[])],
        &[policy(
            "directory",
            "DescribeSharedDirectories",
            &[("OwnerDirectoryId", Of("DirectoryId"))],
            "SharedDirectories",
        )
        .each("SharedAccountId", "")
        .shares(PolicyKind::Share, &["ds:AcceptSharedDirectory"])],
    )
    .arn("ds:directory/{DirectoryId}")
    .name("Name")
    .created("LaunchTime")
    .keeps(&[
        "DirectoryId",
        "Type",
        "Edition",
        "Size",
        "Stage",
        "ShareStatus",
        "ShareMethod",
        "SsoEnabled",
        "RadiusStatus",
        "VpcSettings.VpcId",
    ]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[DIRECTORIES];
