//! The work under way as `tracing` spans: a run contains the accounts' turns, and a turn contains its tasks. A
//! subscriber sees them; without a subscriber each costs only a look at a flag. A call of AWS's API is not a span.

use orgcensus_row::Stamp;
use tracing::Span;
use tracing::field::Empty;

use crate::coverage::Tally;
use crate::error::Error;
use crate::journal::AccountRecord;
use crate::task_record::TaskRecord;

/// A run, or a shard of it.
pub(crate) fn run(run_id: &str, organization_id: &str, shard: Option<u32>) -> Span {
    tracing::info_span!("run", run_id, organization_id, shard, error = Empty, otel.status_code = Empty)
}

/// How a run ended.
pub(crate) fn end_run<T>(span: &Span, result: &Result<T, Error>) {
    if let (Err(error), false) = (result, span.is_disabled()) {
        span.record("otel.status_code", "ERROR").record("error", error.to_string());
    }
}

/// From the stages to a snapshot.
pub(crate) fn publish() -> Span {
    tracing::info_span!("publish")
}

/// How rows are made of other rows.
pub(crate) fn derivation(name: &str) -> Span {
    tracing::info_span!("derivation", name)
}

/// How a table is made of other tables' files.
pub(crate) fn materialization(table: &str) -> Span {
    tracing::info_span!("materialization", table)
}

/// An account's turn.
pub(crate) fn account(account_id: &str) -> Span {
    tracing::info_span!("account", account_id, outcome = Empty, calls = Empty, throttles = Empty, rows = Empty)
}

/// The organization's turn.
pub(crate) fn organization() -> Span {
    tracing::info_span!("organization", outcome = Empty, calls = Empty, throttles = Empty, rows = Empty)
}

/// How the turn of the current span ended.
pub(crate) fn end_turn(record: &AccountRecord) {
    let (span, tally) = (Span::current(), &record.tally);
    if !span.is_disabled() {
        let Tally { calls, throttles, rows, .. } = *tally;
        span.record("outcome", tally.outcome().as_str());
        count(&span, calls, throttles, rows);
    }
}

/// A task of an account.
pub(crate) fn task(collector: &str, stamp: &Stamp) -> Span {
    let (account_id, region) = (stamp.account_id.as_str(), stamp.region.as_str());
    tracing::info_span!(
        "task",
        account_id,
        region,
        collector,
        outcome = Empty,
        error_code = Empty,
        error_operation = Empty,
        calls = Empty,
        throttles = Empty,
        rows = Empty
    )
}

/// How a task ended.
pub(crate) fn end_task(span: &Span, task: &TaskRecord) {
    if span.is_disabled() {
        return;
    }
    span.record("outcome", task.outcome.as_str());
    span.record("error_code", task.error_code.as_deref()).record("error_operation", task.error_operation.as_deref());
    count(span, task.calls, task.throttles, task.rows);
}

/// As signed numbers, which is all that OpenTelemetry has.
fn count(span: &Span, calls: u64, throttles: u64, rows: u64) {
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    span.record("calls", number(calls)).record("throttles", number(throttles)).record("rows", number(rows));
}
