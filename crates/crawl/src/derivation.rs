//! A derivation makes rows that need the whole organization, from rows that the accounts have staged. The crawl takes a
//! list of derivations, as it takes a list of collectors, and knows none of them by name.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::marker::PhantomData;
use std::sync::Arc;

use futures::future::BoxFuture;
use orgcensus_aws::organization::Organization;
use orgcensus_lake::{Group, Groups};
use orgcensus_row::{Resource, ResourceTable, Row, Stamp, Table, table};
use tracing::Instrument;

use crate::context::{Crawl, Shared};
use crate::error::Error;
use crate::previous::Previous;
use crate::scratch::{Scratch, ScratchRows};
use crate::{organization_rows, previous, spans};

/// A way to make rows from other rows. It runs after the last account, and before any table is written.
#[derive(Debug, Clone, Copy)]
pub struct Derivation {
    /// Its name, for traces and errors.
    pub name: &'static str,
    /// The tables whose staged rows it reads.
    pub reads: &'static [Table],
    /// The tables that it reads as the previous complete snapshot of the organization has them.
    pub reads_previous: &'static [Table],
    /// The tables that it fills.
    pub writes: &'static [Derived],
    /// Makes the rows.
    pub run: for<'a> fn(&'a mut Derive<'_>) -> BoxFuture<'a, Result<(), Error>>,
}

/// A table that a derivation fills.
#[derive(Debug, Clone, Copy)]
pub struct Derived {
    /// The table.
    pub table: Table,
    /// The tables without which its rows would say less. The manifest names the tasks that fill them.
    pub rests_on: &'static [Table],
}

impl Derivation {
    /// An error if it does not declare that it reads the table.
    fn may_read(&self, table: Table) -> Result<(), Error> {
        self.declared(self.reads.contains(&table), "reads", table)
    }

    /// An error if it does not declare that it reads the table of the previous snapshot.
    fn may_read_previous(&self, table: Table) -> Result<(), Error> {
        self.declared(self.reads_previous.contains(&table), "reads the previous", table)
    }

    /// An error if it does not declare that it fills the table.
    fn may_write(&self, table: Table) -> Result<(), Error> {
        self.declared(self.writes.iter().any(|it| it.table == table), "writes", table)
    }

    fn declared(&self, is_declared: bool, what: &'static str, table: Table) -> Result<(), Error> {
        if is_declared { Ok(()) } else { Err(Error::Undeclared { derivation: self.name, what, table: table.name }) }
    }
}

/// The input and output of a derivation that runs.
pub struct Derive<'c> {
    shared: &'c Shared,
    scratch: &'c mut Scratch,
    derivation: &'c Derivation,
}

/// Runs the derivations, one after the other.
pub(crate) async fn run(shared: &Shared, scratch: &mut Scratch) -> Result<(), Error> {
    for derivation in shared.crawl.derivations {
        let mut derive = Derive { shared, scratch, derivation };
        (derivation.run)(&mut derive).instrument(spans::derivation(derivation.name)).await?;
    }
    Ok(())
}

impl<'c> Derive<'c> {
    /// The settings of the run.
    pub fn crawl(&self) -> &'c Crawl {
        &self.shared.crawl
    }

    /// The organization, its accounts in order.
    pub fn organization(&self) -> &'c Organization {
        &self.shared.organization
    }

    /// The stamp of rows about an account in a region.
    pub fn stamp(&self, account_id: &str, region: &str) -> Stamp {
        self.shared.stamp(account_id, region)
    }

    /// The staged rows of a table. An error if the derivation does not declare that it reads the table.
    pub fn staged<R: Row>(&mut self) -> Result<Staged<R>, Error> {
        let table = table::<R>();
        self.derivation.may_read(table)?;
        Ok(Staged { groups: self.scratch.index.groups(&table)?.peekable(), row: PhantomData })
    }

    /// The staged resources of a table; none if its rows are no resources. An error if the derivation does not declare
    /// that it reads the table.
    pub fn staged_resources(&mut self, table: Table) -> Result<Option<StagedResources>, Error> {
        self.derivation.may_read(table)?;
        let Some(resource) = table.resource else { return Ok(None) };
        Ok(Some(StagedResources { table, resource, groups: self.scratch.index.groups(&table)?.peekable() }))
    }

    /// The rows of a table in the previous complete snapshot of this organization. None: there is no such snapshot, it
    /// has no such table, or its bytes are not those that were published. An error if the derivation does not declare
    /// that it reads the table.
    pub async fn previous<R: Row>(&mut self) -> Result<Option<Previous<R>>, Error> {
        self.derivation.may_read_previous(table::<R>())?;
        previous::open(self.shared).await
    }

    /// A buffer for rows of a table. An error if the derivation does not declare that it fills the table.
    pub fn rows<R: Row>(&self) -> Result<ScratchRows<R>, Error> {
        self.derivation.may_write(table::<R>())?;
        ScratchRows::new()
    }

    /// Adds rows under a stamp. Before rows with another stamp, call [`stage`](Self::stage).
    pub fn extend<R: Row>(
        &mut self,
        rows: &mut ScratchRows<R>,
        stamp: &Stamp,
        added: impl IntoIterator<Item = R>,
    ) -> Result<(), Error> {
        rows.extend(self.scratch, stamp, added)
    }

    /// Stages the rows that wait in the buffer.
    pub fn stage<R: Row>(&mut self, rows: &mut ScratchRows<R>, stamp: &Stamp) -> Result<(), Error> {
        rows.stage(self.scratch, stamp)
    }

    /// Stages all rows of a table in which each row is about one account. The rows come in the order of the accounts.
    pub fn stage_each<'a, R: Row>(&mut self, rows: impl IntoIterator<Item = (&'a str, R)>) -> Result<(), Error> {
        self.derivation.may_write(table::<R>())?;
        organization_rows::stage_each(self.shared, self.scratch, rows)
    }
}

/// The staged rows of one table, in groups: one for each account and region, in that order.
pub struct Staged<R> {
    groups: Peekable<Groups>,
    row: PhantomData<fn() -> R>,
}

impl<R: Row> Staged<R> {
    /// The next group.
    pub fn next_group(&mut self) -> Result<Option<Group>, Error> {
        Ok(self.groups.next().transpose()?)
    }

    /// The next group, if it belongs to this account. Accounts must be asked for in order.
    pub fn next_group_of(&mut self, account_id: &str) -> Result<Option<Group>, Error> {
        next_group_of(&mut self.groups, account_id)
    }

    /// Shows every row of a group. It reads one batch after the other.
    pub fn each_of(&self, group: &Group, mut show: impl FnMut(R::Ref<'_>)) -> Result<(), Error> {
        for slice in &group.slices {
            R::each(&group.stage.read(&table::<R>(), slice)?, &mut show)?;
        }
        Ok(())
    }

    /// Shows every row with its account.
    pub fn each(mut self, mut show: impl FnMut(&Arc<str>, R::Ref<'_>)) -> Result<(), Error> {
        while let Some(group) = self.next_group()? {
            self.each_of(&group, |row| show(&group.account_id, row))?;
        }
        Ok(())
    }

    /// Shows the rows of one account. Accounts must be asked for in order.
    pub fn of_account(&mut self, account_id: &str, mut show: impl FnMut(R::Ref<'_>)) -> Result<(), Error> {
        self.of_regions(account_id, |_, row| show(row))
    }

    /// Shows the rows of one account, each with its region.
    pub fn of_regions(&mut self, account_id: &str, mut show: impl FnMut(&str, R::Ref<'_>)) -> Result<(), Error> {
        while let Some(group) = self.next_group_of(account_id)? {
            self.each_of(&group, |row| show(&group.region, row))?;
        }
        Ok(())
    }

    /// Shows the rows of one account, each with what is being made of its region.
    pub fn by_region<G: Default>(
        &mut self,
        account_id: &str,
        regions: &mut BTreeMap<String, G>,
        mut show: impl FnMut(&mut G, R::Ref<'_>),
    ) -> Result<(), Error> {
        while let Some(group) = self.next_group_of(account_id)? {
            let region = regions.entry((*group.region).to_owned()).or_default();
            self.each_of(&group, |row| show(region, row))?;
        }
        Ok(())
    }
}

/// The staged rows of any table of resources, in groups: one for each account and region, in that order.
pub struct StagedResources {
    table: Table,
    resource: ResourceTable,
    groups: Peekable<Groups>,
}

impl StagedResources {
    /// The type of the resources.
    pub fn resource_type(&self) -> &'static str {
        self.resource.resource_type
    }

    /// The next group, if it belongs to this account. Accounts must be asked for in order.
    pub fn next_group_of(&mut self, account_id: &str) -> Result<Option<Group>, Error> {
        next_group_of(&mut self.groups, account_id)
    }

    /// Shows every resource of a group. It reads one batch after the other.
    pub fn each_of(&self, group: &Group, mut show: impl FnMut(Resource<'_>)) -> Result<(), Error> {
        for slice in &group.slices {
            (self.resource.each)(&group.stage.read(&self.table, slice)?, &mut show)?;
        }
        Ok(())
    }
}

/// Leaves out the groups of earlier accounts.
fn next_group_of(groups: &mut Peekable<Groups>, account_id: &str) -> Result<Option<Group>, Error> {
    while groups.next_if(|group| group.as_ref().is_ok_and(|it| *it.account_id < *account_id)).is_some() {}
    let is_of = |group: &orgcensus_lake::Result<Group>| group.as_ref().map_or(true, |it| *it.account_id == *account_id);
    Ok(groups.next_if(is_of).transpose()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::TaskCoverage;
    use crate::usage::ApiUsage;

    const DERIVATION: Derivation = Derivation {
        name: "sums",
        reads: &[table::<TaskCoverage>()],
        reads_previous: &[table::<ApiUsage>()],
        writes: &[Derived { table: table::<ApiUsage>(), rests_on: &[] }],
        run: |_| Box::pin(async { Ok(()) }),
    };

    #[test]
    fn a_table_that_is_not_declared_is_neither_read_nor_filled() {
        let (coverage, usage) = (table::<TaskCoverage>(), table::<ApiUsage>());
        assert!(DERIVATION.may_read(coverage).is_ok() && DERIVATION.may_write(usage).is_ok());
        assert!(DERIVATION.may_read_previous(usage).is_ok());
        let before = DERIVATION.may_read_previous(coverage).unwrap_err();
        assert_eq!(before.to_string(), "derive sums: it reads the previous coverage and does not say so");
        let read = DERIVATION.may_read(usage).unwrap_err();
        assert_eq!(read.to_string(), "derive sums: it reads api_usage and does not say so");
        let written = DERIVATION.may_write(coverage).unwrap_err();
        assert_eq!(written.to_string(), "derive sums: it writes coverage and does not say so");
    }
}
