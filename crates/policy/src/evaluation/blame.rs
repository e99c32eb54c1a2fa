//! What decided: the layer, the policy, the statement.

use super::answer::{DecidedBy, Layer, Outcome};
use super::caller::Kind;
use super::context::Facts;
use super::formula::{Formula, circumstances};
use super::layers::Stated;
use super::possible::is_possible;
use super::whole::Whole;

const ASSUMED: &str = "the policies of the caller's own account, which is not one of the organization, allow it";

/// What decided about the whole.
pub(super) fn decided_by(outcome: Outcome, whole: &Whole, facts: &Facts) -> DecidedBy {
    let mut decided = match outcome {
        Outcome::Allowed => allowed(whole, facts),
        Outcome::Denied => denied(whole, facts),
        Outcome::Conditional => conditional(whole),
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

/// A statement under a condition: an Allow, else a Deny.
fn conditional(whole: &Whole) -> DecidedBy {
    let is_open = |it: &&Stated| !matches!(it.formula, Formula::True | Formula::False | Formula::Doubt(_));
    let is_allowed = whole.allows.iter().any(|it| it.formula == Formula::True);
    let allow = whole.allows.iter().find(is_open).filter(|_| !is_allowed);
    match (allow, whole.denies.iter().find(is_open)) {
        (Some(stated), _) => stated.decided("it allows the action under a condition"),
        (None, Some(stated)) => stated.decided("it denies the action under a condition"),
        (None, None) => DecidedBy::layer(Layer::Conditions, "conditions decide"),
    }
}

/// The first doubt.
fn unknown(whole: &Whole) -> DecidedBy {
    match whole.formula.first_doubt() {
        Some(doubt) => DecidedBy::layer(doubt.layer, doubt.why),
        None => DecidedBy::layer(Layer::Conditions, "there are too many conditions to weigh"),
    }
}
