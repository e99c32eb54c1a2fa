//! `run.json`: what a run did, however it ended. Events are counted as they happen, in bounded memory. The counts are
//! added to those that earlier processes of the same run, or the processes of its shards, had reported.

mod observed;

use std::collections::BTreeMap;

use orgcensus_crawl::{Outcome, Tally};
use serde::{Deserialize, Serialize};

pub(crate) use observed::Observed;

/// The format of the object.
pub(crate) const FORMAT: u64 = 1;

/// A run's report. Moments are UTC; durations are in seconds and say so.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RunReport {
    /// The format of this object.
    pub(crate) format: u64,
    /// The version of orgcensus that wrote it.
    pub(crate) orgcensus_version: String,
    /// The run; null where it ended before it had begun.
    pub(crate) run_id: Option<String>,
    /// The organization, `o-…`; the configured one where AWS did not tell.
    pub(crate) organization_id: Option<String>,
    /// `00003-of-00016`: the shard that it is about; null for a whole run.
    pub(crate) shard: Option<String>,
    /// When its first process began.
    pub(crate) started_at: String,
    /// When its last process ended.
    pub(crate) ended_at: String,
    /// Wall time of its processes, all together.
    pub(crate) seconds: f64,
    /// The number of processes that the report covers: more than one if the run was resumed or has shards.
    pub(crate) processes: u64,
    /// How the run ended. Null if it ended before it began, unless another run held the lock.
    pub(crate) verdict: Option<Verdict>,
    /// The program's exit code.
    pub(crate) exit_code: u8,
    /// Why it failed, in the words of standard error.
    pub(crate) error: Option<String>,
    /// What it published.
    pub(crate) snapshot: Option<Published>,
    /// The share of planned tasks that are complete, 0 to 1; null if the run ended before any task was planned.
    pub(crate) coverage: Option<f64>,
    /// All that was counted.
    #[serde(flatten)]
    pub(crate) work: Work,
}

/// What became of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// A snapshot, with enough of what was planned.
    Published,
    /// A snapshot with less; an earlier complete one stays the newest.
    BelowMinCoverage,
    /// A shard waits in the lake for `publish`.
    Staged,
    /// A signal stopped it; it can be resumed.
    Stopped,
    /// Another run of the organization was alive.
    Held,
    /// No snapshot.
    NotPublished,
}

/// A snapshot, and where it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Published {
    /// The lake's address.
    pub(crate) lake: String,
    /// The commit's number.
    pub(crate) commit: u32,
    /// The snapshot's date, `YYYY-MM-DD`.
    pub(crate) snapshot_date: String,
    /// The manifest, from the lake's root.
    pub(crate) manifest: String,
    /// Whether enough of the organization was seen.
    pub(crate) is_complete: bool,
    /// Whether it became the newest complete one, when it was published.
    #[serde(default)]
    pub(crate) is_newest: bool,
}

/// All that is counted.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Work {
    /// Accounts.
    pub(crate) accounts: Accounts,
    /// Tasks by outcome, calls, retries, throttles and rows: the sum of coverage. Of a published run it is that of the
    /// snapshot; else that of the tasks which these processes ended.
    pub(crate) totals: Tally,
    /// The accounts that took longest, the slowest first; at most 20.
    pub(crate) slowest_accounts: Vec<SlowAccount>,
    /// The calls, by `service:Operation`, of accounts whose turn is over. Calls of STS and Organizations are added when
    /// all turns are over.
    pub(crate) actions: BTreeMap<String, ActionUse>,
    /// What went wrong, the most frequent first; at most 100 kinds.
    pub(crate) errors: Vec<ErrorKind>,
    /// Tasks whose kind of error is not among these.
    pub(crate) errors_left_out: u64,
    /// Tables that were written.
    pub(crate) tables: BTreeMap<String, Written>,
    /// Their files, together.
    pub(crate) written: Written,
    /// Copies of the stage that were made for another machine.
    pub(crate) checkpoints: u64,
    /// Copies that failed.
    pub(crate) checkpoints_failed: u64,
}

/// The run's accounts.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Accounts {
    /// Those that it was to crawl.
    pub(crate) selected: u64,
    /// Those whose turn is over, by outcome: the outcome that all tasks share, complete where every planned one is,
    /// else partial.
    pub(crate) ended: BTreeMap<Outcome, u64>,
    /// Accounts that were done by a process that was killed and left no report. They are counted only here and in
    /// `totals`.
    pub(crate) unobserved: u64,
    /// Those that are left to do.
    pub(crate) left: u64,
}

/// One slow account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct SlowAccount {
    /// 12 digits.
    pub(crate) account_id: String,
    /// What came of its turn.
    pub(crate) outcome: Outcome,
    /// How long it took.
    pub(crate) seconds: f64,
    /// Operations called; a page is a call.
    pub(crate) calls: u64,
    /// Attempts that AWS throttled.
    pub(crate) throttles: u64,
    /// Rows kept.
    pub(crate) rows: u64,
}

/// One operation's use.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct ActionUse {
    /// Operations called; a page is a call.
    pub(crate) calls: u64,
    /// Attempts beyond the first of each call.
    pub(crate) retries: u64,
    /// Attempts that AWS throttled.
    pub(crate) throttles: u64,
    /// How long attempts waited for their turn, all together.
    pub(crate) waited_seconds: f64,
}

/// One kind of error.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ErrorKind {
    /// AWS's code, `AccessDenied`.
    pub(crate) error_code: String,
    /// The call, `sqs:ListQueues`; null if the error did not come from a call.
    pub(crate) error_operation: Option<String>,
    /// Tasks that it ended or left partial.
    pub(crate) tasks: u64,
    /// One of their accounts.
    pub(crate) account_id: String,
    /// The region there, or `global`.
    pub(crate) region: String,
    /// The collector there.
    pub(crate) collector: String,
}

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Written {
    /// Rows.
    pub(crate) rows: u64,
    /// Files.
    pub(crate) files: u64,
    /// Bytes.
    pub(crate) bytes: u64,
}

/// How a process ended.
#[derive(Debug)]
pub(crate) struct End {
    /// The configured organization, for where AWS did not tell.
    pub(crate) organization_id: Option<String>,
    /// The shard, if it did one.
    pub(crate) shard: Option<String>,
    /// When it began and ended.
    pub(crate) started_at: String,
    pub(crate) ended_at: String,
    pub(crate) seconds: f64,
    /// The program's exit code, and why it failed.
    pub(crate) exit_code: u8,
    pub(crate) verdict: Option<Verdict>,
    pub(crate) error: Option<String>,
    /// What was published, and the sum of its coverage.
    pub(crate) published: Option<(Published, Tally)>,
}

impl RunReport {
    /// The report of a process, and of those before it or of the shards.
    pub(crate) fn new(observed: &Observed, end: End, earlier: &[Self]) -> Self {
        let mut work = observed.work.clone();
        let own: u64 = work.accounts.ended.values().sum();
        earlier.iter().for_each(|it| work.add(&it.work));
        let reported = work.accounts.ended.values().sum::<u64>() - own;
        work.accounts.unobserved = observed.done_before.saturating_sub(reported);
        work.accounts.left = work.accounts.selected.saturating_sub(observed.done_before + own);
        work.errors.sort_by_key(|it| std::cmp::Reverse(it.tasks));
        let (snapshot, tally) = end.published.unzip();
        work.totals = tally.unwrap_or(work.totals);
        let (run_id, organization_id) = observed.began.clone().unzip();
        Self {
            format: FORMAT,
            orgcensus_version: env!("CARGO_PKG_VERSION").to_owned(),
            run_id,
            organization_id: organization_id.or(end.organization_id),
            shard: end.shard,
            // RFC 3339 in one zone is ordered as text.
            started_at: earlier.iter().map(|it| it.started_at.clone()).fold(end.started_at, Ord::min),
            ended_at: end.ended_at,
            seconds: rounded(earlier.iter().map(|it| it.seconds).sum::<f64>() + end.seconds),
            processes: earlier.iter().map(|it| it.processes).sum::<u64>() + 1,
            verdict: end.verdict,
            exit_code: end.exit_code,
            error: end.error,
            snapshot,
            coverage: (work.totals.planned() > 0).then(|| rounded(work.totals.coverage())),
            work,
        }
    }
}

/// To three digits.
pub(crate) fn rounded(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}

#[cfg(test)]
pub(crate) mod testing;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_published_run_is_told_as_reviewed_and_read_again() {
        let report = testing::published();
        let text = serde_json::to_string_pretty(&report).unwrap();
        insta::assert_snapshot!("run_report", text);
        let read: RunReport = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string_pretty(&read).unwrap(), text);
    }

    #[test]
    fn a_run_that_goes_on_adds_to_what_was_reported_and_says_what_nobody_did() {
        let mut first = Observed::default();
        testing::started(&mut first, 6, 0);
        testing::ended(&mut first, "000000000001", &[Outcome::Complete], 1000);
        let first = RunReport::new(&first, testing::stopped(), &[]);
        assert_eq!((first.work.accounts.left, first.verdict, first.processes), (5, Some(Verdict::Stopped), 1));
        let mut second = Observed::default();
        // Two accounts were done, one of them by a process that was killed.
        testing::started(&mut second, 6, 2);
        testing::ended(&mut second, "000000000003", &[Outcome::Complete], 1000);
        let report = RunReport::new(&second, testing::stopped(), &[first]);
        let Accounts { selected, ended, unobserved, left } = &report.work.accounts;
        assert_eq!((*selected, ended.get(&Outcome::Complete), *unobserved, *left), (6, Some(&2), 1, 3));
        assert_eq!((report.processes, report.seconds, report.run_id.as_deref()), (2, 25.0, Some("run-1")));
        assert!(report.snapshot.is_none() && report.error.is_some());
    }
}
