//! What identities may do, and who may assume roles: an account at a time, all of its policies together.
//!
//! AWS's own policies are on the shelf already, from the documents of all accounts: a permission set may name one that only
//! another account attaches.

mod account;
mod rows;
mod shelf;
mod trust;
mod verdict;

use orgcensus_lake::SliceIndex;
use orgcensus_policy::Organization;
use orgcensus_row::GLOBAL;

use super::Staged;
use super::control::Controls;
use crate::context::Shared;
use crate::error::Error;
use crate::scratch::{Scratch, ScratchRows};
use account::{Account, SOURCES, Source};
pub use rows::{IdentityAccess, PrivilegePath};
pub(super) use shelf::Shelf;
pub use trust::RoleTrust;

/// Stages the rows of the three tables.
pub(super) async fn stage(
    shared: &Shared,
    scratch: &mut Scratch,
    organization: &Organization,
    controls: &mut Controls<'_>,
    shelf: &mut Shelf,
) -> Result<(), Error> {
    let mut sources = open(shared, &mut scratch.index)?;
    let mut accesses = ScratchRows::<IdentityAccess>::new()?;
    let mut paths = ScratchRows::<PrivilegePath>::new()?;
    let mut trusts = ScratchRows::<RoleTrust>::new()?;
    for member in &shared.organization.accounts {
        let stamp = shared.stamp(&member.id, GLOBAL);
        let account = read(&mut sources, &member.id, shelf)?;
        for identity in account.identities() {
            let (access, paths_of) = verdict::verdict(identity, &account.policies(identity, shelf), &account, shelf);
            accesses.extend(scratch, &stamp, [access])?;
            paths.extend(scratch, &stamp, paths_of)?;
        }
        trusts.extend(
            scratch,
            &stamp,
            account.trusts(&member.id, organization, &controls.of(shared, &member.id).guardrails),
        )?;
        accesses.stage(scratch, &stamp)?;
        paths.stage(scratch, &stamp)?;
        trusts.stage(scratch, &stamp)?;
        tokio::task::yield_now().await;
    }
    Ok(())
}

type Sources = Vec<(Source, Staged)>;

/// The collectors' tables that say what identities there are and what they may do.
pub(crate) fn identity_tables() -> Vec<&'static str> {
    SOURCES.iter().map(|(name, _)| *name).collect()
}

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
