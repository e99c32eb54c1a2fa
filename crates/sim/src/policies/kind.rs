//! The kinds of resource policies, each with the verdict that it was made for.

use super::Verdict;
use crate::dice::Dice;

/// What a policy does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// There is no policy.
    None,
    /// The own account's root, as the default policy of a KMS key.
    SameAccount,
    /// `*` from the own account only, as the default policy of an SNS topic.
    SourceOwner,
    /// Another account of the organization, by name.
    InOrgAccount,
    /// `*` with the organization's id.
    InOrgCondition,
    /// Sixty statements for accounts of the organization.
    VeryLarge,
    /// `*` with another organization's id.
    ForeignOrganization,
    /// An account outside.
    ExternalAccount,
    /// `*`, unconditionally.
    Public,
    /// `*` by a function's URL, unsigned.
    PublicUrl,
    /// `*` by a function's URL, with only one of the two permissions that it needs.
    HalfOpenUrl,
    /// `*` when the connection is encrypted, which bounds nobody.
    PublicIfEncrypted,
    /// `*` from anywhere: a condition that bounds nobody.
    PublicFromAnywhere,
    /// `*` with a bound that is void when the key is missing: `StringEqualsIfExists aws:SourceAccount`.
    PublicIfNoSourceAccount,
    /// The same with `aws:PrincipalOrgID`.
    PublicIfNoOrganization,
    /// `*` from services that act for the own account.
    SourceAccount,
    /// `*` from a few addresses.
    SourceIp,
    /// `*` through a VPC endpoint that is not the organization's.
    SourceVpce,
    /// A service, without a source.
    ServiceUnscoped,
    /// A service that acts for the own account.
    ServiceScoped,
    /// A service that acts for another account.
    ServiceForeign,
    /// `*`, but a Deny leaves only the organization.
    DenySavesOrganization,
    /// `*`, but a Deny leaves nobody.
    DenySavesAll,
    /// `*` and an account outside, each in its own statement: where S3 restricts the public one, it blocks the other
    /// too.
    PublicAndExternal,
    /// `*`, and a Deny that only asks for encrypted connections.
    DenySavesNobody,
    /// `*`, and a Deny for one role.
    DenySavesNobodyButOne,
    /// `*` from the account's own VPC.
    OwnVpc,
    /// `*` through a VPC endpoint of another account of the organization.
    OtherVpce,
    /// `*` from a VPC that is not the organization's.
    ForeignVpc,
    /// A service that acts for a bucket that belongs to no account of the organization.
    UnknownBucket,
    /// A role that exists, of another account of the organization.
    LivingRole,
    /// A role that does not exist, of another account of the organization.
    DeadRole,
    /// A deleted role's id.
    Dangling,
    /// An account id with a digit missing.
    ElevenDigits,
    /// Not JSON.
    Malformed,
}

/// The kinds that occur by chance, each with its weight.
const WEIGHTS: [(Kind, u32); 31] = [
    (Kind::None, 100),
    (Kind::SameAccount, 40),
    (Kind::InOrgAccount, 16),
    (Kind::InOrgCondition, 10),
    (Kind::VeryLarge, 1),
    (Kind::ForeignOrganization, 2),
    (Kind::ExternalAccount, 8),
    (Kind::PublicIfEncrypted, 1),
    (Kind::PublicFromAnywhere, 1),
    (Kind::PublicIfNoSourceAccount, 1),
    (Kind::PublicIfNoOrganization, 1),
    (Kind::SourceAccount, 6),
    (Kind::SourceIp, 3),
    (Kind::SourceVpce, 2),
    (Kind::ServiceUnscoped, 4),
    (Kind::ServiceScoped, 12),
    (Kind::ServiceForeign, 1),
    (Kind::DenySavesOrganization, 3),
    (Kind::DenySavesAll, 1),
    (Kind::PublicAndExternal, 1),
    (Kind::DenySavesNobody, 1),
    (Kind::DenySavesNobodyButOne, 1),
    (Kind::OwnVpc, 2),
    (Kind::OtherVpce, 2),
    (Kind::ForeignVpc, 1),
    (Kind::UnknownBucket, 1),
    (Kind::LivingRole, 6),
    (Kind::DeadRole, 2),
    (Kind::Dangling, 2),
    (Kind::ElevenDigits, 1),
    (Kind::Malformed, 1),
];

/// The kinds that never occur by chance, or only for some services.
const RARE: [Kind; 4] = [Kind::SourceOwner, Kind::Public, Kind::PublicUrl, Kind::HalfOpenUrl];

/// A kind by chance; [`Kind::Public`] occurs at this rate.
pub(crate) fn any_kind(dice: &mut Dice, public_rate: f64) -> Kind {
    if dice.chance(public_rate) { Kind::Public } else { dice.weighted(&WEIGHTS) }
}

impl Kind {
    /// Every kind.
    pub(crate) fn all() -> impl Iterator<Item = Kind> {
        WEIGHTS.iter().map(|(kind, _)| *kind).chain(RARE)
    }

    /// Who can reach a resource with such a policy and nothing else.
    pub(crate) fn verdict(self) -> Verdict {
        match self {
            Self::None
            | Self::SameAccount
            | Self::SourceOwner
            | Self::SourceAccount
            | Self::ServiceUnscoped
            | Self::ServiceScoped
            | Self::DenySavesAll
            | Self::Dangling => Verdict::CLOSED,
            Self::InOrgAccount
            | Self::InOrgCondition
            | Self::VeryLarge
            | Self::DenySavesOrganization
            | Self::OwnVpc
            | Self::OtherVpce
            | Self::LivingRole
            | Self::DeadRole => Verdict::IN_ORG,
            Self::ForeignOrganization
            | Self::ExternalAccount
            | Self::SourceIp
            | Self::SourceVpce
            | Self::ForeignVpc
            | Self::ServiceForeign => Verdict::EXTERNAL,
            Self::Public
            | Self::PublicUrl
            | Self::PublicIfEncrypted
            | Self::PublicFromAnywhere
            | Self::PublicIfNoSourceAccount
            | Self::PublicIfNoOrganization
            | Self::PublicAndExternal
            | Self::DenySavesNobody
            | Self::DenySavesNobodyButOne => Verdict::PUBLIC,
            Self::ElevenDigits | Self::UnknownBucket => Verdict::UNRESOLVED,
            // If the URL is new enough, it is known to be closed.
            Self::HalfOpenUrl | Self::Malformed => Verdict::UNKNOWN,
        }
    }

    /// The same if a resource control policy lets in only the organization's own identities and services.
    pub(crate) fn verdict_in_perimeter(self) -> Verdict {
        match self {
            // No caller belongs to two organizations.
            Self::ForeignOrganization | Self::ExternalAccount => Verdict::CLOSED,
            // Only callers of the organization who come from that network.
            Self::SourceIp | Self::SourceVpce | Self::ForeignVpc => Verdict::IN_ORG,
            // If the principal exists at all, it must belong to the organization.
            Self::ElevenDigits => Verdict::IN_ORG,
            kind if kind.verdict() == Verdict::PUBLIC => Verdict::IN_ORG,
            kind => kind.verdict(),
        }
    }

    /// Whether the Deny statements of such a policy spare what another policy of the same resource gives, if that allows
    /// the same actions.
    pub(crate) fn spares(self, other: Self) -> bool {
        let is_ours = matches!(other, Self::InOrgAccount | Self::InOrgCondition | Self::SameAccount);
        match self {
            Self::DenySavesAll => false,
            Self::DenySavesOrganization => is_ours,
            _ => true,
        }
    }

    /// Public as the yearly study counts: an Allow to everyone without any condition, even if a Deny takes it back.
    pub(crate) fn is_study_public(self) -> bool {
        matches!(
            self,
            Self::Public
                | Self::PublicAndExternal
                | Self::DenySavesOrganization
                | Self::DenySavesAll
                | Self::DenySavesNobody
                | Self::DenySavesNobodyButOne
        )
    }

    /// Whether S3 calls a bucket policy of this kind public.
    pub(crate) fn is_s3_public(self) -> bool {
        self.is_study_public() || self.verdict().is_public == Some(true)
    }

    /// Whether it is known what S3 leaves of such a policy when it restricts public buckets.
    pub(crate) fn is_plain(self) -> bool {
        !matches!(
            self,
            Self::PublicIfNoSourceAccount
                | Self::PublicIfNoOrganization
                | Self::DenySavesOrganization
                | Self::DenySavesAll
                | Self::ServiceForeign
                | Self::Malformed
        )
    }

    /// Whether it names another account of the organization. If there is no other account, it names its own.
    pub(crate) fn names_another_account(self) -> bool {
        matches!(self, Self::InOrgAccount | Self::VeryLarge | Self::LivingRole | Self::DeadRole)
    }

    /// Whether it speaks of a function's URL, so that a service other than Lambda would refuse it.
    pub(crate) fn is_about_urls(self) -> bool {
        matches!(self, Self::PublicUrl | Self::HalfOpenUrl)
    }

    /// Whether the verdict can be told only by one who has seen all networks of the organization.
    pub(crate) fn rests_on_networks(self) -> bool {
        matches!(self, Self::OtherVpce | Self::SourceVpce | Self::ForeignVpc)
    }
}
