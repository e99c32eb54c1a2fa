//! `first_seen`: since when each open way into a resource is seen.
//!
//! The entries of the newest earlier snapshot that has the table are carried on, account by account. One that this
//! snapshot sees too keeps its moment. One that it does not see keeps it as well, unless it has certainly ended: its
//! verdict is no, and a verdict is no only where all was read; or it is gone by the rule of `diff`.
//!
//! An earlier snapshot whose files are damaged is passed over (`earlier`): what the one before it carries keeps its
//! moments, and only what was new since then may be older than it says.

mod account;
mod earlier;

use futures::future::BoxFuture;
use orgcensus_crawl::{AccountRows, Failed, Materialization, Materialize, Placed};
use orgcensus_derive::{ExternalAccess, ResourceAccess};
use orgcensus_lake::{Lake, Manifest};
use orgcensus_row::{Row, Table, Timestamp, table};
use serde::Serialize;

use crate::worker::{Rows, add, send};
use account::{Account, Key};
use earlier::{Earlier, choose};

/// The kind of entries about resources that anyone can reach.
const PUBLIC: &str = "public";
/// The kind of entries about principals outside the organization that are let in.
const EXTERNAL: &str = "external";

/// One open way into a resource, and since when it is seen: a resource that anyone can reach (resource_access), or a
/// principal outside the organization that a resource lets in (external_access). What a snapshot does not see is
/// carried on until it has certainly ended, so a night that was denied resets nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Row)]
#[row(table = "first_seen", key = "kind, resource_arn, principal")]
pub struct FirstSeen {
    /// public (resource_access.is_public) or external (external_access.is_external).
    pub kind: String,
    /// The resource's ARN.
    pub resource_arn: String,
    /// The principal as the policy has it, AWS:arn:aws:iam::111122223333:root; empty where it is public.
    pub principal: String,
    /// The resource's type, sqs_queue.
    pub resource_type: String,
    /// When the first snapshot that saw it was taken (UTC); null if that was the first one with this table: nobody
    /// knows since when it was there.
    pub first_seen_at: Option<Timestamp>,
    /// Whole days since then; null if that is not known.
    pub first_seen_days: Option<i32>,
    /// Whether it may be older than first_seen_at: the snapshot before may have missed it, could not be read, or there
    /// was none.
    pub is_perhaps_older: bool,
    /// When the last snapshot that saw it was taken (UTC).
    pub last_seen_at: Timestamp,
    /// Whether this snapshot saw it. If not it may be there still, and is carried on.
    pub is_seen: bool,
}

/// The materialization.
pub(crate) struct FirstSeens;

impl Materialization for FirstSeens {
    fn table(&self) -> Table {
        table::<FirstSeen>()
    }

    fn make<'a>(&'a self, to: &'a mut Materialize<'_>) -> BoxFuture<'a, Result<(), Failed>> {
        Box::pin(async move {
            let commits = to.earlier_snapshots().await?;
            let now = to.lake().manifest(to.commit()).await?;
            let lake = to.lake().clone();
            let work = move |rows: Rows<FirstSeen>| async move {
                let (was, damaged) = choose(&lake, commits, &now).await?;
                let commit = was.as_ref().map(|it| it.commit.clone());
                entries(lake, was, now, rows).await?;
                Ok::<_, Failed>((commit, damaged))
            };
            let (commit, damaged) = add(to, work).await?;
            to.asked(commit);
            for error in damaged {
                to.warn(&format!("first_seen: could not {error}; an older snapshot is asked"));
            }
            Ok(())
        })
    }
}

/// Makes the entries of all accounts. Memory holds what is open in one of them.
async fn entries(lake: Lake, was: Option<Earlier>, now: Manifest, rows: Rows<FirstSeen>) -> Result<(), Failed> {
    let mut earlier = match &was {
        Some(was) => Some(AccountRows::<FirstSeen>::open(&lake, &was.manifest)?),
        None => None,
    };
    let judges = was.as_ref().map(|it| &it.judges);
    let mut resources = AccountRows::<ResourceAccess>::open(&lake, &now)?;
    let mut externals = AccountRows::<ExternalAccess>::open(&lake, &now)?;
    loop {
        let carried = match &mut earlier {
            Some(earlier) => earlier.account().await?,
            None => None,
        };
        let accounts = [carried, resources.account().await?, externals.account().await?];
        let Some(account_id) = accounts.into_iter().flatten().min() else { return Ok(()) };
        let mut account = Account::new(now.captured_at);
        if let Some(earlier) = &mut earlier {
            earlier.each_of(&account_id, |region, row| account.carry(region, &row)).await?;
        }
        resources.each_of(&account_id, |region, row| account.add_resource(region, &row)).await?;
        externals.each_of(&account_id, |region, row| account.add_external(region, &row)).await?;
        let placed = |(Key { region, .. }, row)| Placed {
            account_id: account_id.clone(),
            account_name: String::new(),
            region,
            row,
        };
        let made = account.entries(&account_id, judges);
        send(&rows, made.into_iter().map(placed).collect()).await?;
    }
}

#[cfg(test)]
mod tests;
