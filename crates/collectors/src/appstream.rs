//! AppStream.

use orgcensus_collect::kinds::APPSTREAM_IMAGE;
use orgcensus_collect::{Collector, PolicyKind};

use crate::listed::Input::{Of, Text};
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Private images, with the accounts that they are shared with.
    IMAGES = listed(
        "appstream_images",
        APPSTREAM_IMAGE,
        &[list("appstream", "DescribeImages", "Images", &[("Type", Text("PRIVATE"))])],
        &[policy("appstream", "DescribeImagePermissions", &[("Name", Of("Name"))], "SharedImagePermissionsList")
            .each("sharedAccountId", "")
            .shares(PolicyKind::Share, &["appstream:CreateFleet"])],
    )
    .arn("Arn")
    .name("Name")
    .created("CreatedTime")
    .keeps(&["State", "Visibility", "Platform", "BaseImageArn", "ImageSharedWithOthers"]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[IMAGES];
