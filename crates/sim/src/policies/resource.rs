//! Policies on queues, topics, buckets, keys, functions, secrets and repositories.

use super::{Verdict, document};
use crate::account::Account;
use crate::dice::Dice;
use crate::organization::Organization;
use serde_json::{Value, json};

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
    /// A service, for the own account's sake.
    ServiceScoped,
    /// A service, for another account's sake.
    ServiceForeign,
    /// `*`, but a Deny leaves only the organization.
    DenySavesOrganization,
    /// `*`, but a Deny leaves nobody.
    DenySavesAll,
    /// A deleted role's id.
    Dangling,
    /// An account id with a digit missing.
    ElevenDigits,
    /// Not JSON.
    Malformed,
}

/// The kinds that occur by chance, and how often.
const WEIGHTS: [(Kind, u32); 22] = [
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
    (Kind::Dangling, 2),
    (Kind::ElevenDigits, 1),
    (Kind::Malformed, 1),
];

/// A kind by chance: everyone, without condition, at this rate.
pub(crate) fn any_kind(dice: &mut Dice, public_rate: f64) -> Kind {
    if dice.chance(public_rate) { Kind::Public } else { dice.weighted(&WEIGHTS) }
}

impl Kind {
    fn verdict(self) -> Verdict {
        match self {
            Self::None
            | Self::SameAccount
            | Self::SourceOwner
            | Self::SourceAccount
            | Self::ServiceUnscoped
            | Self::ServiceScoped
            | Self::DenySavesAll
            | Self::Dangling => Verdict::CLOSED,
            Self::InOrgAccount | Self::InOrgCondition | Self::VeryLarge | Self::DenySavesOrganization => {
                Verdict::IN_ORG
            }
            Self::ForeignOrganization
            | Self::ExternalAccount
            | Self::SourceIp
            | Self::SourceVpce
            | Self::ServiceForeign => Verdict::EXTERNAL,
            Self::Public
            | Self::PublicUrl
            | Self::PublicIfEncrypted
            | Self::PublicFromAnywhere
            | Self::PublicIfNoSourceAccount
            | Self::PublicIfNoOrganization => Verdict::PUBLIC,
            Self::ElevenDigits => Verdict::UNRESOLVED,
            Self::Malformed => Verdict::UNKNOWN,
        }
    }

    /// Public as the yearly study counts: an Allow to everyone without any condition, whatever a Deny takes back.
    pub(crate) fn is_study_public(self) -> bool {
        matches!(self, Self::Public | Self::DenySavesOrganization | Self::DenySavesAll)
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
}

/// A policy of a resource.
#[derive(Debug, Clone)]
pub(crate) struct ResourcePolicy {
    pub(crate) kind: Kind,
    /// The document; none of kind [`Kind::None`].
    pub(crate) document: Option<String>,
    /// Who can reach the resource by this policy alone.
    pub(crate) verdict: Verdict,
}

/// What a policy is for.
pub(crate) struct Subject<'a> {
    pub(crate) organization: &'a Organization,
    pub(crate) account: &'a Account,
    /// The major actions on such a resource.
    pub(crate) actions: &'a [&'a str],
    /// What the statements name as resource; nothing where the service leaves it out.
    pub(crate) resources: Vec<String>,
    /// A service that such policies commonly let in.
    pub(crate) service: &'a str,
}

impl Subject<'_> {
    /// A policy of this kind.
    pub(crate) fn policy(&self, kind: Kind, dice: &mut Dice) -> ResourcePolicy {
        let document = match kind {
            Kind::None => None,
            Kind::Malformed => Some("{\"Version\": \"2012-10-17\", \"Statement\": [ this is not JSON".to_owned()),
            _ => Some(document(self.statements(kind, dice))),
        };
        // The only account of an organization has no other to let in: it names itself.
        let is_alone = self.organization.settings.accounts == 1;
        let verdict = match kind {
            Kind::InOrgAccount | Kind::VeryLarge if is_alone => Verdict::CLOSED,
            kind => kind.verdict(),
        };
        ResourcePolicy { kind, document, verdict }
    }

    fn statements(&self, kind: Kind, dice: &mut Dice) -> Vec<Value> {
        let allow = |principal: Value, condition: Value| self.statement("Allow", principal, condition);
        let anyone = || json!("*");
        let none = Value::Null;
        let (own, org) = (self.account.id.as_str(), self.organization.id.as_str());
        let scope = |key: &str, account: &str| json!({ "StringEquals": { key: account } });
        match kind {
            Kind::None | Kind::Malformed => vec![],
            Kind::SameAccount => vec![allow(self.root(own), none)],
            Kind::SourceOwner => vec![allow(json!({ "AWS": "*" }), scope("AWS:SourceOwner", own))],
            Kind::InOrgAccount => vec![allow(self.root(&self.other(dice)), none)],
            Kind::InOrgCondition => vec![allow(anyone(), scope("aws:PrincipalOrgID", org))],
            Kind::VeryLarge => (0..60).map(|_| allow(self.root(&self.other(dice)), Value::Null)).collect(),
            Kind::ForeignOrganization => {
                vec![allow(anyone(), scope("aws:PrincipalOrgID", &format!("o-{}", dice.lower(10))))]
            }
            Kind::ExternalAccount => vec![allow(self.root(&self.organization.outside_id(dice)), none)],
            Kind::Public => {
                let anyone = if dice.chance(0.5) { anyone() } else { json!({ "AWS": ["*"] }) };
                vec![allow(anyone, none)]
            }
            Kind::PublicUrl => {
                vec![allow(anyone(), json!({ "StringEquals": { "lambda:FunctionUrlAuthType": "NONE" } }))]
            }
            Kind::PublicIfEncrypted => vec![allow(anyone(), json!({ "Bool": { "aws:SecureTransport": "true" } }))],
            Kind::PublicFromAnywhere => {
                vec![allow(anyone(), json!({ "IpAddress": { "aws:SourceIp": ["0.0.0.0/0"] } }))]
            }
            Kind::PublicIfNoSourceAccount => {
                vec![allow(anyone(), json!({ "StringEqualsIfExists": { "aws:SourceAccount": own } }))]
            }
            Kind::PublicIfNoOrganization => {
                vec![allow(anyone(), json!({ "StringEqualsIfExists": { "aws:PrincipalOrgID": org } }))]
            }
            Kind::SourceAccount => vec![allow(anyone(), scope("aws:SourceAccount", own))],
            Kind::SourceIp => {
                vec![allow(anyone(), json!({ "IpAddress": { "aws:SourceIp": ["198.51.100.0/24", "203.0.113.7"] } }))]
            }
            Kind::SourceVpce => vec![allow(anyone(), scope("aws:SourceVpce", &format!("vpce-0{}", dice.hex(16))))],
            Kind::ServiceUnscoped => vec![allow(json!({ "Service": self.service }), none)],
            Kind::ServiceScoped => vec![allow(json!({ "Service": self.service }), self.source_arn(own))],
            Kind::ServiceForeign => {
                let outside = self.organization.outside_id(dice);
                vec![allow(json!({ "Service": self.service }), self.source_arn(&outside))]
            }
            Kind::DenySavesOrganization => {
                let others = json!({ "StringNotEquals": { "aws:PrincipalOrgID": org } });
                vec![allow(anyone(), none), self.statement("Deny", anyone(), others)]
            }
            Kind::DenySavesAll => vec![allow(anyone(), none), self.statement("Deny", anyone(), Value::Null)],
            Kind::Dangling => vec![allow(json!({ "AWS": format!("AROA{}", dice.base32(17)) }), none)],
            Kind::ElevenDigits => vec![allow(json!({ "AWS": &own[..11] }), none)],
        }
    }

    fn statement(&self, effect: &str, principal: Value, condition: Value) -> Value {
        let mut statement = json!({ "Effect": effect, "Principal": principal, "Action": self.actions });
        match self.resources.as_slice() {
            [] => {}
            [one] => statement["Resource"] = json!(one),
            many => statement["Resource"] = json!(many),
        }
        if !condition.is_null() {
            statement["Condition"] = condition;
        }
        statement
    }

    fn root(&self, account_id: &str) -> Value {
        json!({ "AWS": self.organization.arn("iam", "", account_id, "root") })
    }

    fn source_arn(&self, account_id: &str) -> Value {
        let arn = self.organization.arn("events", "us-east-1", account_id, "rule/nightly");
        json!({ "ArnLike": { "aws:SourceArn": arn } })
    }

    fn other(&self, dice: &mut Dice) -> String {
        self.organization.other_id(self.account, dice)
    }
}
