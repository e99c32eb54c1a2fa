//! The metrics of a run, sent while it runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Gauge, Histogram, MeterProvider};
use opentelemetry_sdk::metrics::SdkMeterProvider;
use orgcensus_crawl::Event;

/// Upper bounds of the histogram's buckets, in seconds.
const SECONDS: [f64; 11] = [1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0, 7200.0];

/// The instruments. Clones count into the same ones.
#[derive(Clone)]
pub(crate) struct Metrics {
    tasks: Counter<u64>,
    calls: Counter<u64>,
    throttles: Counter<u64>,
    rows: Counter<u64>,
    account_seconds: Histogram<f64>,
    accounts_left: Gauge<u64>,
    left: Arc<AtomicU64>,
}

impl Metrics {
    pub(super) fn new(provider: &SdkMeterProvider) -> Self {
        let meter = provider.meter(super::NAME);
        let counter = |name: &'static str, unit: &'static str, words: &'static str| {
            meter.u64_counter(name).with_unit(unit).with_description(words).build()
        };
        Self {
            tasks: counter("orgcensus.tasks", "{task}", "Tasks that ended, by collector and outcome"),
            calls: counter("orgcensus.calls", "{call}", "Operations called, by collector; a page is a call"),
            throttles: counter("orgcensus.throttles", "{attempt}", "Attempts that AWS throttled, by collector"),
            rows: counter("orgcensus.rows", "{row}", "Rows kept, by collector"),
            account_seconds: meter
                .f64_histogram("orgcensus.account.duration")
                .with_unit("s")
                .with_description("How long accounts' turns take, by outcome")
                .with_boundaries(SECONDS.to_vec())
                .build(),
            accounts_left: meter
                .u64_gauge("orgcensus.accounts.left")
                .with_unit("{account}")
                .with_description("Accounts whose turn is not over")
                .build(),
            left: Arc::default(),
        }
    }

    /// Counts an event.
    pub(crate) fn see(&self, event: &Event<'_>) {
        match event {
            Event::Started { accounts, accounts_done, .. } => {
                let left = accounts.saturating_sub(*accounts_done) as u64;
                self.left.store(left, Ordering::Relaxed);
                self.accounts_left.record(left, &[]);
            }
            Event::TaskEnded { task, .. } => {
                let collector = KeyValue::new("collector", task.collector.clone());
                self.tasks.add(1, &[collector.clone(), KeyValue::new("outcome", task.outcome.as_str())]);
                let of_collector = [collector];
                self.calls.add(task.calls, &of_collector);
                self.throttles.add(task.throttles, &of_collector);
                self.rows.add(task.rows, &of_collector);
            }
            Event::AccountEnded { tally, duration_millis, .. } => {
                let outcome = KeyValue::new("outcome", tally.outcome().as_str());
                self.account_seconds
                    .record(std::time::Duration::from_millis(*duration_millis).as_secs_f64(), &[outcome]);
                let left = self.left.fetch_sub(1, Ordering::Relaxed).saturating_sub(1);
                self.accounts_left.record(left, &[]);
            }
            _ => {}
        }
    }
}
