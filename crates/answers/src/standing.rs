//! What the cases of a question say at a glance: there is one, there is none, or it is not known.

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray};
use arrow::record_batch::RecordBatch;
use serde_json::Value;

use crate::ask::rows;
use crate::cells::{text_batch, text_schema};
use crate::question::Share;
use crate::{Question, Result, Snapshot, ask_cases};

/// What the cases say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// There is a case.
    Found,
    /// There is none: all tasks are complete, and nothing is unknown.
    Clear,
    /// Neither is known.
    Unknown,
}

/// An account, or an account's region, that has cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The account; the organization, where the rows name no account.
    pub id: String,
    /// The account's name.
    pub name: Option<String>,
    /// The region, where the rows name one.
    pub region: Option<String>,
    /// How many cases it has.
    pub case_count: u64,
}

/// What is known of the cases of one question or of several.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Subjects that are so; rows of a list.
    pub case_count: u64,
    /// Subjects of which it is not known. `None` where an answer does not say: lists, but for those with a column
    /// `is_so`.
    pub unknown_count: Option<u64>,
    /// How much of the planned tasks is complete, in percent; `None` when none was planned.
    pub coverage_percent: Option<f64>,
    /// Whether tasks were planned and all of them are complete.
    pub is_whole: bool,
    /// Where the cases are, those with the most of them first.
    pub places: Vec<Place>,
    /// Why it could not be asked.
    pub error: Option<String>,
}

impl Standing {
    /// What the cases say.
    pub fn state(&self) -> State {
        if self.case_count > 0 {
            State::Found
        } else if self.is_whole && self.unknown_count == Some(0) {
            State::Clear
        } else {
            State::Unknown
        }
    }

    /// Of some shares of a question, or of a list. A snapshot without a table that it reads says nothing.
    pub(crate) async fn of(snapshot: &Snapshot, question: &Question, shares: &[&Share]) -> Result<Self> {
        match asked(snapshot, question, shares).await {
            Err(error) => Ok(Self::not_asked(error.unanswered()?)),
            standing => standing,
        }
    }

    fn not_asked(error: String) -> Self {
        let (coverage_percent, unknown_count, places) = (None, None, Vec::new());
        Self { case_count: 0, unknown_count, coverage_percent, is_whole: false, places, error: Some(error) }
    }

    /// Of two questions together: no more is known than of each.
    pub(crate) fn and(self, other: Self) -> Self {
        let mut places = Places::default();
        self.places.into_iter().chain(other.places).for_each(|place| places.add(place));
        let both = |one: Option<f64>, other: Option<f64>| Some(one?.min(other?));
        Self {
            case_count: self.case_count + other.case_count,
            unknown_count: self.unknown_count.and_then(|one| Some(one + other.unknown_count?)),
            coverage_percent: both(self.coverage_percent, other.coverage_percent),
            is_whole: self.is_whole && other.is_whole,
            places: places.sorted(),
            error: self.error.or(other.error),
        }
    }
}

/// Places by account and region.
#[derive(Default)]
struct Places(BTreeMap<(String, Option<String>), Place>);

impl Places {
    fn add(&mut self, place: Place) {
        let key = (place.id.clone(), place.region.clone());
        match self.0.get_mut(&key) {
            Some(known) => known.case_count += place.case_count,
            None => {
                self.0.insert(key, place);
            }
        }
    }

    fn sorted(self) -> Vec<Place> {
        let mut places: Vec<Place> = self.0.into_values().collect();
        places.sort_by_key(|place| std::cmp::Reverse(place.case_count));
        places
    }
}

async fn asked(snapshot: &Snapshot, question: &Question, shares: &[&Share]) -> Result<Standing> {
    let (planned, complete) = tasks(snapshot, question).await?;
    let mut answer = ask_cases(snapshot, question).await?;
    let schema = text_schema(&answer.schema());
    let mut columns: Vec<_> = shares.iter().map(|share| (share.within, share.is_so)).collect();
    if question.is_list() && schema.column_with_name("is_so").is_some() {
        columns.push((None, "is_so"));
    }
    let (mut case_count, mut unknown_count, mut places) = (0, 0, Places::default());
    while let Some(batch) = answer.next().await? {
        let batch = text_batch(&batch, &schema)?;
        for row in 0..batch.num_rows() {
            match is_so(&batch, row, &columns) {
                Some(true) => {
                    case_count += 1;
                    places.add(place(&batch, row));
                }
                Some(false) => {}
                None => unknown_count += 1,
            }
        }
    }
    Ok(Standing {
        case_count,
        // A list of which every row is a case does not say what is not known.
        unknown_count: (!columns.is_empty()).then_some(unknown_count),
        coverage_percent: percent(planned, complete),
        is_whole: planned > 0 && complete == planned,
        places: places.sorted(),
        error: None,
    })
}

/// How many tasks were planned of those that a question rests on, and how many of these are complete.
pub(crate) async fn tasks(snapshot: &Snapshot, question: &Question) -> Result<(u64, u64)> {
    counted(snapshot, &question.tasks(snapshot.rests_on(), snapshot.extent())).await
}

/// The same by the statement that counts them.
pub(crate) async fn counted(snapshot: &Snapshot, statement: &str) -> Result<(u64, u64)> {
    let counted = rows(&snapshot.query(statement).await?.collect().await?)?;
    let number = |name: &str| counted.first().and_then(|row| row.get(name)).and_then(Value::as_u64).unwrap_or_default();
    Ok((number("planned_count"), number("complete_count")))
}

/// With one digit. What is not whole is never 100.
fn percent(planned: u64, complete: u64) -> Option<f64> {
    let rounded = (1e3 * complete as f64 / planned as f64).round() / 10.0;
    (planned > 0).then(|| if complete < planned { rounded.min(99.9) } else { rounded })
}

/// Whether a row is a case by any of the columns, each of them for the rows that are within its population. Without
/// columns every row is one.
fn is_so(batch: &RecordBatch, row: usize, columns: &[(Option<&str>, &str)]) -> Option<bool> {
    let mut is_known = true;
    for (within, column) in columns {
        if within.is_some_and(|within| cell(batch, within, row) != Some("true")) {
            continue;
        }
        match cell(batch, column, row) {
            Some("true") => return Some(true),
            Some(_) => {}
            None => is_known = false,
        }
    }
    if columns.is_empty() { Some(true) } else { is_known.then_some(false) }
}

fn place(batch: &RecordBatch, row: usize) -> Place {
    let text = |column| cell(batch, column, row).map(str::to_owned);
    let id = text("account_id").or_else(|| text("organization_id")).unwrap_or_default();
    Place { id, name: text("account_name"), region: text("region"), case_count: 1 }
}

/// A cell of a batch whose columns are all text.
pub(crate) fn cell<'a>(batch: &'a RecordBatch, column: &str, row: usize) -> Option<&'a str> {
    let cells = batch.column_by_name(column)?.as_string_opt::<i32>()?;
    cells.is_valid(row).then(|| cells.value(row))
}

#[cfg(test)]
mod tests;
