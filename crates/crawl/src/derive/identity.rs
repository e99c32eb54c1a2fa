//! What identities may do, and who may assume roles: an account at a time, all of its policies together.
//!
//! Two passes: AWS's policies that permission sets name are read wherever an account attaches them, which may be after
//! the account that holds the sets.

mod account;
mod rows;
mod shelf;
mod trust;
mod verdict;

use arrow::record_batch::RecordBatch;
use orgcensus_lake::{Publication, SliceIndex, TableEntry};
use orgcensus_policy::Organization;
use orgcensus_row::{GLOBAL, Row};

use super::{BATCH_ROWS, Derived, Staged};
use crate::context::Shared;
use crate::run::Error;
use account::{Account, SOURCES, Source};
pub use rows::{IdentityAccess, PrivilegePath};
use shelf::Shelf;
pub use trust::RoleTrust;

/// Derives the three tables.
pub(super) async fn write(
    publication: &Publication,
    shared: &Shared,
    index: &mut SliceIndex,
    organization: &Organization,
) -> Result<Vec<TableEntry>, Error> {
    let mut shelf = Shelf::default();
    let mut sources = open(shared, index)?;
    for member in &shared.organization.accounts {
        read(&mut sources, &member.id, &mut shelf)?;
    }
    let mut sources = open(shared, index)?;
    let mut written = Written::new(publication)?;
    for member in &shared.organization.accounts {
        let account = read(&mut sources, &member.id, &mut shelf)?;
        written.identities(shared, &member.id, &account, &shelf).await?;
        for row in account.trusts(&member.id, organization) {
            written.trusts.push_in(shared, &member.id, &row).await?;
        }
        written.trusts.flush_in(shared, &member.id).await?;
    }
    written.close().await
}

/// The tables being written.
struct Written {
    access: Derived<IdentityAccess>,
    paths: Derived<PrivilegePath>,
    trusts: Derived<RoleTrust>,
}

impl Written {
    fn new(publication: &Publication) -> Result<Self, Error> {
        Ok(Self {
            access: Derived::new(publication)?,
            paths: Derived::new(publication)?,
            trusts: Derived::new(publication)?,
        })
    }

    async fn identities(
        &mut self,
        shared: &Shared,
        account_id: &str,
        account: &Account,
        shelf: &Shelf,
    ) -> Result<(), Error> {
        for identity in account.identities() {
            let (access, mut paths) = verdict::verdict(identity, &account.policies(identity, shelf), account, shelf);
            self.access.push_in(shared, account_id, &access).await?;
            paths.sort_by(|one, other| one.method.cmp(&other.method));
            for path in &paths {
                self.paths.push_in(shared, account_id, path).await?;
            }
        }
        self.access.flush_in(shared, account_id).await?;
        self.paths.flush_in(shared, account_id).await
    }

    async fn close(self) -> Result<Vec<TableEntry>, Error> {
        Ok(vec![self.access.writer.close().await?, self.paths.writer.close().await?, self.trusts.writer.close().await?])
    }
}

type Sources = Vec<(Source, Staged)>;

/// The staged tables, as far as their collectors exist.
fn open(shared: &Shared, index: &mut SliceIndex) -> Result<Sources, Error> {
    let tables = crate::tables::staged(&shared.crawl.all_collectors);
    let mut sources = Vec::new();
    for (name, source) in SOURCES {
        if let Some(table) = tables.iter().find(|table| table.name == *name) {
            sources.push((*source, Staged::open(shared, index, *table)?));
        }
    }
    Ok(sources)
}

/// All that matters here of one account. Accounts must be asked for in order.
fn read(sources: &mut Sources, account_id: &str, shelf: &mut Shelf) -> Result<Account, Error> {
    let mut account = Account::default();
    for (add, staged) in sources {
        staged.visit(account_id, |batch| {
            for row in 0..batch.num_rows() {
                add(&mut account, batch, row, shelf);
            }
        })?;
    }
    Ok(account)
}

impl Staged {
    /// Shows the batches of one account one by one. Accounts must be asked for in order.
    fn visit(&mut self, account_id: &str, mut show: impl FnMut(&RecordBatch)) -> Result<(), Error> {
        while let Some(group) = self.groups.next_if(|group| *group.account_id <= *account_id) {
            if *group.account_id == *account_id {
                for slice in &group.slices {
                    show(&group.stage.read(&self.table, slice).map_err(Error::Lake)?);
                }
            }
        }
        Ok(())
    }
}

impl<R: Row> Derived<R> {
    /// Adds a row about an account as a whole.
    async fn push_in(&mut self, shared: &Shared, account_id: &str, row: &R) -> Result<(), Error> {
        self.builder.push(row)?;
        if self.builder.len() >= BATCH_ROWS { self.flush_in(shared, account_id).await } else { Ok(()) }
    }

    async fn flush_in(&mut self, shared: &Shared, account_id: &str) -> Result<(), Error> {
        if self.builder.is_empty() {
            return Ok(());
        }
        let batch = self.builder.take(&shared.stamp(account_id, GLOBAL))?;
        Ok(self.writer.write(&batch).await?)
    }
}
