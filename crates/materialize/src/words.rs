//! Answers of the evaluator in the words of `orgcensus who-can`.

use orgcensus_policy::evaluation::{Layer, Outcome};
use serde::Serialize;
use serde_json::Value;

/// `scp`
pub(crate) fn layer(layer: Layer) -> String {
    word(layer)
}

/// `allowed`
pub(crate) fn result(outcome: Outcome) -> String {
    word(outcome)
}

fn word(value: impl Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

/// A list as JSON; none if it is empty.
pub(crate) fn json_or_none<T: Serialize>(items: &[T]) -> Option<String> {
    let is_empty = items.is_empty();
    serde_json::to_value(items).ok().filter(|_| !is_empty).as_ref().map(Value::to_string)
}
