//! What is read once for the whole organization, beside the accounts: its tree and tags, and the collectors that are
//! not about one account. Each is a task with its row in coverage, counted for the management account.

use std::sync::PoisonError;

use orgcensus_aws::{Session, regions};
use orgcensus_collect::Error;
use orgcensus_row::GLOBAL;

use crate::account::{places, run_planned, selected_regions, stage_coverage};
use crate::context::Shared;
use crate::event::Event;
use crate::journal::{AccountRecord, Readings, Turn};
use crate::outcome::Outcome;
use crate::spans;
use crate::tags::{self, TagReader, Tagging};
use crate::task_record::{Begun, TaskRecord};

/// The engine's task that reads the organization's tree.
pub(crate) const ORGANIZATION: &str = "organization";
/// The engine's task that asks which regions the organization's identity can use. It keeps no rows.
pub(crate) const ORGANIZATION_REGIONS: &str = "organization_regions";

/// The organization's turn: what no account's turn reads.
pub(crate) async fn turn(shared: &Shared) -> Result<AccountRecord, Error> {
    let (read, collected) = futures::join!(read_tags(shared), run(shared));
    record(shared, read, collected?)
}

/// The tags that the plan knows, or that are being read since the tree was walked, or else all of them now.
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
    let collectors = shared.crawl.collectors.iter().filter(|collector| collector.scope.is_organization_wide());
    let planned = collectors.flat_map(|collector| places(collector, &selected_regions(shared, None)));
    let collected = planned.map(|(collector, region, _)| skipped(collector.name, &region)).collect();
    record(shared, read, collected)
}

/// The record of the organization's turn. Its tasks count for the management account.
fn record(shared: &Shared, (tags, tagging): Tagging, collected: Vec<TaskRecord>) -> Result<AccountRecord, Error> {
    let id = &shared.organization.row.management_account_id;
    let mut tasks = vec![tagging, shared.reading.clone()];
    for task in &tasks {
        shared.crawl.tell(&Event::TaskEnded { account_id: id, task });
    }
    tasks.extend(collected);
    tasks.sort_by(|one, other| (&one.region, &one.collector).cmp(&(&other.region, &other.collector)));
    let mut record = AccountRecord { turn: Turn::Organization(Readings { tags }), ..AccountRecord::new(id, &tasks) };
    if let Some(account) = shared.organization.accounts.iter().find(|account| account.id == *id) {
        stage_coverage(shared, account, &tasks, &mut record)?;
    }
    spans::end_turn(&record);
    Ok(record)
}

/// Runs the collectors that are organization-wide, with the identity that reads the organization.
async fn run(shared: &Shared) -> Result<Vec<TaskRecord>, Error> {
    let collectors = shared.crawl.collectors.iter().filter(|collector| collector.scope.is_organization_wide());
    let collectors: Vec<_> = collectors.copied().collect();
    let access = shared.crawl.chain.last();
    let management = &shared.organization.row.management_account_id;
    let (mut regions, mut records) = (Vec::new(), Vec::new());
    if collectors.iter().any(|collector| collector.scope.is_regional()) {
        let (read, record) = read_regions(shared, &access.home_session()).await;
        regions = read;
        shared.crawl.tell(&Event::TaskEnded { account_id: management, task: &record });
        records.push(record);
    }
    let planned = collectors.iter().flat_map(|collector| places(collector, &regions)).collect();
    records.extend(run_planned(shared, access, management, planned, shared.ends_at).await?);
    Ok(records)
}

/// The regions where something organization-wide may be.
async fn read_regions(shared: &Shared, session: &Session) -> (Vec<(String, bool)>, TaskRecord) {
    let begun = Begun::now();
    let read = regions::read(session).await;
    let outcome = read.as_ref().err().map_or(Outcome::Complete, Outcome::of);
    let record =
        TaskRecord::measured(ORGANIZATION_REGIONS, GLOBAL, (outcome, read.as_ref().err()), session.usage(), begun);
    (selected_regions(shared, read.ok().as_deref()), record)
}
