//! Policy variables: `${aws:username}` in a resource or in the value of a condition.

use super::atom::{Atom, Test};
use super::compare::{Compare, plain};
use super::context::{Fact, Facts};
use super::formula::{Doubt, Formula};
use crate::arn::has_wildcard;
use crate::glob::may_match;

/// A text of a policy with the variables that are known in their places.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expanded {
    /// A pattern.
    Text(String),
    /// A variable has no value, so the text matches nothing.
    Nothing,
    /// A variable's value was not read.
    Unread(Doubt),
    /// A variable is not known.
    Open(Open),
}

/// A pattern with a variable that is not known.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Open {
    /// The first such variable's key.
    key: String,
    before: String,
    after: String,
    /// Whether there are more of them.
    has_more: bool,
    /// As it was written.
    pub(super) written: String,
}

/// Puts the values of variables in their places, if the document has variables at all.
pub(super) fn expanded(written: &str, expands_variables: bool, facts: &Facts) -> Expanded {
    if !expands_variables || !written.contains("${") {
        return Expanded::Text(written.to_owned());
    }
    let mut text = String::new();
    let mut open: Option<Open> = None;
    let mut rest = written;
    while let Some((before, after)) = rest.split_once("${") {
        text.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            text.push_str("${");
            rest = after;
            continue;
        };
        rest = after;
        match value(name, facts) {
            Value::Text(value) => text.push_str(&value),
            Value::Nothing => return Expanded::Nothing,
            Value::Unread(doubt) => return Expanded::Unread(doubt),
            Value::Open(key) => {
                if let Some(open) = &mut open {
                    open.has_more = true;
                    text.push('*');
                } else {
                    let before = std::mem::take(&mut text);
                    let (after, written) = (String::new(), written.to_owned());
                    open = Some(Open { key, before, after, has_more: false, written });
                }
            }
        }
    }
    text.push_str(rest);
    match open {
        None => Expanded::Text(text),
        Some(open) => Expanded::Open(Open { after: text, ..open }),
    }
}

enum Value {
    Text(String),
    Nothing,
    Unread(Doubt),
    Open(String),
}

/// The value of what stands between the braces: `aws:username`, `aws:PrincipalTag/team, 'none'`, `*`.
fn value(name: &str, facts: &Facts) -> Value {
    if matches!(name, "*" | "?" | "$") {
        return Value::Text(plain(name).into_owned());
    }
    let (key, default) = match name.split_once(',') {
        Some((key, default)) => (key.trim(), Some(default.trim().trim_matches('\''))),
        None => (name.trim(), None),
    };
    match facts.fact(key) {
        Fact::Known(values) => match values.as_slice() {
            [value] => Value::Text(plain(value).into_owned()),
            // A key with several values is no variable.
            _ => Value::Nothing,
        },
        Fact::Missing => default.map_or(Value::Nothing, |default| Value::Text(plain(default).into_owned())),
        Fact::Unread(doubt) => Value::Unread(doubt),
        Fact::Elsewhere(_) | Fact::RoleOf(..) | Fact::Open => Value::Open(key.to_owned()),
    }
}

/// Whether a value of the request meets a text of a policy.
pub(super) fn meets(value: &str, pattern: &Expanded, compare: Compare) -> Formula {
    match pattern {
        Expanded::Text(pattern) => Formula::known(compare.meets(pattern, value)),
        Expanded::Nothing => Formula::False,
        Expanded::Unread(doubt) => Formula::Doubt(*doubt),
        Expanded::Open(open) => open.meets(value, compare),
    }
}

impl Open {
    /// It holds if the variable has the value that is left for it.
    fn meets(&self, value: &str, compare: Compare) -> Formula {
        // Under the exact operators wildcards are plain characters.
        let is_exact = matches!(compare, Compare::Exact | Compare::Binary);
        let part = |text: &str| if is_exact { plain(text).into_owned() } else { text.to_owned() };
        let (before, after) = (part(&self.before), part(&self.after));
        let is_of_text = matches!(compare, Compare::Exact | Compare::Like | Compare::Arn);
        if is_of_text && !may_match(&format!("{before}*{after}"), &plain(value)) {
            return Formula::False;
        }
        let end = value.len().checked_sub(after.len());
        let left = end.and_then(|end| value.get(before.len()..end));
        let is_certain = is_of_text && !self.has_more && !has_wildcard(&before) && !has_wildcard(&after);
        let literal = match left.filter(|_| is_certain) {
            Some(left) => Atom::literal(&self.key, Test::plain(Compare::Exact), vec![left.to_owned()], false),
            // What the variable must be cannot be written down, so the whole text stands for it.
            None => {
                Atom::literal(&self.key, Test::plain(Compare::Like), vec![format!("{value} = {}", self.written)], true)
            }
        };
        Formula::literal(literal)
    }
}
