//! Whether a statement speaks of a request: its action, its resource, its conditions.

use std::borrow::Cow;

use super::answer::Layer;
use super::compare::Compare;
use super::condition::conditions;
use super::context::Facts;
use super::formula::Formula;
use super::variable::{Expanded, expanded, meets};
use crate::glob::{contains, may_match};
use crate::statement::{Effect, Statement};

/// What stands in a policy of this layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grammar {
    /// No principals, and every statement names its resources.
    Identity,
    /// Principals; a statement that names no resource is about the one that it is on.
    Resource,
}

/// Whether the statement is about the request, whoever makes it.
pub(super) fn applies(statement: &Statement, facts: &Facts, layer: Layer, grammar: Grammar) -> Formula {
    if statement.does_nothing() || !is_of_action(statement, facts, grammar) {
        return Formula::False;
    }
    let whole = Formula::all([resource(statement, facts, layer, grammar), conditions(statement, facts, layer)]);
    if statement.is_whole() {
        whole
    } else {
        Formula::all([whole, Formula::doubt(layer, "a statement that was not understood")])
    }
}

fn is_of_action(statement: &Statement, facts: &Facts, grammar: Grammar) -> bool {
    let is_hit = |pattern: &String| {
        let pattern = pattern.to_ascii_lowercase();
        // In the policy of a resource an action without its service is one of the resource's service.
        let name = if pattern.contains(':') || grammar == Grammar::Identity {
            facts.action
        } else {
            facts.action.split_once(':').map_or(facts.action, |(_, name)| name)
        };
        may_match(&pattern, name)
    };
    statement.actions.iter().any(is_hit) != statement.is_not_action
}

fn resource(statement: &Statement, facts: &Facts, layer: Layer, grammar: Grammar) -> Formula {
    if statement.resources.is_empty() {
        // IAM takes no such policy of an identity.
        let is_about = grammar == Grammar::Resource || statement.effect == Effect::Deny;
        return Formula::known(is_about);
    }
    let asked = asked(facts, layer);
    let named = Formula::any(statement.resources.iter().map(|pattern| {
        let pattern = absolute(pattern, facts.resource);
        match expanded(&pattern, statement.expands_variables, facts) {
            // An action on no resource in particular is given by `*` alone (E23).
            Expanded::Text(text) if asked == "*" => Formula::known(contains(&text, "*")),
            pattern => meets(asked, &pattern, Compare::Like),
        }
    }));
    if statement.is_not_resource { named.negated() } else { named }
}

/// The resource that the patterns must match. An action without types of resources is on none in particular, whatever
/// is asked about (E23). The policy of a resource may name its own all the same: AWS's pages have the policy of an MSK
/// cluster allow `kafka:GetBootstrapBrokers` on the cluster.
fn asked<'f>(facts: &Facts<'f>, layer: Layer) -> &'f str {
    let is_of_resource = matches!(layer, Layer::Resource | Layer::AccessPoint);
    if facts.lacks_resources && !is_of_resource { "*" } else { facts.resource }
}

/// A pattern as API Gateway stores it: relative to its API.
fn absolute<'p>(pattern: &'p str, resource: &str) -> Cow<'p, str> {
    match (pattern.strip_prefix("execute-api:/"), resource.split_once('/')) {
        (Some(path), Some((api, _))) => Cow::Owned(format!("{api}/{path}")),
        _ => Cow::Borrowed(pattern),
    }
}
