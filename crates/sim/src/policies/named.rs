//! The principals of a policy that the questions ask for. They follow from the kind of the policy.

use super::Kind;
use crate::organization::Organization;
use serde_json::Value;

/// Principals as a policy writes them, `AWS:*`, `Service:sns.amazonaws.com`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Named {
    /// Principals outside of the organization, and `*`.
    pub(crate) outside: Vec<String>,
    /// Principals that do not exist, as far as a census can tell.
    pub(crate) dead: Vec<String>,
    /// Services that may act for anyone.
    pub(crate) unscoped: Vec<String>,
}

impl Named {
    /// The principals that the statements of a policy of this kind name.
    pub(crate) fn of(organization: &Organization, kind: Kind, statements: &[Value]) -> Self {
        let allowed = || allowed(statements);
        let mut named = Self::default();
        match kind {
            Kind::Dangling => named.dead = allowed().collect(),
            Kind::DeadRole => named.dead = allowed().filter(|it| is_readable(organization, it)).collect(),
            Kind::ServiceUnscoped => named.unscoped = allowed().collect(),
            kind if kind.verdict().is_external == Some(true) => named.outside = allowed().collect(),
            _ => {}
        }
        named
    }
}

/// The principals that statements allow something.
pub(super) fn allowed(statements: &[Value]) -> impl Iterator<Item = String> {
    statements.iter().filter(|it| it["Effect"] == "Allow").flat_map(|it| principals(&it["Principal"]))
}

/// The principals of one element, each with its kind.
pub(super) fn principals(element: &Value) -> Vec<String> {
    let Some(kinds) = element.as_object() else {
        return element.as_str().map(|value| format!("AWS:{value}")).into_iter().collect();
    };
    let values = kinds.iter().flat_map(|(kind, values)| {
        let values = values.as_array().cloned().unwrap_or_else(|| vec![values.clone()]);
        values.into_iter().filter_map(move |value| Some(format!("{kind}:{}", value.as_str()?)))
    });
    values.collect()
}

/// Whether a census reads the identities of the principal's account.
fn is_readable(organization: &Organization, principal: &str) -> bool {
    let account = principal.split(':').nth(5).and_then(|id| organization.find(id));
    account.is_some_and(|account| account.is_reachable())
}
