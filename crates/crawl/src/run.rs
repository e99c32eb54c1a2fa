//! One run from the organization to the commit: a new run, or a run that is resumed.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::Duration;

use orgcensus_lake::{Commit, Lock, Owner, Stage, remove_checkpoint};
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tracing::{Instrument, Span};

use crate::context::{Crawl, Shared, day};
use crate::coverage::Tally;
use crate::error::Error;
use crate::event::{Event, Listener};
use crate::part::{self, OpenPart};
use crate::plan::{self, Exclusions, Plan, shard_name};
use crate::tags::TagReader;
use crate::task_record::now;
use crate::{publish, spans, unfinished, work};

/// Heartbeats within the time after which a run is taken for dead.
const HEARTBEATS: u32 = 6;

/// What a run published.
#[derive(Debug)]
pub struct Report {
    /// The commit.
    pub commit: Commit,
    /// The sum of its coverage.
    pub tally: Tally,
    /// The organization, `o-…`.
    pub organization_id: String,
    /// Accounts of the organization.
    pub accounts: usize,
    /// Accounts that were chosen.
    pub selected: usize,
    /// Whether the snapshot is the organization's newest complete one.
    pub is_newest: bool,
}

impl Report {
    pub(crate) async fn new(shared: &Shared, commit: Commit, tally: Tally) -> Self {
        let organization_id = shared.organization.id.clone();
        let (accounts, selected) = (shared.organization.accounts.len(), shared.selected.len());
        let is_newest = is_newest(&shared.crawl, &commit).await;
        Self { commit, tally, organization_id, accounts, selected, is_newest }
    }

    /// The report of a run that had published before: its numbers come from the commit.
    pub(crate) async fn of_commit(crawl: &Crawl, plan: &Plan, commit: Commit) -> Self {
        let tally = commit.coverage.get("tally").cloned().map(serde_json::from_value);
        let tally = tally.and_then(Result::ok).unwrap_or_default();
        let organization_id = plan.organization.id.clone();
        let (accounts, selected) = (plan.organization.accounts.len(), plan.selected.len());
        let is_newest = is_newest(crawl, &commit).await;
        Self { commit, tally, organization_id, accounts, selected, is_newest }
    }
}

/// Whether readers now see this commit. The snapshot is published in any case, so a failure to find this out is only a
/// warning.
async fn is_newest(crawl: &Crawl, commit: &Commit) -> bool {
    match crawl.lake.latest(Some(&commit.organization_id)).await {
        Ok(latest) => latest.is_some_and(|latest| latest.n == commit.n),
        Err(error) => {
            let words = orgcensus_aws::with_causes(&error);
            crawl.tell(&Event::Warning {
                message: &format!("whether the snapshot is the newest is not known: {words}"),
            });
            false
        }
    }
}

/// Runs one crawl and publishes its snapshot.
pub async fn run(mut crawl: Crawl) -> Result<Report, Error> {
    let begun = Instant::now();
    let reader = TagReader::begin(crawl.chain.last().home_session());
    let (plan, reader) = tokio::select! {
        read = plan::in_time(&crawl, Plan::read_with(&crawl, 1, Some(reader), Exclusions::MayBeGone)) => read?,
        () = crawl.stop.clone() => return Err(Error::Stopped(crawl.run_id)),
    };
    // Planning uses up some of the run's time; the accounts get the time that is left.
    crawl.bounds.run = crawl.bounds.run.saturating_sub(begun.elapsed());
    whole(crawl, plan, None, reader).await
}

/// Resumes the run that is named, or else the organization's newest run that left a stage on this disk or a checkpoint
/// in the lake. Does the missing work and publishes. If the run had published already, that is success. The run is
/// refused if a run that began later has published for the same day: resuming it would show an earlier state.
pub async fn resume(crawl: Crawl, run_id: Option<&str>) -> Result<Report, Error> {
    go_on(crawl, run_id, false).await
}

/// The same, also where a later run of its day has published.
pub async fn resume_anyway(crawl: Crawl, run_id: Option<&str>) -> Result<Report, Error> {
    go_on(crawl, run_id, true).await
}

/// What a schedule asks for: resumes the organization's newest unfinished run of this configuration, if it began less
/// than a day ago and none that began later is published; else begins a run. So a second try resumes what the first
/// one left.
pub async fn resume_or_run(crawl: Crawl) -> Result<Report, Error> {
    match plan::in_time(&crawl, unfinished::find_recent(&crawl)).await? {
        Some(plan) => go_on_with(crawl, plan).await,
        None => run(crawl).await,
    }
}

async fn go_on(crawl: Crawl, run_id: Option<&str>, is_forced: bool) -> Result<Report, Error> {
    let plan = unfinished::find(&crawl, run_id).await?;
    if let Some(commit) = crawl.lake.commit_of(&plan.run_id).await? {
        tell_done(&crawl, &plan);
        forget(&crawl, &part::name(&plan, None)).await?;
        return Ok(Report::of_commit(&crawl, &plan, commit).await);
    }
    if !is_forced {
        check_outdated(&crawl, &plan).await?;
    }
    go_on_with(crawl, plan).await
}

async fn go_on_with(mut crawl: Crawl, plan: Plan) -> Result<Report, Error> {
    plan.impose(&mut crawl)?;
    let local = OpenPart::local(&crawl, &plan, None)?;
    whole(crawl, plan, local, None).await
}

async fn check_outdated(crawl: &Crawl, plan: &Plan) -> Result<(), Error> {
    let (organization_id, date) = (&plan.organization.id, day(plan.captured_at));
    let published = crawl.lake.snapshots().await?;
    let of_day = published.iter().find(|it| it.organization_id == *organization_id && it.snapshot_date == date);
    match of_day.filter(|it| it.captured_at.0 > plan.captured_at.0) {
        None => Ok(()),
        Some(later) => Err(Error::Outdated(format!(
            "run {} began before run {}, which is published of {date}; with --force it takes its place",
            plan.run_id, later.run_id
        ))),
    }
}

/// Crawls all accounts of a run in this process, starting where `local` ends. The lock is taken before a copy is
/// restored: a stage on this disk is a right to the lock.
async fn whole(crawl: Crawl, plan: Plan, local: Option<OpenPart>, reader: Option<TagReader>) -> Result<Report, Error> {
    let lock = lock(&crawl, &plan, owner(&plan, None, local.is_some())).await?;
    let span = spans::run(&plan.run_id, &plan.organization.id, None);
    let work = async {
        let mut part = match local {
            Some(part) => part,
            None => OpenPart::restore_or_create(&crawl, &plan, None).await?,
        };
        let done = part.done()?;
        unfinished::tell(&crawl, &plan).await;
        let shared = plan.share(crawl, None, part.stage.clone());
        shared.goes_on_with(reader);
        tell_start(&shared, done.accounts.len());
        work::work(&shared, &mut part, &done).await?;
        let parts = [part];
        let published = tokio::select! {
            published = publish::publish(&shared, &parts, shared.stage.directory()) => Some(published?),
            () = shared.crawl.stop.clone() => None,
        };
        let [mut part] = parts;
        let Some((commit, tally)) = published else { return Err(work::keep(&shared, &mut part).await) };
        part.remove(&shared.crawl.lake).await?;
        Ok(Report::new(&shared, commit, tally).await)
    };
    lock.hold(span, work).await
}

/// Removes what a published run left behind, if anything: here and in the lake.
pub(crate) async fn forget(crawl: &Crawl, name: &str) -> Result<(), Error> {
    let directory = crawl.stage_directory.join(name);
    if directory.exists() {
        Stage::open(&directory)?.remove()?;
    }
    Ok(remove_checkpoint(&crawl.lake, name).await?)
}

/// Tells that a run begins or goes on.
pub(crate) fn tell_start(shared: &Shared, accounts_done: usize) {
    let Shared { crawl, organization, places, .. } = shared;
    crawl.tell(&Event::Started {
        run_id: &crawl.run_id,
        organization_id: &organization.id,
        accounts: places.len(),
        accounts_done,
        collectors: crawl.collectors.len(),
    });
}

/// Tells that a resumed run has nothing left to do: it was killed after it had published.
pub(crate) fn tell_done(crawl: &Crawl, plan: &Plan) {
    crawl.tell(&Event::Started {
        run_id: &plan.run_id,
        organization_id: &plan.organization.id,
        accounts: plan.selected.len(),
        accounts_done: plan.selected.len(),
        collectors: plan.collectors.len(),
    });
}

/// The organization's lock, and how often its holder must say that it lives.
pub(crate) struct HeldLock {
    lock: Lock,
    ttl: Duration,
    listener: Listener,
}

pub(crate) fn owner(plan: &Plan, shard: Option<u32>, has_stage: bool) -> Owner {
    let shard = shard.map(|shard| shard_name(shard, plan.shards));
    Owner { run_id: plan.run_id.clone(), host: host(), shard, has_stage }
}

pub(crate) async fn lock(crawl: &Crawl, plan: &Plan, owner: Owner) -> Result<HeldLock, Error> {
    // Checked here, hours before publishing would refuse the date.
    crawl.lake.check_date(&day(plan.captured_at))?;
    let ttl = crawl.bounds.lock;
    let millis = i64::try_from(ttl.as_millis()).unwrap_or(i64::MAX);
    let lock = Lock::acquire(&crawl.lake, &plan.organization.id, owner, now(), millis).await?;
    Ok(HeldLock { lock, ttl, listener: Arc::clone(&crawl.listener) })
}

impl HeldLock {
    /// Works while the lock is held, and gives it back. The span is the work's.
    ///
    /// The heart beats in a task of its own: a publication that sorts for minutes must not keep it from beating.
    pub(crate) async fn hold<T>(self, span: Span, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let Self { lock, ttl, listener } = self;
        let lock = Arc::new(Mutex::new(lock));
        let (held, mut heart) = (Arc::clone(&lock), JoinSet::new());
        heart.spawn(async move { beat(&mut *held.lock().await, ttl, &listener).await });
        let result = tokio::select! {
            result = work.instrument(span.clone()) => result,
            // It beats until the run must stop. A panic there is one here.
            Some(stopped) = heart.join_next() => Err(stopped.unwrap_or_else(|error| resume_unwind(error.into_panic()))),
        };
        spans::end_run(&span, &result);
        heart.shutdown().await;
        // If the lock cannot be given back, it runs out by itself: the snapshot is published anyway.
        if let Some(lock) = Arc::into_inner(lock) {
            let _ = lock.into_inner().release(now()).await;
        }
        result
    }
}

/// Says again and again that this run is alive. It returns only when the run must stop: another run has the lock, or
/// may have it, because this run gave no sign of life for a whole time-to-live.
async fn beat(lock: &mut Lock, ttl: Duration, listener: &Listener) -> Error {
    let mut heard_until = Instant::now() + ttl;
    loop {
        tokio::time::sleep(ttl / HEARTBEATS).await;
        let begun = Instant::now();
        let last = match tokio::time::timeout_at(heard_until, lock.heartbeat(now())).await {
            Ok(Ok(())) => {
                heard_until = begun + ttl;
                continue;
            }
            Ok(Err(error @ orgcensus_lake::Error::Lost { .. })) => return error.into(),
            Ok(Err(error)) => format!("could not {}", orgcensus_aws::with_causes(&error)),
            Err(_elapsed) => "the lake did not answer".to_owned(),
        };
        listener(&Event::Warning { message: &format!("the lock's heartbeat failed: {last}") });
        if Instant::now() >= heard_until {
            return Error::Unheard { seconds: ttl.as_secs(), last };
        }
    }
}

/// This machine's name, as far as it says.
fn host() -> String {
    let read = std::fs::read_to_string("/proc/sys/kernel/hostname");
    let name = std::env::var("HOSTNAME").or(read).unwrap_or_else(|_| "unknown".to_owned());
    name.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use orgcensus_lake::{Lake, LakeOptions};

    use super::*;

    const TTL: Duration = Duration::from_secs(60);

    /// A lock in a folder, and the warnings that are told.
    async fn held() -> (tempfile::TempDir, Lock, Listener, Arc<Mutex<Vec<String>>>) {
        let folder = tempfile::tempdir().unwrap();
        let lake = Lake::open(&folder.path().display().to_string(), &LakeOptions::default()).unwrap();
        let owner = Owner { run_id: "run".into(), host: "host".into(), shard: None, has_stage: true };
        let lock = Lock::acquire(&lake, "o-example", owner, now(), 60_000).await.unwrap();
        let told = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&told);
        let listener: Listener = Arc::new(move |event| {
            if let Event::Warning { message } = event {
                heard.lock().unwrap().push((*message).to_owned());
            }
        });
        (folder, lock, listener, told)
    }

    #[tokio::test(start_paused = true)]
    async fn heartbeats_that_fail_are_told_and_end_the_run_when_its_time_to_live_is_over() {
        let (folder, mut lock, listener, told) = held().await;
        let begun = Instant::now();
        // A file where the lock's folder was: no heartbeat reaches it.
        let locks = folder.path().join("_locks");
        std::fs::rename(&locks, folder.path().join("elsewhere")).unwrap();
        std::fs::write(&locks, "in the way").unwrap();
        let error = beat(&mut lock, TTL, &listener).await;
        assert!(matches!(error, Error::Unheard { seconds: 60, .. }), "{error}");
        assert_eq!(begun.elapsed().as_secs(), TTL.as_secs());
        let told = told.lock().unwrap();
        assert_eq!(told.len(), 6, "each one is told: {told:?}");
        assert!(told.iter().all(|words| words.contains("heartbeat failed")), "{told:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_fails_is_forgiven_when_the_next_succeeds() {
        let (folder, mut lock, listener, told) = held().await;
        let (locks, elsewhere) = (folder.path().join("_locks"), folder.path().join("elsewhere"));
        std::fs::rename(&locks, &elsewhere).unwrap();
        std::fs::write(&locks, "in the way").unwrap();
        let mend = async {
            tokio::time::sleep(TTL / 2).await;
            std::fs::remove_file(&locks).unwrap();
            std::fs::rename(&elsewhere, &locks).unwrap();
            tokio::time::sleep(TTL * 3).await;
        };
        tokio::select! {
            error = beat(&mut lock, TTL, &listener) => panic!("{error}"),
            () = mend => {}
        }
        assert!((2..=3).contains(&told.lock().unwrap().len()));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn work_that_keeps_a_thread_busy_does_not_keep_the_heart_from_beating() {
        let (_folder, lock, listener, told) = held().await;
        // Long enough for the slowest disk: a heartbeat is a write that is synced.
        let ttl = Duration::from_secs(4);
        // So often that a heart of the same task would be looked at both before and after its time is over.
        let work = async {
            for _ in 0..2 {
                std::thread::sleep(ttl + Duration::from_millis(500));
                tokio::task::yield_now().await;
            }
            Ok(())
        };
        HeldLock { lock, ttl, listener }.hold(Span::none(), work).await.unwrap();
        assert!(told.lock().unwrap().is_empty());
    }
}
