//! Single actions: how far each kind of policy goes for them. It is written here by hand, so that the truth needs no
//! policy engine.

use super::{IdentityKind, Kind, ResourcePolicy, Trust, TrustKind};
use crate::organization_policies::is_in_perimeter;
use crate::place::Place;
use crate::services::ec2::default_vpc_leads_to;

/// An action of which the truth says who may do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    /// Sending to a queue.
    Send,
    /// Reading an object of a bucket.
    Read,
    /// Reading a secret.
    Reveal,
    /// Decrypting with a key.
    Decrypt,
    /// Assuming a role.
    Assume,
}

/// All of them, in the order of their places.
pub(crate) const ACTS: [Act; 5] = [Act::Send, Act::Read, Act::Reveal, Act::Decrypt, Act::Assume];

impl Act {
    /// The action as IAM names it.
    pub(crate) fn action(self) -> &'static str {
        match self {
            Self::Send => "sqs:SendMessage",
            Self::Read => "s3:GetObject",
            Self::Reveal => "secretsmanager:GetSecretValue",
            Self::Decrypt => "kms:Decrypt",
            Self::Assume => "sts:AssumeRole",
        }
    }

    /// Its service.
    pub(crate) fn service(self) -> &'static str {
        self.action().split(':').next().unwrap_or_default()
    }

    /// Whether the resource must allow it: what an identity's own policies allow is not enough.
    pub(crate) fn is_by_resource(self) -> bool {
        matches!(self, Self::Decrypt | Self::Assume)
    }
}

/// How far a permission goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Far {
    /// It permits nothing.
    No,
    /// It permits it in some circumstances: with MFA, from a network.
    If,
    /// It permits it.
    Yes,
}

/// What the policies of an identity do about an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rights {
    /// How far their Allows go.
    pub(crate) far: Far,
    /// Whether they deny it.
    pub(crate) denies: bool,
}

impl Rights {
    /// Those of no policy.
    pub(crate) const NONE: Self = Self { far: Far::No, denies: false };

    /// Those of two policies together.
    pub(crate) fn and(self, other: Self) -> Self {
        Self { far: self.far.max(other.far), denies: self.denies || other.denies }
    }

    /// Those that a boundary leaves.
    pub(crate) fn within(self, boundary: Self) -> Self {
        Self { far: self.far.min(boundary.far), denies: self.denies || boundary.denies }
    }
}

impl IdentityKind {
    /// What a policy of this kind does about an action on a resource that it does not name.
    pub(crate) fn rights(self, act: Act) -> Rights {
        let far = match (self, act) {
            // None of these actions is one of IAM or of the organization.
            (Self::Everything | Self::AllButIam, _) => Far::Yes,
            (Self::StorageWithMfa, Act::Read) => Far::If,
            _ => Far::No,
        };
        Rights { far, denies: self == Self::BucketNoQueues && act == Act::Send }
    }
}

/// What an AWS policy of this name does about an action.
pub(crate) fn rights_of_aws(name: &str, act: Act) -> Rights {
    let is_so = match name {
        "AdministratorAccess" => true,
        "AmazonS3ReadOnlyAccess" | "ReadOnlyAccess" => act == Act::Read,
        _ => false,
    };
    Rights { far: if is_so { Far::Yes } else { Far::No }, denies: false }
}

/// Whom the policy of a resource lets in.
#[derive(Debug, Clone)]
pub(crate) struct Opens {
    /// How far it lets in whoever is of the organization; none if that is not told.
    pub(crate) ours: Option<Far>,
    /// How far it lets in those who send no signature.
    pub(crate) unsigned: Option<Far>,
    /// The accounts, by the ARN of their root user, and the roles that it names.
    pub(crate) named: Vec<String>,
    /// Whether it denies everyone.
    pub(crate) denies_all: bool,
    /// Whether a resource control policy lets in only the organization's own identities, and services.
    pub(crate) is_held: bool,
    /// Whether it lets in nobody of another account, whatever it says; none if that is not told.
    pub(crate) is_closed_to_others: Option<bool>,
}

impl ResourcePolicy {
    /// Whom it lets in to do this; none if nobody can say, since it is not readable.
    pub(crate) fn opens(&self, place: &Place<'_>, act: Act) -> Option<Opens> {
        let (ours, unsigned) = match self.kind {
            Kind::Malformed => return None,
            // These conditions mean something to other services.
            Kind::SourceOwner | Kind::PublicUrl | Kind::ElevenDigits => (None, None),
            Kind::Public
            | Kind::PublicAndExternal
            | Kind::PublicIfEncrypted
            | Kind::PublicIfNoSourceAccount
            | Kind::PublicIfNoOrganization
            | Kind::DenySavesNobody
            | Kind::DenySavesNobodyButOne => (Some(Far::Yes), Some(Far::Yes)),
            Kind::InOrgCondition | Kind::DenySavesOrganization => (Some(Far::Yes), Some(Far::No)),
            Kind::PublicFromAnywhere | Kind::SourceIp | Kind::SourceVpce | Kind::OtherVpce | Kind::ForeignVpc => {
                (Some(Far::If), Some(Far::If))
            }
            // Only an endpoint of the VPC says of a request that it comes from there.
            Kind::OwnVpc if default_vpc_leads_to(place, act.service()) => (Some(Far::If), Some(Far::If)),
            // Only services, only others, or only those who are named.
            _ => (Some(Far::No), Some(Far::No)),
        };
        Some(Opens {
            ours,
            unsigned,
            named: named(&self.allows),
            denies_all: self.kind == Kind::DenySavesAll,
            is_held: is_in_perimeter(place, act.service()),
            is_closed_to_others: Some(false),
        })
    }
}

impl Trust {
    /// Whom it lets assume the role with `sts:AssumeRole`.
    pub(crate) fn opens(&self, place: &Place<'_>) -> Opens {
        let is_anyone = matches!(self.kind, TrustKind::InOrgCondition | TrustKind::Anyone);
        Opens {
            ours: Some(if is_anyone { Far::Yes } else { Far::No }),
            // Whoever assumes a role signs.
            unsigned: None,
            named: named(&self.allows),
            denies_all: false,
            is_held: is_in_perimeter(place, Act::Assume.service()),
            is_closed_to_others: Some(false),
        }
    }
}

/// The accounts and roles among principals.
fn named(principals: &[String]) -> Vec<String> {
    principals.iter().filter_map(|it| it.strip_prefix("AWS:")).map(str::to_owned).collect()
}
