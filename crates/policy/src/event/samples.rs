//! Values that stand for all values of a field, as far as some matchers can tell values apart.

use std::collections::BTreeSet;
use std::ops::Bound;

use super::matcher::{Form, Matcher, Value};

/// Whether the samples of a field stand for all of its values. Of some forms they are examples only.
pub(super) fn are_all(matcher: &Matcher) -> bool {
    let is_plain = |form: &Form| matches!(form, Form::Exact(_) | Form::Prefix(_) | Form::Suffix(_));
    match matcher {
        Matcher::Text(form) => is_plain(form),
        Matcher::AnythingBut(forms) => forms.iter().all(is_plain),
        Matcher::Address(_) => false,
        Matcher::Number(..) | Matcher::Word(_) | Matcher::AnythingButNumbers(_) | Matcher::Exists(_) => true,
    }
}

/// Samples of a field's values, first the one that the fewest matchers meet: that the field is not there, or a text
/// that nobody wrote. A field of which it is known that it holds a text has texts alone.
pub(super) fn samples(matchers: &[&Matcher], is_text: bool) -> Vec<Option<Value>> {
    let texts = texts(matchers).into_iter().map(|text| Some(Value::Text(text)));
    if is_text {
        return texts.collect();
    }
    let numbers = numbers(matchers).into_iter().map(|number| Some(Value::Number(number)));
    let words = ["true", "false", "null"].map(|word| Some(Value::Word(word.to_owned())));
    [None].into_iter().chain(texts).chain(numbers).chain(words).collect()
}

/// The texts that are named, and for each beginning and each end a text that has both and nothing else that is named. A
/// text that is not named begins and ends with the longest of those that it begins and ends with, as one of these does.
fn texts(matchers: &[&Matcher]) -> Vec<String> {
    let (mut exact, mut prefixes, mut suffixes) = (BTreeSet::new(), BTreeSet::from([""]), BTreeSet::from([""]));
    let mut whole = Vec::new();
    for matcher in matchers {
        let forms = match matcher {
            Matcher::Text(form) => std::slice::from_ref(form),
            Matcher::AnythingBut(forms) => forms.as_slice(),
            Matcher::Address(block) => {
                exact.insert(block.split('/').next().unwrap_or_default());
                continue;
            }
            _ => continue,
        };
        for form in forms {
            let _ = match form {
                Form::Exact(text) | Form::AnyCase(text) => exact.insert(text.as_str()),
                Form::Prefix(text) | Form::PrefixAnyCase(text) => prefixes.insert(text.as_str()),
                Form::Suffix(text) | Form::SuffixAnyCase(text) => suffixes.insert(text.as_str()),
                Form::Wildcard(parts) => {
                    whole.push(parts.concat());
                    false
                }
            };
        }
    }
    let is_named = |letter: &char| exact.iter().chain(&prefixes).chain(&suffixes).any(|text| text.contains(*letter));
    // A letter that has no case and that nobody writes.
    let letter = ('\u{e000}'..='\u{f8ff}').find(|letter| !is_named(letter)).unwrap_or('\u{e000}');
    let with_each_end = |prefix: &&str| suffixes.iter().map(|suffix| format!("{prefix}{letter}{suffix}")).collect();
    let both = prefixes.iter().flat_map::<Vec<String>, _>(with_each_end);
    both.chain(exact.iter().map(|text| (*text).to_owned())).chain(whole).collect()
}

/// The numbers that are named, and one between each two, below and above them.
fn numbers(matchers: &[&Matcher]) -> Vec<f64> {
    let mut named: Vec<f64> = Vec::new();
    for matcher in matchers {
        match matcher {
            Matcher::Number(low, high) => named.extend([low, high].into_iter().filter_map(at)),
            Matcher::AnythingButNumbers(numbers) => named.extend(numbers),
            _ => {}
        }
    }
    named.sort_by(f64::total_cmp);
    named.dedup();
    let between = named.windows(2).map(|pair| pair[0] / 2.0 + pair[1] / 2.0).collect::<Vec<_>>();
    [f64::MIN, f64::MAX].into_iter().chain(named).chain(between).collect()
}

fn at(bound: &Bound<f64>) -> Option<f64> {
    match bound {
        Bound::Included(at) | Bound::Excluded(at) => Some(*at),
        Bound::Unbounded => None,
    }
}
