//! Identity providers in trust policies: whose users may come in (R6).
//!
//! Users are inside only for one of three reasons: the provider is a SAML provider of one of our accounts, the issuer's
//! URL names one tenant, or the configuration trusts the tenant. If nothing is known about an issuer, its users may be
//! anyone.

use std::sync::Arc;

use crate::arn::{Arn, is_account};
use crate::bound::{Bound, Nulls};
use crate::class::Class;
use crate::facts::Facts;
use crate::flag::Flag;
use crate::glob::may_match;
use crate::issuer::{Issuer, Tenancy};
use crate::limit::{Dimension, Limit};
use crate::operator::{Comparison, Operator};
use crate::standing::Standing;
use crate::statement::{Condition, Statement};
use crate::value::variables_as_wildcards;

/// A provider, as a principal names it.
enum Provider {
    Saml,
    Oidc(Issuer),
    /// An ARN of something else.
    Unreadable,
}

/// The users that a condition's key is about.
enum Speaks<'k> {
    /// Of the provider's users, by this claim, or by a key that the issuer's tenants are told apart by.
    Users(&'k str),
    /// Of the users of another provider: no request by this one has the key.
    Others,
    /// Of something else.
    Else,
}

impl Provider {
    fn read(arn: Option<Arn>, text: &str) -> Provider {
        let Some(arn) = arn else { return Provider::Oidc(Issuer::read(text)) };
        match arn.resource.split_once('/') {
            Some(("saml-provider", _)) => Provider::Saml,
            Some(("oidc-provider", issuer)) => Provider::Oidc(Issuer::read(issuer)),
            _ => Provider::Unreadable,
        }
    }

    /// The users that a key, in lower case, is about.
    fn speaks<'k>(&self, key: &'k str) -> Speaks<'k> {
        let Some((prefix, claim)) = key.split_once(':') else { return Speaks::Else };
        // Only issuers have hosts; what services call their keys has no dot before the colon.
        let is_issuers = prefix.contains('.');
        match self {
            Provider::Saml if prefix == "saml" => Speaks::Users(claim),
            Provider::Saml if is_issuers => Speaks::Others,
            Provider::Oidc(issuer) => match issuer.claim(key) {
                Some(claim) => Speaks::Users(claim),
                None if is_issuers || prefix == "saml" => Speaks::Others,
                None if issuer.forms(key).is_empty() => Speaks::Else,
                None => Speaks::Users(key),
            },
            Provider::Saml | Provider::Unreadable => Speaks::Else,
        }
    }

    /// Whether a condition asks for a claim that only another provider's users have.
    fn asks_for_others(&self, statement: &Statement, nulls: &Nulls) -> bool {
        let is_asked = |condition: &Condition| {
            let key = condition.key.to_ascii_lowercase();
            matches!(self.speaks(&key), Speaks::Others) && nulls.demands_present(&key)
        };
        statement.conditions.iter().any(is_asked)
    }
}

/// Places the users of a provider.
pub(crate) fn place(standing: &mut Standing, provider: &str, statement: &Statement, bounds: &[&Bound], facts: &Facts) {
    if provider == "*" {
        standing.raise(Flag::OidcUnscoped);
        return standing.anyone(bounds, facts);
    }
    // If a Deny leaves no one, it leaves no federated user either.
    if bounds.iter().any(|bound| bound.entries.is_empty()) {
        return;
    }
    let arn = Arn::parse(provider);
    let account = arn.map(|arn| arn.account).filter(|account| is_account(account));
    let owner = match (account, arn) {
        (Some(account), _) => facts.account(account),
        (None, Some(_)) => Class::Unknown,
        // A host stands for a provider that every account has.
        (None, None) => Class::SameAccount,
    };
    let provider = Provider::read(arn, provider);
    let nulls = Nulls::of(statement);
    if provider.asks_for_others(statement, &nulls) {
        return standing.raise(Flag::ConditionNeverMatches);
    }
    let is_ours = match &provider {
        Provider::Saml => true,
        Provider::Unreadable => false,
        Provider::Oidc(issuer) => match issuer.tenancy() {
            Tenancy::Single => true,
            Tenancy::Unknown => facts.organization.trusted_tenants.contains(issuer.as_str()),
            Tenancy::Shared => match users(&provider, issuer, statement, &nulls) {
                Users::Nobody => return standing.raise(Flag::ConditionNeverMatches),
                Users::Anyone => {
                    standing.raise(Flag::OidcUnscoped);
                    return standing.anyone(bounds, facts);
                }
                Users::Of(tenants) => tenants.iter().any(|tenants| are_trusted(issuer, tenants, facts)),
            },
        },
    };
    standing.class = Class::Federated;
    standing.claims = claims(&provider, statement, &nulls);
    standing.account = account.map(str::to_owned);
    standing.is_external = Some(match owner.is_external() {
        Some(false) if !is_ours => None,
        known => known,
    });
}

/// The conditions on what the provider says of its user, SAML's own keys included.
fn claims(provider: &Provider, statement: &Statement, nulls: &Nulls) -> Vec<Arc<Limit>> {
    let bounds = |condition: &&Condition| {
        let holds = |operator: Operator| {
            !operator.negated && (!operator.holds_when_missing() || nulls.demands_present(&condition.key))
        };
        matches!(provider.speaks(&condition.key.to_ascii_lowercase()), Speaks::Users(_))
            && !condition.values.is_empty()
            && Operator::parse(&condition.operator).is_some_and(holds)
    };
    let bounding = statement.conditions.iter().filter(bounds);
    bounding.map(|condition| Arc::new(Limit::of(condition, Dimension::Claim, false))).collect()
}

fn are_trusted(issuer: &Issuer, tenants: &[String], facts: &Facts) -> bool {
    let trusted = &facts.organization.trusted_tenants;
    tenants.iter().all(|tenant| trusted.contains(&format!("{}/{}", issuer.as_str(), tenant.to_ascii_lowercase())))
}

/// Which users of a shared issuer a statement admits.
enum Users {
    /// None: a claim can never match.
    Nobody,
    /// Any tenant's: no claim is fixed.
    Anyone,
    /// Those of tenants that each of these lists has.
    Of(Vec<Vec<String>>),
}

fn users(provider: &Provider, issuer: &Issuer, statement: &Statement, nulls: &Nulls) -> Users {
    let mut tenants = Vec::new();
    for condition in &statement.conditions {
        let key = condition.key.to_ascii_lowercase();
        let Speaks::Users(claim) = provider.speaks(&key) else { continue };
        let Some(operator) = Operator::parse(&condition.operator) else { continue };
        if condition.values.is_empty() {
            continue;
        }
        // A guest of a Cognito identity pool is anyone.
        if claim == "amr" && admits_guests(operator, condition) {
            return Users::Anyone;
        }
        let may_be_missing = operator.holds_when_missing() && !nulls.demands_present(&key);
        if operator.negated || may_be_missing {
            continue;
        }
        match claimed(issuer, claim, operator, condition, statement.expands_variables) {
            Users::Nobody => return Users::Nobody,
            Users::Of(named) => tenants.extend(named),
            Users::Anyone => {}
        }
    }
    if tenants.is_empty() { Users::Anyone } else { Users::Of(tenants) }
}

/// Whether a condition on how a user signed in is made for those who did not.
fn admits_guests(operator: Operator, condition: &Condition) -> bool {
    let names = |word: &str| condition.values.iter().any(|value| may_match(value, word));
    if operator.negated { names("authenticated") && !names("unauthenticated") } else { names("unauthenticated") }
}

/// The users that one condition admits.
fn claimed(issuer: &Issuer, claim: &str, operator: Operator, condition: &Condition, variables: bool) -> Users {
    let forms = issuer.forms(claim);
    let wild = operator.comparison == Comparison::Like;
    let exact = matches!(operator.comparison, Comparison::Exact | Comparison::ExactIgnoringCase)
        || condition.operator.to_ascii_lowercase().contains("numericequals");
    if !wild && !exact {
        return Users::Anyone;
    }
    let mut named = Vec::new();
    for value in &condition.values {
        let variable = variables && value.contains("${");
        let value = if variable { variables_as_wildcards(value) } else { value.clone() };
        let value = match operator.comparison {
            Comparison::ExactIgnoringCase => value.to_ascii_lowercase(),
            _ => value,
        };
        // C10: no claim holds a `*`, so under an exact operator the value is dropped.
        if exact && !variable && value.contains('*') {
            continue;
        }
        match forms.iter().find_map(|form| form.tenant(&value)) {
            Some(tenant) => named.push(tenant.to_owned()),
            None => return Users::Anyone,
        }
    }
    if named.is_empty() { Users::Nobody } else { Users::Of(vec![named]) }
}
