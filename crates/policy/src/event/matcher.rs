//! What a pattern asks of one field.

use std::iter::once;
use std::net::IpAddr;
use std::ops::{Bound, RangeBounds};

use crate::cidr::is_within;

/// A value in an event.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(String),
    Number(f64),
    /// `true`, `false`, `null`, or a number with more digits than a double has.
    Word(String),
}

/// One of the alternatives of a field.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Matcher {
    /// A text of this form.
    Text(Form),
    /// An address of this block, or this address however it is written.
    Address(String),
    Number(Bound<f64>, Bound<f64>),
    /// `true`, `false` or `null`.
    Word(String),
    /// Anything but texts of these forms. What is no text is something else.
    AnythingBut(Vec<Form>),
    /// Anything but these numbers.
    AnythingButNumbers(Vec<f64>),
    /// Whether the field is there.
    Exists(bool),
}

/// A form of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    Exact(String),
    Prefix(String),
    Suffix(String),
    /// What stands between the stars; at least three parts, since fewer are one of the forms above.
    Wildcard(Vec<String>),
    AnyCase(String),
    PrefixAnyCase(String),
    SuffixAnyCase(String),
}

impl Matcher {
    /// Whether a value meets it; or, without a value, whether an event without the field does.
    pub(super) fn meets(&self, value: Option<&Value>) -> bool {
        match (self, value) {
            (Self::Exists(is_there), value) => *is_there == value.is_some(),
            (Self::Text(form), Some(Value::Text(text))) => form.meets(text),
            (Self::Address(block), Some(Value::Text(text))) => {
                is_address(text) && is_within(once(text.as_str()), once(block.as_str()))
            }
            (Self::Number(low, high), Some(Value::Number(number))) => (*low, *high).contains(number),
            (Self::Word(word), Some(Value::Word(it))) => word == it,
            (Self::AnythingBut(forms), Some(Value::Text(text))) => !forms.iter().any(|form| form.meets(text)),
            (Self::AnythingButNumbers(numbers), Some(Value::Number(it))) => !numbers.contains(it),
            (Self::AnythingBut(_) | Self::AnythingButNumbers(_), Some(_)) => true,
            _ => false,
        }
    }

    /// This number, however it is written: 7, 7.0 and 0.7e1.
    pub(super) fn number(number: f64) -> Self {
        Self::Number(Bound::Included(number), Bound::Included(number))
    }
}

impl Form {
    fn meets(&self, text: &str) -> bool {
        match self {
            Self::Exact(it) => text == it,
            Self::Prefix(it) => text.starts_with(it.as_str()),
            Self::Suffix(it) => text.ends_with(it.as_str()),
            Self::Wildcard(parts) => meets_parts(parts, text),
            Self::AnyCase(it) => after_any_case(it, text) == Some(""),
            Self::PrefixAnyCase(it) => after_any_case(it, text).is_some(),
            Self::SuffixAnyCase(it) => {
                let mut ends = text.char_indices().map(|(at, _)| at).chain(once(text.len()));
                ends.any(|at| text.get(at..).and_then(|end| after_any_case(it, end)) == Some(""))
            }
        }
    }

    /// The form of a text with stars. `\*` and `\\` are the characters themselves. None: the engine refuses it.
    pub(super) fn wildcard(text: &str) -> Option<Self> {
        let mut parts = vec![String::new()];
        let mut letters = text.chars().peekable();
        while let Some(letter) = letters.next() {
            let plain = match letter {
                '*' if letters.peek() == Some(&'*') => return None,
                '*' => {
                    parts.push(String::new());
                    continue;
                }
                '\\' => letters.next().filter(|next| matches!(next, '*' | '\\'))?,
                plain => plain,
            };
            if let Some(part) = parts.last_mut() {
                part.push(plain);
            }
        }
        let form = match parts.as_slice() {
            [whole] => Self::Exact(whole.clone()),
            [prefix, end] if end.is_empty() => Self::Prefix(prefix.clone()),
            [start, suffix] if start.is_empty() => Self::Suffix(suffix.clone()),
            _ => Self::Wildcard(parts),
        };
        Some(form)
    }
}

/// Whether the text begins and ends with the outer parts, and has the inner ones between them, in their order.
fn meets_parts(parts: &[String], text: &str) -> bool {
    let [first, inner @ .., last] = parts else { return false };
    let Some(rest) = text.strip_prefix(first.as_str()).and_then(|rest| rest.strip_suffix(last.as_str())) else {
        return false;
    };
    let after = |rest: &str, part: &String| rest.find(part.as_str()).map(|at| at + part.len());
    let mut at = 0;
    inner.iter().all(|part| {
        let found = rest.get(at..).and_then(|rest| after(rest, part));
        at += found.unwrap_or_default();
        found.is_some()
    })
}

/// What follows the beginning, in whatever case it is written. None: the text begins otherwise.
fn after_any_case<'t>(beginning: &str, text: &'t str) -> Option<&'t str> {
    beginning.chars().try_fold(text, |rest, letter| {
        let (lower, upper): (String, String) = (letter.to_lowercase().collect(), letter.to_uppercase().collect());
        rest.strip_prefix(lower.as_str()).or_else(|| rest.strip_prefix(upper.as_str()))
    })
}

/// Whether the engine takes a text for an address: one of four numbers, or of digits and colons.
pub(super) fn is_address(text: &str) -> bool {
    let is_mixed = text.contains(':') && text.contains('.');
    !is_mixed && text.parse::<IpAddr>().is_ok()
}

/// Whether the engine takes a text for a block. One of a single address is none.
pub(super) fn is_block(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/').filter(|(address, _)| is_address(address)) else { return false };
    let most = if address.contains(':') { 127 } else { 31 };
    bits.bytes().all(|byte| byte.is_ascii_digit()) && bits.parse::<u8>().is_ok_and(|bits| bits <= most)
}

/// A number that a double holds exactly. The text is as [`crate::json::Json`] keeps it.
pub(super) fn number(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|number| number.to_string() == text)
}
