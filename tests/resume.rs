//! A run that is stopped can be resumed. A run whose time is over, or that lacks a shard, says so.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::FutureExt;
use orgcensus_answers::{Format, Snapshot, format};
use orgcensus_crawl::{
    Bounds, Crawl, Error, Event, Outcome, Plan, crawl_shard, publish_shards, resume, resume_anyway, resume_or_run, run,
};
use orgcensus_row::Timestamp;
use orgcensus_sim::Settings;
use orgcensus_tests::{Place, Way};
use serde_json::Value;
use tokio::sync::OnceCell;

/// The columns that may differ between two runs that saw the same.
const COUNTERS: [&str; 6] = ["run_id", "calls", "retries", "throttles", "duration_millis", "started_at"];

/// Accounts at once. So many may be under way, or done but not yet committed, when a run stops.
const AT_ONCE: usize = 2;

const ACCOUNTS: u64 = 10;
const ALL: usize = ACCOUNTS as usize;

/// An organization of a day that is long over, so that its clock stands still. Each of four shards has some of its
/// accounts.
fn place() -> Place {
    Place::new(Settings { now_millis: 1_790_035_200_000, ..Settings::new(ACCOUNTS, 10) }, Way::Inside)
}

/// Every table's rows, without the columns that differ from run to run.
async fn rows(snapshot: &Snapshot) -> BTreeMap<String, Vec<Value>> {
    let mut tables = BTreeMap::new();
    for table in snapshot.tables().iter().filter(|table| *table != "api_usage") {
        let batches =
            snapshot.query(&format!("SELECT * FROM {table}")).await.expect(table).collect().await.expect(table);
        let mut bytes = Vec::new();
        format(&batches, Format::Json, &mut bytes).expect("JSON");
        let mut rows: Vec<Value> = serde_json::from_slice(&bytes).expect("an array");
        for row in rows.iter_mut().filter_map(Value::as_object_mut) {
            let counters = if table == "coverage" { &COUNTERS[..] } else { &COUNTERS[..1] };
            counters.iter().for_each(|counter| drop(row.remove(*counter)));
        }
        rows.sort_by_cached_key(Value::to_string);
        tables.insert(table.to_owned(), rows);
    }
    tables
}

fn assert_equal(expected: &BTreeMap<String, Vec<Value>>, found: &BTreeMap<String, Vec<Value>>) {
    assert_eq!(expected.keys().collect::<Vec<_>>(), found.keys().collect::<Vec<_>>());
    for (table, rows) in expected {
        assert!(*rows == found[table], "{table}: {} and {} rows", rows.len(), found[table].len());
    }
}

/// What a run finds that nobody stops.
async fn undisturbed() -> &'static BTreeMap<String, Vec<Value>> {
    static FOUND: OnceCell<BTreeMap<String, Vec<Value>>> = OnceCell::const_new();
    let found = FOUND.get_or_init(async || {
        let place = place();
        run(place.crawl().await).await.expect("a run");
        rows(&place.snapshot().await).await
    });
    found.await
}

/// A crawl that is told to stop after so many accounts, and the number of accounts that are done.
async fn stopping(place: &Place, accounts: usize) -> (Crawl, Arc<AtomicUsize>) {
    let (send, stop) = tokio::sync::watch::channel(false);
    let done = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&done);
    let mut crawl = place.crawl().await;
    crawl.bounds.accounts = AT_ONCE;
    crawl.listener = Arc::new(move |event| {
        if matches!(event, Event::AccountEnded { .. }) && counted.fetch_add(1, Ordering::Relaxed) + 1 == accounts {
            let _ = send.send(true);
        }
    });
    let mut stop = stop;
    crawl.stop = async move { drop(stop.wait_for(|is_told| *is_told).await) }.boxed().shared();
    (crawl, done)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_run_goes_on_with_what_is_missing() {
    let expected = undisturbed().await;
    let place = place();
    let (crawl, first) = stopping(&place, 5).await;
    assert!(matches!(run(crawl).await, Err(Error::Stopped(_))));
    let (crawl, second) = stopping(&place, usize::MAX).await;
    let report = resume(crawl, None).await.expect("the rest");
    let did = first.load(Ordering::Relaxed) + second.load(Ordering::Relaxed);
    assert!((ALL..=ALL + AT_ONCE).contains(&did), "{did} turns for {ALL} accounts");
    assert!(second.load(Ordering::Relaxed) <= ALL - 5 + AT_ONCE, "five were done");
    assert_equal(expected, &rows(&place.snapshot().await).await);
    assert_eq!(report.commit.run_id, "test-10");
    let words = resume(place.crawl().await, None).await.unwrap_err().to_string();
    assert!(words.contains("no unfinished run"), "{words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_machine_goes_on_from_the_checkpoint() {
    let expected = undisturbed().await;
    let place = place();
    let (crawl, _) = stopping(&place, 7).await;
    assert!(matches!(run(crawl).await, Err(Error::Stopped(_))));
    std::fs::remove_dir_all(place.folder().join("stage")).expect("the stage");
    let (crawl, second) = stopping(&place, usize::MAX).await;
    resume(crawl, Some("test-10")).await.expect("the rest");
    assert!(second.load(Ordering::Relaxed) <= ALL - 7 + AT_ONCE, "seven were done");
    assert_equal(expected, &rows(&place.snapshot().await).await);
    assert!(!place.lake.local().expect("a folder").join("_stage/test-10").exists(), "the copy is gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_a_later_one_of_its_day_has_outrun_is_resumed_only_if_it_is_forced() {
    let place = place();
    let (crawl, _) = stopping(&place, 5).await;
    assert!(matches!(run(crawl).await, Err(Error::Stopped(_))));
    let crawl = place.crawl().await;
    let captured_at = Timestamp(crawl.captured_at.0 + 3_600_000);
    run(Crawl { run_id: "test-6".to_owned(), captured_at, ..crawl }).await.expect("a run");
    for named in [None, Some("test-10")] {
        let error = resume(place.crawl().await, named).await.unwrap_err();
        assert!(matches!(error, Error::Outdated(_)), "{error}");
        assert!(error.to_string().contains("run test-10 began before run test-6"), "{error}");
    }
    let shown = |commits: Vec<orgcensus_lake::Commit>| commits.last().map(|it| it.run_id.clone());
    assert_eq!(shown(place.lake.snapshots().await.expect("commits")).as_deref(), Some("test-6"));
    resume_anyway(place.crawl().await, None).await.expect("the rest");
    assert_eq!(shown(place.lake.snapshots().await.expect("commits")).as_deref(), Some("test-10"));
}

const HOUR_MILLIS: i64 = 3_600_000;

/// A crawl of another id that begins so many hours after the others.
fn later(crawl: Crawl, run_id: &str, hours: i64) -> Crawl {
    let captured_at = Timestamp(crawl.captured_at.0 + hours * HOUR_MILLIS);
    Crawl { run_id: run_id.to_owned(), captured_at, ..crawl }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_resumes_what_its_last_try_left_or_begins() {
    let place = place();
    let next = async |run_id: &str, hours: i64| {
        let report = resume_or_run(later(place.crawl().await, run_id, hours)).await.expect("a run");
        report.commit.run_id
    };
    let stopped = async |run_id: &str, hours: i64| {
        let (crawl, _) = stopping(&place, 5).await;
        assert!(matches!(resume_or_run(later(crawl, run_id, hours)).await, Err(Error::Stopped(_))), "{run_id}");
    };
    stopped("test-10", 0).await;
    let mut other = later(place.crawl().await, "test-6", 0);
    assert!(other.selection.regions.pop_last().is_some());
    let other = resume_or_run(other).await.expect("a run");
    assert_eq!(other.commit.run_id, "test-6", "another configuration begins a run of its own");
    assert_eq!(next("test-7", 1).await, "test-10", "it resumes what was left");
    assert_eq!(next("test-8", 1).await, "test-8", "nothing is left");
    stopped("test-9", 2).await;
    assert_eq!(next("test-a", 26).await, "test-a", "what was left is a day old");
    stopped("test-b", 27).await;
    let newer = run(later(place.crawl().await, "test-c", 28)).await.expect("a run");
    assert_eq!(newer.commit.run_id, "test-c");
    assert_eq!(next("test-d", 29).await, "test-d", "a newer one is published than what was left");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_tells_of_an_older_one_that_is_unfinished() {
    let place = place();
    let (crawl, _) = stopping(&place, 5).await;
    assert!(matches!(run(crawl).await, Err(Error::Stopped(_))));
    let crawl = Crawl { run_id: "test-6".to_owned(), ..place.crawl().await };
    let log = place.run(crawl).await.log;
    let told: Vec<_> = log.lines().filter(|line| line.starts_with("Unfinished")).collect();
    assert_eq!(told, [r#"Unfinished { run_id: "test-10", snapshot_date: "2026-09-22", kept: 604800s }"#]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_without_time_ends_while_it_plans_and_an_account_without_time_is_skipped() {
    let place = place();
    let mut crawl = place.crawl().await;
    crawl.bounds = Bounds { run: Duration::ZERO, ..Bounds::default() };
    // Planning counts as part of the run's time.
    let error = run(crawl).await.expect_err("no time to read the organization");
    assert!(matches!(&error, Error::Organization(error) if error.code == "RunDeadline"), "{error}");
    let mut crawl = place.crawl().await;
    crawl.run_id = "later".to_owned();
    crawl.bounds = Bounds { account: Duration::ZERO, ..Bounds::default() };
    let tally = run(crawl).await.expect("a run").tally;
    assert!(tally.of(Outcome::Skipped) > 0 && tally.of(Outcome::Failed) == 0, "{tally:?}");
}

async fn shards(place: &Place, which: &[u32]) -> Plan {
    let plan = Plan::read(&place.crawl().await, 4).await.expect("a plan");
    let plan = Plan::parse(&serde_json::to_vec(&plan).expect("JSON")).expect("the same plan");
    for shard in which {
        let crawl = Crawl { run_id: "another".to_owned(), ..place.crawl().await };
        crawl_shard(crawl, plan.clone(), *shard).await.expect("a shard");
    }
    plan
}

#[tokio::test(flavor = "multi_thread")]
async fn four_shards_are_one_run() {
    let expected = undisturbed().await;
    let place = place();
    let plan = shards(&place, &[2, 0, 3, 1]).await;
    // One of the shards is only in the lake.
    let stage = place.folder().join("stage/test-10-00001-of-00004");
    std::fs::remove_dir_all(stage).expect("a shard's stage");
    let report = publish_shards(place.crawl().await, plan.clone(), false).await.expect("a snapshot");
    assert_eq!((report.commit.run_id.as_str(), report.selected), ("test-10", ALL));
    assert_equal(expected, &rows(&place.snapshot().await).await);
    let again = publish_shards(place.crawl().await, plan, false).await.expect("published already");
    assert_eq!((again.commit, again.tally), (report.commit, report.tally));
    assert_eq!(std::fs::read_dir(place.folder().join("stage")).expect("the stages").count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_shard_is_refused_or_its_accounts_are_skipped() {
    // One shard has the management account. All shards count the calls of the crawl's identity under that account.
    for missing in 0..4 {
        without_shard(missing).await;
    }
}

async fn without_shard(missing: u32) {
    let place = place();
    let others: Vec<u32> = (0..4).filter(|shard| *shard != missing).collect();
    let plan = shards(&place, &others).await;
    let error = publish_shards(place.crawl().await, plan.clone(), false).await.expect_err("refused");
    assert!(matches!(error, Error::Missing(_)), "{error}");
    assert!(error.to_string().contains(&format!("shard {missing:05}-of-00004 is missing")), "{error}");
    let report = publish_shards(place.crawl().await, plan, true).await.expect("a snapshot");
    assert!(report.tally.of(Outcome::Skipped) > 0);
    let snapshot = Snapshot::open(&place.lake, &orgcensus_answers::Which::Run("test-10".into())).await.expect("it");
    let coverage = &rows(&snapshot).await["coverage"];
    let of = |row: &&Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let mut accounts: Vec<_> = coverage.iter().map(|row| of(&row, "account_id")).collect();
    accounts.sort();
    accounts.dedup();
    assert_eq!(accounts.len(), ALL, "every account has its rows");
    let own = coverage.iter().filter(|row| of(row, "collector") == "iam_account_summary").count();
    assert_eq!(own, ALL, "the management account's are not the organization's alone");
    let skipped = coverage.iter().filter(|row| of(row, "outcome") == "skipped").count() as u64;
    assert_eq!(skipped, report.tally.of(Outcome::Skipped));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_of_other_tables_is_refused_with_words() {
    let place = place();
    let plan = Plan { tables: "others".to_owned(), ..shards(&place, &[]).await };
    let error = crawl_shard(place.crawl().await, plan, 0).await.unwrap_err().to_string();
    assert!(error.contains("whose tables are others") && error.contains("resume with that version"), "{error}");
}
