//! What decided: the layer, the policy, the statement.

use std::collections::BTreeSet;

use super::answer::{DecidedBy, Layer, Need, Outcome};
use super::caller::Kind;
use super::context::Facts;
use super::formula::{Formula, circumstances};
use super::layers::Stated;
use super::possible::is_possible;
use super::whole::Whole;

const ASSUMED: &str = "the policies of the caller's own account, which is not one of the organization, allow it";

const ALLOWS_IF: &str = "it allows the action under a condition";

/// What decided about the whole, which these conditions leave open.
pub(super) fn decided_by(outcome: Outcome, whole: &Whole, conditions: &[Vec<Need>], facts: &Facts) -> DecidedBy {
    let mut decided = match outcome {
        Outcome::Allowed => allowed(whole, facts),
        Outcome::Denied => denied(whole, facts),
        Outcome::Conditional => conditional(whole, conditions),
        Outcome::Unknown => unknown(whole),
    };
    if whole.is_assumed && outcome != Outcome::Denied {
        decided.assumed = Some(ASSUMED);
    }
    decided
}

/// The Allow that leads through: one without conditions, if there is one.
fn allowed(whole: &Whole, facts: &Facts) -> DecidedBy {
    let certain = whole.allows.iter().find(|it| it.formula == Formula::True);
    let chosen = || {
        let is_chosen = |it: &&Stated| {
            let terms = it.formula.resolved(false).terms();
            terms.list.iter().any(|term| circumstances(term) == 0 && is_possible(term, facts))
        };
        whole.allows.iter().find(is_chosen)
    };
    match certain.or_else(chosen) {
        Some(stated) => stated.decided("it allows the action"),
        None if facts.caller.kind == Kind::Root => {
            DecidedBy::layer(Layer::Root, "the root user may do everything that nothing denies")
        }
        None => DecidedBy::layer(Layer::Identity, "its own side allows it"),
    }
}

/// The Deny that holds, else the first layer that allows nothing.
fn denied(whole: &Whole, facts: &Facts) -> DecidedBy {
    if let Some(stated) = whole.denies.iter().find(|it| it.formula == Formula::True) {
        return stated.decided("it denies the action");
    }
    let is_closed = |formula: &Formula| {
        let terms = formula.resolved(true).terms();
        !terms.is_cut && !terms.list.iter().any(|term| is_possible(term, facts))
    };
    if let Some((layer, _)) = whole.pieces.iter().find(|(_, formula)| is_closed(formula)) {
        return DecidedBy::layer(*layer, "nothing in it allows the action");
    }
    let stated = whole.denies.iter().find(|it| is_closed(&it.formula.clone().negated()));
    match stated {
        Some(stated) => stated.decided("it denies the action, whatever the caller does"),
        None => DecidedBy::layer(Layer::Conditions, "what one layer asks for, another one forbids"),
    }
}

/// A statement under a condition: an Allow, else a Deny. Where an Allow without conditions is not enough, what else must
/// allow it.
fn conditional(whole: &Whole, conditions: &[Vec<Need>]) -> DecidedBy {
    let is_open = |it: &&Stated| !matches!(it.formula, Formula::True | Formula::False | Formula::Doubt(_));
    let is_allowed = whole.allows.iter().any(|it| it.formula == Formula::True);
    let allow = whole.allows.iter().find(is_open).filter(|_| !is_allowed);
    match (allow, whole.denies.iter().find(is_open)) {
        (Some(stated), _) => stated.decided(ALLOWS_IF),
        (None, Some(stated)) => stated.decided("it denies the action under a condition"),
        (None, None) => {
            let keys = conditions.iter().flatten().map(|need| need.key.to_ascii_lowercase()).collect();
            held_up(whole, &keys).unwrap_or_else(|| DecidedBy::layer(Layer::Conditions, "conditions decide"))
        }
    }
}

/// The first layer that rests on one of these keys, by its statement if it has one here.
fn held_up(whole: &Whole, keys: &BTreeSet<String>) -> Option<DecidedBy> {
    let mut layers = whole.pieces.iter().chain(&whole.layers);
    let (layer, _) = layers.find(|(_, formula)| rests_on(formula, keys))?;
    let is_of_resource = |it: Layer| matches!(it, Layer::Resource | Layer::AccessPoint | Layer::Acl | Layer::Grant);
    let is_its = |it: &DecidedBy| it.layer == *layer || (*layer == Layer::Resource && is_of_resource(it.layer));
    let mut allows = whole.allows.iter().filter(|it| rests_on(&it.formula, keys)).map(|it| it.decided(ALLOWS_IF));
    Some(allows.find(is_its).unwrap_or_else(|| DecidedBy::layer(*layer, ALLOWS_IF)))
}

/// Whether the formula speaks of one of these keys, which are in lower case.
fn rests_on(formula: &Formula, keys: &BTreeSet<String>) -> bool {
    match formula {
        Formula::Is(atom, _) => keys.contains(&atom.key),
        Formula::All(parts) | Formula::Any(parts) => parts.iter().any(|part| rests_on(part, keys)),
        Formula::True | Formula::False | Formula::Doubt(_) => false,
    }
}

/// The first doubt.
fn unknown(whole: &Whole) -> DecidedBy {
    match whole.formula.first_doubt() {
        Some(doubt) => DecidedBy::layer(doubt.layer, doubt.why),
        None => DecidedBy::layer(Layer::Conditions, "there are too many conditions to weigh"),
    }
}
