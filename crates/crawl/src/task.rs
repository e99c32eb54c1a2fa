//! One task: session, collect, rows, stage. The one place where an error becomes an outcome.

use std::time::Duration;

use arrow::record_batch::RecordBatch;
use futures::FutureExt;
use futures::future::BoxFuture;
use orgcensus_aws::{Class, Session, regions};
use orgcensus_collect::{Error, Finished, Rows, Sink};
use orgcensus_lake::{LogWriter, Slice, Stage};
use orgcensus_row::{GLOBAL, Stamp, Table};
use tokio::time::Instant;
use tracing::Instrument;

use crate::context::Shared;
use crate::outcome::Outcome;
use crate::spans;
use crate::task_record::{TaskRecord, TaskStart};

/// What a task does: a collector's function, or the engine's own.
pub(crate) type Work =
    Box<dyn for<'a> FnOnce(&'a Session, &'a mut Rows<'_>) -> BoxFuture<'a, Result<(), Error>> + Send>;

/// A task's batches on their way into the stage. It takes a log only when it has something to write.
struct StageSink<'s> {
    stage: &'s Stage,
    log: Option<(LogWriter, u64)>,
    slices: Vec<Slice>,
}

impl StageSink<'_> {
    fn append(&mut self, table: Table, batch: &RecordBatch) -> Result<(), orgcensus_lake::Error> {
        let (log, _) = match &mut self.log {
            Some(log) => log,
            none => {
                let log = self.stage.checkout()?;
                let start = log.position();
                none.insert((log, start))
            }
        };
        self.slices.push(log.append(&table, batch)?);
        Ok(())
    }

    /// Removes all of the task's rows.
    fn cut(&mut self) -> Result<(), orgcensus_lake::Error> {
        self.slices.clear();
        match &mut self.log {
            Some((log, start)) => log.cut(*start),
            None => Ok(()),
        }
    }
}

impl Sink for StageSink<'_> {
    fn write<'a>(&'a mut self, table: Table, batch: RecordBatch) -> BoxFuture<'a, Result<(), Error>> {
        let result = self.append(table, &batch).map_err(|error| Error::Stage(orgcensus_aws::with_causes(&error)));
        futures::future::ready(result).boxed()
    }
}

/// Stages one batch that belongs to no task: coverage.
pub(crate) fn stage_batch(stage: &Stage, table: Table, batch: &RecordBatch) -> Result<Slice, orgcensus_lake::Error> {
    stage.checkout()?.append(&table, batch)
}

/// Runs one task to its outcome, `ends_at` at the latest; its rows get this stamp. The error is the run's: a full disk, a
/// bug.
pub(crate) async fn run(
    shared: &Shared,
    session: &Session,
    collector: &str,
    stamp: Stamp,
    ends_at: Instant,
    work: Work,
) -> Result<TaskRecord, Error> {
    let (begun, span) = (TaskStart::now(), spans::task(collector, &stamp));
    let mut sink = StageSink { stage: &shared.stage, log: None, slices: Vec::new() };
    let region = stamp.region.clone();
    let mut rows = Rows::new(stamp, &mut sink);
    let own_end = Instant::now() + shared.crawl.bounds.task;
    let end = own_end.min(ends_at);
    let result = match tokio::time::timeout_at(end, work(session, &mut rows).instrument(span.clone())).await {
        Ok(result) => result,
        Err(_elapsed) => Err(too_late(ends_at < own_end, shared.crawl.bounds.task).into()),
    };
    let finished = rows.finish().await;
    let is_off = tokio::time::timeout_at(end, is_off(session, &region, &result)).await.unwrap_or(false);
    let (outcome, error, finished) = judge(result, finished, is_off)?;
    if !outcome.keeps_rows() {
        sink.cut().map_err(|error| Error::Stage(orgcensus_aws::with_causes(&error)))?;
    }
    let ended = TaskRecord::measured(collector, &region, (outcome, error.as_ref()), session.usage(), begun);
    let record = TaskRecord { slices: sink.slices, ..ended.with(&finished) };
    spans::end_task(&span, &record);
    Ok(record)
}

fn too_late(is_others: bool, limit: Duration) -> orgcensus_aws::Error {
    if is_others {
        let words = "the account's or the run's time was over";
        return orgcensus_aws::Error::new(Class::TimedOut, "AccountDeadline", words);
    }
    orgcensus_aws::Error::new(Class::TimedOut, "TaskDeadline", format!("took over {} s", limit.as_secs()))
}

/// Whether a task's credentials were rejected because its region is off. The account is asked again, because the region
/// may have been switched off since its turn began. If the account does not say that the region is off, or cannot be
/// asked, the credentials are invalid, and the task is planned work that failed. A global task has no region that could
/// be off, and a role that could not be assumed says nothing about a region.
async fn is_off(session: &Session, region: &str, result: &Result<(), Error>) -> bool {
    let Err(Error::Aws(error)) = result else { return false };
    let is_of_role = error.operation.as_deref().is_some_and(|operation| operation.starts_with("sts:"));
    error.class == Class::Rejected && region != GLOBAL && !is_of_role && regions::is_off(session).await
}

type Judgement = (Outcome, Option<orgcensus_aws::Error>, Finished);

fn judge(result: Result<(), Error>, finished: Result<Finished, Error>, is_off: bool) -> Result<Judgement, Error> {
    match result.and(finished) {
        Ok(finished) => Ok(match &finished.missed {
            None => (Outcome::Complete, None, finished),
            Some(missed) => (Outcome::Partial, Some(missed.first.clone()), finished),
        }),
        Err(Error::Aws(error)) if is_off => Ok((Outcome::RegionDisabled, Some(error), Finished::default())),
        Err(Error::Aws(error)) => Ok((Outcome::of(&error), Some(error), Finished::default())),
        Err(Error::Unread(why)) => Ok((Outcome::Unread, None, Finished { reason: Some(why), ..Finished::default() })),
        Err(error @ (Error::Stage(_) | Error::Row(_))) => Err(error),
    }
}
