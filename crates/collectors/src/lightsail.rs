//! Lightsail.

use orgcensus_collect::kinds::LIGHTSAIL_BUCKET;
use orgcensus_collect::{Collector, PolicyKind};

use crate::listed::{in_item, list, listed, listed_collectors};

listed_collectors! {
    /// Buckets, with the accounts that may read them, and whether everyone may.
    BUCKETS = listed(
        "lightsail_buckets",
        LIGHTSAIL_BUCKET,
        &[list("lightsail", "GetBuckets", "buckets", &[])],
        &[
            in_item("readonlyAccessAccounts").shares(PolicyKind::Share, &["lightsail:GetBuckets"]),
            in_item("accessRules.getObject").called("getObject").shares(PolicyKind::Share, &["lightsail:GetBuckets"]),
        ],
    )
    .arn("arn")
    .name("name")
    .created("createdAt")
    .tags("tags")
    .keeps(&["url", "bundleId", "objectVersioning", "accessRules.allowPublicOverrides", "state.code"]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[BUCKETS];
