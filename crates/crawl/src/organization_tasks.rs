//! What is read once for the whole organization, beside the accounts: its tree and tags, and the collectors that are
//! not about one account. Each is a task with its row in coverage, counted for the management account.

use std::sync::PoisonError;

use orgcensus_collect::Error;

use crate::account::{places, run_planned, stage_coverage};
use crate::context::Shared;
use crate::event::Event;
use crate::journal::{AccountRecord, Readings, Turn};
use crate::outcome::Outcome;
use crate::tags::{self, TagReader, Tagging};
use crate::task_record::TaskRecord;
use crate::{roster, spans};

/// The engine's task that reads the organization's tree.
pub(crate) const ORGANIZATION: &str = "organization";

/// The organization's turn. It reads what no account's turn reads.
pub(crate) async fn turn(shared: &Shared) -> Result<AccountRecord, Error> {
    if let Some(tasks) = untried(shared) {
        let id = shared.organization.home_account_id();
        tasks.iter().for_each(|task| shared.crawl.tell(&Event::TaskEnded { account_id: id, task }));
        return record(shared, read_tags(shared).await, tasks);
    }
    let (read, collected) = futures::join!(read_tags(shared), run(shared));
    record(shared, read, collected?)
}

/// The tasks of an organization that is not read; none where it is.
fn untried(shared: &Shared) -> Option<Vec<TaskRecord>> {
    let Shared { crawl, organization, .. } = shared;
    if organization.is_whole() {
        return None;
    }
    let regions = shared.regions_of(shared.regions.own.as_deref());
    let collectors = crawl.collectors.iter().filter(|collector| collector.scope.is_organization_wide());
    let planned = collectors.flat_map(|collector| places(collector, &regions));
    Some(planned.map(|(collector, region, _)| roster::untried(organization, &collector, &region)).collect())
}

/// The tags from the plan; or those that a reader began to read with the tree; or else all of them, read now.
async fn read_tags(shared: &Shared) -> Tagging {
    if let Some(read) = &shared.tags {
        return read.clone();
    }
    let begun = shared.tag_reader.lock().unwrap_or_else(PoisonError::into_inner).take();
    let reader = begun.unwrap_or_else(|| {
        let reader = TagReader::begin(shared.crawl.chain.last().home_session());
        shared.organization.accounts.iter().for_each(|account| reader.tell(&account.id));
        reader
    });
    let read = tokio::time::timeout_at(shared.ends_at, reader.finish()).await;
    read.unwrap_or_else(|_elapsed| tags::untried(Outcome::TimedOut))
}

/// The organization's turn when no one took it.
pub(crate) fn skipped(shared: &Shared) -> Result<AccountRecord, Error> {
    let skipped = |collector: &str, region: &str| TaskRecord::untried(collector, region, Outcome::Skipped);
    let read = shared.tags.clone().unwrap_or_else(|| tags::untried(Outcome::Skipped));
    if let Some(tasks) = untried(shared) {
        return record(shared, read, tasks);
    }
    let collectors = shared.crawl.collectors.iter().filter(|collector| collector.scope.is_organization_wide());
    let regions = shared.regions_of(None);
    let planned = collectors.flat_map(|collector| places(collector, &regions));
    let collected = planned.map(|(collector, region, _)| skipped(collector.name, &region)).collect();
    record(shared, read, collected)
}

/// The record of the organization's turn. Its tasks count for the management account.
fn record(shared: &Shared, (tags, tagging): Tagging, collected: Vec<TaskRecord>) -> Result<AccountRecord, Error> {
    let id = shared.organization.home_account_id();
    let mut tasks = vec![tagging, shared.reading.clone()];
    tasks.extend(shared.regions.tasks(&shared.crawl.selection.regions));
    for task in &tasks {
        shared.crawl.tell(&Event::TaskEnded { account_id: id, task });
    }
    tasks.extend(collected);
    tasks.sort_by(|one, other| (&one.region, &one.collector).cmp(&(&other.region, &other.collector)));
    let mut record = AccountRecord { turn: Turn::Organization(Readings { tags }), ..AccountRecord::new(id, &tasks) };
    stage_coverage(shared, id, &tasks, &mut record)?;
    spans::end_turn(&record);
    Ok(record)
}

/// Runs the collectors that are organization-wide, with the identity that reads the organization.
async fn run(shared: &Shared) -> Result<Vec<TaskRecord>, Error> {
    let collectors = shared.crawl.collectors.iter().filter(|collector| collector.scope.is_organization_wide());
    let collectors: Vec<_> = collectors.copied().collect();
    let access = shared.crawl.chain.last();
    let management = shared.organization.home_account_id();
    let regions = shared.regions_of(shared.regions.own.as_deref());
    let planned = collectors.iter().flat_map(|collector| places(collector, &regions)).collect();
    run_planned(shared, access, management, planned, shared.ends_at).await
}
