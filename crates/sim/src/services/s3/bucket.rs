//! A bucket, and who can reach it.

use crate::policies::{Named, ResourcePolicy, Verdict};
use crate::samples::Class;

/// A bucket of a simulated account, with all that answers and verdicts need to know of it.
#[derive(Debug)]
pub(super) struct SimulatedBucket {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) region: String,
    pub(super) policy: ResourcePolicy,
    pub(super) acl: Acl,
    pub(super) ownership: Option<&'static str>,
    pub(super) block: Option<Block>,
    /// Whether a resource control policy lets in only the organization's own identities and services.
    pub(super) is_held: bool,
    /// Whether its policy leaves access to the access points of its account.
    pub(super) leaves_it_to_points: bool,
    pub(super) created_millis: i64,
    pub(super) encryption: &'static str,
    pub(super) versioning: Option<&'static str>,
    /// Whether Object Lock is on, which needs versions.
    pub(super) is_locked: bool,
    pub(super) is_logged: bool,
    pub(super) tags: Vec<(String, String)>,
}

/// Those whom a bucket's ACL lets in besides its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Acl {
    Private,
    LogDelivery,
    EveryoneReads,
    EveryoneControls,
    AuthenticatedReads,
    AuthenticatedControls,
}

impl Acl {
    fn is_public(self) -> bool {
        self.group().is_some()
    }

    /// The group of all users that it lets in.
    fn group(self) -> Option<&'static str> {
        match self {
            Self::Private | Self::LogDelivery => None,
            Self::EveryoneReads | Self::EveryoneControls => Some("AllUsers"),
            Self::AuthenticatedReads | Self::AuthenticatedControls => Some("AuthenticatedUsers"),
        }
    }

    fn gives_full_control(self) -> bool {
        matches!(self, Self::EveryoneControls | Self::AuthenticatedControls)
    }
}

/// Block Public Access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) block_public_acls: bool,
    pub(crate) ignore_public_acls: bool,
    pub(crate) block_public_policy: bool,
    pub(crate) restrict_public_buckets: bool,
}

impl Block {
    pub(crate) const ALL: Self = Self {
        block_public_acls: true,
        ignore_public_acls: true,
        block_public_policy: true,
        restrict_public_buckets: true,
    };
    pub(crate) const NONE: Self = Self {
        block_public_acls: false,
        ignore_public_acls: false,
        block_public_policy: false,
        restrict_public_buckets: false,
    };

    /// The block before a sample, which closes what is gated and nothing else.
    pub(crate) fn of_sample(class: Class) -> Self {
        if class == Class::Gated { Self::ALL } else { Self::NONE }
    }
}

impl SimulatedBucket {
    /// Who can reach the bucket by its policy and ACL, after Block Public Access of the bucket and of its account.
    pub(super) fn verdict(&self, account_block: Option<Block>) -> Verdict {
        self.verdict_behind(&[account_block])
    }

    /// The same after the bucket's block and all these.
    pub(super) fn verdict_behind(&self, blocks: &[Option<Block>]) -> Verdict {
        let by_policy = if self.is_restricted(blocks) { Verdict::CLOSED } else { self.policy.verdict };
        let is_open_by_acl = self.acl.is_public() && !self.ignores_acls(blocks);
        by_policy.or(match (is_open_by_acl, self.is_held) {
            (true, false) => Verdict::PUBLIC,
            (true, true) => Verdict::IN_ORG,
            (false, _) => Verdict::CLOSED,
        })
    }

    /// Whether nobody but its own account can reach it, whatever blocks it.
    pub(super) fn is_closed(&self) -> bool {
        self.policy.kind.verdict() == Verdict::CLOSED && !self.acl.is_public()
    }

    /// Whether a block keeps out whoever is of another account, whomever the policy names; none where AWS does not
    /// document what S3 leaves of such a policy.
    pub(super) fn is_closed_to_others(&self, account_block: Option<Block>) -> Option<bool> {
        let restricts = [account_block, self.block].into_iter().flatten().any(|block| block.restrict_public_buckets);
        let kind = self.policy.kind;
        if restricts && !kind.is_plain() { None } else { Some(restricts && kind.is_s3_public()) }
    }

    /// The principals that the bucket's policy and ACL name, if nothing blocks them.
    pub(super) fn named(&self, account_block: Option<Block>) -> Named {
        let mut named = self.policy.named.clone();
        if self.is_restricted(&[account_block]) {
            named.outside.clear();
        }
        if let Some(group) = self.acl.group().filter(|_| !self.ignores_acls(&[account_block]) && !self.is_held) {
            named.outside.push(group.to_owned());
        }
        named
    }

    /// Whether the text of policy and ACL makes it public although S3's own policy status says otherwise, or the
    /// reverse.
    pub(super) fn differs_from_status(&self) -> bool {
        let is_public = self.policy.kind.verdict().is_public.map(|is_public| is_public || self.acl.is_public());
        is_public.is_some_and(|is_public| is_public != self.policy.kind.is_s3_public())
    }

    fn is_restricted(&self, blocks: &[Option<Block>]) -> bool {
        let restricts = blocks.iter().chain([&self.block]).flatten().any(|block| block.restrict_public_buckets);
        restricts && self.policy.kind.is_s3_public()
    }

    fn ignores_acls(&self, blocks: &[Option<Block>]) -> bool {
        blocks.iter().chain([&self.block]).flatten().any(|block| block.ignore_public_acls)
    }

    /// Public as the yearly study counts: only by the text of policy and ACL.
    pub(super) fn is_study_public(&self) -> bool {
        self.policy.kind.is_study_public() || self.acl.gives_full_control()
    }
}
