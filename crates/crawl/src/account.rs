//! One account's turn: enter it, ask for its regions, run its tasks, commit. Nothing of it is built before its turn,
//! nothing stays after.

use std::sync::{Arc, OnceLock};

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use orgcensus_aws::Access;
use orgcensus_aws::organization::{Account, Standing};
use orgcensus_aws::regions::{self, AccountRegion};
use orgcensus_collect::{Collector, Error, Rows, Scope, Session};
use orgcensus_row::{BatchBuilder, GLOBAL, Stamp, table};
use tokio::time::Instant;

use crate::context::Shared;
use crate::coverage::TaskCoverage;
use crate::event::Event;
use crate::journal::AccountRecord;
use crate::outcome::Outcome;
use crate::regions::{Presence, Regions, absent};
use crate::role_actions::RolesBehind;
use crate::task_record::TaskRecord;
use crate::waiting::Waiting;
use crate::{last_complete, spans, task, usage};

/// The engine's own task in every account: which regions are on.
pub const REGIONS: &str = "account_regions";

/// Crawls one account. Whatever AWS answers is in the record. An error means that the run itself cannot continue.
pub(crate) async fn crawl(shared: &Arc<Shared>, account: &Account) -> Result<AccountRecord, Error> {
    let crawl = &shared.crawl;
    let (mut used, mut accounts_entered, mut roles_behind) = (Vec::new(), 0, None);
    let tasks = if let Some(outcome) = unenterable(account) {
        untried(shared, account, outcome, None)
    } else if Instant::now() >= shared.ends_at {
        untried(shared, account, Outcome::Skipped, None)
    } else {
        match tokio::time::timeout_at(shared.ends_at, enter(shared, account)).await {
            Ok(Ok(access)) => {
                accounts_entered = 1;
                let (tasks, behind) = run_tasks(shared, account, &access).await?;
                roles_behind = behind.map(RolesBehind::one);
                // The account of the crawl's own identity shares its buckets with that identity, which continues to
                // call.
                let is_own = crawl.own_account_id.as_ref() == Some(&account.id);
                used = if is_own { Vec::new() } else { access.used() };
                tasks
            }
            Ok(Err(error)) => untried(shared, account, Outcome::of_entering(&error), Some(&error)),
            Err(_elapsed) => untried(shared, account, Outcome::Skipped, None),
        }
    };
    let mut record = record(shared, account, &tasks)?;
    record.tally.accounts_entered = accounts_entered;
    record.tally.roles_behind = roles_behind;
    usage::stage(shared, &used, &mut record)?;
    spans::end_turn(&record);
    Ok(record)
}

/// An account that no one crawled.
pub(crate) fn skipped(shared: &Shared, account: &Account) -> Result<AccountRecord, Error> {
    let outcome = unenterable(account).unwrap_or(Outcome::Skipped);
    record(shared, account, &untried(shared, account, outcome, None))
}

/// The outcome of an account that AWS lets nobody into, by its state.
fn unenterable(account: &Account) -> Option<Outcome> {
    match account.standing() {
        Standing::Open => None,
        Standing::Pending => Some(Outcome::AccountPending),
        Standing::Closed => Some(Outcome::AccountSuspended),
    }
}

fn record(shared: &Shared, account: &Account, tasks: &[TaskRecord]) -> Result<AccountRecord, Error> {
    let mut record = AccountRecord::new(&account.id, tasks);
    stage_coverage(shared, &account.id, tasks, &mut record)?;
    Ok(record)
}

async fn enter(shared: &Shared, account: &Account) -> Result<Arc<Access>, orgcensus_aws::Error> {
    if shared.crawl.own_account_id.as_ref() == Some(&account.id) {
        return Ok(shared.crawl.chain.own(&account.id));
    }
    shared.crawl.chain.enter(&account.id).await
}

/// Runs an account's tasks. Gives their records, and the version of the account's role if it is not the newest.
async fn run_tasks(
    shared: &Shared,
    account: &Account,
    access: &Arc<Access>,
) -> Result<(Vec<TaskRecord>, Option<u32>), Error> {
    let ends_at = (Instant::now() + shared.crawl.bounds.account).min(shared.ends_at);
    let (regions, record) = read_regions(shared, access, ends_at).await?;
    let planned = plan(&shared.crawl.collectors, &regions);
    let tasks = planned.len() + 1;
    shared.crawl.tell(&Event::AccountPlanned { account_id: &account.id, tasks });
    shared.crawl.tell(&Event::TaskEnded { account_id: &account.id, task: &record });
    let mut records = run_planned(shared, access, &account.id, planned, ends_at).await?;
    records.push(record);
    records.sort_by(|one, other| (&one.region, &one.collector).cmp(&(&other.region, &other.collector)));
    let behind = shared.crawl.role_actions.explain(&shared.crawl.collectors, &mut records);
    Ok((records, behind))
}

/// A collector, the region that it reads, and what the account has of that region.
pub(crate) type Planned = (Collector, String, Presence);

/// Runs planned tasks, several at once, with the rights of `access`. Their events name `account_id`. A task that has
/// not begun at `ends_at` is skipped.
pub(crate) async fn run_planned(
    shared: &Shared,
    access: &Arc<Access>,
    account_id: &str,
    planned: Vec<Planned>,
    ends_at: Instant,
) -> Result<Vec<TaskRecord>, Error> {
    let mut waiting = Waiting::new(planned, shared.crawl.base.limiter().limits());
    let (mut under_way, mut done) = (FuturesUnordered::new(), Vec::new());
    loop {
        while under_way.len() < shared.crawl.bounds.tasks_per_account.max(1) {
            let Some((place, task)) = waiting.next() else { break };
            under_way.push(async move { (place, take_turn(shared, access, account_id, task, ends_at).await) });
        }
        let Some((place, record)) = under_way.next().await else { break };
        waiting.ended(&place);
        done.push(record);
    }
    done.into_iter().collect()
}

/// One planned task's turn.
async fn take_turn(
    shared: &Shared,
    access: &Arc<Access>,
    account_id: &str,
    (collector, region, presence): Planned,
    ends_at: Instant,
) -> Result<TaskRecord, Error> {
    let record = match presence {
        Presence::Off => TaskRecord::untried(collector.name, &region, Outcome::RegionDisabled),
        Presence::Absent => absent(collector.name, &region),
        Presence::On if Instant::now() >= ends_at => TaskRecord::untried(collector.name, &region, Outcome::Skipped),
        Presence::On => run_task(shared, access, &collector, shared.stamp(account_id, &region), ends_at).await?,
    };
    shared.crawl.tell(&Event::TaskEnded { account_id, task: &record });
    Ok(record)
}

async fn run_task(
    shared: &Shared,
    access: &Arc<Access>,
    collector: &Collector,
    stamp: Stamp,
    ends_at: Instant,
) -> Result<TaskRecord, Error> {
    let session = if stamp.region == GLOBAL { access.home_session() } else { access.session(&stamp.region) };
    let since = last_complete::since(shared, collector, &stamp).await;
    let collect = collector.collect;
    let work: task::Work = Box::new(move |session: &Session, rows: &mut Rows<'_>| {
        if let Some(since) = since {
            rows.begin_at(since);
        }
        collect(session, rows)
    });
    task::run(shared, &session, collector.name, stamp, ends_at, work).await
}

/// Every task of an account: each collector once, or in each region. What is read once for the organization is not
/// among them.
fn plan(collectors: &[Collector], regions: &Regions) -> Vec<Planned> {
    let of_accounts = collectors.iter().filter(|collector| !collector.scope.is_organization_wide());
    of_accounts.flat_map(|collector| places(collector, regions)).collect()
}

/// Where a collector runs: once, or in each region.
pub(crate) fn places(collector: &Collector, regions: &Regions) -> Vec<Planned> {
    let regions = match collector.scope {
        Scope::Account | Scope::Organization => return vec![(*collector, GLOBAL.to_owned(), Presence::On)],
        Scope::Region | Scope::OrganizationRegion => &regions.selected,
        Scope::EveryRegion => &regions.every,
    };
    regions.iter().map(|(region, presence)| (*collector, region.clone(), *presence)).collect()
}

/// The regions and the task that read them.
async fn read_regions(shared: &Shared, access: &Arc<Access>, ends_at: Instant) -> Result<(Regions, TaskRecord), Error> {
    let session = access.home_session();
    let read = Arc::new(OnceLock::<Vec<AccountRegion>>::new());
    let kept = Arc::clone(&read);
    let work: task::Work = Box::new(move |session: &Session, rows: &mut Rows<'_>| {
        Box::pin(async move {
            let found = regions::read(session).await?;
            for region in found.clone() {
                rows.push(region).await?;
            }
            let _ = kept.set(found);
            Ok(())
        })
    });
    let stamp = shared.stamp(session.account_id(), GLOBAL);
    let record = task::run(shared, &session, REGIONS, stamp, ends_at, work).await?;
    Ok((shared.regions_of(read.get().map(Vec::as_slice)), record))
}

/// All of an account's tasks with one outcome, since none was tried.
fn untried(
    shared: &Shared,
    account: &Account,
    outcome: Outcome,
    error: Option<&orgcensus_aws::Error>,
) -> Vec<TaskRecord> {
    let planned = plan(&shared.crawl.collectors, &shared.regions_of(None));
    let of = |collector: &str, region: &str| {
        let record = TaskRecord::untried(collector, region, outcome);
        match error {
            Some(error) => record.because(error),
            None => record,
        }
    };
    // What can never be read is no planned work of an account, whether or not it is entered.
    let of_planned = |collector: &Collector, region: &str| match collector.unread() {
        Some(why) if outcome.is_planned() => TaskRecord::unread(collector.name, region, why),
        _ => of(collector.name, region),
    };
    let mut records = vec![of(REGIONS, GLOBAL)];
    records.extend(planned.iter().map(|(collector, region, _)| of_planned(collector, region)));
    shared.crawl.tell(&Event::AccountPlanned { account_id: &account.id, tasks: records.len() });
    for record in &records {
        shared.crawl.tell(&Event::TaskEnded { account_id: &account.id, task: record });
    }
    records
}

/// Stages the rows about an account's tasks, and adds them to its record.
pub(crate) fn stage_coverage(
    shared: &Shared,
    account_id: &str,
    tasks: &[TaskRecord],
    record: &mut AccountRecord,
) -> Result<(), Error> {
    let coverage = table::<TaskCoverage>();
    let mut builder = BatchBuilder::new(coverage)?;
    for of_region in tasks.chunk_by(|one, other| one.region == other.region) {
        for task in of_region {
            builder.push(&TaskCoverage::from(task))?;
        }
        let region = of_region.first().map_or(GLOBAL, |task| task.region.as_str());
        let batch = builder.take(&shared.stamp(account_id, region))?;
        let slice = task::stage_batch(&shared.stage, coverage, &batch);
        record.add(region, [slice.map_err(|error| Error::Stage(orgcensus_aws::with_causes(&error)))?]);
    }
    Ok(())
}
