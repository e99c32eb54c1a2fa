//! Watches a run: the reporter shows it, the report counts it, metrics are sent. At the end the report goes into the
//! lake, to a file and into the log, and who is to be told is told, however the run ended.

use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use orgcensus_crawl::{Listener, Report, Tally, shard_name};
use orgcensus_lake::Lake;

use crate::config::{self, Config};
use crate::failure::{Failure, exit};
use crate::notify::Addresses;
use crate::run_report::{End, FORMAT, Observed, Published, RunReport, Verdict};
use crate::telemetry::Metrics;
use crate::{cloudwatch, notify, reporter};

/// How long the lake may take for the report.
const LAKE_TIMEOUT: Duration = Duration::from_secs(30);

/// The name of a whole run's report.
const RUN: &str = "run";

/// The name of a shard's report begins with this.
const SHARD: &str = "shard-";

/// Watches one run of this process.
pub(crate) struct Watch {
    /// Where the report goes, once it is known.
    pub(crate) lake: Option<Lake>,
    /// The address of the page for browsers, if one was written.
    pub(crate) page: Option<String>,
    config: Config,
    observed: Arc<Mutex<Observed>>,
    metrics: Option<Metrics>,
    settings: config::Telemetry,
    /// The configured organization.
    organization_id: Option<String>,
    started: (Instant, String),
    shard: Option<String>,
    reads_shards: bool,
    published: Option<(Published, Tally)>,
}

impl Watch {
    /// Begins to watch. The report also goes to `file`, instead of the file in the configuration.
    pub(crate) fn new(config: &Config, file: Option<PathBuf>, metrics: Option<&Metrics>) -> Self {
        let mut settings = config.telemetry.clone();
        settings.report = file.or(settings.report);
        Self {
            lake: None,
            page: None,
            config: config.clone(),
            observed: Arc::default(),
            metrics: metrics.cloned(),
            settings,
            organization_id: config.organization.id.clone(),
            started: (Instant::now(), reporter::now()),
            shard: None,
            reads_shards: false,
            published: None,
        }
    }

    /// This process does one shard.
    pub(crate) fn of_shard(&mut self, index: u32, shards: u32) {
        self.shard = Some(shard_name(index, shards));
    }

    /// This process publishes what the shards did: their reports are part of its own.
    pub(crate) fn of_all_shards(&mut self) {
        self.reads_shards = true;
    }

    /// The listener of the run's events.
    pub(crate) fn listener(&self) -> Listener {
        let (shown, observed, metrics) = (reporter::listener(), Arc::clone(&self.observed), self.metrics.clone());
        Arc::new(move |event| {
            shown(event);
            observed.lock().unwrap_or_else(PoisonError::into_inner).see(event);
            if let Some(metrics) = &metrics {
                metrics.see(event);
            }
        })
    }

    /// The run has published.
    pub(crate) fn published(&mut self, report: &Report) {
        let commit = &report.commit;
        let published = Published {
            lake: self.lake.as_ref().map(|lake| lake.url().to_owned()).unwrap_or_default(),
            commit: commit.n,
            snapshot_date: commit.snapshot_date.clone(),
            manifest: commit.manifest.path.clone(),
            is_complete: commit.is_complete,
            is_newest: report.is_newest,
        };
        self.published = Some((published, report.tally.clone()));
    }

    /// Tells how the run ended, and returns its result unchanged. A report that cannot be written is only a warning.
    pub(crate) async fn end(self, result: Result<u8, Failure>) -> Result<u8, Failure> {
        let observed = std::mem::take(&mut *self.observed.lock().unwrap_or_else(PoisonError::into_inner));
        let earlier = self.earlier(&observed).await;
        let end = self.how(&result, observed.began.is_some());
        let report = RunReport::new(&observed, end, &earlier);
        let kept = self.keep(&report).await;
        if let Some(address) = &kept {
            let _ = writeln!(std::io::stdout(), "report       {address}");
        }
        // A shard is a part: `publish` tells of all.
        if self.shard.is_none() {
            let addresses = Addresses { page: self.page.as_deref(), run_report: kept.as_deref() };
            notify::tell(&self.config, self.lake.as_ref(), &report, &addresses).await;
        }
        reporter::end(&report, kept.as_deref());
        if let (Some(namespace), None) = (&self.settings.cloudwatch_namespace, &self.shard) {
            let line = cloudwatch::line(&report, namespace, chrono::Utc::now().timestamp_millis());
            let _ = writeln!(std::io::stderr(), "{line}");
        }
        result
    }

    fn how(&self, result: &Result<u8, Failure>, has_begun: bool) -> End {
        let (exit_code, error) = match result {
            Ok(code) => (*code, None),
            Err(failure) => (failure.exit_code(), Some(failure.to_string())),
        };
        let verdict = match (&self.published, exit_code) {
            (Some((published, _)), _) if published.is_complete => Some(Verdict::Published),
            (Some(_), _) => Some(Verdict::BelowMinCoverage),
            (None, exit::HELD) => Some(Verdict::Held),
            (None, _) if !has_begun => None,
            (None, exit::WHOLE) => Some(Verdict::Staged),
            (None, exit::STOPPED) => Some(Verdict::Stopped),
            (None, _) => Some(Verdict::NotPublished),
        };
        let (begun, started_at) = &self.started;
        let (seconds, ended_at) = (begun.elapsed().as_secs_f64(), reporter::now());
        let (shard, published) = (self.shard.clone(), self.published.clone());
        let (organization_id, started_at) = (self.organization_id.clone(), started_at.clone());
        End { organization_id, shard, started_at, ended_at, seconds, exit_code, verdict, error, published }
    }

    /// The earlier reports of this run: those of the shards, or of a process that was stopped.
    async fn earlier(&self, observed: &Observed) -> Vec<RunReport> {
        let (Some(lake), Some((run_id, _))) = (&self.lake, &observed.began) else { return Vec::new() };
        if observed.done_before == 0 {
            return Vec::new();
        }
        let read = match tokio::time::timeout(LAKE_TIMEOUT, lake.run_reports(run_id)).await {
            Ok(read) => read.map_err(|error| format!("could not {}", orgcensus_aws::with_causes(&error))),
            Err(_elapsed) => Err("the lake took too long".to_owned()),
        };
        let reports = read.unwrap_or_else(|why| {
            leave_out("all", &why);
            Vec::new()
        });
        let reports = reports.iter().filter_map(|(name, bytes)| Some((name.as_str(), parse(name, bytes)?)));
        let reports: Vec<_> = reports.collect();
        let own = self.name();
        // A report of a process that published covers the shards already: no shard did anything after it.
        let has_published = reports.iter().any(|(name, report)| *name == own && report.snapshot.is_some());
        let of_shards = self.reads_shards && !has_published;
        let is_wanted = |name: &str| if of_shards { name.starts_with(SHARD) } else { name == own };
        reports.into_iter().filter(|(name, _)| is_wanted(name)).map(|(_, report)| report).collect()
    }

    fn name(&self) -> String {
        self.shard.as_ref().map_or_else(|| RUN.to_owned(), |shard| format!("{SHARD}{shard}"))
    }

    /// Writes the report. Into the lake it goes only if the run has begun. Returns the address of the last copy.
    async fn keep(&self, report: &RunReport) -> Option<String> {
        let mut text = serde_json::to_string_pretty(report).ok()?;
        text.push('\n');
        let mut kept = None;
        if let Some(file) = &self.settings.report {
            match std::fs::write(file, &text) {
                Ok(()) => kept = Some(file.display().to_string()),
                Err(error) => reporter::say("warning", &format!("no report in {}: {error}", file.display())),
            }
        }
        if let (Some(lake), Some(run_id)) = (&self.lake, &report.run_id) {
            match tokio::time::timeout(LAKE_TIMEOUT, lake.write_run_report(run_id, &self.name(), text)).await {
                Ok(Ok(address)) => kept = Some(address),
                Ok(Err(error)) => {
                    let words = orgcensus_aws::with_causes(&error);
                    reporter::say("warning", &format!("no report in the lake: could not {words}"));
                }
                Err(_elapsed) => reporter::say("warning", "no report in the lake: it took too long"),
            }
        }
        kept
    }
}

/// A report of an earlier process. If it cannot be read, there is a warning; `unobserved` then counts its accounts.
fn parse(name: &str, bytes: &[u8]) -> Option<RunReport> {
    let why = match serde_json::from_slice::<RunReport>(bytes) {
        Ok(report) if report.format == FORMAT => return Some(report),
        Ok(report) => format!("its format is {}, this version knows format {FORMAT}", report.format),
        Err(error) => error.to_string(),
    };
    leave_out(name, &why);
    None
}

fn leave_out(name: &str, why: &str) {
    reporter::say("warning", &format!("an earlier report is left out ({name}): {why}"));
}
