//! The rows of the tables that come from the organization's tree.

use orgcensus_aws::organization::{AccountRow, OrganizationRow, OrganizationalUnit};
use orgcensus_row::{GLOBAL, Row};

use crate::context::Shared;
use crate::error::Error;
use crate::journal::Readings;
use crate::scratch::{Scratch, ScratchRows};

/// Stages the rows of `accounts`, `organizations` and `organizational_units`.
pub(crate) fn stage(shared: &Shared, scratch: &mut Scratch, readings: &Readings) -> Result<(), Error> {
    let (organization, now) = (&shared.organization, shared.crawl.captured_at);
    let home = organization.home_account_id();
    let accounts = organization.accounts.iter().map(|account| {
        let tags = readings.tags.get(&account.id).cloned().flatten();
        (account.id.as_str(), organization.account_row(account, shared.selected.contains(&account.id), tags, now))
    });
    stage_each::<AccountRow>(shared, scratch, accounts)?;
    stage_each::<OrganizationRow>(shared, scratch, [(home, organization.row.clone())])?;
    stage_each::<OrganizationalUnit>(shared, scratch, organization.units.iter().map(|unit| (home, unit.clone())))
}

/// Stages rows, each of which is about one account.
pub(crate) fn stage_each<'a, R: Row>(
    shared: &Shared,
    scratch: &mut Scratch,
    rows: impl IntoIterator<Item = (&'a str, R)>,
) -> Result<(), Error> {
    let mut of_account = ScratchRows::<R>::new()?;
    let mut rows = rows.into_iter().peekable();
    while let Some((account_id, row)) = rows.next() {
        let stamp = shared.stamp(account_id, GLOBAL);
        of_account.extend(scratch, &stamp, [row])?;
        while let Some((_, row)) = rows.next_if(|(next, _)| *next == account_id) {
            of_account.extend(scratch, &stamp, [row])?;
        }
        of_account.stage(scratch, &stamp)?;
    }
    Ok(())
}
