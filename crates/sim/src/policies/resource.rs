//! Policies on queues, topics, buckets, keys, functions, secrets and repositories.

use super::named::{Named, allowed};
use super::{Kind, Verdict, document};
use crate::dice::Dice;
use crate::ids::{ORGANIZATION_ROLE, default_vpc_id, first_endpoint_id};
use crate::organization_policies::is_in_perimeter;
use crate::place::Place;
use serde_json::{Value, json};

/// A policy of a resource.
#[derive(Debug, Clone)]
pub(crate) struct ResourcePolicy {
    pub(crate) kind: Kind,
    /// The document; none if the kind is [`Kind::None`].
    pub(crate) document: Option<String>,
    /// Who can reach the resource by this policy alone.
    pub(crate) verdict: Verdict,
    /// The principals of the policy that the questions ask for.
    pub(crate) named: Named,
    /// Every principal that a statement allows something, `AWS:*`.
    pub(crate) allows: Vec<String>,
}

/// The resource that a policy is for.
pub(crate) struct Subject<'a> {
    pub(crate) place: Place<'a>,
    /// The major actions on such a resource.
    pub(crate) actions: &'a [&'a str],
    /// The statements' resources; none if the service leaves them out.
    pub(crate) resources: Vec<String>,
    /// A service that such policies commonly let in.
    pub(crate) service: &'a str,
}

impl Subject<'_> {
    /// A policy of this kind.
    pub(crate) fn policy(&self, kind: Kind, dice: &mut Dice) -> ResourcePolicy {
        let statements = self.statements(kind, dice);
        // If the organization has only one account, there is no other to let in: the policy names its own account.
        let is_alone = self.place.organization.settings.accounts == 1;
        let is_held = is_in_perimeter(&self.place, self.actions_service());
        let verdict = match kind {
            kind if is_alone && kind.names_another_account() => Verdict::CLOSED,
            kind if is_held => kind.verdict_in_perimeter(),
            kind => kind.verdict(),
        };
        let mut named = Named::of(self.place.organization, kind, &statements);
        if verdict.is_external != Some(true) {
            named.outside.clear();
        }
        let allows = allowed(&statements).collect();
        let document = match kind {
            Kind::None => None,
            Kind::Malformed => Some("{\"Version\": \"2012-10-17\", \"Statement\": [ this is not JSON".to_owned()),
            _ => Some(document(statements)),
        };
        ResourcePolicy { kind, document, verdict, named, allows }
    }

    /// The service that these actions belong to.
    fn actions_service(&self) -> &str {
        self.actions.first().and_then(|action| action.split(':').next()).unwrap_or_default()
    }

    fn statements(&self, kind: Kind, dice: &mut Dice) -> Vec<Value> {
        let allow = |principal: Value, condition: Value| self.statement("Allow", principal, condition);
        let anyone = || json!("*");
        let none = Value::Null;
        let (own, org) = (self.place.account.id.as_str(), self.place.organization.id.as_str());
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
            Kind::ExternalAccount => vec![allow(self.root(&self.place.organization.outside_id(dice)), none)],
            Kind::Public => {
                let anyone = if dice.chance(0.5) { anyone() } else { json!({ "AWS": ["*"] }) };
                vec![allow(anyone, none)]
            }
            Kind::PublicUrl => {
                let invoke = allow(anyone(), json!({ "Bool": { "lambda:InvokedViaFunctionUrl": "true" } }));
                vec![self.invoke_url(), invoke]
            }
            Kind::HalfOpenUrl => vec![self.invoke_url()],
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
                let outside = self.place.organization.outside_id(dice);
                vec![allow(json!({ "Service": self.service }), self.source_arn(&outside))]
            }
            Kind::DenySavesOrganization | Kind::DenySavesAll | Kind::DenySavesNobody | Kind::DenySavesNobodyButOne => {
                vec![allow(anyone(), none), self.denial(kind)]
            }
            Kind::PublicAndExternal => {
                vec![allow(anyone(), none), allow(self.root(&self.place.organization.outside_id(dice)), Value::Null)]
            }
            Kind::OwnVpc | Kind::OtherVpce | Kind::ForeignVpc => vec![allow(anyone(), self.network(kind, dice))],
            Kind::UnknownBucket => {
                let bucket =
                    format!("arn:{}:s3:::elsewhere-{}", self.place.organization.settings.partition, dice.hex(10));
                vec![allow(json!({ "Service": "s3.amazonaws.com" }), json!({ "ArnLike": { "aws:SourceArn": bucket } }))]
            }
            Kind::LivingRole => vec![allow(json!({ "AWS": self.living_role(dice) }), none)],
            Kind::DeadRole => {
                let role = format!("role/removed-{}", dice.hex(6));
                vec![allow(json!({ "AWS": self.place.organization.arn("iam", "", &self.other(dice), &role) }), none)]
            }
            Kind::Dangling => vec![allow(json!({ "AWS": format!("AROA{}", dice.base32(17)) }), none)],
            Kind::ElevenDigits => vec![allow(json!({ "AWS": &own[..11] }), none)],
        }
    }

    /// The first of the two permissions that a function's URL needs.
    fn invoke_url(&self) -> Value {
        let condition = json!({ "StringEquals": { "lambda:FunctionUrlAuthType": "NONE" } });
        let mut statement = self.statement("Allow", json!("*"), condition);
        statement["Action"] = json!("lambda:InvokeFunctionUrl");
        statement
    }

    /// The Deny statement beside an Allow statement for everyone.
    fn denial(&self, kind: Kind) -> Value {
        let deny = |principal: Value, condition: Value| self.statement("Deny", principal, condition);
        let (anyone, none) = (json!("*"), Value::Null);
        match kind {
            Kind::DenySavesOrganization => {
                deny(anyone, json!({ "StringNotEquals": { "aws:PrincipalOrgID": self.place.organization.id } }))
            }
            Kind::DenySavesNobody => deny(anyone, json!({ "Bool": { "aws:SecureTransport": "false" } })),
            Kind::DenySavesNobodyButOne => {
                let banned = self.place.iam_arn("role/banned");
                deny(json!({ "AWS": banned }), none)
            }
            _ => deny(anyone, none),
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
        json!({ "AWS": self.place.organization.arn("iam", "", account_id, "root") })
    }

    fn source_arn(&self, account_id: &str) -> Value {
        let arn = self.place.organization.arn("events", "us-east-1", account_id, "rule/nightly");
        json!({ "ArnLike": { "aws:SourceArn": arn } })
    }

    fn other(&self, dice: &mut Dice) -> String {
        self.place.organization.other_id(self.place.account, dice)
    }

    /// A condition on the network that a call comes from.
    fn network(&self, kind: Kind, dice: &mut Dice) -> Value {
        let (key, id) = match kind {
            Kind::OwnVpc => ("aws:SourceVpc", default_vpc_id(self.place.organization, &self.place.account.id)),
            Kind::OtherVpce => ("aws:SourceVpce", first_endpoint_id(self.place.organization, &self.other(dice))),
            _ => ("aws:SourceVpc", format!("vpc-0{}", dice.hex(16))),
        };
        json!({ "StringEquals": { key: id } })
    }

    /// A role that every member account has. The management account does not have it, so there the policy names the
    /// crawler's role.
    fn living_role(&self, dice: &mut Dice) -> String {
        let other = self.other(dice);
        let role = if other == self.place.organization.management_id() {
            &self.place.organization.settings.crawler_role
        } else {
            ORGANIZATION_ROLE
        };
        self.place.organization.arn("iam", "", &other, &format!("role/{role}"))
    }
}
