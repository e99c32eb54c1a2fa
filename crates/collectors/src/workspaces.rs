//! WorkSpaces.

use orgcensus_collect::kinds::WORKSPACES_IMAGE;
use orgcensus_collect::{Collector, PolicyKind};

use crate::listed::Input::{Of, Text};
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Images, with the accounts that they are shared with.
    IMAGES = listed(
        "workspaces_images",
        WORKSPACES_IMAGE,
        &[list("workspaces", "DescribeWorkspaceImages", "Images", &[("ImageType", Text("OWNED"))])],
        &[policy("workspaces", "DescribeWorkspaceImagePermissions", &[("ImageId", Of("ImageId"))], "ImagePermissions")
            .each("SharedAccountId", "")
            .shares(PolicyKind::Share, &["workspaces:CopyWorkspaceImage"])],
    )
    .arn("workspaces:workspaceimage/{ImageId}")
    .name("Name")
    .created("Created")
    .keeps(&["ImageId", "State", "OwnerAccountId", "OperatingSystem.Type", "Description"]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[IMAGES];
