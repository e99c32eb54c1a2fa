//! Coverage: one row for every task, whatever happened, and the sum of them.

use std::collections::BTreeMap;

use orgcensus_row::{Row, Timestamp};
use serde::{Deserialize, Serialize};

use crate::outcome::Outcome;
use crate::role_actions::RolesBehind;
use crate::task_record::TaskRecord;

/// One task: a collector in an account and region, and how it ended. Read it before you believe that there is nothing.
#[derive(Debug, Clone, Serialize, Row)]
#[row(table = "coverage", key = "collector")]
pub struct TaskCoverage {
    /// The collector's name, as in the configuration.
    pub collector: String,
    /// complete, partial, denied_by_scp, denied, role_not_assumable, account_suspended, account_pending, region_disabled, unsupported, unread, throttled_out, timed_out, failed or skipped.
    pub outcome: String,
    /// Whether the task counts as planned work: it does not where the account is suspended, where the region or service
    /// is off or not offered, and where the outcome is unread.
    pub is_planned: bool,
    /// Whether all was read.
    pub is_complete: bool,
    /// AWS's code of what went wrong, AccessDenied; null when nothing did.
    pub error_code: Option<String>,
    /// AWS's message of what went wrong; the answer's HTTP status in words where it has none.
    pub error_message: Option<String>,
    /// The call that gave error_code and error_message, sqs:ListQueues; null when nothing went wrong, or when the error
    /// did not come from a call.
    pub error_operation: Option<String>,
    /// Operations called; a page is a call.
    pub calls: i64,
    /// Attempts beyond the first of each call.
    pub retries: i64,
    /// Attempts that AWS throttled.
    pub throttles: i64,
    /// Rows kept.
    pub rows_written: i64,
    /// Things that were listed and could not be read, and values of them that were missing or could not be read.
    pub items_missed: i64,
    /// How long it took, in milliseconds.
    pub duration_millis: i64,
    /// When the task began (UTC); null if it was never tried.
    pub started_at: Option<Timestamp>,
    /// Things that were listed, but were gone when they were read, as AWS said. They have no row, and nothing is
    /// missing.
    pub items_gone: i64,
    /// Tables that are short of rows or values because of items_missed, iam_access_keys; empty unless the outcome is
    /// partial: a task without rows lacks all of its tables.
    pub tables_short: Vec<String>,
    /// Rows that were left out because an earlier one of the task had their key. Two that differ count as missed as well.
    pub rows_duplicate: i64,
    /// role_outdated: the role lacks the action of error_operation. untagged_not_listed: what never had a tag is not.
    /// cbor_not_spoken: it speaks CBOR alone. organization_not_read: accounts alone were read. too_many_findings: the
    /// worst were read. Null: nothing.
    pub reason: Option<String>,
}

impl From<&TaskRecord> for TaskCoverage {
    fn from(task: &TaskRecord) -> Self {
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        Self {
            collector: task.collector.clone(),
            outcome: task.outcome.as_str().to_owned(),
            is_planned: task.outcome.is_planned(),
            is_complete: task.outcome == Outcome::Complete,
            error_code: task.error_code.clone(),
            error_message: task.error_message.clone(),
            error_operation: task.error_operation.clone(),
            calls: number(task.calls),
            retries: number(task.retries),
            throttles: number(task.throttles),
            rows_written: number(task.rows),
            items_missed: number(task.missed),
            duration_millis: number(task.duration_millis),
            started_at: task.started_at,
            items_gone: number(task.gone),
            tables_short: task.short_tables.clone(),
            rows_duplicate: number(task.duplicates),
            reason: task.reason.clone(),
        }
    }
}

/// The sum of a run's coverage.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Tasks by outcome.
    pub tasks: BTreeMap<Outcome, u64>,
    /// Operations called.
    pub calls: u64,
    /// Attempts beyond the first of each call.
    pub retries: u64,
    /// Attempts that AWS throttled.
    pub throttles: u64,
    /// Rows kept.
    pub rows: u64,
    /// Accounts that were entered.
    #[serde(default)]
    pub accounts_entered: u64,
    /// Accounts whose role is older than the newest version; none if all of those that say their version are as new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roles_behind: Option<RolesBehind>,
}

impl Tally {
    /// Counts one task.
    pub fn add(&mut self, task: &TaskRecord) {
        *self.tasks.entry(task.outcome).or_default() += 1;
        self.calls += task.calls;
        self.retries += task.retries;
        self.throttles += task.throttles;
        self.rows += task.rows;
    }

    /// Adds what another one counted.
    pub fn merge(&mut self, other: &Self) {
        for (outcome, tasks) in &other.tasks {
            *self.tasks.entry(*outcome).or_default() += tasks;
        }
        self.calls += other.calls;
        self.retries += other.retries;
        self.throttles += other.throttles;
        self.rows += other.rows;
        self.accounts_entered += other.accounts_entered;
        self.roles_behind = RolesBehind::sum(self.roles_behind, other.roles_behind);
    }

    /// Tasks that count as planned work.
    pub fn planned(&self) -> u64 {
        self.tasks.iter().filter(|(outcome, _)| outcome.is_planned()).map(|(_, tasks)| tasks).sum()
    }

    /// Tasks of one outcome.
    pub fn of(&self, outcome: Outcome) -> u64 {
        self.tasks.get(&outcome).copied().unwrap_or_default()
    }

    /// One word for all: the outcome that all tasks share, complete where every planned one is, else partial. What this
    /// program can never read tells nothing of how it went.
    pub fn outcome(&self) -> Outcome {
        let mut outcomes = self.tasks.keys().filter(|outcome| **outcome != Outcome::Unread);
        match (outcomes.next(), outcomes.next()) {
            (Some(only), None) => *only,
            _ if self.of(Outcome::Complete) == self.planned() => Outcome::Complete,
            _ => Outcome::Partial,
        }
    }

    /// Complete of planned, 0 to 1; 1 when nothing was planned.
    #[expect(clippy::cast_precision_loss, reason = "a ratio")]
    pub fn coverage(&self) -> f64 {
        match self.planned() {
            0 => 1.0,
            planned => self.of(Outcome::Complete) as f64 / planned as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_off_does_not_count_against_coverage() {
        let mut tally = Tally::default();
        for outcome in Outcome::ALL {
            tally.add(&TaskRecord::untried("c", "r", outcome));
        }
        assert_eq!(tally.planned(), 9);
        assert!((tally.coverage() - 1.0 / 9.0).abs() < 1e-9);
    }

    #[test]
    fn one_word_says_how_an_account_went() {
        let word = |outcomes: &[Outcome]| {
            let mut tally = Tally::default();
            outcomes.iter().for_each(|it| tally.add(&TaskRecord::untried("c", "r", *it)));
            tally.outcome()
        };
        let (whole, off, denied) = (Outcome::Complete, Outcome::RegionDisabled, Outcome::Denied);
        assert_eq!((word(&[whole, off, whole]), word(&[whole, denied])), (whole, Outcome::Partial));
        assert_eq!((word(&[Outcome::RoleNotAssumable; 3]), word(&[denied])), (Outcome::RoleNotAssumable, denied));
        let unread = Outcome::Unread;
        assert_eq!((word(&[whole, unread]), word(&[denied, unread])), (whole, denied), "in every account");
    }
}
