//! Signer.

use orgcensus_collect::kinds::SIGNER_PROFILE;
use orgcensus_collect::{Collector, PolicyKind};

use crate::listed::Input::Of;
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Signing profiles, with the accounts that may sign with them.
    PROFILES = listed(
        "signer_profiles",
        SIGNER_PROFILE,
        &[list("signer", "ListSigningProfiles", "profiles", &[])],
        &[policy("signer", "ListProfilePermissions", &[("profileName", Of("profileName"))], "permissions")
            .each("principal", "")
            .none(&["ResourceNotFoundException"])
            .shares(PolicyKind::Grant, &["signer:StartSigningJob"])],
    )
    .arn("arn")
    .name("profileName")
    .tags("tags")
    .keeps(&["profileVersion", "platformId", "status", "signingMaterial.certificateArn"]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[PROFILES];
