//! The record of a task: how it ended, what it cost, and where its rows are.

use orgcensus_aws::Usage;
use orgcensus_collect::Finished;
use orgcensus_lake::Slice;
use orgcensus_row::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::outcome::Outcome;
use crate::role_version::role_version;

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
    /// Listed things that went away before they were read. A plan of an older version has none of these three.
    #[serde(default)]
    pub gone: u64,
    /// Tables that lack rows or values because items were missed.
    #[serde(default)]
    pub short_tables: Vec<String>,
    /// Rows left out because an earlier one had their key.
    #[serde(default)]
    pub duplicates: u64,
    /// Why it ended so, or why there may be more than its rows say, in a word of this program. A plan of an older
    /// version has none.
    #[serde(default)]
    pub reason: Option<String>,
    /// The version of the role by which it read, if it saw this role.
    #[serde(skip)]
    pub role_version: Option<u32>,
    /// How long it took.
    pub duration_millis: u64,
    /// When it began (UTC).
    pub started_at: Option<Timestamp>,
    /// Where its rows are in the stage.
    pub slices: Vec<Slice>,
}

/// When a task began, by both clocks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TaskStart {
    instant: Instant,
    at: Timestamp,
}

impl TaskStart {
    pub(crate) fn now() -> Self {
        Self { instant: Instant::now(), at: now() }
    }
}

impl TaskRecord {
    /// A task that was tried: how it ended, the counts of its session's calls, and how long it took.
    pub(crate) fn measured(
        collector: &str,
        region: &str,
        (outcome, error): (Outcome, Option<&orgcensus_aws::Error>),
        usage: &Usage,
        begun: TaskStart,
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

    /// A task of a collector that can read nothing, and why.
    pub(crate) fn unread(collector: &str, region: &str, why: &str) -> Self {
        Self { reason: Some(why.to_owned()), ..Self::untried(collector, region, Outcome::Unread) }
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
            gone: 0,
            short_tables: Vec::new(),
            duplicates: 0,
            reason: None,
            role_version: None,
            duration_millis: 0,
            started_at: None,
            slices: Vec::new(),
        }
    }

    /// The same task with the counts of its rows.
    pub(crate) fn with(self, finished: &Finished) -> Self {
        let missed = finished.missed.as_ref();
        let tables = missed.into_iter().flat_map(|missed| &missed.tables);
        Self {
            rows: finished.rows,
            missed: missed.map_or(0, |missed| missed.items),
            gone: finished.gone,
            short_tables: tables.map(|table| (*table).to_owned()).collect(),
            duplicates: finished.duplicates,
            reason: finished.reason.map(str::to_owned),
            role_version: finished.own_role_tags.as_ref().and_then(role_version),
            ..self
        }
    }

    /// The same task with its error.
    pub fn because(mut self, error: &orgcensus_aws::Error) -> Self {
        self.error_code = Some(error.code.clone());
        self.error_message = Some(error.message.clone());
        self.error_operation.clone_from(&error.operation);
        self
    }
}

/// The wall clock, for the rows that say when something was done.
pub(crate) fn now() -> Timestamp {
    Timestamp(chrono::Utc::now().timestamp_millis())
}
