//! What the journal holds: an account's record is the commit of its rows. A changed shape is another format: the lake's
//! `journal_scan::FORMAT` then counts up, and a journal of the older one is refused.

use std::collections::BTreeMap;

use orgcensus_aws::Usage;
use orgcensus_lake::Slice;
use orgcensus_row::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::Outcome;
use crate::coverage::Tally;
use crate::organization_tasks::Readings;

/// What a record is the commit of.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub enum Turn {
    /// An account's turn, done.
    #[default]
    Account,
    /// The organization's own turn, and what it read for the tables that are written at the end.
    Organization(Readings),
    /// What the crawl's own identity used of AWS's API, counted when all turns are over. No turn by itself.
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

/// One task, done.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TaskRecord {
    /// The collector's name.
    pub collector: String,
    /// The region, or `global`.
    pub region: String,
    /// How it ended.
    pub outcome: Outcome,
    /// AWS's code of what went wrong.
    pub error_code: Option<String>,
    /// AWS's message.
    pub error_message: Option<String>,
    /// The call that went wrong, `sqs:ListQueues`.
    pub error_operation: Option<String>,
    /// Operations called; a page is a call.
    pub calls: u64,
    /// Attempts beyond the first of each call.
    pub retries: u64,
    /// Attempts that AWS throttled.
    pub throttles: u64,
    /// Rows kept, those of policies among them.
    pub rows: u64,
    /// Listed things that could not be read.
    pub missed: u64,
    /// How long it took.
    pub duration_millis: u64,
    /// When it began (UTC).
    pub started_at: Option<Timestamp>,
    /// Where its rows are in the stage.
    pub slices: Vec<Slice>,
}

/// When a task began, by both clocks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Begun {
    instant: Instant,
    at: Timestamp,
}

impl Begun {
    pub(crate) fn now() -> Self {
        Self { instant: Instant::now(), at: crate::task::now() }
    }
}

impl TaskRecord {
    /// A task that was tried: how it ended, what its session's calls came to, and how long it took.
    pub(crate) fn measured(
        collector: &str,
        region: &str,
        (outcome, error): (Outcome, Option<&orgcensus_aws::Error>),
        usage: &Usage,
        begun: Begun,
    ) -> Self {
        let record = Self {
            calls: usage.calls(),
            retries: usage.retries(),
            throttles: usage.throttles(),
            duration_millis: u64::try_from(begun.instant.elapsed().as_millis()).unwrap_or(u64::MAX),
            started_at: Some(begun.at),
            ..Self::untried(collector, region, outcome)
        };
        error.into_iter().fold(record, Self::because)
    }

    /// A task that was not tried.
    pub fn untried(collector: &str, region: &str, outcome: Outcome) -> Self {
        Self {
            collector: collector.to_owned(),
            region: region.to_owned(),
            outcome,
            error_code: None,
            error_message: None,
            error_operation: None,
            calls: 0,
            retries: 0,
            throttles: 0,
            rows: 0,
            missed: 0,
            duration_millis: 0,
            started_at: None,
            slices: Vec::new(),
        }
    }

    /// The same with what went wrong.
    pub fn because(mut self, error: &orgcensus_aws::Error) -> Self {
        self.error_code = Some(error.code.clone());
        self.error_message = Some(error.message.clone());
        self.error_operation.clone_from(&error.operation);
        self
    }
}
