//! Identity providers in trust policies: whose users may come in (R6).

use std::sync::Arc;

use crate::arn::{Arn, has_wildcard, is_account};
use crate::bound::{Bound, Nulls};
use crate::class::Class;
use crate::facts::Facts;
use crate::flag::Flag;
use crate::glob::may_match;
use crate::limit::{Dimension, Limit};
use crate::operator::{Comparison, Operator};
use crate::standing::Standing;
use crate::statement::{Condition, Statement};
use crate::value::variables_as_wildcards;

/// How a shared issuer's claim names the tenant.
enum Claims {
    /// `sub` starts with one of these words, and the tenant ends at the character.
    Subject(&'static [(&'static str, char)]),
    /// The tenant is all of `sub`, `aud` or `app_id`: an application or a user of one's own.
    Whole,
}

/// What GitHub's subjects may start with and still name an owner. `environment:`, `ref:` and `workflow:` name none,
/// and `job_workflow_ref:` names a workflow that anyone may call.
const GITHUB: Claims = Claims::Subject(&[
    ("repo:", '/'),
    ("repository:", '/'),
    ("repository_owner:", ':'),
    ("repository_owner_id:", ':'),
    ("repository_id:", ':'),
    ("enterprise:", ':'),
    ("enterprise_id:", ':'),
]);

/// A subject that is written out whole, whatever it means.
const WHOLE: (&str, char) = ("", '\0');

/// The claims of an issuer that many tenants share; `None` for one that serves a single tenant.
fn shared(issuer: &str) -> Option<Claims> {
    let issuer = issuer.to_ascii_lowercase();
    let issuer = issuer.trim_end_matches('/');
    // GitHub gives an enterprise an issuer of its own by a path.
    let host = issuer.split('/').next().unwrap_or_default();
    match host {
        "token.actions.githubusercontent.com" | "vstoken.actions.githubusercontent.com" if issuer == host => {
            Some(GITHUB)
        }
        "gitlab.com" => Some(Claims::Subject(&[("project_path:", '/')])),
        "app.terraform.io" | "app.eu.terraform.io" | "agent.buildkite.com" => {
            Some(Claims::Subject(&[("organization:", ':')]))
        }
        "oidc-configuration.audit-log.githubusercontent.com" => {
            Some(Claims::Subject(&[("https://github.com/", '/'), WHOLE]))
        }
        "oidc.codefresh.io" | "scalr.io" => Some(Claims::Subject(&[("account:", ':'), WHOLE])),
        "proidc.upbound.io" => Some(Claims::Subject(&[("mcp:", '/'), WHOLE])),
        "studio.datachain.ai" if issuer != host => Some(Claims::Subject(&[("credentials:", '/'), WHOLE])),
        "tokens.cloud.shisho.dev" => Some(Claims::Subject(&[("job:", ':'), WHOLE])),
        // Their audience is the tenant's own.
        "api.pulumi.com" | "sandboxes.cloud" => Some(Claims::Whole),
        "oidc.vercel.com" if issuer == host => Some(Claims::Whole),
        // A repository is named by its id in braces.
        "api.bitbucket.org" => Some(Claims::Subject(&[("{", '}'), ("", ':')])),
        "accounts.google.com" | "graph.facebook.com" | "www.amazon.com" | "cognito-identity.amazonaws.com" => {
            Some(Claims::Whole)
        }
        _ => None,
    }
}

/// Places the users of a provider.
pub(crate) fn place(standing: &mut Standing, provider: &str, statement: &Statement, bounds: &[&Bound], facts: &Facts) {
    if provider == "*" {
        standing.raise(Flag::OidcUnscoped);
        return standing.anyone(bounds, facts);
    }
    // A Deny that leaves no one leaves no federated user either.
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
    let issuer = arn.map_or(provider, |arn| arn.resource.strip_prefix("oidc-provider/").unwrap_or_default());
    match shared(issuer).map(|claims| tenants(issuer, &claims, statement)) {
        Some(Tenants::Never) => standing.raise(Flag::ConditionNeverMatches),
        Some(Tenants::Any) => {
            standing.raise(Flag::OidcUnscoped);
            standing.anyone(bounds, facts);
        }
        named => {
            standing.class = Class::Federated;
            standing.claims = claims(issuer, statement);
            standing.account = account.map(str::to_owned);
            let ours = match named {
                Some(Tenants::Named(tenants)) => tenants.iter().all(|tenant| trusted(issuer, tenant, facts)),
                _ => true,
            };
            standing.is_external = Some(match owner.is_external() {
                Some(false) if !ours => None,
                known => known,
            });
        }
    }
}

/// The conditions on what the provider says of its user, SAML's own keys included.
fn claims(issuer: &str, statement: &Statement) -> Vec<Arc<Limit>> {
    let nulls = Nulls::of(statement);
    let bounds = |condition: &&Condition| {
        let of = condition.key.rsplit_once(':').is_some_and(|(prefix, _)| {
            prefix.eq_ignore_ascii_case(issuer) || (issuer.is_empty() && prefix.eq_ignore_ascii_case("saml"))
        });
        let holds = |operator: Operator| {
            !operator.negated && (!operator.holds_when_missing() || nulls.demands_present(&condition.key))
        };
        of && !condition.values.is_empty() && Operator::parse(&condition.operator).is_some_and(holds)
    };
    let bounding = statement.conditions.iter().filter(bounds);
    bounding.map(|condition| Arc::new(Limit::of(condition, Dimension::Claim, false))).collect()
}

fn trusted(issuer: &str, tenant: &str, facts: &Facts) -> bool {
    facts.organization.trusted_tenants.contains(&format!("{}/{tenant}", issuer.to_ascii_lowercase()))
}

/// Which tenants of a shared issuer a statement admits.
enum Tenants {
    /// None: a claim can never match.
    Never,
    /// Any: no claim is fixed.
    Any,
    /// These.
    Named(Vec<String>),
}

fn tenants(issuer: &str, claims: &Claims, statement: &Statement) -> Tenants {
    let nulls = Nulls::of(statement);
    let mut named = Tenants::Any;
    for condition in &statement.conditions {
        let Some((key_issuer, claim)) = condition.key.rsplit_once(':') else { continue };
        let Some(operator) = Operator::parse(&condition.operator) else { continue };
        if !key_issuer.eq_ignore_ascii_case(issuer) || operator.negated || condition.values.is_empty() {
            continue;
        }
        // A guest of a Cognito identity pool is anyone.
        if claim.eq_ignore_ascii_case("amr") {
            if condition.values.iter().any(|value| may_match(value, "unauthenticated")) {
                return Tenants::Any;
            }
            continue;
        }
        if operator.holds_when_missing() && !nulls.demands_present(&condition.key) {
            continue;
        }
        match claimed(claims, claim, operator, condition, statement.expands_variables) {
            Tenants::Never => return Tenants::Never,
            Tenants::Named(tenants) => named = Tenants::Named(tenants),
            Tenants::Any => {}
        }
    }
    named
}

/// The tenants that one condition admits.
fn claimed(claims: &Claims, claim: &str, operator: Operator, condition: &Condition, variables: bool) -> Tenants {
    let wild = operator.comparison == Comparison::Like;
    let exact = matches!(operator.comparison, Comparison::Exact | Comparison::ExactIgnoringCase);
    if !wild && !exact {
        return Tenants::Any;
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
        match tenant(claims, &claim.to_ascii_lowercase(), &value) {
            Some(tenant) => named.push(tenant.to_owned()),
            None => return Tenants::Any,
        }
    }
    if named.is_empty() { Tenants::Never } else { Tenants::Named(named) }
}

/// The tenant that the value fixes, if it does.
fn tenant<'a>(claims: &Claims, claim: &str, value: &'a str) -> Option<&'a str> {
    match claims {
        Claims::Whole => {
            let fixes = matches!(claim, "sub" | "aud" | "oaud" | "app_id");
            (fixes && !value.is_empty() && !has_wildcard(value)).then_some(value)
        }
        Claims::Subject(_) if claim != "sub" => None,
        Claims::Subject(forms) => forms.iter().find_map(|(word, end)| {
            let rest = value.strip_prefix(word)?;
            // Without its end the tenant is whole only when nothing can follow.
            let tenant = rest.split_once(*end).map_or(rest, |(tenant, _)| tenant);
            (!tenant.is_empty() && !has_wildcard(tenant)).then_some(tenant)
        }),
    }
}
