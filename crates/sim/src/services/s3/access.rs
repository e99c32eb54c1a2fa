//! The settings that open and close a bucket, and examples of all of them.

use super::bucket::{Acl, Block};
use crate::policies::Kind;
use crate::samples::Class;

/// What opens and closes a bucket.
#[derive(Debug, Clone, Copy)]
pub(super) struct Access {
    pub(super) kind: Kind,
    pub(super) acl: Acl,
    pub(super) ownership: Option<&'static str>,
    pub(super) block: Option<Block>,
    /// Whether the policy leaves access to the account's access points; none is by chance.
    pub(super) is_left_to_points: Option<bool>,
}

impl Access {
    const fn by_policy(kind: Kind, block: Option<Block>) -> Self {
        Self { kind, acl: Acl::Private, ownership: Some("BucketOwnerEnforced"), block, is_left_to_points: None }
    }

    /// By itself it is closed.
    const fn by_points(is_left_to_points: bool, block: Option<Block>) -> Self {
        Self { is_left_to_points: Some(is_left_to_points), ..Self::by_policy(Kind::SameAccount, block) }
    }

    const fn by_acl(acl: Acl, block: Option<Block>) -> Self {
        Self { kind: Kind::None, acl, ownership: Some("ObjectWriter"), block, is_left_to_points: None }
    }
}

const RESTRICTS: Option<Block> = Some(Block { restrict_public_buckets: true, ..Block::NONE });
const IGNORES: Option<Block> = Some(Block { ignore_public_acls: true, ..Block::NONE });

/// The buckets of the showcase: every way to open a bucket, and every way to close an open one. Each has an access
/// point whose policy is open to everyone.
pub(super) const SHOWN: [(&str, Access); 16] = [
    ("public", Access::by_policy(Kind::Public, None)),
    ("public-restricted", Access::by_policy(Kind::Public, RESTRICTS)),
    ("public-and-external-restricted", Access::by_policy(Kind::PublicAndExternal, RESTRICTS)),
    ("external-restricted", Access::by_policy(Kind::ExternalAccount, RESTRICTS)),
    ("organization", Access::by_policy(Kind::InOrgCondition, RESTRICTS)),
    ("own-vpc", Access::by_policy(Kind::OwnVpc, None)),
    ("foreign-vpc", Access::by_policy(Kind::ForeignVpc, None)),
    ("deny-saves", Access::by_policy(Kind::DenySavesOrganization, None)),
    ("deny-saves-nobody", Access::by_policy(Kind::DenySavesNobody, None)),
    ("acl-everyone", Access::by_acl(Acl::EveryoneReads, None)),
    ("acl-authenticated", Access::by_acl(Acl::AuthenticatedControls, Some(Block::NONE))),
    ("acl-ignored", Access::by_acl(Acl::EveryoneReads, IGNORES)),
    ("acl-restricted-only", Access::by_acl(Acl::EveryoneReads, RESTRICTS)),
    ("left-to-points", Access::by_points(true, None)),
    ("left-to-points-restricted", Access::by_points(true, RESTRICTS)),
    ("closed", Access::by_points(false, None)),
];

/// The buckets of the account to which a resource control policy is attached: some that it changes, and some that it
/// leaves alone.
pub(super) const HELD: [(&str, Access); 4] = [
    ("public", Access::by_policy(Kind::Public, None)),
    ("external", Access::by_policy(Kind::ExternalAccount, None)),
    ("public-restricted", Access::by_policy(Kind::Public, RESTRICTS)),
    ("acl-everyone", Access::by_acl(Acl::EveryoneReads, None)),
];

/// How the name of the bucket begins that leaves access to the access points of the sample.
pub(super) const BEHIND_POINTS: &str = "sample-behind";

/// The buckets of an account that holds a sample, with how their names begin: the sample itself, which its own policy
/// opens, and the one behind its access points.
pub(super) fn sampled(class: Class) -> [(&'static str, Access); 2] {
    // S3 keeps no policy that nobody can read, and it answers the policy itself: one that is no whole JSON is an answer
    // that was cut off, and is asked for again. So the unread bucket is the one behind an unread access point.
    let kind = if class == Class::Unread { Kind::SameAccount } else { class.kind() };
    let own = Access::by_policy(kind, Some(Block::of_sample(class)));
    let behind = Access::by_points(true, Some(Block::NONE));
    [("sample", Access { is_left_to_points: Some(false), ..own }), (BEHIND_POINTS, behind)]
}
