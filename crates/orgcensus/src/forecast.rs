//! What a crawl would cost: calls, minutes, and the bucket that takes longest. The numbers come from the newest
//! snapshot.

use std::collections::BTreeMap;
use std::time::Duration;

use orgcensus_answers::{Format, Snapshot, Which, format};
use orgcensus_collectors::COLLECTORS;
use orgcensus_crawl::REGIONS;
use orgcensus_lake::Lake;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::failure::Failure;

/// What a crawl would cost.
#[derive(Debug, Clone)]
pub(crate) struct Forecast {
    /// The day of the snapshot that it is made from.
    pub(crate) snapshot_date: String,
    /// Accounts that the snapshot did not see: each counts as an average one.
    pub(crate) new_accounts: usize,
    /// Operations called, as the run's report will count them.
    pub(crate) calls: u64,
    /// How long it would take, without publishing.
    pub(crate) seconds: f64,
    /// The bucket that takes longest.
    pub(crate) binding: Option<BucketTime>,
}

/// A bucket, and how long its calls take at the rate that the crawl allows itself.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct BucketTime {
    pub(crate) account_id: String,
    pub(crate) region: String,
    pub(crate) bucket: String,
    bucket_scope: String,
    pub(crate) seconds: f64,
}

/// How long accounts take.
#[derive(Debug)]
pub(crate) struct Pace {
    /// One account, on average.
    pub(crate) each: Duration,
    /// Accounts at once.
    pub(crate) at_once: u32,
}

impl Pace {
    /// How long so many accounts take.
    pub(crate) fn of(&self, accounts: u32) -> Duration {
        self.each.saturating_mul(accounts).checked_div(self.at_once).unwrap_or_default().max(self.each)
    }
}

/// The pace of the newest snapshot; none if there is none, or if it does not say. The engine counts, so that a crawl
/// holds one row and not one for each account and collector.
pub(crate) async fn pace(lake: &Lake, collectors: &[&str], at_once: usize) -> Option<Pace> {
    let snapshot = Snapshot::open(lake, &Which::Newest).await.ok()?;
    let spent: Vec<Spent> = rows(&snapshot, &spent_sql(collectors)).await.ok()?;
    let seconds = spent.first()?.seconds?;
    let each = Duration::try_from_secs_f64(seconds).ok().filter(|it| !it.is_zero())?;
    Some(Pace { each, at_once: u32::try_from(at_once).unwrap_or(u32::MAX) })
}

/// The average seconds of an account that was entered; none if none was.
#[derive(Debug, Deserialize)]
struct Spent {
    seconds: Option<f64>,
}

fn spent_sql(collectors: &[&str]) -> String {
    let names = collectors.iter().copied().chain([REGIONS]).map(|name| format!("'{name}'"));
    format!(
        "SELECT AVG(CAST(last_millis - first_millis AS DOUBLE)) / 1000 AS seconds FROM (SELECT account_id, \
         MIN(CAST(started_at AS BIGINT)) AS first_millis, \
         MAX(CAST(started_at AS BIGINT) + duration_millis) AS last_millis FROM coverage \
         WHERE collector IN ({}) GROUP BY account_id HAVING SUM(calls) > 0) AS entered",
        names.collect::<Vec<_>>().join(", ")
    )
}

/// What is to be crawled.
pub(crate) struct PlannedWork<'a> {
    /// The accounts that will be entered.
    pub(crate) accounts: &'a [&'a str],
    /// All accounts of the organization: the crawl asks for each one's tags.
    pub(crate) members: usize,
    /// The collectors that will run in each account.
    pub(crate) collectors: &'a [&'a str],
    /// Accounts at once.
    pub(crate) at_once: usize,
}

/// What one account cost.
#[derive(Debug, Deserialize)]
struct Cost {
    account_id: String,
    collector: String,
    calls: u64,
    first_millis: Option<i64>,
    last_millis: Option<i64>,
}

#[derive(Debug, Deserialize)]
struct Before {
    snapshot_date: String,
    members: u64,
}

const BEFORE: &str = "SELECT CAST(CAST(MAX(captured_at) AS DATE) AS VARCHAR) AS snapshot_date, \
    COUNT(*) AS members FROM accounts";

const COSTS: &str = "SELECT account_id, collector, CAST(SUM(calls) AS BIGINT) AS calls, \
    MIN(CAST(started_at AS BIGINT)) AS first_millis, \
    MAX(CAST(started_at AS BIGINT) + duration_millis) AS last_millis \
    FROM coverage GROUP BY account_id, collector";

const BUCKETS: &str = "SELECT account_id, region, bucket, bucket_scope, \
    (SUM(calls + retries) - MAX(burst_calls)) / MAX(allowed_per_second) AS seconds \
    FROM api_usage WHERE allowed_per_second IS NOT NULL GROUP BY account_id, region, bucket, bucket_scope, shard \
    ORDER BY seconds DESC LIMIT 100";

/// The forecast from the newest snapshot; none if there is none, or none that counted its calls.
pub(crate) async fn from_snapshot(lake: &Lake, work: &PlannedWork<'_>) -> Result<Option<Forecast>, Failure> {
    let snapshot = match Snapshot::open(lake, &Which::Newest).await {
        Ok(snapshot) => snapshot,
        Err(orgcensus_answers::Error::NoSnapshot { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if !snapshot.has_table("api_usage") {
        return Ok(None);
    }
    let before: Vec<Before> = rows(&snapshot, BEFORE).await?;
    let (costs, buckets) = (rows(&snapshot, COSTS).await?, rows(&snapshot, BUCKETS).await?);
    Ok(before.first().map(|before| foretell(before, &costs, &buckets, work)))
}

async fn rows<T: DeserializeOwned>(snapshot: &Snapshot, sql: &str) -> Result<Vec<T>, Failure> {
    let mut json = Vec::new();
    format(&snapshot.query(sql).await?.collect().await?, Format::Json, &mut json)?;
    serde_json::from_slice(&json).map_err(|error| Failure::Usage(format!("the last snapshot's usage: {error}")))
}

/// Calls of one account, and its first and last moment.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    calls: f64,
    first: Option<i64>,
    last: Option<i64>,
}

impl Sum {
    fn add(&mut self, cost: &Cost) {
        self.calls += float(cost.calls);
        self.first = self.first.into_iter().chain(cost.first_millis).min();
        self.last = self.last.max(cost.last_millis);
    }

    fn seconds(&self) -> f64 {
        let millis = self.last.unwrap_or_default() - self.first.unwrap_or_default();
        float(u64::try_from(millis).unwrap_or_default()) / 1000.0
    }
}

fn foretell(before: &Before, costs: &[Cost], buckets: &[BucketTime], work: &PlannedWork<'_>) -> Forecast {
    let (accounts, organization) = sums(costs, work.collectors);
    let growth = float(work.members as u64) / float(before.members.max(1));
    let (calls, seconds) = (average(&accounts, |sum| sum.calls), average(&accounts, Sum::seconds));
    let each: Vec<(f64, f64)> = work
        .accounts
        .iter()
        .map(|id| accounts.get(id).map_or((calls, seconds), |sum| (sum.calls, sum.seconds())))
        .collect();
    let scaled = |it: &BucketTime| {
        let factor = if it.bucket_scope == "crawl" { growth } else { 1.0 };
        BucketTime { seconds: it.seconds * factor, ..it.clone() }
    };
    let binding = buckets.iter().map(scaled).max_by(|one, other| one.seconds.total_cmp(&other.seconds));
    let crawl = makespan(each.iter().map(|(_, seconds)| *seconds), work.at_once);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a sum of counts")]
    let calls = (each.iter().map(|(calls, _)| calls).sum::<f64>() + organization.calls * growth).round() as u64;
    Forecast {
        snapshot_date: before.snapshot_date.clone(),
        new_accounts: work.accounts.iter().filter(|id| !accounts.contains_key(**id)).count(),
        calls,
        seconds: crawl.max(organization.seconds() * growth),
        binding: binding.filter(|it| it.seconds > 0.0),
    }
}

/// What each account cost with these collectors, and the organization.
fn sums<'a>(costs: &'a [Cost], collectors: &[&str]) -> (BTreeMap<&'a str, Sum>, Sum) {
    let (mut accounts, mut organization) = (BTreeMap::<&str, Sum>::new(), Sum::default());
    for cost in costs {
        if cost.collector == REGIONS || collectors.contains(&cost.collector.as_str()) {
            accounts.entry(&cost.account_id).or_default().add(cost);
        } else if !is_of_accounts(&cost.collector) {
            organization.add(cost);
        }
    }
    (accounts, organization)
}

/// The average over accounts that were entered.
fn average(accounts: &BTreeMap<&str, Sum>, of: fn(&Sum) -> f64) -> f64 {
    let entered: Vec<f64> = accounts.values().filter(|sum| sum.calls > 0.0).map(of).collect();
    entered.iter().sum::<f64>() / float(entered.len().max(1) as u64)
}

/// Whether a task's collector runs in each account, and not once for the organization.
fn is_of_accounts(name: &str) -> bool {
    COLLECTORS.iter().any(|collector| collector.name == name && !collector.scope.is_organization_wide())
}

/// How long it takes if so many run at once, and each begins as soon as there is room.
fn makespan(each: impl Iterator<Item = f64>, at_once: usize) -> f64 {
    let mut free_at = vec![0.0_f64; at_once.max(1)];
    for seconds in each {
        if let Some(first) = free_at.iter_mut().min_by(|one, other| one.total_cmp(other)) {
            *first += seconds;
        }
    }
    free_at.into_iter().fold(0.0, f64::max)
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^53")]
fn float(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(account_id: &str, collector: &str, calls: u64, first: i64, last: i64) -> Cost {
        let (account_id, collector) = (account_id.to_owned(), collector.to_owned());
        Cost { account_id, collector, calls, first_millis: Some(first), last_millis: Some(last) }
    }

    #[test]
    fn calls_minutes_and_the_binding_bucket_follow_from_the_last_run() {
        let before = Before { snapshot_date: "2026-11-22".to_owned(), members: 2 };
        let costs = [
            cost("1", "account_regions", 1, 0, 100),
            cost("1", "sqs_queues", 9, 100, 4000),
            cost("1", "sns_topics", 50, 100, 90_000),
            cost("2", "sqs_queues", 19, 0, 6000),
            cost("1", "account_tags", 2, 0, 1000),
        ];
        let bucket = |scope: &str, seconds| BucketTime {
            account_id: "1".to_owned(),
            region: "global".to_owned(),
            bucket: scope.to_owned(),
            bucket_scope: scope.to_owned(),
            seconds,
        };
        let buckets = [bucket("account", 3.0), bucket("crawl", 2.0)];
        let work = PlannedWork { accounts: &["1", "2", "3", "4"], members: 4, collectors: &["sqs_queues"], at_once: 2 };
        let forecast = foretell(&before, &costs, &buckets, &work);
        assert_eq!((forecast.calls, forecast.new_accounts), (10 + 19 + 29 + 4, 2), "the new ones count 14.5 each");
        assert!((forecast.seconds - 11.0).abs() < 1e-9, "4 + 5 beside 6 + 5: {}", forecast.seconds);
        assert_eq!(forecast.binding.map(|it| (it.bucket, it.seconds)), Some(("crawl".to_owned(), 4.0)));
    }

    #[test]
    fn accounts_go_as_soon_as_there_is_room() {
        assert!((makespan([3.0, 1.0, 1.0, 1.0, 3.0].into_iter(), 2) - 6.0).abs() < 1e-9);
    }
}
