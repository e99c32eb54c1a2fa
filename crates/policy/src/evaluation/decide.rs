//! From the formula of a request to its answer.

use super::answer::{Answer, DecidedBy, Need, Outcome};
use super::blame::decided_by;
use super::context::Facts;
use super::endpoints::Ways;
use super::formula::{Formula, Term, circumstances};
use super::possible::is_possible;
use super::whole::Whole;

/// The most alternatives that an answer lists.
const MAX_ALTERNATIVES: usize = 4;

/// What the terms of a formula come to.
enum Verdict {
    /// The caller alone can meet this term.
    Allowed(Term),
    /// One of these must be met, the simplest first.
    Conditional(Vec<Term>),
    /// No request meets it.
    Denied,
    /// There are too many terms to know.
    TooMany,
}

impl Verdict {
    fn of(formula: &Formula, ways: &Ways, in_favour: bool, facts: &Facts) -> Verdict {
        let mut terms = formula.resolved(in_favour).terms();
        terms.list.retain(|term| is_possible(term, facts));
        let mut terms = ways.through(terms, in_favour);
        terms.list.retain(|term| is_possible(term, facts));
        match terms.list.first() {
            Some(first) if circumstances(first) == 0 => Verdict::Allowed(first.clone()),
            Some(_) => Verdict::Conditional(terms.list),
            None if terms.is_cut => Verdict::TooMany,
            None => Verdict::Denied,
        }
    }
}

/// Decides with all doubts against the caller, and with all in its favour.
pub(super) fn decide(whole: &Whole, ways: &Ways, facts: &Facts) -> Answer {
    let worst = Verdict::of(&whole.formula, ways, false, facts);
    let best = Verdict::of(&whole.formula, ways, true, facts);
    let (result, conditions, caller_must) = match (worst, best) {
        (Verdict::Allowed(term), _) => (Outcome::Allowed, Vec::new(), needs(&term, true)),
        (Verdict::Conditional(terms), Verdict::Conditional(_)) => {
            let simplest = terms.first().map(|term| needs(term, true)).unwrap_or_default();
            (Outcome::Conditional, alternatives(&terms), simplest)
        }
        (Verdict::Denied, Verdict::Denied) => (Outcome::Denied, Vec::new(), Vec::new()),
        _ => (Outcome::Unknown, Vec::new(), Vec::new()),
    };
    let decided_by = match ways.first_doubt().filter(|_| whole.formula.first_doubt().is_none()) {
        Some(doubt) if result == Outcome::Unknown => DecidedBy::layer(doubt.layer, doubt.why),
        _ => decided_by(result, whole, &conditions, facts),
    };
    Answer { result, conditions, caller_must, decided_by }
}

fn alternatives(terms: &[Term]) -> Vec<Vec<Need>> {
    let mut alternatives: Vec<Vec<Need>> = Vec::new();
    for term in terms {
        let circumstances = needs(term, false);
        if !alternatives.contains(&circumstances) {
            alternatives.push(circumstances);
        }
    }
    alternatives.truncate(MAX_ALTERNATIVES);
    alternatives
}

/// The literals that the caller chooses, or the others.
fn needs(term: &Term, are_chosen: bool) -> Vec<Need> {
    let meant = term.iter().filter(|(atom, _)| atom.is_chosen() == are_chosen);
    meant.map(|(atom, wanted)| atom.need(*wanted)).collect()
}
