//! The cases of an older snapshot that are none any more.

use std::collections::BTreeSet;

use arrow::array::{AsArray, BooleanArray};
use arrow::compute::filter_record_batch;
use arrow::record_batch::RecordBatch;

use super::beside::{CASE_STATE, EXCEPTION, text_columns};
use super::{CaseState, Names};
use crate::ask::plain_cases;
use crate::cells::{text_batch, text_schema};
use crate::question::Kind;
use crate::standing::tasks;
use crate::{Answer, Error, Question, Result, Snapshot};

/// Where it is not known whether a case is resolved, the state is that of `diff` and `changes`.
const NOT_SEEN: &str = "not_seen";

/// The cases of the older snapshot that the newer one does not have, with the columns of the newer one's. They are
/// resolved only if all tasks that the question rests on are complete in the newer one: what was not seen may be there.
pub(crate) async fn resolved(newer: &Snapshot, older: &Snapshot, question: &Question) -> Result<Vec<RecordBatch>> {
    let older = match newer.extent() {
        Some(extent) => older.within(extent.clone()),
        None => older.clone(),
    };
    let names = names_of(question);
    let mut living = BTreeSet::new();
    let mut answer = plain_cases(newer, question).await?;
    let schema = answer.schema();
    while let Some(batch) = answer.next().await? {
        let batch = text_batch(&batch, &text_schema(&schema))?;
        living.extend((0..batch.num_rows()).map(|row| key(&batch, &names, row)));
    }
    let (planned, complete) = match tasks(newer, question).await {
        // Older lakes do not say what was seen.
        Err(Error::UnknownTable { .. }) => (0, 0),
        counts => counts?,
    };
    let is_whole = planned > 0 && planned == complete;
    gone(plain_cases(&older, question).await?, &names, &living, is_whole).await
}

/// The rows whose keys are not among the living.
async fn gone(
    mut answer: Answer,
    names: &[&str],
    living: &BTreeSet<Vec<String>>,
    is_whole: bool,
) -> Result<Vec<RecordBatch>> {
    let (state, words) = if is_whole {
        (CaseState::Resolved.as_str(), None)
    } else {
        (NOT_SEEN, Some("not all tasks that it rests on are complete"))
    };
    let schema = text_schema(&answer.schema());
    let mut batches = Vec::new();
    while let Some(batch) = answer.next().await? {
        let text = text_batch(&batch, &schema)?;
        let is_gone = (0..text.num_rows()).map(|row| Some(!living.contains(&key(&text, names, row))));
        let rows = filter_record_batch(&batch, &is_gone.collect::<BooleanArray>())?;
        if rows.num_rows() > 0 {
            let cells = |text: Option<&str>| vec![text.map(str::to_owned); rows.num_rows()];
            batches.push(text_columns(&rows, [(CASE_STATE, cells(Some(state))), (EXCEPTION, cells(words))])?);
        }
    }
    Ok(batches)
}

/// The columns by which a case is known again: not those that only say how it is, and age with it.
fn names_of(question: &Question) -> Vec<&'static str> {
    match &question.kind {
        Kind::List { key } => key.clone(),
        Kind::Fact { subject, .. } => subject.iter().copied().filter(|name| Names::has(name)).collect(),
    }
}

fn key(batch: &RecordBatch, names: &[&str], row: usize) -> Vec<String> {
    let cell = |name: &&str| {
        let column = batch.column_by_name(name).map(|column| column.as_string::<i32>());
        column.map_or(String::new(), |column| column.value(row).to_owned())
    };
    names.iter().map(cell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::questions;

    #[test]
    fn a_case_is_known_by_names_and_not_by_what_ages() {
        for question in questions().unwrap() {
            let names = names_of(question);
            assert!(!names.is_empty(), "{}", question.id);
            let ages = |name: &&str| name.ends_with("_days") || name.ends_with("_percent");
            assert_eq!(names.iter().find(|name| ages(name)), None, "{}", question.id);
        }
    }
}
