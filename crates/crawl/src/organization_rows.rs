//! Reading the organization as a task of the run, and its rows as tables.

use std::collections::{BTreeMap, BTreeSet};

use futures::StreamExt;
use orgcensus_aws::organization::{self, AccountRow, Organization, OrganizationRow, OrganizationalUnit};
use orgcensus_aws::{Class, Session};
use orgcensus_lake::{Publication, TableEntry};
use orgcensus_row::{BatchBuilder, GLOBAL, Row, table};

use crate::context::Shared;
use crate::journal::TaskRecord;
use crate::outcome::Outcome;

/// The engine's task that reads the organization's tree.
pub(crate) const ORGANIZATION: &str = "organization";
/// The engine's task that reads the accounts' tags.
pub(crate) const ACCOUNT_TAGS: &str = "account_tags";

/// Requests for tags on their way at once; the limiter sets the pace.
const TAGS_AT_ONCE: usize = 8;

/// Tags by account; `None` where they could not be read.
pub(crate) type Tags = BTreeMap<String, Option<BTreeMap<String, String>>>;

/// Reads the tags of all accounts. A refusal ends it: the rest would be refused alike.
pub(crate) async fn read_tags(session: &Session, organization: &Organization) -> (Tags, TaskRecord) {
    let (start, started_at) = (tokio::time::Instant::now(), crate::task::now());
    let ids: Vec<&String> = organization.accounts.iter().map(|account| &account.id).collect();
    let mut read = futures::stream::iter(ids)
        .map(|id| async move { (id.clone(), organization::tags(session, id).await) })
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
    let usage = session.usage();
    let record = TaskRecord {
        error_operation: first.as_ref().and_then(|_| usage.last_failed()),
        calls: usage.calls(),
        retries: usage.retries(),
        throttles: usage.throttles(),
        rows: 0,
        missed,
        duration_millis: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
        started_at: Some(started_at),
        ..TaskRecord::untried(ACCOUNT_TAGS, GLOBAL, outcome)
    };
    (tags, first.iter().fold(record, |record, error| record.because(error)))
}

/// Writes `accounts`, `organizations` and `organizational_units`.
pub(crate) async fn write(
    publication: &Publication,
    shared: &Shared,
    selected: &BTreeSet<String>,
    tags: &Tags,
) -> Result<Vec<TableEntry>, crate::run::Error> {
    let (organization, now) = (&shared.organization, shared.crawl.captured_at);
    let management = organization.row.management_account_id.as_str();
    let accounts = organization.accounts.iter().map(|account| {
        let tags = tags.get(&account.id).cloned().flatten();
        (account.id.as_str(), organization.account_row(account, selected.contains(&account.id), tags, now))
    });
    let mut units: Vec<_> = organization.units.iter().map(|unit| (management, unit.clone())).collect();
    units.sort_by(|(_, one), (_, other)| one.ou_id.cmp(&other.ou_id));
    Ok(vec![
        write_table::<AccountRow>(publication, shared, accounts).await?,
        write_table::<OrganizationRow>(publication, shared, std::iter::once((management, organization.row.clone())))
            .await?,
        write_table::<OrganizationalUnit>(publication, shared, units.into_iter()).await?,
    ])
}

/// Writes rows that are about one account each, sorted already.
async fn write_table<R: Row>(
    publication: &Publication,
    shared: &Shared,
    rows: impl Iterator<Item = (&str, R)>,
) -> Result<TableEntry, crate::run::Error> {
    let mut writer = publication.writer(&table::<R>());
    let mut builder = BatchBuilder::new(table::<R>())?;
    for (account_id, row) in rows {
        builder.push(&row)?;
        writer.write(&builder.take(&shared.stamp(account_id, GLOBAL))?).await?;
    }
    Ok(writer.close().await?)
}
