//! Trust policies of roles.

use super::named::principals;
use super::{Named, Verdict, document};
use crate::dice::Dice;
use crate::organization_policies::is_in_perimeter;
use crate::place::Place;
use serde_json::{Value, json};

const GITHUB: &str = "token.actions.githubusercontent.com";

/// Whom a role trusts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TrustKind {
    /// A service.
    Service(&'static str),
    /// The own account.
    SameAccount,
    /// The management account.
    Management,
    /// Another account of the organization.
    InOrgAccount,
    /// Anyone of the organization.
    InOrgCondition,
    /// A vendor's account, with an external id.
    ExternalWithId,
    /// A vendor's account, without an external id.
    External,
    /// The own account's SAML provider.
    Saml,
    /// The own account's Kubernetes cluster.
    Cluster,
    /// GitHub, one organization's repositories.
    GithubOwner,
    /// GitHub, any repository: no condition names one.
    GithubAnyone,
    /// GitHub, any repository: the condition is the pattern `repo:*`.
    GithubPattern,
    /// Identities of the management account, by the tokens that they get for services outside. It never occurs by
    /// chance.
    OwnIssuer,
    /// A deleted role.
    Dangling,
    /// An identity provider of an account outside.
    ForeignProvider,
    /// Any AWS account.
    Anyone,
}

/// The kinds that occur by chance, and how often.
const WEIGHTS: [(TrustKind, u32); 15] = [
    (TrustKind::Service("ec2.amazonaws.com"), 20),
    (TrustKind::Service("lambda.amazonaws.com"), 30),
    (TrustKind::SameAccount, 10),
    (TrustKind::InOrgAccount, 10),
    (TrustKind::InOrgCondition, 3),
    (TrustKind::ExternalWithId, 5),
    (TrustKind::External, 2),
    (TrustKind::Saml, 6),
    (TrustKind::Cluster, 3),
    (TrustKind::GithubOwner, 4),
    (TrustKind::GithubAnyone, 1),
    (TrustKind::GithubPattern, 1),
    (TrustKind::Dangling, 2),
    (TrustKind::ForeignProvider, 1),
    (TrustKind::Anyone, 1),
];

impl TrustKind {
    /// A kind by chance.
    pub(crate) fn any(dice: &mut Dice) -> Self {
        dice.weighted(&WEIGHTS)
    }

    /// Every kind that occurs by chance.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        WEIGHTS.iter().map(|(kind, _)| *kind)
    }

    /// Whether `sts:AssumeRole` assumes the role, so that the caller must have an account.
    fn is_by_role(self) -> bool {
        !matches!(
            self,
            Self::Saml
                | Self::Cluster
                | Self::GithubOwner
                | Self::GithubAnyone
                | Self::GithubPattern
                | Self::ForeignProvider
                | Self::OwnIssuer
        )
    }

    /// Whether an account outside or users of an OIDC provider may assume the role.
    fn admits_outsiders(self) -> bool {
        let by_provider = matches!(
            self,
            Self::Cluster | Self::GithubOwner | Self::GithubAnyone | Self::GithubPattern | Self::OwnIssuer
        );
        by_provider || matches!(self, Self::ExternalWithId | Self::External | Self::ForeignProvider | Self::Anyone)
    }
}

/// A trust policy and its verdict.
#[derive(Debug, Clone)]
pub(crate) struct Trust {
    pub(crate) kind: TrustKind,
    pub(crate) document: String,
    pub(crate) verdict: Verdict,
    /// The principals of the policy that the questions ask for.
    pub(crate) named: Named,
    /// The principals through which an account outside or users of an OIDC provider may assume the role.
    pub(crate) outsiders: Vec<String>,
    /// Every principal that may assume the role with `sts:AssumeRole`.
    pub(crate) allows: Vec<String>,
}

/// The trust policy of a role in this account.
pub(crate) fn trust(place: &Place<'_>, kind: TrustKind, dice: &mut Dice) -> Trust {
    let Place { organization, account, .. } = *place;
    let root = |id: &str| json!({ "AWS": organization.arn("iam", "", id, "root") });
    let assume = |principal: Value, condition: Value| statement("sts:AssumeRole", principal, condition);
    let provider = |name: &str| json!({ "Federated": place.iam_arn(name) });
    let web = |provider: Value, condition: Value| statement("sts:AssumeRoleWithWebIdentity", provider, condition);
    let github = || provider(&format!("oidc-provider/{GITHUB}"));
    let (audience, subject) = (format!("{GITHUB}:aud"), format!("{GITHUB}:sub"));
    let statement = match kind {
        TrustKind::Service(service) => assume(json!({ "Service": service }), Value::Null),
        TrustKind::SameAccount => assume(root(&account.id), Value::Null),
        TrustKind::Management => assume(root(&organization.management_id()), Value::Null),
        TrustKind::InOrgAccount => assume(root(&organization.other_id(account, dice)), Value::Null),
        TrustKind::InOrgCondition => {
            let condition = json!({ "StringEquals": { "aws:PrincipalOrgID": organization.id } });
            assume(json!({ "AWS": "*" }), condition)
        }
        TrustKind::ExternalWithId => {
            let condition = json!({ "StringEquals": { "sts:ExternalId": dice.hex(12) } });
            assume(root(&organization.outside_id(dice)), condition)
        }
        TrustKind::External => assume(root(&organization.outside_id(dice)), Value::Null),
        TrustKind::Saml => {
            let condition = json!({ "StringEquals": { "SAML:aud": "https://signin.aws.amazon.com/saml" } });
            statement("sts:AssumeRoleWithSAML", provider("saml-provider/sso"), condition)
        }
        TrustKind::Cluster => {
            let issuer = format!("oidc.eks.us-east-1.amazonaws.com/id/{}", dice.hex(32).to_uppercase());
            let condition = json!({ "StringEquals": { format!("{issuer}:sub"): "system:serviceaccount:default:app" } });
            web(provider(&format!("oidc-provider/{issuer}")), condition)
        }
        TrustKind::OwnIssuer => {
            let issuer = organization.issuer(&organization.management_id());
            let condition = json!({ "StringEquals": { format!("{issuer}:aud"): "sts.amazonaws.com" } });
            web(provider(&format!("oidc-provider/{issuer}")), condition)
        }
        TrustKind::GithubOwner => {
            let equals = json!({ audience: "sts.amazonaws.com" });
            web(github(), json!({ "StringEquals": equals, "StringLike": { subject: "repo:simulated-org/app:*" } }))
        }
        TrustKind::GithubAnyone => web(github(), json!({ "StringEquals": { audience: "sts.amazonaws.com" } })),
        TrustKind::GithubPattern => web(github(), json!({ "StringLike": { subject: "repo:*" } })),
        TrustKind::Dangling => assume(json!({ "AWS": format!("AROA{}", dice.base32(17)) }), Value::Null),
        TrustKind::ForeignProvider => {
            let issuer = "oidc-provider/login.partner.example";
            let provider = organization.arn("iam", "", &organization.outside_id(dice), issuer);
            web(json!({ "Federated": provider }), json!({ "StringEquals": { "login.partner.example:aud": "app" } }))
        }
        TrustKind::Anyone => assume(json!({ "AWS": "*" }), Value::Null),
    };
    let is_held = is_in_perimeter(place, "sts") && kind.is_by_role();
    let verdict = match verdict(place, kind) {
        Verdict::PUBLIC if is_held => Verdict::IN_ORG,
        Verdict::EXTERNAL if is_held => Verdict::CLOSED,
        verdict => verdict,
    };
    let all = principals(&statement["Principal"]);
    let only_if = |is_so: bool| if is_so { all.clone() } else { Vec::new() };
    let named = Named {
        outside: only_if(verdict.is_external == Some(true)),
        dead: only_if(kind == TrustKind::Dangling),
        unscoped: Vec::new(),
    };
    Trust {
        kind,
        allows: only_if(kind.is_by_role()),
        document: document(vec![statement]),
        verdict,
        named,
        outsiders: only_if(kind.admits_outsiders() && !is_held),
    }
}

fn verdict(place: &Place<'_>, kind: TrustKind) -> Verdict {
    match kind {
        TrustKind::Service(_)
        | TrustKind::SameAccount
        | TrustKind::Saml
        | TrustKind::Cluster
        | TrustKind::OwnIssuer
        | TrustKind::Dangling => Verdict::CLOSED,
        TrustKind::Management if place.account.is_management() => Verdict::CLOSED,
        TrustKind::InOrgAccount if place.organization.settings.accounts == 1 => Verdict::CLOSED,
        TrustKind::Management | TrustKind::InOrgAccount | TrustKind::InOrgCondition => Verdict::IN_ORG,
        TrustKind::ExternalWithId | TrustKind::External | TrustKind::ForeignProvider => Verdict::EXTERNAL,
        // AWS does not say who owns these repositories.
        TrustKind::GithubOwner => Verdict { is_external: None, ..Verdict::CLOSED },
        TrustKind::GithubAnyone | TrustKind::GithubPattern | TrustKind::Anyone => Verdict::PUBLIC,
    }
}

fn statement(action: &str, principal: Value, condition: Value) -> Value {
    let mut statement = json!({ "Effect": "Allow", "Principal": principal, "Action": action });
    if !condition.is_null() {
        statement["Condition"] = condition;
    }
    statement
}
