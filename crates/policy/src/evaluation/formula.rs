//! Formulas over conditions whose keys are not known, and their disjunctive form.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::answer::Layer;
use super::atom::{Atom, Literal};

/// Something that was not read, or that AWS does not document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Doubt {
    pub(super) layer: Layer,
    pub(super) why: &'static str,
}

/// Whether something holds. Negations stand at the atoms alone, so a doubt in favour of the caller is true.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Formula {
    True,
    False,
    /// The atom holds, or it does not.
    Is(Arc<Atom>, bool),
    Doubt(Doubt),
    All(Vec<Formula>),
    Any(Vec<Formula>),
}

impl Formula {
    /// True or false.
    pub(super) fn known(holds: bool) -> Formula {
        if holds { Formula::True } else { Formula::False }
    }

    pub(super) fn doubt(layer: Layer, why: &'static str) -> Formula {
        Formula::Doubt(Doubt { layer, why })
    }

    pub(super) fn literal((atom, wanted): Literal) -> Formula {
        Formula::Is(Arc::new(atom), wanted)
    }

    /// All of them.
    pub(super) fn all(parts: impl IntoIterator<Item = Formula>) -> Formula {
        let mut left = Vec::new();
        for part in parts {
            match part {
                Formula::True => {}
                Formula::False => return Formula::False,
                Formula::All(parts) => left.extend(parts),
                part => left.push(part),
            }
        }
        match left.len() {
            0 => Formula::True,
            1 => left.remove(0),
            _ => Formula::All(left),
        }
    }

    /// At least one of them.
    pub(super) fn any(parts: impl IntoIterator<Item = Formula>) -> Formula {
        let mut left = Vec::new();
        for part in parts {
            match part {
                Formula::False => {}
                Formula::True => return Formula::True,
                Formula::Any(parts) => left.extend(parts),
                part => left.push(part),
            }
        }
        match left.len() {
            0 => Formula::False,
            1 => left.remove(0),
            _ => Formula::Any(left),
        }
    }

    pub(super) fn negated(self) -> Formula {
        match self {
            Formula::True => Formula::False,
            Formula::False => Formula::True,
            Formula::Is(atom, wanted) => Formula::Is(atom, !wanted),
            Formula::Doubt(doubt) => Formula::Doubt(doubt),
            Formula::All(parts) => Formula::any(parts.into_iter().map(Formula::negated)),
            Formula::Any(parts) => Formula::all(parts.into_iter().map(Formula::negated)),
        }
    }

    /// The formula with every doubt in favour of the caller, or against it.
    pub(super) fn resolved(&self, in_favour: bool) -> Formula {
        match self {
            Formula::Doubt(_) => Formula::known(in_favour),
            Formula::All(parts) => Formula::all(parts.iter().map(|part| part.resolved(in_favour))),
            Formula::Any(parts) => Formula::any(parts.iter().map(|part| part.resolved(in_favour))),
            plain => plain.clone(),
        }
    }

    /// The first doubt in it.
    pub(super) fn first_doubt(&self) -> Option<Doubt> {
        match self {
            Formula::Doubt(doubt) => Some(*doubt),
            Formula::All(parts) | Formula::Any(parts) => parts.iter().find_map(Formula::first_doubt),
            _ => None,
        }
    }

    /// The disjunctive form. A doubt counts as false: it is to be resolved before.
    pub(super) fn terms(&self) -> Terms {
        match self {
            Formula::True => Terms::of(vec![Term::new()]),
            Formula::False | Formula::Doubt(_) => Terms::of(Vec::new()),
            Formula::Is(atom, wanted) => Terms::of(vec![Term::from([(Arc::clone(atom), *wanted)])]),
            Formula::Any(parts) => parts.iter().fold(Terms::of(Vec::new()), |sum, part| sum.or(part.terms())),
            Formula::All(parts) => parts.iter().fold(Terms::of(vec![Term::new()]), |sum, part| sum.and(&part.terms())),
        }
    }
}

/// Literals that must all hold.
pub(super) type Term = BTreeSet<(Arc<Atom>, bool)>;

/// The most terms of a form. With more, those with the most circumstances are left out.
const MAX_TERMS: usize = 256;

/// The most terms that are compared with each other.
const MAX_COMPARED: usize = 1024;

/// Terms of which one must hold, the simplest first.
#[derive(Debug, Clone)]
pub(super) struct Terms {
    pub(super) list: Vec<Term>,
    /// Whether terms were left out.
    pub(super) is_cut: bool,
}

impl Terms {
    pub(super) fn of(list: Vec<Term>) -> Terms {
        Terms { list, is_cut: false }
    }

    pub(super) fn or(mut self, other: Terms) -> Terms {
        self.list.extend(other.list);
        self.is_cut |= other.is_cut;
        self.simplified()
    }

    fn and(self, other: &Terms) -> Terms {
        let mut list = Vec::new();
        for (one, two) in self.list.iter().flat_map(|one| other.list.iter().map(move |two| (one, two))) {
            let contradict = two.iter().any(|(atom, wanted)| one.contains(&(Arc::clone(atom), !wanted)));
            if !contradict {
                list.push(one.union(two).cloned().collect());
            }
        }
        Terms { list, is_cut: self.is_cut || other.is_cut }.simplified()
    }

    /// Without terms that hold only where a simpler one holds too.
    fn simplified(mut self) -> Terms {
        self.list.sort_by_cached_key(|term| (circumstances(term), term.len(), term.clone()));
        self.list.dedup();
        self.cut(MAX_COMPARED);
        let mut kept: Vec<Term> = Vec::new();
        for term in std::mem::take(&mut self.list) {
            if !kept.iter().any(|simpler| simpler.is_subset(&term)) {
                kept.push(term);
            }
        }
        self.list = kept;
        self.cut(MAX_TERMS);
        self
    }

    fn cut(&mut self, most: usize) {
        self.is_cut |= self.list.len() > most;
        self.list.truncate(most);
    }
}

/// How many of a term's literals nobody chooses.
pub(super) fn circumstances(term: &Term) -> usize {
    term.iter().filter(|(atom, _)| !atom.is_chosen()).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::atom::Test;
    use crate::evaluation::compare::Compare;

    fn is(key: &str, value: &str) -> Formula {
        Formula::literal(Atom::literal(key, Test::plain(Compare::Exact), vec![value.to_owned()], false))
    }

    #[test]
    fn what_holds_with_less_takes_the_place_of_what_needs_more() {
        let (a, b) = (is("aws:SourceVpce", "vpce-1"), is("aws:SecureTransport", "true"));
        let both = Formula::all([a.clone(), b.clone()]);
        assert_eq!(Formula::any([both, b.clone()]).terms().list.len(), 1);
        let all = Formula::all([Formula::any([a.clone(), b.clone()]), Formula::any([a.clone(), b.negated()])]);
        let terms = all.terms();
        assert_eq!(terms.list.len(), 1);
        assert_eq!(circumstances(&terms.list[0]), 1);
        assert_eq!(Formula::all([a.clone(), a.negated()]).terms().list.len(), 0);
    }

    #[test]
    fn a_doubt_is_for_or_against() {
        let doubt = Formula::doubt(Layer::Identity, "unread");
        let either = Formula::any([doubt.clone(), Formula::False]);
        assert_eq!((either.resolved(true), either.resolved(false)), (Formula::True, Formula::False));
        assert_eq!(doubt.clone().negated(), doubt);
        assert_eq!(Formula::any([doubt, Formula::True]), Formula::True);
    }

    #[test]
    fn too_many_terms_are_cut_and_the_simplest_are_left() {
        let pair = |n: usize| Formula::any([is(&format!("x:a{n}"), "1"), is(&format!("x:b{n}"), "1")]);
        let all = Formula::all((0..12).map(pair));
        let terms = all.terms();
        assert!(terms.is_cut && terms.list.len() == MAX_TERMS);
        let easy = Formula::any([all, is("aws:SecureTransport", "true")]);
        assert_eq!(circumstances(&easy.terms().list[0]), 0);
    }
}
