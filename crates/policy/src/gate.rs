//! Gates: settings outside a policy that close it.

use serde::Serialize;

/// A gate stands before a policy and closes it, completely or in part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// Block Public Access: public ACLs give nothing.
    IgnorePublicAcls,
    /// Block Public Access: a public policy admits only services and the own account.
    RestrictPublicBuckets,
    /// The bucket has no ACLs.
    BucketOwnerEnforced,
    /// Reached only from inside a VPC of ours: an OpenSearch domain, an access point with a VPC origin.
    VpcOnly,
    /// A private API: reached only through VPC endpoints, whosesoever they are.
    PrivateApi,
    /// A route to a mount target is needed as well. It is noted and closes nothing.
    MountTarget,
    /// `ecr:GetAuthorizationToken` is needed as well. It is noted and closes nothing.
    AuthorizationToken,
}

impl Gate {
    /// Every gate.
    pub const ALL: [Gate; 7] = [
        Self::IgnorePublicAcls,
        Self::RestrictPublicBuckets,
        Self::BucketOwnerEnforced,
        Self::VpcOnly,
        Self::PrivateApi,
        Self::MountTarget,
        Self::AuthorizationToken,
    ];

    /// The gate with this name.
    pub fn named(name: &str) -> Option<Gate> {
        Self::ALL.into_iter().find(|gate| gate.as_str() == name)
    }

    /// The gate's name in tables and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Gate::IgnorePublicAcls => "ignore_public_acls",
            Gate::RestrictPublicBuckets => "restrict_public_buckets",
            Gate::BucketOwnerEnforced => "bucket_owner_enforced",
            Gate::VpcOnly => "vpc_only",
            Gate::PrivateApi => "private_api",
            Gate::MountTarget => "mount_target",
            Gate::AuthorizationToken => "authorization_token",
        }
    }
}
