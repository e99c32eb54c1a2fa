//! An answer as a published table has it.

use orgcensus_policy::evaluation::{Answer, Need, Outcome};
use serde_json::json;

use crate::access::{reason, serde_word};

/// An answer as a published table has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// allowed, conditional or unknown.
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
    /// Why, in words.
    pub reason: String,
    /// Whether all that decides was read.
    pub is_complete: bool,
}

impl Written {
    pub(crate) fn of(answer: &Answer) -> Written {
        let decided = &answer.decided_by;
        let must: &[Need] = &answer.caller_must;
        Written {
            result: serde_word(&json!(answer.result)).unwrap_or_default(),
            conditions_json: (!answer.conditions.is_empty()).then(|| json!(answer.conditions).to_string()),
            caller_must_json: (!must.is_empty()).then(|| json!(must).to_string()),
            decided_by_layer: serde_word(&json!(decided.layer)).unwrap_or_default(),
            decided_by_policy: decided.policy.clone(),
            decided_by_statement: decided.statement.and_then(|at| i32::try_from(at).ok()),
            reason: reason(answer),
            is_complete: answer.result != Outcome::Unknown && decided.assumed.is_none(),
        }
    }
}
