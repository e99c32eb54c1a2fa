//! A condition on a key whose value is not known: it holds, or it does not.

use std::cmp::Ordering;

use super::answer::Need;
use super::compare::{Compare, Relation, as_value, readable};
use super::keys::{is_always_there, is_chosen};
use crate::arn::has_wildcard;
use crate::operator::Operator;
use crate::statement::Condition;

/// How many of a key's values must meet the condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Quantifier {
    /// The one that it has.
    One,
    /// `ForAnyValue`.
    Any,
    /// `ForAllValues`.
    All,
}

/// An operator taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Test {
    pub(super) compare: Compare,
    pub(super) is_negated: bool,
    pub(super) quantifier: Quantifier,
    pub(super) if_exists: bool,
}

impl Test {
    /// A plain comparison.
    pub(super) fn plain(compare: Compare) -> Test {
        Test { compare, is_negated: false, quantifier: Quantifier::One, if_exists: false }
    }

    /// The test of a condition; `None` if IAM has no such operator.
    pub(super) fn of(condition: &Condition) -> Option<Test> {
        let operator = Operator::parse(&condition.operator)?;
        let quantifier = match (operator.for_all, operator.for_any) {
            (true, _) => Quantifier::All,
            (_, true) => Quantifier::Any,
            _ => Quantifier::One,
        };
        let compare = Compare::of(operator, &condition.operator)?;
        Some(Test { compare, is_negated: operator.negated, quantifier, if_exists: operator.if_exists })
    }

    /// Whether it holds where the key is missing (C8).
    pub(super) fn holds_when_missing(self) -> bool {
        match self.quantifier {
            _ if self.if_exists => true,
            Quantifier::All => true,
            Quantifier::Any => false,
            Quantifier::One => self.is_negated,
        }
    }
}

/// A key as somebody wrote it. It plays no part in comparisons: keys are the same in any case (P2).
#[derive(Debug, Clone)]
pub(super) struct Written(pub(super) String);

impl PartialEq for Written {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Written {}

impl PartialOrd for Written {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Written {
    fn cmp(&self, _: &Self) -> Ordering {
        Ordering::Equal
    }
}

/// A condition on one key. Conditions that mean the same are equal atoms.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Atom {
    /// The key, in lower case.
    pub(super) key: String,
    test: Test,
    /// The values, in order.
    pub(super) values: Vec<String>,
    /// Whether the values hold variables that are not known, so that nothing can be said about them.
    pub(super) is_opaque: bool,
    written: Written,
}

/// An atom that must hold, or must not.
pub(super) type Literal = (Atom, bool);

impl Atom {
    /// The atom of a test, and whether it must hold for the test to hold: `StringNotEquals` is `StringEquals` that does
    /// not hold.
    pub(super) fn literal(key: &str, test: Test, mut values: Vec<String>, is_opaque: bool) -> Literal {
        let (mut test, wanted) = canonical(test);
        if test.compare == Compare::Like && !values.iter().any(|value| has_wildcard(value)) {
            test.compare = Compare::Exact;
        }
        values.sort();
        values.dedup();
        let atom = Atom { key: key.to_ascii_lowercase(), test, values, is_opaque, written: Written(key.to_owned()) };
        (atom, wanted)
    }

    /// Whether the key is missing.
    pub(super) fn missing(key: &str) -> Atom {
        Atom::literal(key, Test::plain(Compare::Null), Vec::new(), false).0
    }

    /// Whether the caller chooses the key's value.
    pub(super) fn is_chosen(&self) -> bool {
        is_chosen(&self.key)
    }

    pub(super) fn compare(&self) -> Compare {
        self.test.compare
    }

    pub(super) fn quantifier(&self) -> Quantifier {
        self.test.quantifier
    }

    /// Whether the key must be there for the literal to hold.
    pub(super) fn needs_key(&self, is_wanted: bool) -> bool {
        self.holds(None) != is_wanted
    }

    /// Whether it is a test without `Not`.
    pub(super) fn is_positive(&self) -> bool {
        !self.test.is_negated
    }

    /// Whether it holds for a key that has these values, or is missing.
    pub(super) fn holds(&self, values: Option<&[&str]>) -> bool {
        let test = self.test;
        let values = values.filter(|values| !values.is_empty());
        let Some(values) = values else { return test.compare == Compare::Null || test.holds_when_missing() };
        let meets = |value: &&str| self.values.iter().any(|pattern| test.compare.meets(pattern, value));
        match test.quantifier {
            Quantifier::One => values.iter().any(meets) != test.is_negated,
            Quantifier::Any => values.iter().any(|value| meets(value) != test.is_negated),
            Quantifier::All => values.iter().all(|value| meets(value) != test.is_negated),
        }
    }

    /// The literal as a condition of a policy.
    pub(super) fn need(&self, is_wanted: bool) -> Need {
        let (operator, values) = if is_wanted { self.positive() } else { self.opposite() };
        let shown = |value: &String| if self.is_opaque { value.clone() } else { readable(value) };
        Need { key: self.written.0.clone(), operator, values: values.iter().map(shown).collect() }
    }

    fn positive(&self) -> (String, Vec<String>) {
        let prefix = match self.test.quantifier {
            Quantifier::One => "",
            Quantifier::Any => "ForAnyValue:",
            Quantifier::All => "ForAllValues:",
        };
        let name = if self.test.is_negated { opposite(self.test.compare) } else { name(self.test.compare) };
        let suffix = if self.test.if_exists { "IfExists" } else { "" };
        let values = if self.test.compare == Compare::Null { vec!["true".to_owned()] } else { self.values.clone() };
        (format!("{prefix}{name}{suffix}"), values)
    }

    fn opposite(&self) -> (String, Vec<String>) {
        let test = self.test;
        if test.compare == Compare::Null {
            return ("Null".to_owned(), vec!["false".to_owned()]);
        }
        // The opposite of what a missing key does not meet is met by it.
        let suffix = if test.if_exists || is_always_there(&self.key) { "" } else { "IfExists" };
        let is_bool = test.compare == Compare::Bool && test.quantifier == Quantifier::One;
        if let ([value], true) = (self.values.as_slice(), is_bool) {
            let other = if value.eq_ignore_ascii_case("true") { "false" } else { "true" };
            return (format!("Bool{suffix}"), vec![other.to_owned()]);
        }
        let other = if test.is_negated { name(test.compare) } else { opposite(test.compare) };
        let operator = match (test.quantifier, test.if_exists) {
            (Quantifier::One, _) if is_relation(test.compare) => format!("{other}{suffix}"),
            // Neither missing nor equal.
            (Quantifier::One, true) | (Quantifier::All, _) => format!("ForAnyValue:{other}"),
            (Quantifier::One, false) => other.to_owned(),
            (Quantifier::Any, _) => format!("ForAllValues:{other}"),
        };
        (operator, self.values.clone())
    }
}

/// The test that means the same without `Not`, and whether it must hold. `Not` without the key is true, and so is the
/// opposite of what is false without it.
fn canonical(test: Test) -> (Test, bool) {
    let positive = |quantifier| Test { is_negated: false, if_exists: false, quantifier, compare: test.compare };
    match (test.is_negated, test.quantifier, test.if_exists) {
        (true, Quantifier::One, _) => (positive(Quantifier::One), false),
        (true, Quantifier::All, _) => (positive(Quantifier::Any), false),
        (true, Quantifier::Any, false) => (positive(Quantifier::All), false),
        (false, Quantifier::All, _) => (positive(Quantifier::All), true),
        _ => (test, true),
    }
}

/// Whether the opposite of the comparison is another one of the same kind, which a missing key does not meet.
fn is_relation(compare: Compare) -> bool {
    matches!(compare, Compare::Numeric(relation) | Compare::Date(relation) if relation != Relation::Equal)
}

fn name(compare: Compare) -> &'static str {
    match compare {
        Compare::Exact => "StringEquals",
        Compare::IgnoringCase => "StringEqualsIgnoreCase",
        Compare::Like => "StringLike",
        Compare::Arn => "ArnLike",
        Compare::Ip => "IpAddress",
        Compare::Bool => "Bool",
        Compare::Binary => "BinaryEquals",
        Compare::Null => "Null",
        Compare::Numeric(Relation::Equal) => "NumericEquals",
        Compare::Numeric(Relation::Less) => "NumericLessThan",
        Compare::Numeric(Relation::AtMost) => "NumericLessThanEquals",
        Compare::Numeric(Relation::More) => "NumericGreaterThan",
        Compare::Numeric(Relation::AtLeast) => "NumericGreaterThanEquals",
        Compare::Date(Relation::Equal) => "DateEquals",
        Compare::Date(Relation::Less) => "DateLessThan",
        Compare::Date(Relation::AtMost) => "DateLessThanEquals",
        Compare::Date(Relation::More) => "DateGreaterThan",
        Compare::Date(Relation::AtLeast) => "DateGreaterThanEquals",
    }
}

/// The name of the opposite; IAM has no words for the opposites of `Bool` and `BinaryEquals`.
fn opposite(compare: Compare) -> &'static str {
    match compare {
        Compare::Exact => "StringNotEquals",
        Compare::IgnoringCase => "StringNotEqualsIgnoreCase",
        Compare::Like => "StringNotLike",
        Compare::Arn => "ArnNotLike",
        Compare::Ip => "NotIpAddress",
        Compare::Bool => "NotBool",
        Compare::Binary => "BinaryNotEquals",
        Compare::Null => "NotNull",
        Compare::Numeric(Relation::Equal) => "NumericNotEquals",
        Compare::Numeric(Relation::Less) => name(Compare::Numeric(Relation::AtLeast)),
        Compare::Numeric(Relation::AtMost) => name(Compare::Numeric(Relation::More)),
        Compare::Numeric(Relation::More) => name(Compare::Numeric(Relation::AtMost)),
        Compare::Numeric(Relation::AtLeast) => name(Compare::Numeric(Relation::Less)),
        Compare::Date(Relation::Equal) => "DateNotEquals",
        Compare::Date(Relation::Less) => name(Compare::Date(Relation::AtLeast)),
        Compare::Date(Relation::AtMost) => name(Compare::Date(Relation::More)),
        Compare::Date(Relation::More) => name(Compare::Date(Relation::AtMost)),
        Compare::Date(Relation::AtLeast) => name(Compare::Date(Relation::Less)),
    }
}

/// Texts that a pattern may match: without its wildcards, and with letters in their places.
pub(super) fn examples(pattern: &str) -> Vec<String> {
    if !has_wildcard(pattern) {
        let text = as_value(pattern);
        return vec![text.to_ascii_lowercase(), text.to_ascii_uppercase(), text];
    }
    let filled = |star: &str, mark: &str| as_value(&pattern.replace('*', star).replace('?', mark));
    vec![filled("", "x"), filled("x", "x"), filled("0", "0"), filled("q7z", "q"), pattern.to_owned()]
}
