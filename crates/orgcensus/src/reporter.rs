//! The one reporter: a line of progress on a terminal, JSON lines elsewhere, both on standard error.

use std::io::{IsTerminal, Write};
use std::sync::{Arc, OnceLock};

use chrono::SecondsFormat;
use orgcensus_crawl::{Event, Listener, Outcome};
use serde_json::{Value, json};

use crate::pager;
use crate::run_report::RunReport;
use crate::terminal::printable;

mod progress;

use progress::Progress;
pub(crate) use progress::expect;

const DAY_SECONDS: u64 = 24 * 60 * 60;

/// The run of this process, for every line after its beginning.
static RUN_ID: OnceLock<String> = OnceLock::new();

/// What is shown during a run.
pub(crate) fn listener() -> Listener {
    if std::io::stderr().is_terminal() {
        let progress = Progress::new();
        Arc::new(move |event| progress.show(event))
    } else {
        Arc::new(|event| {
            if let Event::Started { run_id, .. } = event {
                let _ = RUN_ID.set((*run_id).to_owned());
            }
            if let Some((name, fields)) = fields(event) {
                log(name, fields);
            }
        })
    }
}

/// Prints something that is not an event of the crawl: a signal, a warning.
pub(crate) fn say(name: &str, message: &str) {
    if std::io::stderr().is_terminal() {
        pager::settle();
        eprintln!("{name}: {}", printable(message));
    } else {
        log(name, json!({ "message": message }));
    }
}

/// Says in a log how the run ended. On a terminal it shows anyway.
pub(crate) fn end(report: &RunReport, address: Option<&str>) {
    if !std::io::stderr().is_terminal() {
        let RunReport { verdict, exit_code, error, seconds, coverage, .. } = report;
        log(
            "ended",
            json!({
                "organization_id": report.organization_id, "verdict": verdict, "exit_code": exit_code,
                "error": error, "seconds": seconds, "coverage": coverage, "report": address,
            }),
        );
    }
}

fn log(name: &str, fields: Value) {
    let line = line(name, &now(), RUN_ID.get().map(String::as_str), fields);
    // If the reader is gone, the run continues.
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// This moment, as logs and reports have it.
pub(crate) fn now() -> String {
    chrono::Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// A line: what happened, when, in which run, and what is to say of it.
fn line(name: &str, at: &str, run_id: Option<&str>, fields: Value) -> Value {
    let mut line = json!({ "event": name, "at": at, "run_id": run_id });
    if let (Value::Object(line), Value::Object(fields)) = (&mut line, fields) {
        line.extend(fields);
    }
    line
}

/// An event's name and its fields. Tasks that went well are not told one by one, their account's event counts them; nor
/// are those that are unread in every account.
fn fields(event: &Event<'_>) -> Option<(&'static str, Value)> {
    Some(match event {
        Event::Unfinished { run_id, snapshot_date, kept } => (
            "unfinished",
            json!({
                "unfinished_run_id": run_id, "snapshot_date": snapshot_date, "kept_days": kept.as_secs() / DAY_SECONDS,
            }),
        ),
        Event::Started { organization_id, accounts, accounts_done, collectors, .. } => (
            "started",
            json!({
                "organization_id": organization_id, "accounts": accounts, "accounts_done": accounts_done,
                "collectors": collectors,
            }),
        ),
        Event::AccountPlanned { .. } | Event::Used { .. } => return None,
        Event::TaskEnded { task, .. } if is_usual(task.outcome) => return None,
        Event::TaskEnded { account_id, task } => (
            "task",
            json!({
                "account_id": account_id, "region": task.region, "collector": task.collector,
                "outcome": task.outcome, "error_code": task.error_code, "error_operation": task.error_operation,
            }),
        ),
        Event::AccountEnded { account_id, tally, duration_millis } => (
            "account",
            json!({
                "account_id": account_id, "outcome": tally.outcome(), "duration_millis": duration_millis,
                "calls": tally.calls, "throttles": tally.throttles, "rows": tally.rows,
            }),
        ),
        Event::Warning { message } => ("warning", json!({ "message": message })),
        Event::Checkpoint { error } => ("checkpoint", json!({ "error": error })),
        Event::Publishing { tables } => ("publishing", json!({ "tables": tables })),
        Event::TableWritten { table, rows, files, bytes } => {
            ("table", json!({ "table": table, "rows": rows, "files": files, "bytes": bytes }))
        }
    })
}

fn is_usual(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Complete | Outcome::RegionDisabled | Outcome::Unread)
}

#[cfg(test)]
mod tests {
    use orgcensus_crawl::TaskRecord;

    use super::*;

    #[test]
    fn a_line_says_run_account_region_and_collector() {
        let task = TaskRecord::untried("sqs_queues", "eu-west-1", Outcome::Denied);
        let (name, fields) = fields(&Event::TaskEnded { account_id: "111122223333", task: &task }).unwrap();
        let line = line(name, "2026-11-22T01:00:00.000Z", Some("run-1"), fields).to_string();
        let expected = concat!(
            r#"{"event":"task","at":"2026-11-22T01:00:00.000Z","run_id":"run-1","account_id":"111122223333","#,
            r#""region":"eu-west-1","collector":"sqs_queues","outcome":"denied","#,
            r#""error_code":null,"error_operation":null}"#
        );
        assert_eq!(line, expected);
    }
}
