//! One run from the organization to the commit. All control flow that spans accounts is here.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::StreamExt;
use orgcensus_aws::organization::{self, Organization};
use orgcensus_lake::{Commit, Journal, Lock, Owner, Stage};
use orgcensus_row::GLOBAL;
use serde_json::json;
use tokio::time::Instant;

use crate::account::{self, stage_coverage};
use crate::context::{Crawl, Shared};
use crate::coverage::Tally;
use crate::event::Event;
use crate::journal::{AccountRecord, Begun, TaskRecord};
use crate::organization_tasks::{self, ORGANIZATION, Tags, read_tags};
use crate::outcome::Outcome;
use crate::{publish, task, usage};

/// A lock without a heartbeat for so long belongs to a dead run.
const LOCK_TTL_MILLIS: i64 = 120_000;
/// How often a living run says so.
const HEARTBEAT: std::time::Duration = std::time::Duration::from_secs(20);

/// Why a run published nothing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The organization could not be read.
    #[error("read the organization: {0}")]
    Organization(orgcensus_aws::Error),
    /// Nothing is left of the organization once the selection is applied.
    #[error("find work: the selection takes no account of organization {0}")]
    NothingSelected(String),
    /// Another run of this organization is alive.
    #[error("begin: {0}")]
    Held(orgcensus_lake::Error),
    /// The stage or the lake failed.
    #[error("{}", orgcensus_aws::with_causes(.0))]
    Lake(#[source] orgcensus_lake::Error),
    /// The stage failed under a task.
    #[error(transparent)]
    Task(#[from] orgcensus_collect::Error),
    /// A row does not fit its table: a bug.
    #[error(transparent)]
    Row(#[from] orgcensus_row::Error),
    /// A worker ended in a panic: a bug.
    #[error("finish account {0}: its worker panicked")]
    Panicked(String),
}

impl From<orgcensus_lake::Error> for Error {
    fn from(error: orgcensus_lake::Error) -> Self {
        match error {
            orgcensus_lake::Error::Held(_) | orgcensus_lake::Error::Busy { .. } => Self::Held(error),
            error => Self::Lake(error),
        }
    }
}

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
}

/// Runs one crawl and publishes its snapshot.
pub async fn run(crawl: Crawl) -> Result<Report, Error> {
    let home = crawl.chain.last().home_session();
    let begun = Begun::now();
    let organization = organization::read(&home).await.map_err(Error::Organization)?;
    let reading = TaskRecord::measured(ORGANIZATION, GLOBAL, (Outcome::Complete, None), home.usage(), begun);
    let owner = Owner { run_id: crawl.run_id.clone(), host: host() };
    let mut lock = Lock::acquire(&crawl.lake, &organization.id, owner, task::now(), LOCK_TTL_MILLIS).await?;
    let result = tokio::select! {
        result = crawl_and_publish(crawl, organization, reading) => result,
        error = beat(&mut lock) => Err(error.into()),
    };
    let released = lock.release(task::now()).await;
    let report = result?;
    released?;
    Ok(report)
}

/// Says that this run is alive, for ever; ends when it may no longer go on.
async fn beat(lock: &mut Lock) -> orgcensus_lake::Error {
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        if let Err(error @ orgcensus_lake::Error::Lost { .. }) = lock.heartbeat(task::now()).await {
            return error;
        }
    }
}

async fn crawl_and_publish(crawl: Crawl, organization: Organization, reading: TaskRecord) -> Result<Report, Error> {
    let stage = Stage::open(&crawl.stage_directory)?;
    let about = json!({ "organization_id": organization.id, "captured_at": crawl.captured_at });
    let mut journal = Journal::<AccountRecord>::create(&stage, &crawl.run_id, about)?;
    let home = crawl.chain.last().home_session();
    let needs_tags = crawl.selection.needs_tags();
    let early = if needs_tags { Some(read_tags(&home, &organization).await) } else { None };
    let selected = select(&crawl, &organization, early.as_ref().map(|(tags, _)| tags))?;
    crawl.tell(&Event::Started {
        run_id: &crawl.run_id,
        organization_id: &organization.id,
        accounts: selected.len(),
        accounts_done: 0,
        collectors: crawl.collectors.len(),
    });
    let ends_at = Instant::now() + crawl.bounds.run;
    let shared = Arc::new(Shared { crawl, organization, stage, ends_at });
    let late = async {
        match early {
            Some(read) => read,
            None => read_tags(&home, &shared.organization).await,
        }
    };
    let organization_wide = organization_tasks::run(&shared);
    let accounts = crawl_accounts(&shared, &selected, &mut journal);
    let (crawled, (tags, tagging), organization_wide) = futures::join!(accounts, late, organization_wide);
    crawled?;
    journal.append(&organization_account(&shared, vec![tagging, reading], organization_wide?)?)?;
    journal.sync(&shared.stage)?;
    let (commit, tally) = publish::publish(&shared, &journal, &selected, &tags).await?;
    Ok(Report {
        commit,
        tally,
        organization_id: shared.organization.id.clone(),
        accounts: shared.organization.accounts.len(),
        selected: selected.len(),
    })
}

fn select(crawl: &Crawl, organization: &Organization, tags: Option<&Tags>) -> Result<BTreeSet<String>, Error> {
    let none = std::collections::BTreeMap::new();
    let tags_of = |id: &str| tags.and_then(|tags| tags.get(id)?.as_ref()).unwrap_or(&none);
    let takes = |it: &&organization::Account| crawl.selection.takes(organization, it, tags_of(&it.id));
    let selected: BTreeSet<String> = organization.accounts.iter().filter(takes).map(|it| it.id.clone()).collect();
    if selected.is_empty() { Err(Error::NothingSelected(organization.id.clone())) } else { Ok(selected) }
}

/// Crawls the selected accounts, so many at once, and commits each when it is done.
async fn crawl_accounts(
    shared: &Arc<Shared>,
    selected: &BTreeSet<String>,
    journal: &mut Journal<AccountRecord>,
) -> Result<(), Error> {
    let accounts = shared.organization.accounts.iter().filter(|account| selected.contains(&account.id));
    let mut done = futures::stream::iter(accounts.cloned())
        .map(|account| {
            let shared = Arc::clone(shared);
            let id = account.id.clone();
            let turn = tokio::spawn(async move { account::crawl(&shared, &account).await });
            async move { turn.await.map_err(|_panic| Error::Panicked(id)) }
        })
        .buffer_unordered(shared.crawl.bounds.accounts.max(1));
    let mut synced_at = Instant::now();
    while let Some(record) = done.next().await {
        journal.append(&record??)?;
        if synced_at.elapsed() >= shared.crawl.bounds.sync_interval {
            journal.sync(&shared.stage)?;
            synced_at = Instant::now();
        }
    }
    Ok(())
}

/// The tasks about the organization itself count for the management account.
fn organization_account(
    shared: &Shared,
    mut tasks: Vec<TaskRecord>,
    collected: Vec<TaskRecord>,
) -> Result<AccountRecord, Error> {
    let id = &shared.organization.row.management_account_id;
    for task in &tasks {
        shared.crawl.tell(&Event::TaskEnded { account_id: id, task });
    }
    tasks.extend(collected);
    tasks.sort_by(|one, other| (&one.region, &one.collector).cmp(&(&other.region, &other.collector)));
    let found = shared.organization.accounts.iter().find(|account| account.id == *id);
    let mut coverage = match found {
        Some(account) => stage_coverage(shared, account, &tasks)?,
        None => Vec::new(),
    };
    coverage.extend(usage::stage_own(shared, id)?);
    Ok(AccountRecord { account_id: id.clone(), tasks, coverage })
}

/// This machine's name, as far as it says.
fn host() -> String {
    let read = std::fs::read_to_string("/proc/sys/kernel/hostname");
    let name = std::env::var("HOSTNAME").or(read).unwrap_or_else(|_| "unknown".to_owned());
    name.trim().to_owned()
}
