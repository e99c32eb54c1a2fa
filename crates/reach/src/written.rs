//! An answer in words, as rows have it.

use orgcensus_policy::evaluation::{Answer, Outcome};
use serde::Serialize;
use serde_json::json;

/// An answer as a row has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// allowed, conditional, unknown or denied.
    pub result: String,
    /// Under which circumstances, if it is conditional: a list of alternatives, each a list of conditions.
    pub conditions_json: Option<String>,
    /// What the caller must do, if anything: a list of conditions.
    pub caller_must_json: Option<String>,
    /// The layer that decided.
    pub decided_by_layer: String,
    /// Its policy.
    pub decided_by_policy: Option<String>,
    /// The statement's place in the policy, from 0.
    pub decided_by_statement: Option<i32>,
    /// Why, in words, and what was taken for granted.
    pub reason: String,
    /// Whether all that decides was read.
    pub is_complete: bool,
}

impl Written {
    /// The answer in words.
    pub fn of(answer: &Answer) -> Written {
        let decided = &answer.decided_by;
        let assumed = decided.assumed.map(|assumed| format!("; {assumed}")).unwrap_or_default();
        Written {
            result: word(answer.result),
            conditions_json: json_or_none(&answer.conditions),
            caller_must_json: json_or_none(&answer.caller_must),
            decided_by_layer: word(decided.layer),
            decided_by_policy: decided.policy.clone(),
            decided_by_statement: decided.statement.and_then(|at| i32::try_from(at).ok()),
            reason: format!("{}{assumed}", decided.reason),
            is_complete: answer.result != Outcome::Unknown && decided.assumed.is_none(),
        }
    }
}

/// What JSON calls it: `allowed`, `scp`.
pub fn word(value: impl Serialize) -> String {
    json!(value).as_str().unwrap_or_default().to_owned()
}

/// A list as JSON; none if it is empty.
pub fn json_or_none<T: Serialize>(items: &[T]) -> Option<String> {
    (!items.is_empty()).then(|| json!(items).to_string())
}
