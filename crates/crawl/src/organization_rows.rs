//! What the reading of the organization's tree gives, as tables.

use orgcensus_aws::organization::{AccountRow, OrganizationRow, OrganizationalUnit};
use orgcensus_lake::{Publication, TableEntry};
use orgcensus_row::{BatchBuilder, GLOBAL, Row, Stamp, table};

use crate::context::Shared;
use crate::error::Error;
use crate::journal::Readings;

/// Rows that wait in memory.
pub(crate) const BATCH_ROWS: usize = 4096;

/// Writes `accounts`, `organizations` and `organizational_units`.
pub(crate) async fn write(
    publication: &Publication,
    shared: &Shared,
    readings: &Readings,
) -> Result<Vec<TableEntry>, Error> {
    let (organization, now) = (&shared.organization, shared.crawl.captured_at);
    let management = organization.row.management_account_id.as_str();
    let accounts = organization.accounts.iter().map(|account| {
        let tags = readings.tags.get(&account.id).cloned().flatten();
        (account.id.as_str(), organization.account_row(account, shared.selected.contains(&account.id), tags, now))
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
pub(crate) async fn write_table<R: Row>(
    publication: &Publication,
    shared: &Shared,
    rows: impl Iterator<Item = (&str, R)>,
) -> Result<TableEntry, Error> {
    let mut writer = publication.writer(&table::<R>());
    let mut builder = BatchBuilder::new(table::<R>())?;
    let mut stamps: Vec<Stamp> = Vec::new();
    for (account_id, row) in rows {
        builder.push(&row)?;
        stamps.push(shared.stamp(account_id, GLOBAL));
        if builder.len() >= BATCH_ROWS {
            writer.write(&builder.take_each(&stamps.iter().collect::<Vec<_>>())?).await?;
            stamps.clear();
        }
    }
    if !builder.is_empty() {
        writer.write(&builder.take_each(&stamps.iter().collect::<Vec<_>>())?).await?;
    }
    Ok(writer.close().await?)
}
