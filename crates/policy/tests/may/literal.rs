//! What policies say, word by word, for the reference: three-valued logic, conditions, patterns, JSON.

use std::collections::BTreeMap;

use serde_json::Value;

/// Whether something holds; `None` is not known.
pub(crate) type Holds = Option<bool>;

/// The values of keys. A key that is not here is not known.
pub(crate) type Keys = BTreeMap<String, Vec<String>>;

pub(crate) fn all(parts: impl IntoIterator<Item = Holds>) -> Holds {
    let mut all = Some(true);
    for part in parts {
        all = match (all, part) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        };
    }
    all
}

pub(crate) fn any(parts: impl IntoIterator<Item = Holds>) -> Holds {
    all(parts.into_iter().map(not)).map(|holds| !holds)
}

pub(crate) fn not(part: Holds) -> Holds {
    part.map(|holds| !holds)
}

/// Whether a condition holds for a key with these values; none: the key is missing.
pub(crate) fn condition(operator: &str, found: &[String], values: &[String]) -> bool {
    if operator == "Null" {
        return values.iter().any(|it| (it == "true") == found.is_empty());
    }
    let (set, rest) = operator.split_once(':').unwrap_or(("", operator));
    let (name, if_exists) = rest.strip_suffix("IfExists").map_or((rest, false), |name| (name, true));
    let is_not = name.contains("Not");
    if found.is_empty() {
        return if_exists || set == "ForAllValues" || (is_not && set.is_empty());
    }
    let equals = |one: &String| match name {
        "StringLike" | "StringNotLike" | "ArnLike" | "ArnNotLike" => values.iter().any(|it| glob(it, one)),
        _ => values.contains(one),
    };
    match set {
        "ForAllValues" => found.iter().all(|one| equals(one) != is_not),
        "ForAnyValue" => found.iter().any(|one| equals(one) != is_not),
        _ => found.iter().any(equals) != is_not,
    }
}

pub(crate) fn statements<'a>(document: &'a Value, effect: &'a str) -> impl Iterator<Item = &'a Value> {
    items(&document["Statement"]).iter().filter(move |statement| statement["Effect"] == effect)
}

pub(crate) fn principals(element: &Value) -> Vec<String> {
    match element {
        Value::Object(kinds) => kinds.values().flat_map(texts).collect(),
        other => texts(other),
    }
}

pub(crate) fn items(list: &Value) -> &[Value] {
    list.as_array().map_or(&[], Vec::as_slice)
}

pub(crate) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(list) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

pub(crate) fn glob(pattern: &str, text: &str) -> bool {
    match (pattern.chars().next(), text.chars().next()) {
        (None, None) => true,
        (Some('*'), _) => glob(&pattern[1..], text) || (!text.is_empty() && glob(pattern, &text[1..])),
        (Some(one), Some(other)) if one == other => glob(&pattern[1..], &text[1..]),
        _ => false,
    }
}

/// Each of these with each value of one more key.
pub(crate) fn product(keys: &[Keys], key: &str, values: &[Vec<String>]) -> Vec<Keys> {
    let with = |keys: &Keys, values: &Vec<String>| {
        let mut keys = keys.clone();
        keys.insert(key.to_owned(), values.clone());
        keys
    };
    keys.iter().flat_map(|keys| values.iter().map(move |values| with(keys, values))).collect()
}
