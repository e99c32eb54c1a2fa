//! How the policy of a resource names a caller. It decides which of the caller's own policies can still cut what the
//! resource gives (E10).

use super::answer::Layer;
use super::atom::{Atom, Test};
use super::caller::{BY_TOKEN, Caller, Kind};
use super::compare::Compare;
use super::context::{Fact, Facts};
use super::formula::Formula;
use super::organization::Place;
use crate::arn::is_arn;
use crate::deny::is_session;
use crate::principal::Principal;
use crate::statement::{PrincipalValue, Statement};

/// How it is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    /// As a user.
    User,
    /// As a role.
    Role,
    /// As this very session.
    Session,
    /// As anyone.
    Anyone,
    /// By its account, which only leaves it to that account.
    Account,
    /// As a service, or as one who shows a token.
    Other,
}

/// All ways in which an Allow names the caller.
pub(super) fn namings(statement: &Statement, facts: &Facts, layer: Layer) -> Vec<(Naming, Formula)> {
    if statement.is_not_principal {
        // R4: anyone but those.
        return vec![(Naming::Anyone, left_out(statement, facts, layer).negated())];
    }
    statement.principals.iter().filter_map(|principal| naming(principal, facts, layer)).collect()
}

/// Whether a Deny is about the caller.
pub(super) fn denies(statement: &Statement, facts: &Facts, layer: Layer) -> Formula {
    if !statement.is_not_principal {
        let named = statement.principals.iter().filter_map(|principal| naming(principal, facts, layer));
        return Formula::any(named.map(|(_, formula)| formula));
    }
    let caller = facts.caller;
    let is_user_or_role = caller.kind == Kind::User || caller.is_role();
    let spared = left_out(statement, facts, layer);
    match caller.identity {
        // E12: whoever has a boundary is denied, also if it is listed.
        Some(identity) if identity.boundary.is_some() => Formula::True,
        None if is_user_or_role && caller.place != Place::Outside => {
            let boundary = Formula::doubt(Layer::Boundary, "a boundary would make the Deny's NotPrincipal deny it");
            Formula::any([spared.negated(), boundary])
        }
        _ => spared.negated(),
    }
}

/// Whether `NotPrincipal` leaves the caller out.
fn left_out(statement: &Statement, facts: &Facts, layer: Layer) -> Formula {
    let named: Vec<(Naming, Formula)> =
        statement.principals.iter().filter_map(|principal| naming(principal, facts, layer)).collect();
    let is_root = facts.caller.kind == Kind::Root;
    let is_own = |naming: &Naming| *naming != Naming::Account || is_root;
    let own = Formula::any(named.iter().filter(|(naming, _)| is_own(naming)).map(|(_, formula)| formula.clone()));
    let by_account = named.iter().any(|(naming, _)| !is_own(naming));
    // AWS's pages want the account listed beside its identity, and do not say what the account alone leaves out.
    let account = Formula::doubt(layer, "NotPrincipal lists the caller's account, and not the caller");
    if by_account { Formula::any([own, account]) } else { own }
}

fn naming(principal: &PrincipalValue, facts: &Facts, layer: Layer) -> Option<(Naming, Formula)> {
    let caller = facts.caller;
    match Principal::read(principal) {
        Principal::Anyone => Some((Naming::Anyone, Formula::True)),
        Principal::Account { id, arn: None } => {
            (caller.account == Some(id)).then_some((Naming::Account, Formula::True))
        }
        Principal::Account { arn: Some(arn), .. } => identity(arn, caller),
        Principal::Service(name) => {
            let is_it = caller.kind == Kind::Service && (name == "*" || name.eq_ignore_ascii_case(caller.text));
            is_it.then_some((Naming::Other, Formula::True))
        }
        Principal::Federated(name) => token(name, facts),
        Principal::CanonicalUser(_) => {
            let account = Formula::doubt(layer, "a canonical user id, whose account is not known");
            caller.account.map(|_| (Naming::Account, account))
        }
        // They name nobody (P4, P5), or one who is no caller here.
        Principal::InvalidWildcard
        | Principal::Services(_)
        | Principal::OriginAccess(_)
        | Principal::Dangling
        | Principal::Malformed => None,
    }
}

/// An identity by its ARN.
fn identity(arn: &str, caller: &Caller) -> Option<(Naming, Formula)> {
    let is_same = arn == caller.text;
    match caller.kind {
        Kind::User if is_same => Some((Naming::User, Formula::True)),
        Kind::Role if is_same => Some((Naming::Role, Formula::True)),
        // Which session of the role it is, is not known: the name is the end of its id.
        Kind::Role if is_session(caller.text, arn) => {
            let name = arn.rsplit('/').next().unwrap_or_default();
            let atom = Atom::literal("aws:userid", Test::plain(Compare::Like), vec![format!("*:{name}")], false);
            Some((Naming::Session, Formula::literal(atom)))
        }
        Kind::Session | Kind::FederatedUser if is_same => Some((Naming::Session, Formula::True)),
        Kind::Session => {
            let is_role = caller.role_arn().map_or_else(|| caller.is_session_of(arn), |role| role == arn);
            is_role.then_some((Naming::Role, Formula::True))
        }
        _ => None,
    }
}

/// An identity provider: whoever has its token.
fn token(name: &str, facts: &Facts) -> Option<(Naming, Formula)> {
    const KEY: &str = "aws:FederatedProvider";
    if !BY_TOKEN.contains(&facts.action) {
        return None;
    }
    if name == "*" {
        return Some((Naming::Other, Formula::True));
    }
    if let Some(is_of_provider) = is_claimed(name, facts) {
        return Some((Naming::Other, Formula::known(is_of_provider)));
    }
    let formula = match facts.fact(KEY) {
        Fact::Known(providers) => Formula::known(providers.iter().any(|provider| is_provider(name, provider))),
        Fact::Missing => Formula::False,
        _ => Formula::literal(Atom::literal(KEY, Test::plain(Compare::Exact), vec![name.to_owned()], false)),
    };
    Some((Naming::Other, formula))
}

/// The host of an OpenID Connect provider: the end of its ARN. Those that every account has are written as hosts.
fn host(provider: &str) -> &str {
    provider.split_once(":oidc-provider/").map_or(provider, |(_, host)| host)
}

/// Whether a trust policy's name of a provider is this one, which may be called by its host.
fn is_provider(name: &str, provider: &str) -> bool {
    name == provider || (!is_arn(provider) && host(name) == provider)
}

/// Whether the claims that an unsigned request shows are those of this provider; `None` if it shows none. The keys of
/// claims begin with the host of their provider. Those of SAML do not say which provider it is, unless by `saml:doc`.
fn is_claimed(name: &str, facts: &Facts) -> Option<bool> {
    if facts.caller.kind != Kind::Anonymous {
        return None;
    }
    let mut given = facts.given.keys().filter(|key| facts.is_given(key));
    if let Some((_, provider)) = name.split_once(":saml-provider/") {
        return match facts.given.get("saml:doc").map(Vec::as_slice) {
            Some([said]) => Some(said.rsplit('/').next() == Some(provider)),
            _ => given.any(|key| key.starts_with("saml:")).then_some(true),
        };
    }
    let own = format!("{}:", host(name).to_ascii_lowercase());
    // All other keys begin with the name of a service, which has no dot.
    let is_claim = |key: &&String| key.split(':').next().is_some_and(|issuer| issuer.contains('.'));
    let claims: Vec<&String> = given.filter(is_claim).collect();
    (!claims.is_empty()).then(|| claims.iter().any(|key| key.starts_with(&own)))
}
