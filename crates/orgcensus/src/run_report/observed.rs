//! Counts a run's events. It keeps only sums, the slowest accounts and kinds of errors.

use orgcensus_crawl::{Event, Tally, TaskRecord};

use crate::run_report::{ActionUse, ErrorKind, SlowAccount, Work, Written, rounded};

/// How many of the slowest accounts are named.
const SLOWEST_MAX: usize = 20;

/// How many kinds of errors are told apart.
const ERRORS_MAX: usize = 100;

/// What one process has seen of its run.
#[derive(Debug, Default)]
pub(crate) struct Observed {
    /// The run and the organization; none before it has begun.
    pub(crate) began: Option<(String, String)>,
    /// Accounts that an earlier process had done.
    pub(crate) done_before: u64,
    pub(crate) work: Work,
}

impl Observed {
    /// Counts an event.
    pub(crate) fn see(&mut self, event: &Event<'_>) {
        let work = &mut self.work;
        match event {
            Event::Started { run_id, organization_id, accounts, accounts_done, .. } => {
                self.began = Some(((*run_id).to_owned(), (*organization_id).to_owned()));
                self.done_before = *accounts_done as u64;
                work.accounts.selected = *accounts as u64;
            }
            Event::TaskEnded { account_id, task } => {
                work.totals.add(task);
                work.see_error(account_id, task);
            }
            Event::AccountEnded { account_id, tally, duration_millis } => {
                *work.accounts.ended.entry(tally.outcome()).or_default() += 1;
                work.totals.accounts_entered += tally.accounts_entered;
                work.see_slow(account_id, tally, seconds(*duration_millis));
            }
            Event::Used { used, .. } => used.iter().for_each(|it| {
                let (counts, action) = (it.counts, format!("{}:{}", it.service, it.operation));
                work.actions.entry(action).or_default().add(&ActionUse {
                    calls: counts.calls,
                    retries: counts.attempts.saturating_sub(counts.calls),
                    throttles: counts.throttles,
                    waited_seconds: seconds(counts.waited_millis),
                });
            }),
            Event::Checkpoint { error: None } => work.checkpoints += 1,
            Event::Checkpoint { error: Some(_) } => work.checkpoints_failed += 1,
            Event::TableWritten { table, rows, files, bytes } => {
                let written = Written { rows: *rows, files: *files as u64, bytes: *bytes };
                work.written.add(&written);
                work.tables.entry((*table).to_owned()).or_default().add(&written);
            }
            Event::Unfinished { .. }
            | Event::AccountPlanned { .. }
            | Event::Warning { .. }
            | Event::Publishing { .. } => {}
        }
    }
}

impl Work {
    fn see_error(&mut self, account_id: &str, task: &TaskRecord) {
        let Some(code) = &task.error_code else { return };
        self.add_errors(ErrorKind {
            error_code: code.clone(),
            error_operation: task.error_operation.clone(),
            tasks: 1,
            account_id: account_id.to_owned(),
            region: task.region.clone(),
            collector: task.collector.clone(),
        });
    }

    fn add_errors(&mut self, kind: ErrorKind) {
        let is_same =
            |it: &&mut ErrorKind| it.error_code == kind.error_code && it.error_operation == kind.error_operation;
        let is_full = self.errors.len() >= ERRORS_MAX;
        match self.errors.iter_mut().find(is_same) {
            Some(known) => known.tasks += kind.tasks,
            None if is_full => self.errors_left_out += kind.tasks,
            None => self.errors.push(kind),
        }
    }

    fn see_slow(&mut self, account_id: &str, tally: &Tally, seconds: f64) {
        let last = self.slowest_accounts.last();
        if self.slowest_accounts.len() < SLOWEST_MAX || last.is_some_and(|it| it.seconds < seconds) {
            let (account_id, outcome) = (account_id.to_owned(), tally.outcome());
            let Tally { calls, throttles, rows, .. } = *tally;
            self.slowest_accounts.push(SlowAccount { account_id, outcome, seconds, calls, throttles, rows });
            self.keep_slowest();
        }
    }

    fn keep_slowest(&mut self) {
        self.slowest_accounts.sort_by(|one, other| other.seconds.total_cmp(&one.seconds));
        self.slowest_accounts.truncate(SLOWEST_MAX);
    }

    /// Adds the counts of another process of the same run. If this process published a snapshot, that snapshot stays in
    /// the report.
    pub(crate) fn add(&mut self, other: &Self) {
        if self.tables.is_empty() {
            self.tables.clone_from(&other.tables);
            self.written.clone_from(&other.written);
        }
        for (outcome, accounts) in &other.accounts.ended {
            *self.accounts.ended.entry(*outcome).or_default() += accounts;
        }
        self.totals.merge(&other.totals);
        self.slowest_accounts.extend(other.slowest_accounts.iter().cloned());
        self.keep_slowest();
        for (action, used) in &other.actions {
            self.actions.entry(action.clone()).or_default().add(used);
        }
        other.errors.iter().cloned().for_each(|kind| self.add_errors(kind));
        self.errors_left_out += other.errors_left_out;
        self.checkpoints += other.checkpoints;
        self.checkpoints_failed += other.checkpoints_failed;
    }
}

impl ActionUse {
    fn add(&mut self, other: &Self) {
        self.calls += other.calls;
        self.retries += other.retries;
        self.throttles += other.throttles;
        self.waited_seconds = rounded(self.waited_seconds + other.waited_seconds);
    }
}

impl Written {
    fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        self.files += other.files;
        self.bytes += other.bytes;
    }
}

#[expect(clippy::cast_precision_loss, reason = "to the millisecond for thousands of years")]
fn seconds(millis: u64) -> f64 {
    millis as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use orgcensus_crawl::Outcome;

    use super::*;
    use crate::run_report::testing::{denied, ended, started};

    #[test]
    fn the_slowest_are_kept_and_no_more() {
        let mut observed = Observed::default();
        for number in 0..30_u64 {
            // In no order: 0, 7, 14, 21, 28, 5, …
            ended(&mut observed, &format!("{number:012}"), &[Outcome::Complete], (number * 7 % 30) * 1000);
        }
        let slow = &observed.work.slowest_accounts;
        let seconds: Vec<_> = slow.iter().map(|it| it.seconds).collect();
        let expected: Vec<_> = (10..30).rev().map(f64::from).collect();
        assert_eq!(seconds, expected);
        assert_eq!(observed.work.accounts.ended.get(&Outcome::Complete), Some(&30));
    }

    #[test]
    fn errors_are_counted_by_kind_and_kinds_have_a_bound() {
        let mut observed = Observed::default();
        for number in 0..ERRORS_MAX + 3 {
            denied(&mut observed, "000000000001", &format!("Code{number}"), "sqs:ListQueues");
        }
        denied(&mut observed, "000000000002", "Code0", "sqs:ListQueues");
        denied(&mut observed, "000000000002", "Code0", "sqs:GetQueueAttributes");
        let Work { errors, errors_left_out, .. } = &observed.work;
        let first = errors.first().unwrap();
        assert_eq!((errors.len(), *errors_left_out), (ERRORS_MAX, 4));
        assert_eq!((first.error_code.as_str(), first.tasks, first.account_id.as_str()), ("Code0", 2, "000000000001"));
    }

    #[test]
    fn two_processes_are_one_run() {
        let (mut first, mut second) = (Observed::default(), Observed::default());
        started(&mut first, 5, 0);
        started(&mut second, 5, 2);
        ended(&mut first, "000000000001", &[Outcome::Complete], 1000);
        ended(&mut second, "000000000002", &[Outcome::Denied], 2000);
        denied(&mut first, "000000000001", "AccessDenied", "sqs:ListQueues");
        denied(&mut second, "000000000002", "AccessDenied", "sqs:ListQueues");
        second.work.add(&first.work);
        let Work { accounts, slowest_accounts, errors, totals, .. } = &second.work;
        assert_eq!((accounts.selected, accounts.ended.len(), errors.len()), (5, 2, 1));
        assert_eq!((errors[0].tasks, totals.of(Outcome::Denied)), (2, 3));
        let slowest: Vec<_> = slowest_accounts.iter().map(|it| it.account_id.as_str()).collect();
        assert_eq!(slowest, ["000000000002", "000000000001"]);
    }
}
