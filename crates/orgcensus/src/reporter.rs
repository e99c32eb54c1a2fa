//! The one reporter: progress bars on a terminal, JSON lines elsewhere, both on standard error.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use orgcensus_crawl::{Event, Listener, Outcome};
use serde_json::{Value, json};

const DAY_SECONDS: u64 = 24 * 60 * 60;

/// What is shown while a run goes on.
pub(crate) fn listener() -> Listener {
    if std::io::stderr().is_terminal() {
        let bars = Bars::new();
        Arc::new(move |event| bars.show(event))
    } else {
        Arc::new(|event| {
            if let Some(line) = line(event) {
                // Whoever reads it may be gone; the run goes on.
                let _ = writeln!(std::io::stderr().lock(), "{line}");
            }
        })
    }
}

/// An event as a JSON line. Tasks that went well are told by their account.
fn line(event: &Event<'_>) -> Option<Value> {
    Some(match event {
        Event::Unfinished { run_id, snapshot_date, kept } => json!({
            "event": "unfinished", "run_id": run_id, "snapshot_date": snapshot_date,
            "kept_days": kept.as_secs() / DAY_SECONDS,
        }),
        Event::Started { run_id, organization_id, accounts, accounts_done, collectors } => json!({
            "event": "started", "run_id": run_id, "organization_id": organization_id, "accounts": accounts,
            "accounts_done": accounts_done, "collectors": collectors,
        }),
        Event::AccountPlanned { .. } => return None,
        Event::TaskEnded { task, .. } if matches!(task.outcome, Outcome::Complete | Outcome::RegionDisabled) => {
            return None;
        }
        Event::TaskEnded { account_id, task } => json!({
            "event": "task", "account_id": account_id, "region": task.region, "collector": task.collector,
            "outcome": task.outcome, "error_code": task.error_code, "error_operation": task.error_operation,
        }),
        Event::AccountEnded { account_id } => json!({ "event": "account", "account_id": account_id }),
        Event::Checkpoint { error } => json!({ "event": "checkpoint", "error": error }),
        Event::Publishing { tables } => json!({ "event": "publishing", "tables": tables }),
        Event::TableWritten { table, rows, files, bytes } => {
            json!({ "event": "table", "table": table, "rows": rows, "files": files, "bytes": bytes })
        }
    })
}

/// Two bars: accounts and tasks.
struct Bars {
    accounts: ProgressBar,
    tasks: ProgressBar,
    calls: AtomicU64,
    throttles: AtomicU64,
    started_at: Mutex<Instant>,
}

impl Bars {
    fn new() -> Self {
        let bars = indicatif::MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(8));
        let bar = |template: &str| {
            let bar = bars.add(ProgressBar::new(0));
            bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        };
        let accounts = bar("accounts {bar:30} {pos}/{len}  {elapsed} gone, {eta} left");
        let tasks = bar("tasks    {bar:30} {pos}/{len}  {msg}");
        accounts.enable_steady_tick(Duration::from_millis(250));
        let (calls, throttles) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { accounts, tasks, calls, throttles, started_at: Mutex::new(Instant::now()) }
    }

    fn show(&self, event: &Event<'_>) {
        match event {
            Event::Unfinished { run_id, snapshot_date, kept } => self.accounts.println(format!(
                "run {run_id} of {snapshot_date} is unfinished: `crawl --resume {run_id}` goes on with it, else it is \
                 removed after {} days",
                kept.as_secs() / DAY_SECONDS
            )),
            Event::Started { accounts, accounts_done, .. } => {
                *self.started_at.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
                self.accounts.set_length(*accounts as u64);
                self.accounts.set_position(*accounts_done as u64);
            }
            Event::AccountPlanned { tasks, .. } => self.tasks.inc_length(*tasks as u64),
            Event::TaskEnded { task, .. } => {
                let calls = self.calls.fetch_add(task.calls, Ordering::Relaxed) + task.calls;
                let throttles = self.throttles.fetch_add(task.throttles, Ordering::Relaxed) + task.throttles;
                let seconds = self.started_at.lock().unwrap_or_else(PoisonError::into_inner).elapsed().as_secs().max(1);
                self.tasks.inc(1);
                self.tasks.set_message(format!("{calls} calls, {}/s, {throttles} throttled", calls / seconds));
            }
            Event::AccountEnded { .. } => self.accounts.inc(1),
            Event::Checkpoint { error: None } => {}
            Event::Checkpoint { error: Some(error) } => {
                self.tasks.set_message(format!("no checkpoint: {error}"));
            }
            Event::Publishing { tables } => {
                self.accounts.finish();
                self.tasks.set_message(format!("publishing {tables} tables"));
            }
            Event::TableWritten { table, rows, .. } => {
                self.tasks.set_message(format!("published {table}: {rows} rows"))
            }
        }
    }
}
