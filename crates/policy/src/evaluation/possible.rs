//! Whether the literals of a term can hold together. Only what certainly contradicts itself counts as impossible.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::atom::{Atom, Quantifier, examples};
use super::compare::{Compare, moment, number};
use super::context::{Fact, Facts};
use super::formula::Term;
use super::keys::{SOURCE_IP, is_always_there, is_boolean, is_of_vpc};
use crate::arn::has_wildcard;
use crate::cidr::edges;
use crate::glob::{contains, overlaps};

/// A value that no pattern names.
const ANOTHER: &str = "another-4f1c9a";

/// The most values that are tried for one key.
const MAX_TRIED: usize = 200;

type Literal<'t> = (&'t Atom, bool);

/// Whether some request meets the term.
pub(super) fn is_possible(term: &Term, facts: &Facts) -> bool {
    let mut keys: BTreeMap<&str, Vec<Literal>> = BTreeMap::new();
    for (atom, wanted) in term.iter().filter(|(atom, _)| !atom.is_opaque) {
        let atom: &Atom = atom;
        keys.entry(atom.key.as_str()).or_default().push((atom, *wanted));
    }
    // A request from a VPC has no `aws:SourceIp`.
    let is_needed = |literals: &[Literal]| literals.iter().any(|(atom, wanted)| atom.needs_key(*wanted));
    let needs = |is_meant: &dyn Fn(&str) -> bool| {
        let is_given = facts.given.keys().any(|key| is_meant(key.as_str()) && facts.is_given(key));
        is_given || keys.iter().any(|(&key, literals)| is_meant(key) && is_needed(literals))
    };
    let is_torn = needs(&|key| key == SOURCE_IP) && needs(&is_of_vpc);
    !is_torn
        && keys.iter().all(|(key, literals)| {
            permit_all(literals, facts.names_in(key)) && has_value(key, literals, &facts.fact(key))
        })
}

/// Whether the literals permit values that the key must have. It may have others, so what asks for any may be met by
/// another one.
fn permit_all<'n>(literals: &[Literal], mut values: impl Iterator<Item = &'n str>) -> bool {
    let is_broken_by = |(atom, wanted): &Literal, value: &str| {
        let must_all = (atom.quantifier() == Quantifier::All) == *wanted || atom.compare() == Compare::Null;
        must_all && atom.holds(Some(&[value])) != *wanted
    };
    values.all(|value| !literals.iter().any(|literal| is_broken_by(literal, value)))
}

/// Whether some value of the key, or none, meets all literals; true where that is not certain.
fn has_value(key: &str, literals: &[Literal], fact: &Fact) -> bool {
    let permits = |values: Option<&[&str]>| literals.iter().all(|(atom, wanted)| atom.holds(values) == *wanted);
    if !is_always_there(key) && fact.may_be(None) && permits(None) {
        return true;
    }
    if literals.iter().any(|(atom, wanted)| atom.compare() == Compare::Null && *wanted) {
        return false;
    }
    let tried = tried(key, literals, fact);
    let is_cut = tried.len() > MAX_TRIED;
    let values: Vec<&str> = tried.iter().map(String::as_str).take(MAX_TRIED).collect();
    if values.iter().any(|value| permits(Some(&[*value]))) {
        return true;
    }
    let is_of_set = |(atom, _): &Literal| atom.quantifier() != Quantifier::One;
    if literals.iter().all(is_of_set) {
        return has_set(literals, &values) || is_cut || !literals.iter().all(|(atom, _)| is_literal(atom));
    }
    let pairs_with = |one: &&str| values.iter().any(|other| permits(Some(&[*one, *other])));
    let has_sets = literals.iter().any(is_of_set);
    if has_sets && values.iter().any(pairs_with) {
        return true;
    }
    let is_complete = !is_cut && !has_sets && (is_boolean(key) || are_all_tried(literals));
    !(is_complete || is_contradiction(literals))
}

/// Whether some set of values meets literals that all are about sets: each that asks for a value finds one that the
/// others permit.
fn has_set(literals: &[Literal], values: &[&str]) -> bool {
    let meets = |(atom, wanted): &Literal, value: &str| atom.holds(Some(&[value])) == *wanted;
    // `ForAllValues` that must hold, and `ForAnyValue` that must not, permit values one by one.
    let (permit, ask): (Vec<&Literal>, Vec<&Literal>) =
        literals.iter().partition(|(atom, wanted)| (atom.quantifier() == Quantifier::All) == *wanted);
    let is_permitted = |value: &str| permit.iter().all(|literal| meets(literal, value));
    ask.iter().all(|literal| values.iter().any(|value| meets(literal, value) && is_permitted(value)))
}

/// Values that may meet the literals.
fn tried(key: &str, literals: &[Literal], fact: &Fact) -> Vec<String> {
    let mut tried = vec!["true".to_owned(), "false".to_owned()];
    if !is_boolean(key) {
        tried.push(ANOTHER.to_owned());
        let near_all = |(atom, _): &Literal| -> Vec<String> {
            atom.values.iter().flat_map(|value| near(atom.compare(), value)).collect()
        };
        tried.extend(literals.iter().flat_map(near_all));
    }
    tried.retain(|value| fact.may_be(Some(value)));
    tried
}

/// Values on both sides of one that a condition names.
fn near(compare: Compare, value: &str) -> Vec<String> {
    match compare {
        Compare::Ip => edges(value),
        Compare::Numeric(_) => {
            let near = number(value).into_iter().flat_map(|it| [-1.0, -0.001, 0.0, 0.001, 1.0].map(|by| it + by));
            near.map(|it| it.to_string()).collect()
        }
        Compare::Date(_) => {
            let near = moment(value).into_iter().flat_map(|it| [-1000, 0, 1000].map(|by| it.saturating_add(by)));
            near.filter_map(DateTime::<Utc>::from_timestamp_millis).map(|it| it.to_rfc3339()).collect()
        }
        _ => examples(value),
    }
}

/// Whether no other values could meet the literals: the edges of numbers and blocks stand for all between them, and a
/// text that is named has no others beside it.
fn are_all_tried(literals: &[Literal]) -> bool {
    let is_named = |(atom, wanted): &Literal| *wanted && is_of_one(atom) && is_literal(atom);
    literals.iter().all(|(atom, _)| !atom.compare().is_of_text()) || literals.iter().any(is_named)
}

/// Whether the texts that it names are all that it is about.
fn is_literal(atom: &Atom) -> bool {
    is_cased(atom) && !atom.values.iter().any(|value| has_wildcard(value))
}

/// Whether it compares texts letter by letter.
fn is_cased(atom: &Atom) -> bool {
    atom.compare().is_of_text() && atom.compare() != Compare::IgnoringCase
}

/// Whether each value of a literal is excluded by another literal.
fn is_contradiction(literals: &[Literal]) -> bool {
    let is_excluded = |place: usize, demand: &Atom, value: &str| {
        let others = literals.iter().enumerate().filter(|(other, _)| *other != place);
        others.map(|(_, literal)| literal).any(|literal| excludes(literal, demand, value))
    };
    literals.iter().enumerate().any(|(place, (atom, wanted))| {
        let is_demand = *wanted && is_cased(atom) && (is_of_one(atom) || is_any(atom));
        is_demand && atom.values.iter().all(|value| is_excluded(place, atom, value))
    })
}

/// Whether it asks of the one value that it be of these. That the key may be missing is known to help no longer.
fn is_of_one(atom: &Atom) -> bool {
    atom.is_positive() && atom.quantifier() == Quantifier::One
}

/// `ForAnyValue`, without `Not`: one of the values must be there.
fn is_any(atom: &Atom) -> bool {
    atom.is_positive() && atom.quantifier() == Quantifier::Any
}

/// Whether a literal lets nothing through that the pattern, one of a demand, matches.
fn excludes((atom, wanted): &Literal, demand: &Atom, pattern: &str) -> bool {
    // Where a key may have several values, another one may meet what asks for any.
    let is_of_each = atom.quantifier() == Quantifier::All || (is_of_one(atom) && is_of_one(demand));
    match atom.compare() {
        _ if !is_cased(atom) => false,
        // All values must be of these, and this one is not.
        _ if *wanted && is_of_each => !atom.values.iter().any(|value| overlaps(value, pattern)),
        // No value may be of these, and this one is. Fields of ARNs are not compared like texts.
        Compare::Exact | Compare::Like if !*wanted && (is_of_one(atom) || is_any(atom)) => {
            atom.values.iter().any(|value| contains(value, pattern))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::atom::Test;

    fn literal(operator: &str, values: &[&str]) -> (Atom, bool) {
        if operator == "Null" {
            return (Atom::missing("x:k"), values == ["true"]);
        }
        let values = values.iter().map(|it| (*it).to_owned()).collect();
        let condition = crate::statement::Condition { operator: operator.to_owned(), key: "x:k".to_owned(), values };
        let test = Test::of(&condition).unwrap();
        Atom::literal("x:k", test, condition.values, false)
    }

    fn is_possible_together(literals: &[(&str, &[&str])]) -> bool {
        let owned: Vec<(Atom, bool)> = literals.iter().map(|(operator, values)| literal(operator, values)).collect();
        let borrowed: Vec<Literal> = owned.iter().map(|(atom, wanted)| (atom, *wanted)).collect();
        has_value("x:k", &borrowed, &Fact::Open)
    }

    #[test]
    fn a_key_that_is_true_or_false_has_no_third_value() {
        let is = |key: &str, is_wanted: bool| {
            let owned = ["true", "false"].map(|value| (literal("Bool", &[value]).0, is_wanted));
            let borrowed: Vec<Literal> = owned.iter().map(|(atom, wanted)| (atom, *wanted)).collect();
            has_value(key, &borrowed, &Fact::Open)
        };
        assert!(!is("aws:securetransport", false));
        assert!(is("aws:multifactorauthpresent", false), "it may be missing");
        assert!(is("aws:requesttag/team", false) && is("x:k", false));
    }

    #[test]
    fn what_two_literals_leave_is_seen() {
        let is = is_possible_together;
        assert!(!is(&[("StringEquals", &["a"]), ("StringEquals", &["b"])]));
        assert!(!is(&[("StringLike", &["a*", "b"]), ("StringNotLike", &["a*", "b*"])]));
        assert!(is(&[("StringLike", &["a*"]), ("StringLike", &["*b"])]));
        assert!(is(&[("StringEqualsIfExists", &["a"]), ("StringEqualsIfExists", &["b"])]));
        assert!(!is(&[("IpAddress", &["203.0.113.0/24"]), ("NotIpAddress", &["203.0.0.0/16"])]));
        assert!(is(&[("IpAddress", &["203.0.0.0/16"]), ("NotIpAddress", &["203.0.113.0/24"])]));
        assert!(!is(&[("NumericLessThan", &["5"]), ("NumericGreaterThan", &["5"])]));
        assert!(is(&[("NumericLessThan", &["5"]), ("NumericGreaterThan", &["4"])]));
        assert!(!is(&[("DateLessThan", &["2026-01-01"]), ("DateGreaterThan", &["2026-01-02"])]));
        assert!(!is(&[("Bool", &["true"]), ("Bool", &["false"])]));
        assert!(is(&[("ForAnyValue:StringEquals", &["a"]), ("ForAnyValue:StringEquals", &["b"])]));
        assert!(!is(&[("ForAnyValue:StringEquals", &["a"]), ("ForAllValues:StringEquals", &["b"])]));
        assert!(is(&[("ForAllValues:StringEquals", &["a"]), ("ForAllValues:StringEquals", &["b"])]));
        assert!(!is(&[("ForAnyValue:StringNotEquals", &["a"]), ("ForAllValues:StringEquals", &["a"])]));
        let torn: [(&str, &[&str]); 2] =
            [("ForAnyValue:StringNotEquals", &["a"]), ("ForAllValues:StringEquals", &["b"])];
        assert!(is(&torn));
        assert!(!is(&[torn[0], torn[1], ("ForAllValues:StringNotEquals", &["b"])]));
        assert!(!is(&[("Null", &["true"]), ("StringLike", &["a*"])]));
        let there: (&str, &[&str]) = ("Null", &["false"]);
        assert!(!is(&[there, ("StringEqualsIfExists", &["a"]), ("StringNotEquals", &["a"])]));
        assert!(is(&[("StringEqualsIgnoreCase", &["a"]), ("StringEquals", &["A"])]));
        assert!(!is(&[("ArnLike", &["arn:aws:iam::111122223333:role/a"]), ("ArnLike", &["arn:aws:iam::*:user/*"])]));
    }
}
