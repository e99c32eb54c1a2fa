//! Whether exceptions accept what rules found.

use arrow::record_batch::RecordBatch;

use super::Found;
use crate::diff::Change;
use crate::exceptions::text_columns;
use crate::{Accepted, Case, CaseState, Result};

/// The state of a finding, and the words of the exception that is about it.
pub(super) type State = (Option<CaseState>, Option<String>);

/// The state of each. A place where a rule could not look has none: nothing was found there.
pub(super) fn of(found: &[Found], accepted: Option<&Accepted>) -> Vec<State> {
    let judged = |found: &Found| {
        let accepted = accepted?;
        let judgement = accepted.judge(&found.rule_id, &Case::of_found(found, accepted.made())?);
        Some((Some(judgement.state), judgement.words()))
    };
    let active = |found: &Found| ((found.change != Change::NotSeen).then_some(CaseState::Active), None);
    found.iter().map(|found| judged(found).unwrap_or_else(|| active(found))).collect()
}

/// The findings with their states beside them.
pub(super) fn beside(batch: &RecordBatch, states: &[State]) -> Result<RecordBatch> {
    let words = |(state, _): &State| state.map(|state| state.as_str().to_owned());
    let exceptions = states.iter().map(|(_, exception)| exception.clone()).collect();
    text_columns(batch, [("state", states.iter().map(words).collect()), ("exception", exceptions)])
}
