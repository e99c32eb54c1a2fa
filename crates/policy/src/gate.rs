//! Gates: settings outside a policy that stand before it.

use serde::Serialize;

/// A gate stands before a policy. A closing gate takes access away, completely or in part. A noting gate is only worth
/// knowing: it leaves what the policy gives.
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
    /// The owner accepts each connection by hand: nobody gets in unasked.
    AcceptanceRequired,
    /// Snapshots of the region are shared with nobody publicly, whatever their permissions say.
    BlockAllSharing,
    /// No further snapshot of the region can be made public. It is noted: what is public stays public.
    BlockNewSharing,
    /// No further image of the region can be made public. It is noted: what is public stays public.
    ImageBlockPublicAccess,
    /// No further document of the region can be made public. It is noted: what is public stays public.
    DocumentBlockPublicSharing,
    /// Its service does not evaluate the policy: VPC Lattice's authentication is off. The policy gives nothing. It stands
    /// before this policy alone, and not before others of the resource.
    PolicyInactive,
}

impl Gate {
    /// Every gate.
    pub const ALL: [Gate; 13] = [
        Self::IgnorePublicAcls,
        Self::RestrictPublicBuckets,
        Self::BucketOwnerEnforced,
        Self::VpcOnly,
        Self::PrivateApi,
        Self::MountTarget,
        Self::AuthorizationToken,
        Self::AcceptanceRequired,
        Self::BlockAllSharing,
        Self::BlockNewSharing,
        Self::ImageBlockPublicAccess,
        Self::DocumentBlockPublicSharing,
        Self::PolicyInactive,
    ];

    /// The gate with this name.
    pub fn named(name: &str) -> Option<Gate> {
        Self::ALL.into_iter().find(|gate| gate.as_str() == name)
    }

    /// Whether it takes access away. The others are only noted.
    pub fn is_closing(self) -> bool {
        match self {
            Self::IgnorePublicAcls
            | Self::RestrictPublicBuckets
            | Self::BucketOwnerEnforced
            | Self::VpcOnly
            | Self::PrivateApi
            | Self::AcceptanceRequired
            | Self::BlockAllSharing
            | Self::PolicyInactive => true,
            Self::MountTarget
            | Self::AuthorizationToken
            | Self::BlockNewSharing
            | Self::ImageBlockPublicAccess
            | Self::DocumentBlockPublicSharing => false,
        }
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
            Gate::AcceptanceRequired => "acceptance_required",
            Gate::BlockAllSharing => "block_all_sharing",
            Gate::BlockNewSharing => "block_new_sharing",
            Gate::ImageBlockPublicAccess => "image_block_public_access",
            Gate::DocumentBlockPublicSharing => "document_block_public_sharing",
            Gate::PolicyInactive => "policy_inactive",
        }
    }
}
