//! What is read once for the whole organization, beside the accounts: its tree and tags, and the collectors that are
//! not about one account. Each is a task with its row in coverage, counted for the management account.

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_aws::organization::{self, Organization};
use orgcensus_aws::{Class, Session, regions};
use orgcensus_collect::Error;
use orgcensus_row::GLOBAL;
use serde::{Deserialize, Serialize};

use crate::account::{places, run_planned, selected_regions, stage_coverage};
use crate::context::Shared;
use crate::event::Event;
use crate::journal::{AccountRecord, Begun, TaskRecord, Turn};
use crate::outcome::Outcome;
use crate::spans;

/// The engine's task that reads the organization's tree.
pub(crate) const ORGANIZATION: &str = "organization";
/// The engine's task that reads the accounts' tags.
pub(crate) const ACCOUNT_TAGS: &str = "account_tags";
/// The engine's task that asks which regions the organization's identity can use. It keeps no rows.
pub(crate) const ORGANIZATION_REGIONS: &str = "organization_regions";

/// Requests for tags on their way at once; the limiter sets the pace.
const TAGS_AT_ONCE: usize = 8;

/// Tags by account; `None` where they could not be read.
pub(crate) type Tags = BTreeMap<String, Option<BTreeMap<String, String>>>;

/// What was read of the organization besides its tree, for the tables that are written at the end.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Readings {
    /// The accounts' tags.
    pub(crate) tags: Tags,
}

/// The organization's turn: what no account's turn reads.
pub(crate) async fn turn(shared: &Shared) -> Result<AccountRecord, Error> {
    let home = shared.crawl.chain.last().home_session();
    let tags = async {
        if let Some(read) = &shared.tags {
            return read.clone();
        }
        let late = |_elapsed| (Tags::new(), TaskRecord::untried(ACCOUNT_TAGS, GLOBAL, Outcome::TimedOut));
        tokio::time::timeout_at(shared.ends_at, read_tags(&home, &shared.organization)).await.unwrap_or_else(late)
    };
    let (read, collected) = futures::join!(tags, run(shared));
    record(shared, read, collected?)
}

/// The organization's turn when no one took it.
pub(crate) fn skipped(shared: &Shared) -> Result<AccountRecord, Error> {
    let skipped = |collector: &str, region: &str| TaskRecord::untried(collector, region, Outcome::Skipped);
    let read = shared.tags.clone().unwrap_or_else(|| (Tags::new(), skipped(ACCOUNT_TAGS, GLOBAL)));
    let collectors = shared.crawl.collectors.iter().filter(|collector| collector.scope.is_organization_wide());
    let planned = collectors.flat_map(|collector| places(collector, &selected_regions(shared, None)));
    let collected = planned.map(|(collector, region, _)| skipped(collector.name, &region)).collect();
    record(shared, read, collected)
}

/// The record of the organization's turn. Its tasks count for the management account.
fn record(
    shared: &Shared,
    (tags, tagging): (Tags, TaskRecord),
    collected: Vec<TaskRecord>,
) -> Result<AccountRecord, Error> {
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

/// Reads the tags of all accounts. A refusal ends it: the rest would be refused alike.
pub(crate) async fn read_tags(session: &Session, organization: &Organization) -> (Tags, TaskRecord) {
    let begun = Begun::now();
    let ids: Vec<String> = organization.accounts.iter().map(|account| account.id.clone()).collect();
    let mut read = futures::stream::iter(ids)
        .map(|id| async move {
            let tags = organization::tags(session, &id).await;
            (id, tags)
        })
        .buffer_unordered(TAGS_AT_ONCE);
    let (mut tags, mut first, mut missed) = (Tags::new(), None, 0);
    while let Some((id, result)) = read.next().await {
        match result {
            Ok(of_account) => {
                tags.insert(id, Some(of_account));
            }
            Err(error) => {
                let is_refused = matches!(error.class, Class::Denied | Class::DeniedByScp);
                missed += 1;
                first.get_or_insert(error);
                if is_refused {
                    break;
                }
            }
        }
    }
    drop(read);
    let outcome = match &first {
        None => Outcome::Complete,
        Some(error) if tags.is_empty() => Outcome::of(error),
        Some(_) => Outcome::Partial,
    };
    let record = TaskRecord::measured(ACCOUNT_TAGS, GLOBAL, (outcome, first.as_ref()), session.usage(), begun);
    (tags, TaskRecord { missed, ..record })
}
