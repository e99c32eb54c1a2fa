//! The records of the journal. An account's record is the commit of its rows. If the shape of a record changes, the
//! lake's `journal_scan::FORMAT` must count up: a journal of an older format is refused.

use std::collections::BTreeMap;

use orgcensus_lake::Slice;
use serde::{Deserialize, Serialize};

use crate::coverage::Tally;
use crate::tags::Tags;
use crate::task_record::TaskRecord;

/// What a record is the commit of.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub enum Turn {
    /// An account's turn, done.
    #[default]
    Account,
    /// The organization's own turn, and what it read for the tables that are written at the end.
    Organization(Readings),
    /// The calls of the crawl's own identity, counted when all turns are over. It is not a turn.
    Usage,
}

/// One turn, done. What became of each task is in the rows of `coverage` that it names.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct AccountRecord {
    /// 12 digits.
    pub account_id: String,
    /// The sum of its tasks.
    pub tally: Tally,
    /// Where its rows are in the stage, by region.
    pub slices: BTreeMap<String, Vec<Slice>>,
    /// Whose turn it was.
    pub turn: Turn,
}

impl AccountRecord {
    /// A record of tasks, with the rows that they staged.
    pub fn new(account_id: &str, tasks: &[TaskRecord]) -> Self {
        let mut record = Self { account_id: account_id.to_owned(), ..Self::default() };
        for task in tasks {
            record.tally.add(task);
            record.add(&task.region, task.slices.iter().cloned());
        }
        record
    }

    /// Adds rows of a region.
    pub fn add(&mut self, region: &str, slices: impl IntoIterator<Item = Slice>) {
        let mut slices = slices.into_iter().peekable();
        if slices.peek().is_some() {
            self.slices.entry(region.to_owned()).or_default().extend(slices);
        }
    }
}

/// What was read of the organization besides its tree, for the tables that are written at the end.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Readings {
    /// The accounts' tags.
    pub(crate) tags: Tags,
}
