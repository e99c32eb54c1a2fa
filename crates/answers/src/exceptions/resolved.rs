//! The cases of an older snapshot that are none any more.

use std::collections::BTreeSet;

use arrow::array::{AsArray, BooleanArray};
use arrow::compute::filter_record_batch;
use arrow::record_batch::RecordBatch;
use orgcensus_lake::Commit;

use super::beside::{CASE_STATE, EXCEPTION, text_columns};
use super::{CaseState, NameColumns};
use crate::ask::plain_cases;
use crate::cells::{text_batch, text_schema};
use crate::question::Kind;
use crate::standing::{cell, counted, tasks};
use crate::tasks::Tasks;
use crate::{Answer, Question, Result, Snapshot};

/// Where it is not known whether a case is resolved, the state is that of `diff` and `changes`.
const NOT_SEEN: &str = "not_seen";

/// The cases of the older snapshot that the newer one does not have, with the columns of the newer one's. They are
/// resolved only if all tasks that the question rests on are complete in the newer one, and somebody looked at their
/// place: what was not seen may be there.
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
    let looked = match Looked::read(newer, &older, question).await {
        Ok(looked) => looked,
        // Older lakes do not say what was seen.
        Err(error) => error.unanswered().map(|_| Looked::default())?,
    };
    gone(plain_cases(&older, question).await?, &names, &living, &looked).await
}

/// Where the newer snapshot looked. What is off is no planned work, and a case may still be there.
#[derive(Debug, Default)]
struct Looked {
    /// Whether all tasks are complete, and so is the list of accounts.
    is_whole: bool,
    /// The accounts that nobody can enter.
    accounts_off: BTreeSet<String>,
    /// Regions that are off, with their accounts.
    regions_off: BTreeSet<(String, String)>,
    /// The accounts that were read, where some are read alone: a configuration lists these, and may list others later.
    listed: Option<BTreeSet<String>>,
}

impl Looked {
    async fn read(newer: &Snapshot, older: &Snapshot, question: &Question) -> Result<Self> {
        let listing = ["organization".to_owned()];
        let listing = Tasks { collectors: Some(&listing), extent: None }.counts();
        let is_here = |of: &Commit| newer.commits().iter().any(|commit| commit.organization_id == of.organization_id);
        let (planned, complete) = tasks(newer, question).await?;
        // A census of accounts alone has no list to read.
        let (lists, complete_lists) = counted(newer, &listing).await?;
        let is_complete = planned > 0 && planned == complete && lists == complete_lists;
        let is_whole = is_complete && older.commits().iter().all(is_here);
        let mut looked = Self { is_whole, ..Self::default() };
        let collectors = newer.rests_on().collectors(question);
        let among = Tasks { collectors: collectors.as_deref(), extent: newer.extent() }.among("");
        let off = format!(
            "SELECT DISTINCT account_id, region, outcome\nFROM coverage\nWHERE outcome IN \
             ('account_suspended', 'account_pending', 'region_disabled'){among}"
        );
        each(newer, &off, |[account_id, region, outcome]| {
            if outcome == "region_disabled" {
                looked.regions_off.insert((account_id, region));
            } else {
                looked.accounts_off.insert(account_id);
            }
        })
        .await?;
        if newer.commits().iter().any(|commit| commit.organization_id.starts_with("account-")) {
            let mut listed = BTreeSet::new();
            each(newer, "SELECT DISTINCT account_id FROM coverage", |[account_id, ..]| {
                listed.insert(account_id);
            })
            .await?;
            looked.listed = Some(listed);
        }
        Ok(looked)
    }

    /// Why a case that is not there may be there; none if it is not.
    fn unseen(&self, case: &RecordBatch, row: usize) -> Option<&'static str> {
        let text = |name: &str| cell(case, name, row).unwrap_or_default().to_owned();
        let (account_id, region) = (text("account_id"), text("region"));
        let is_listed = account_id.is_empty() || self.listed.as_ref().is_none_or(|it| it.contains(&account_id));
        let is_off = self.accounts_off.contains(&account_id) || self.regions_off.contains(&(account_id, region));
        if !self.is_whole {
            Some("not all tasks that it rests on are complete")
        } else if is_off || !is_listed {
            Some("nobody looked at its account or region")
        } else {
            None
        }
    }
}

/// Shows account, region and outcome of some tasks.
async fn each(snapshot: &Snapshot, sql: &str, mut show: impl FnMut([String; 3])) -> Result<()> {
    let mut answer = snapshot.query(sql).await?;
    let schema = text_schema(&answer.schema());
    while let Some(batch) = answer.next().await? {
        let batch = text_batch(&batch, &schema)?;
        for row in 0..batch.num_rows() {
            let names = ["account_id", "region", "outcome"];
            show(names.map(|name| cell(&batch, name, row).unwrap_or_default().to_owned()));
        }
    }
    Ok(())
}

/// The rows whose keys are not among the living.
async fn gone(
    mut answer: Answer,
    names: &[&str],
    living: &BTreeSet<Vec<String>>,
    looked: &Looked,
) -> Result<Vec<RecordBatch>> {
    let schema = text_schema(&answer.schema());
    let mut batches = Vec::new();
    while let Some(batch) = answer.next().await? {
        let text = text_batch(&batch, &schema)?;
        let gone: Vec<usize> = (0..text.num_rows()).filter(|&row| !living.contains(&key(&text, names, row))).collect();
        if gone.is_empty() {
            continue;
        }
        let unseen: Vec<Option<&str>> = gone.iter().map(|&row| looked.unseen(&text, row)).collect();
        let state = |unseen: &Option<&str>| unseen.map_or(CaseState::Resolved.as_str(), |_| NOT_SEEN).to_owned();
        let states = unseen.iter().map(|it| Some(state(it))).collect();
        let words = unseen.iter().map(|it| it.map(str::to_owned)).collect();
        let is_gone: BooleanArray = (0..text.num_rows()).map(|row| Some(gone.binary_search(&row).is_ok())).collect();
        let rows = filter_record_batch(&batch, &is_gone)?;
        batches.push(text_columns(&rows, [(CASE_STATE, states), (EXCEPTION, words)])?);
    }
    Ok(batches)
}

/// The columns by which a case is known again: not those that only say how it is, and age with it.
fn names_of(question: &Question) -> Vec<&'static str> {
    match &question.kind {
        Kind::List { key } => key.clone(),
        Kind::Fact { subject, .. } => subject.iter().copied().filter(|name| NameColumns::has(name)).collect(),
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
