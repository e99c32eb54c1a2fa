//! What identities may do, and who may assume roles: an account at a time, all of its policies together.
//!
//! AWS's own policies are on the shelf already, from the documents of all accounts: a permission set may name one that only
//! another account attaches.

mod account;
mod rows;
mod shelf;
mod trust;
mod verdict;

use orgcensus_lake::{Publication, SliceIndex, TableEntry};
use orgcensus_policy::Organization;
use orgcensus_row::{GLOBAL, Stamp};

use super::{Derived, Staged};
use crate::context::Shared;
use crate::error::Error;
use account::{Account, SOURCES, Source};
pub use rows::{IdentityAccess, PrivilegePath};
pub(super) use shelf::Shelf;
pub use trust::RoleTrust;

/// Derives the three tables.
pub(super) async fn write(
    publication: &Publication,
    shared: &Shared,
    index: &mut SliceIndex,
    organization: &Organization,
    shelf: &mut Shelf,
) -> Result<Vec<TableEntry>, Error> {
    let mut sources = open(shared, index)?;
    let mut written = Written::new(publication)?;
    for member in &shared.organization.accounts {
        let stamp = shared.stamp(&member.id, GLOBAL);
        let account = read(&mut sources, &member.id, shelf)?;
        written.identities(&stamp, &account, shelf).await?;
        for row in account.trusts(&member.id, organization) {
            written.trusts.push(&stamp, &row).await?;
        }
        written.trusts.flush(&stamp).await?;
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

    async fn identities(&mut self, stamp: &Stamp, account: &Account, shelf: &Shelf) -> Result<(), Error> {
        for identity in account.identities() {
            let (access, mut paths) = verdict::verdict(identity, &account.policies(identity, shelf), account, shelf);
            self.access.push(stamp, &access).await?;
            paths.sort_by(|one, other| one.method.cmp(&other.method));
            for path in &paths {
                self.paths.push(stamp, path).await?;
            }
        }
        self.access.flush(stamp).await?;
        self.paths.flush(stamp).await
    }

    async fn close(self) -> Result<Vec<TableEntry>, Error> {
        Ok(vec![self.access.writer.close().await?, self.paths.writer.close().await?, self.trusts.writer.close().await?])
    }
}

type Sources = Vec<(Source, Staged)>;

/// The staged tables, as far as their collectors exist.
fn open(shared: &Shared, index: &mut SliceIndex) -> Result<Sources, Error> {
    let mut sources = Vec::new();
    for (name, source) in SOURCES {
        sources.extend(Staged::named(shared, index, name)?.map(|staged| (*source, staged)));
    }
    Ok(sources)
}

/// All that matters here of one account. Accounts must be asked for in order.
fn read(sources: &mut Sources, account_id: &str, shelf: &mut Shelf) -> Result<Account, Error> {
    let mut account = Account::default();
    for (add, staged) in sources {
        staged.of_account(account_id, |batch, row| add(&mut account, batch, row, shelf))?;
    }
    Ok(account)
}
