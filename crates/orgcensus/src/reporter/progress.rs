//! The progress of a run, as a terminal shows it: one line.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};
use orgcensus_crawl::Event;

use super::DAY_SECONDS;
use crate::forecast::Pace;
use crate::terminal::printable;

/// What the newest snapshot foretells of this run.
static PACE: OnceLock<Pace> = OnceLock::new();

/// Says how long the run may take.
pub(crate) fn expect(pace: Pace) {
    let _ = PACE.set(pace);
}

/// The line: accounts, whose number does not change, and what was done so far.
pub(super) struct Progress {
    bar: ProgressBar,
    counts: Mutex<Counts>,
}

/// What the line says.
struct Counts {
    began: Instant,
    /// The accounts of this process, and how many of them have ended.
    accounts: u32,
    ended: u32,
    calls: u64,
    throttles: u64,
    /// The tables that are published, and how many of them are written.
    tables: Option<usize>,
    written: usize,
}

impl Progress {
    /// Shows nothing until a run begins.
    pub(super) fn new() -> Self {
        let style = ProgressStyle::with_template("{bar:10} {pos}/{len} accounts  {elapsed} gone{msg}");
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(8));
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        let (began, tables) = (Instant::now(), None);
        let counts = Counts { began, accounts: 0, ended: 0, calls: 0, throttles: 0, tables, written: 0 };
        Self { bar, counts: Mutex::new(counts) }
    }

    /// Shows an event.
    pub(super) fn show(&self, event: &Event<'_>) {
        match event {
            Event::Unfinished { run_id, snapshot_date, kept } => self.bar.println(format!(
                "run {run_id} of {snapshot_date} is unfinished: `crawl --resume {run_id}` resumes it, else it is \
                 removed after {} days",
                kept.as_secs() / DAY_SECONDS
            )),
            Event::Started { accounts, accounts_done, .. } => self.start(*accounts, *accounts_done),
            Event::TaskEnded { task, .. } => self.tell(|counts| {
                counts.calls += task.calls;
                counts.throttles += task.throttles;
            }),
            Event::AccountEnded { .. } => {
                self.bar.inc(1);
                self.tell(|counts| counts.ended += 1);
            }
            Event::Checkpoint { error: Some(error) } => {
                self.bar.println(printable(&format!("no checkpoint: {error}")));
            }
            Event::Warning { message } => self.bar.println(format!("warning: {}", printable(message))),
            Event::Publishing { tables } => self.tell(|counts| counts.tables = Some(*tables)),
            Event::TableWritten { .. } => self.tell(|counts| counts.written += 1),
            Event::AccountPlanned { .. } | Event::Used { .. } | Event::Checkpoint { error: None } => {}
        }
    }

    fn start(&self, accounts: usize, done: usize) {
        self.tell(|counts| {
            counts.began = Instant::now();
            counts.accounts = u32::try_from(accounts.saturating_sub(done)).unwrap_or(u32::MAX);
        });
        self.bar.set_length(accounts as u64);
        self.bar.set_position(done as u64);
        // A run that ends early leaves the line as it is.
        drop(self.bar.clone().with_finish(ProgressFinish::Abandon));
        self.bar.enable_steady_tick(Duration::from_millis(250));
    }

    fn tell(&self, change: impl FnOnce(&mut Counts)) {
        let mut counts = self.counts();
        change(&mut counts);
        let message = counts.message(counts.began.elapsed(), PACE.get());
        drop(counts);
        self.bar.set_message(message);
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    fn message(&self, elapsed: Duration, pace: Option<&Pace>) -> String {
        let left = self.left(elapsed, pace).map_or(String::new(), |it| format!(", about {:#} left", HumanDuration(it)));
        let tables = self.tables.map_or(String::new(), |all| format!(", {}/{all} tables", self.written));
        format!("{left}, {} calls, {} throttled{tables}", self.calls, self.throttles)
    }

    /// How long the accounts may still take: as the newest snapshot foretells it, until as many have ended as run at
    /// once; then as this run has gone so far.
    fn left(&self, elapsed: Duration, pace: Option<&Pace>) -> Option<Duration> {
        let remaining = self.accounts.saturating_sub(self.ended);
        let left = match pace {
            _ if remaining == 0 => None,
            Some(pace) if self.ended < pace.at_once => Some(pace.of(self.accounts).saturating_sub(elapsed)),
            _ => elapsed.saturating_mul(remaining).checked_div(self.ended),
        };
        left.filter(|it| it.as_secs() > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(accounts: u32, ended: u32) -> Counts {
        let (began, tables) = (Instant::now(), None);
        Counts { began, accounts, ended, calls: 120, throttles: 3, tables, written: 0 }
    }

    #[test]
    fn what_is_left_is_foretold_and_then_seen() {
        let left = |ended, seconds, pace: Option<&Pace>| {
            counts(40, ended).left(Duration::from_secs(seconds), pace).map(|it| it.as_secs())
        };
        let pace = Pace { each: Duration::from_secs(60), at_once: 8 };
        assert_eq!(left(0, 0, Some(&pace)), Some(300), "five rounds of a minute");
        assert_eq!(left(7, 90, Some(&pace)), Some(210));
        assert_eq!(left(7, 400, Some(&pace)), None, "it took longer than foretold: nobody knows");
        assert_eq!(left(8, 90, Some(&pace)), Some(360), "32 more, at the rate of the first eight");
        assert_eq!([left(0, 90, None), left(10, 90, None), left(40, 90, None)], [None, Some(270), None]);
        assert_eq!(pace.of(3), Duration::from_secs(60), "no less than one account takes");
    }

    #[test]
    fn the_line_says_calls_and_at_last_tables() {
        let mut counts = counts(4, 2);
        let second = Duration::from_secs(130);
        assert_eq!(counts.message(second, None), ", about 2m left, 120 calls, 3 throttled");
        (counts.ended, counts.tables, counts.written) = (4, Some(200), 7);
        assert_eq!(counts.message(second, None), ", 120 calls, 3 throttled, 7/200 tables");
    }
}
