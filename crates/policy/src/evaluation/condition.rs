//! The conditions of a statement as a formula: what is known of their keys is resolved, the rest is left open.

use super::answer::Layer;
use super::atom::{Atom, Quantifier, Test};
use super::compare::Compare;
use super::context::{Fact, Facts};
use super::formula::Formula;
use super::variable::{Expanded, expanded, meets};
use crate::statement::{Condition, Statement};

/// Whether all conditions of a statement hold.
pub(super) fn conditions(statement: &Statement, facts: &Facts, layer: Layer) -> Formula {
    let variables = statement.expands_variables;
    Formula::all(statement.conditions.iter().map(|it| condition(it, variables, facts, layer)))
}

fn condition(condition: &Condition, variables: bool, facts: &Facts, layer: Layer) -> Formula {
    let Some(test) = Test::of(condition) else {
        return Formula::doubt(layer, "an operator that IAM does not have");
    };
    if condition.values.is_empty() {
        return Formula::doubt(layer, "a condition without values");
    }
    let fact = facts.fact(&condition.key);
    if test.compare == Compare::Null {
        return null(condition, &fact);
    }
    if condition.values.iter().any(|value| test.compare.is_odd(value)) {
        return Formula::doubt(layer, "the pattern of an ARN that has not all six fields");
    }
    let patterns: Vec<Expanded> = condition.values.iter().map(|value| expanded(value, variables, facts)).collect();
    match &fact {
        Fact::Known(values) => known(values, &patterns, test),
        Fact::Missing => Formula::known(test.holds_when_missing()),
        Fact::Unread(doubt) => Formula::Doubt(*doubt),
        Fact::Elsewhere(_) | Fact::RoleOf(..) | Fact::Open => open(condition, &patterns, test, &fact),
    }
}

/// `Null`: whether the key is missing. Of several values one must be so.
fn null(condition: &Condition, fact: &Fact) -> Formula {
    let is_missing = match fact {
        Fact::Known(_) | Fact::RoleOf(..) => Formula::False,
        Fact::Missing => Formula::True,
        Fact::Unread(doubt) => Formula::Doubt(*doubt),
        Fact::Elsewhere(_) | Fact::Open => Formula::literal((Atom::missing(&condition.key), true)),
    };
    Formula::any(condition.values.iter().map(|value| match value.to_ascii_lowercase().as_str() {
        "true" => is_missing.clone(),
        "false" => is_missing.clone().negated(),
        _ => Formula::False,
    }))
}

/// A condition on a key whose values are known.
fn known(values: &[String], patterns: &[Expanded], test: Test) -> Formula {
    let one = |value: &String| Formula::any(patterns.iter().map(|pattern| meets(value, pattern, test.compare)));
    let of_sign = |formula: Formula| if test.is_negated { formula.negated() } else { formula };
    match test.quantifier {
        Quantifier::One => of_sign(Formula::any(values.iter().map(one))),
        Quantifier::Any => Formula::any(values.iter().map(|value| of_sign(one(value)))),
        Quantifier::All => Formula::all(values.iter().map(|value| of_sign(one(value)))),
    }
}

/// A condition on a key that may have any value.
fn open(condition: &Condition, patterns: &[Expanded], test: Test, fact: &Fact) -> Formula {
    let mut values = Vec::new();
    let mut is_opaque = false;
    for pattern in patterns {
        match pattern {
            Expanded::Text(text) => values.push(text.clone()),
            Expanded::Nothing => {}
            Expanded::Unread(doubt) => return Formula::Doubt(*doubt),
            Expanded::Open(open) => {
                is_opaque = true;
                values.push(open.written.clone());
            }
        }
    }
    let (atom, wanted) = Atom::literal(&condition.key, test, values, is_opaque);
    match fact.decides(&atom).filter(|_| !is_opaque) {
        Some(holds) => Formula::known(holds == wanted),
        None => Formula::literal((atom, wanted)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::document::Document;
    use crate::evaluation::caller::Caller;
    use crate::evaluation::request::{Question, Request};

    /// Whether a condition holds for a user, with what the question gives; `None` if it is open.
    fn holds(condition: &str, given: &[(&str, &[&str])]) -> Option<bool> {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{condition}}}}}"#
        );
        let principal = "arn:aws:iam::111122223333:user/dev/ana".to_owned();
        let question = Question { principal, action: "s3:GetObject".to_owned(), ..Question::default() };
        let request = Request { question, ..Request::default() };
        let caller = Caller::read(&request).unwrap();
        let values = |values: &[&str]| -> Vec<String> { values.iter().map(|it| (*it).to_owned()).collect() };
        let given: BTreeMap<String, Vec<String>> =
            given.iter().map(|(key, of)| ((*key).to_owned(), values(of))).collect();
        let facts = Facts {
            request: &request,
            caller: &caller,
            action: "s3:getobject",
            resource: "arn:aws:s3:::b/k",
            resource_account: None,
            given: &given,
            is_by_url: false,
            lacks_resources: false,
        };
        let document = Document::parse(&text);
        match conditions(&document.statements[0], &facts, Layer::Identity) {
            Formula::True => Some(true),
            Formula::False => Some(false),
            _ => None,
        }
    }

    #[test]
    fn c8_what_holds_without_the_key() {
        let absent: &[(&str, &[&str])] = &[("x:k", &[])];
        for operator in ["StringNotEquals", "StringEqualsIfExists", "ForAllValues:StringEquals", "NotIpAddress"] {
            assert_eq!(
                holds(&format!(r#"{{"{operator}":{{"X:K":"203.0.113.1"}}}}"#), absent),
                Some(true),
                "{operator}"
            );
        }
        for operator in ["StringEquals", "ForAnyValue:StringNotEquals", "NumericLessThan", "Bool"] {
            assert_eq!(holds(&format!(r#"{{"{operator}":{{"X:K":"1"}}}}"#), absent), Some(false), "{operator}");
        }
        assert_eq!(holds(r#"{"Null":{"x:k":"true"}}"#, absent), Some(true));
        assert_eq!(holds(r#"{"Null":{"x:k":"false"}}"#, absent), Some(false));
        assert_eq!(holds(r#"{"Null":{"x:k":true}}"#, &[]), None);
    }

    #[test]
    fn sets_ask_for_all_values_or_for_any() {
        let two: &[(&str, &[&str])] = &[("aws:tagkeys", &["a", "b"])];
        let of = |operator: &str, values: &str| holds(&format!(r#"{{"{operator}":{{"aws:TagKeys":{values}}}}}"#), two);
        assert_eq!(of("ForAllValues:StringEquals", r#"["a","b","c"]"#), Some(true));
        assert_eq!(of("ForAllValues:StringEquals", r#"["a"]"#), Some(false));
        assert_eq!(of("ForAnyValue:StringEquals", r#"["a"]"#), Some(true));
        assert_eq!(of("ForAnyValue:StringNotEquals", r#"["a"]"#), Some(true));
        assert_eq!(of("ForAnyValue:StringNotEquals", r#"["a","b"]"#), Some(false));
        assert_eq!(of("ForAllValues:StringNotLike", r#"["c*"]"#), Some(true));
    }

    #[test]
    fn variables_have_the_values_of_their_keys() {
        let own = r#"{"StringEquals":{"x:k":"${aws:username}"}}"#;
        assert_eq!(holds(own, &[("x:k", &["ana"])]), Some(true));
        assert_eq!(holds(own, &[("x:k", &["ben"])]), Some(false));
        let default = r#"{"StringLike":{"x:k":"a-${x:none, 'b'}-*"}}"#;
        assert_eq!(holds(default, &[("x:k", &["a-b-c"]), ("x:none", &[])]), Some(true));
        assert_eq!(holds(r#"{"StringLike":{"x:k":"a${*}"}}"#, &[("x:k", &["ab"])]), Some(false));
        assert_eq!(holds(r#"{"StringLike":{"x:k":"a${*}"}}"#, &[("x:k", &["a*"])]), Some(true));
        assert_eq!(holds(r#"{"StringEquals":{"x:k":"${aws:SourceVpc}"}}"#, &[("x:k", &["vpc-1"])]), None);
        assert_eq!(
            holds(r#"{"StringNotEquals":{"x:k":"${x:none}"}}"#, &[("x:k", &["v"]), ("x:none", &[])]),
            Some(true)
        );
    }
}
