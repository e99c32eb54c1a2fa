//! A materialization publishes an answer as a table. It asks the files of a snapshot that is written and not committed
//! yet, perhaps an earlier snapshot besides, and its rows are published with the others. The crawl takes a list of
//! materializations, as it takes a list of derivations, and knows none of them by name.
//!
//! If one fails, the snapshot lacks its table, and says so: what was collected must not be lost because of an answer,
//! and a table that is not there looks like no empty one. `materializations` has a row for each of them.

use std::error::Error as StdError;

use futures::future::BoxFuture;
use orgcensus_lake::{Commit, Coverage, Lake, Publication, TableEntry, of_earlier_dates};
use orgcensus_row::{Row, Stamp, Table, table};
use serde::Serialize;
use tokio::time::timeout;
use tracing::Instrument;

use crate::context::Shared;
use crate::error::Error;
use crate::event::Event;
use crate::scratch::{Scratch, ScratchRows};
use crate::{organization_rows, spans, writing};

/// Whatever may go wrong in one.
pub type Failed = Box<dyn StdError + Send + Sync>;

/// How many earlier snapshots are looked at for one that has a table.
const LOOKED_AT_MAX: usize = 40;

/// A way to make a table of a snapshot's own files. It runs after the last file of the tables before it, and before the
/// commit.
pub trait Materialization: Send + Sync {
    /// The table that it fills.
    fn table(&self) -> Table;

    /// Makes the rows. What it adds before it fails is not published.
    fn make<'a>(&'a self, to: &'a mut Materialize<'_>) -> BoxFuture<'a, Result<(), Failed>>;
}

/// One table that is made of other tables' rows after their files are written: changes, facts, first_seen. The row says
/// how that ended, and which earlier snapshot was asked besides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Row)]
#[row(table = "materializations", key = "table_name")]
pub struct MaterializedTable {
    /// The table.
    pub table_name: String,
    /// complete; no_previous (there is no earlier complete snapshot, or none with the table: changes is empty,
    /// first_seen has no moments); not_configured (it is empty: the configuration does not say what it is about);
    /// failed, timed_out: the snapshot lacks it.
    pub outcome: String,
    /// The date of the earlier snapshot that was asked; null if none was.
    pub previous_snapshot_date: Option<String>,
    /// The run that published the earlier snapshot; null if none was asked.
    pub previous_run_id: Option<String>,
    /// The number of the earlier snapshot's commit; null if none was asked.
    pub previous_commit_number: Option<i64>,
    /// Rows; null if the snapshot lacks the table.
    pub rows_written: Option<i64>,
    /// Why it failed; null if it did not.
    pub error_message: Option<String>,
}

/// The table that says how each materialization ended.
pub const MATERIALIZATIONS: Table = table::<MaterializedTable>();

/// Which earlier snapshot a materialization asked for.
#[derive(Debug, Default)]
struct Asked {
    has_asked: bool,
    previous: Option<Commit>,
    /// Whether the configuration does not say what the table is about.
    is_unconfigured: bool,
}

/// How a materialization ended.
#[derive(Debug)]
enum Ended {
    Written(u64),
    Failed(String),
    TimedOut(String),
}

impl Ended {
    /// Why there is no table, in words.
    fn why_not(&self) -> Option<String> {
        match self {
            Self::Written(_) => None,
            Self::Failed(why) => Some(format!("could not {why}")),
            Self::TimedOut(why) => Some(why.clone()),
        }
    }
}

impl MaterializedTable {
    fn new(table: Table, asked: &Asked, ended: Ended) -> Self {
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let (outcome, rows_written, error_message) = match ended {
            Ended::Written(rows) if asked.is_unconfigured => ("not_configured", Some(number(rows)), None),
            Ended::Written(rows) if asked.has_asked && asked.previous.is_none() => {
                ("no_previous", Some(number(rows)), None)
            }
            Ended::Written(rows) => ("complete", Some(number(rows)), None),
            Ended::Failed(why) => ("failed", None, Some(why)),
            Ended::TimedOut(why) => ("timed_out", None, Some(why)),
        };
        let previous = asked.previous.as_ref();
        Self {
            table_name: table.name.to_owned(),
            outcome: outcome.to_owned(),
            previous_snapshot_date: previous.map(|it| it.snapshot_date.clone()),
            previous_run_id: previous.map(|it| it.run_id.clone()),
            previous_commit_number: previous.map(|it| i64::from(it.n)),
            rows_written,
            error_message,
        }
    }
}

/// The input and output of a materialization that runs.
pub struct Materialize<'c> {
    shared: &'c Shared,
    scratch: &'c mut Scratch,
    table: Table,
    lake: Lake,
    commit: Commit,
    asked: Asked,
}

/// A row, and what it is about.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed<R> {
    /// The account, 12 digits; empty if the row is about no account.
    pub account_id: String,
    /// The account's name, in case that the organization no longer lists it.
    pub account_name: String,
    /// The region, or `global`.
    pub region: String,
    /// The row.
    pub row: R,
}

/// Rows that wait to be staged.
pub struct PlacedRows<R: Row> {
    rows: ScratchRows<R>,
    /// The place of those that wait.
    stamp: Option<Stamp>,
}

/// Runs the materializations, one after the other, and adds their tables to those that are written. Each one finds the
/// tables of those before it.
pub(crate) async fn run(
    shared: &Shared,
    publication: &Publication,
    scratch: &mut Scratch,
    tables: &mut Vec<TableEntry>,
    coverage: &Coverage,
) -> Result<(), Error> {
    let crawl = &shared.crawl;
    let mut ended = Vec::new();
    for it in &crawl.materializations {
        let (lake, commit) = publication.preview(tables.clone(), coverage.clone())?;
        let (table, asked) = (it.table(), Asked::default());
        let mut to = Materialize { shared, scratch: &mut *scratch, table, lake, commit, asked };
        let made = timeout(crawl.bounds.task, it.make(&mut to).instrument(spans::materialization(table.name))).await;
        let asked = to.asked;
        let end = match made {
            Ok(Ok(())) => {
                let entry = writing::write_table(shared, publication, scratch, &table).await?;
                let rows = entry.rows;
                tables.push(TableEntry { is_derived: true, ..entry });
                Ended::Written(rows)
            }
            Ok(Err(error)) => Ended::Failed(orgcensus_aws::with_causes(&*error)),
            Err(_) => Ended::TimedOut(format!("it took more than {} s", crawl.bounds.task.as_secs())),
        };
        if let Some(why) = end.why_not() {
            crawl.tell(&Event::Warning { message: &format!("the snapshot lacks the table {}: {why}", table.name) });
        }
        ended.push(MaterializedTable::new(table, &asked, end));
    }
    if ended.is_empty() {
        return Ok(());
    }
    let management = shared.organization.home_account_id();
    organization_rows::stage_each(shared, scratch, ended.into_iter().map(|row| (management, row)))?;
    tables.push(writing::write_table(shared, publication, scratch, &MATERIALIZATIONS).await?);
    Ok(())
}

impl Materialize<'_> {
    /// The lake as it will be when the snapshot is committed.
    pub fn lake(&self) -> &Lake {
        &self.lake
    }

    /// The commit that the snapshot will have, for [`Lake::manifest`]: what is written of it so far.
    pub fn commit(&self) -> &Commit {
        &self.commit
    }

    /// The previous complete snapshot of the organization, which is of an earlier date, as `orgcensus changes` takes
    /// it; none if there is none.
    pub async fn previous(&mut self) -> Result<Option<Commit>, Error> {
        let living = self.lake.snapshots().await?;
        let previous = self.earlier(&living).next().cloned();
        self.asked = Asked { has_asked: true, previous, ..Asked::default() };
        Ok(self.asked.previous.clone())
    }

    /// The earlier complete snapshots of the organization, the newest first, as many as one may look at. Which of them
    /// was asked, if any, [`asked`](Self::asked) says.
    pub async fn earlier_snapshots(&mut self) -> Result<Vec<Commit>, Error> {
        self.asked = Asked { has_asked: true, ..Asked::default() };
        let living = self.lake.snapshots().await?;
        Ok(self.earlier(&living).take(LOOKED_AT_MAX).cloned().collect())
    }

    /// Notes the earlier snapshot that was asked.
    pub fn asked(&mut self, previous: Option<Commit>) {
        self.asked.previous = previous;
    }

    /// The complete snapshots of the organization of earlier dates, the newest first.
    fn earlier<'a>(&'a self, living: &'a [Commit]) -> impl Iterator<Item = &'a Commit> {
        of_earlier_dates(living, &self.commit.organization_id, &self.commit.snapshot_date)
    }

    /// Says that the configuration does not say what the table is about: it is empty for want of a question.
    pub fn not_configured(&mut self) {
        self.asked.is_unconfigured = true;
    }

    /// Tells a person of something that should be looked at.
    pub fn warn(&self, message: &str) {
        self.shared.crawl.tell(&Event::Warning { message });
    }

    /// A buffer for rows. An error if they are of another table.
    pub fn rows<R: Row>(&self) -> Result<PlacedRows<R>, Error> {
        if table::<R>() != self.table {
            return Err(Error::Undeclared { derivation: self.table.name, what: "writes", table: R::TABLE });
        }
        Ok(PlacedRows { rows: ScratchRows::new()?, stamp: None })
    }

    /// Adds a row. It is cheap if the one before is of the same account and region. After the last one, call
    /// [`stage`](Self::stage).
    pub fn push<R: Row>(&mut self, rows: &mut PlacedRows<R>, placed: Placed<R>) -> Result<(), Error> {
        let Placed { account_id, account_name, region, row } = placed;
        let is_same = |it: &Stamp| it.account_id == account_id && it.region == region;
        if !rows.stamp.as_ref().is_some_and(is_same) {
            self.stage(rows)?;
            let mut stamp = self.shared.stamp(&account_id, &region);
            if stamp.account_name.is_empty() {
                stamp.account_name = account_name;
            }
            rows.stamp = Some(stamp);
        }
        match &rows.stamp {
            Some(stamp) => rows.rows.extend(self.scratch, stamp, [row]),
            None => Ok(()),
        }
    }

    /// Stages the rows that wait in the buffer.
    pub fn stage<R: Row>(&mut self, rows: &mut PlacedRows<R>) -> Result<(), Error> {
        match rows.stamp.take() {
            Some(stamp) => rows.rows.stage(self.scratch, &stamp),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
