//! What differs between two snapshots of an organization: table by table, row by row, column by column.
//!
//! Rows are matched by their tables' natural keys, as the manifests say them. A row that is missing is gone only where
//! it would have been seen. Memory does not grow with the rows: the files are sorted by account, region and key, so
//! both snapshots are merged while they are read.
//!
//! ```text
//! pairs       which two snapshots of each organization
//! known       how the tasks of both ended, which accounts there are, which regions are off
//! columns     what is compared
//! reader      a table's rows, in order           merge   which side has the next row
//! ended       what two tasks say of a row        judge   all tasks that a row rests on -> gone, or not seen, and why
//! fate        what a difference is called        table   both sides of a table -> differences; table/whole: -> pairs of
//!                                                        rows, of which rules of change say more
//! carried     the rule for entries that are no rows
//! ```

mod carried;
mod columns;
mod difference;
mod ended;
mod fate;
mod judge;
mod known;
mod merge;
mod pairs;
mod reader;
mod table;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::{BTreeSet, VecDeque};
use std::io::Write;
use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use orgcensus_lake::{Commit, Lake, Manifest, TableEntry};

pub use carried::{Carried, CarriedOf};
pub use difference::Difference;
pub use fate::Change;
pub use pairs::Pair;

use crate::format::Output;
use crate::history::manifests;
use crate::nearest::tables_in_words;
use crate::{Error, Format, RestsOn, Result, Which};
use difference::Counts;
use pairs::pairs;

pub(crate) use columns::{ACTIVITY, ACTIVITY_WINDOWS, COVERAGE, Columns, ONLY_IF_ASKED};
pub(crate) use ended::Side;
pub(crate) use fate::values_as;
pub(crate) use judge::{Judge, Unseen};
pub(crate) use known::{Both, GLOBAL, ORGANIZATION, Place};
pub(crate) use merge::Next;
pub(crate) use pairs::Pairs;
pub(crate) use reader::{TableReader, each};
pub(crate) use table::{TableDiff, WholePairs, members, row_key};

/// Differences that are handed on at once.
const AT_ONCE: usize = 1024;

/// Tables derived by versions whose manifests do not say what is derived.
const DERIVED_BEFORE: [&str; 11] = [
    "account_policies",
    "ec2_metadata_posture",
    "external_access",
    "identity_access",
    "internet_paths",
    "policy_principals",
    "privilege_paths",
    "resource_access",
    "resource_tags",
    "resources",
    "role_trust",
];

/// The differences between two snapshots, as they are found: organization by organization, table by table, in the order
/// of account, region and key.
pub struct Diff {
    lake: Lake,
    pairs: Pairs,
    waiting: VecDeque<TwoManifests>,
    asked: Vec<String>,
    current: Option<OneOrganization>,
}

/// The manifests of one organization's snapshots, the older one first.
pub(crate) type TwoManifests = [Manifest; 2];

/// The organization whose tables are being compared.
struct OneOrganization {
    manifests: TwoManifests,
    rests_on: RestsOn,
    both: Arc<Both>,
    /// The tables that are still to come.
    tables: VecDeque<String>,
    table: Option<TableDiff>,
}

impl Diff {
    /// Opens two snapshots of each organization. Without `from`, each one that `to` means is compared with the newest
    /// complete one of an earlier date. Without names, all tables are compared but those that tell of the run alone, of
    /// what happened, or are made of others. Reads manifests and no data.
    pub async fn open(lake: &Lake, from: Option<&Which>, to: &Which, tables: &[String]) -> Result<Self> {
        let (pairs, waiting) = two_of_each(lake, from, to).await?;
        let known: BTreeSet<&str> =
            waiting.iter().flatten().flat_map(|it| &it.tables).map(|table| table.name.as_str()).collect();
        let unknown: Vec<&str> = tables.iter().map(String::as_str).filter(|it| !known.contains(it)).collect();
        if let Some(first) = unknown.first() {
            let known: Vec<&str> = known.iter().copied().collect();
            let known = tables_in_words(first, "the snapshots have", &known);
            return Err(Error::UnknownTable { table: unknown.join(", "), known });
        }
        Ok(Self { lake: lake.clone(), pairs, waiting, asked: tables.to_vec(), current: None })
    }

    /// The snapshots that are compared.
    pub fn pairs(&self) -> &[Pair] {
        &self.pairs.pairs
    }

    /// The newer snapshots that have no older one to be compared with.
    pub fn alone(&self) -> &[Commit] {
        &self.pairs.alone
    }

    /// The next differences; none at the end. Never an empty list.
    pub async fn next(&mut self) -> Result<Option<Vec<Difference>>> {
        let mut differences = Vec::new();
        while differences.len() < AT_ONCE {
            let Some(current) = &mut self.current else {
                let Some(manifests) = self.waiting.pop_front() else { break };
                self.current = Some(OneOrganization::open(&self.lake, manifests, &self.asked).await?);
                continue;
            };
            if !current.fill(&self.lake, &mut differences).await? {
                self.current = None;
            }
        }
        Ok((!differences.is_empty()).then_some(differences))
    }

    /// Writes all differences as they are found, a table at most so many letters wide, and gives their number.
    pub async fn write(mut self, format: Format, width: Option<usize>, writer: impl Write + Send) -> Result<u64> {
        let mut output = Output::begin(format, width, &difference::schema(), writer)?;
        let mut written = 0;
        while let Some(differences) = self.next().await? {
            written += differences.len() as u64;
            output.write(&difference::batch(&differences)?)?;
        }
        output.finish()?;
        Ok(written)
    }

    /// How many differences of each kind each table has.
    pub async fn summary(mut self) -> Result<RecordBatch> {
        let mut counts = Counts::default();
        while let Some(differences) = self.next().await? {
            counts.add(&differences);
        }
        counts.batch()
    }
}

/// Two snapshots of each organization, and their manifests.
pub(crate) async fn two_of_each(
    lake: &Lake,
    from: Option<&Which>,
    to: &Which,
) -> Result<(Pairs, VecDeque<TwoManifests>)> {
    let pairs = pairs(from, to, &lake.commits().await?)?;
    let (older, newer): (Vec<Commit>, Vec<Commit>) =
        pairs.pairs.iter().map(|pair| (pair.from.clone(), pair.to.clone())).unzip();
    let (older, newer) = (manifests(lake, &older).await?, manifests(lake, &newer).await?);
    Ok((pairs, older.into_iter().zip(newer).map(|(from, to)| [from, to]).collect()))
}

/// A table in both snapshots, or which of them lacks it.
pub(crate) fn in_both<'a>([from, to]: &'a TwoManifests, name: &str) -> Result<[&'a TableEntry; 2], String> {
    let missing = |side: Side| format!("{side}: the snapshot has no such table");
    let from = from.table(name).ok_or_else(|| missing(Side::From))?;
    let to = to.table(name).ok_or_else(|| missing(Side::To))?;
    Ok([from, to])
}

/// Why the rows of two versions of a table cannot be matched.
pub(crate) fn other_keys(tables: [&TableEntry; 2]) -> String {
    let [was, now] = tables.map(|table| table.key.join(", "));
    format!("from: its key was {was}; to: it is {now}, so its rows cannot be matched")
}

/// Whether the rows of a table are made of other rows.
pub(crate) fn is_derived([from, to]: [&TableEntry; 2]) -> bool {
    from.is_derived || to.is_derived || DERIVED_BEFORE.contains(&to.name.as_str())
}

impl OneOrganization {
    async fn open(lake: &Lake, manifests: TwoManifests, asked: &[String]) -> Result<Self> {
        let both = Arc::new(Both::read(lake, &manifests).await?);
        let rests_on = RestsOn::of(&manifests);
        let names: BTreeSet<&str> =
            manifests.iter().flat_map(|it| &it.tables).map(|table| table.name.as_str()).collect();
        let is_asked = |name: &str| {
            if asked.is_empty() { !ONLY_IF_ASKED.contains(&name) } else { asked.iter().any(|it| it == name) }
        };
        let tables = names.into_iter().filter(|name| is_asked(name)).map(str::to_owned).collect();
        Ok(Self { manifests, rests_on, both, tables, table: None })
    }

    /// Adds differences until there are enough; false after the last table.
    async fn fill(&mut self, lake: &Lake, differences: &mut Vec<Difference>) -> Result<bool> {
        if let Some(table) = &mut self.table {
            if !table.fill(differences, AT_ONCE).await? {
                self.table = None;
            }
            return Ok(true);
        }
        let Some(name) = self.tables.pop_front() else { return Ok(false) };
        match self.open_table(lake, &name).await? {
            Ok(table) => self.table = Some(table),
            Err(reason) => differences.push(self.not_compared(name, reason)),
        }
        Ok(true)
    }

    /// The table of both snapshots, or why it cannot be compared.
    async fn open_table(&self, lake: &Lake, name: &str) -> Result<Result<TableDiff, String>> {
        let tables = match in_both(&self.manifests, name) {
            Ok(tables) => tables,
            Err(reason) => return Ok(Err(reason)),
        };
        let Some(columns) = Columns::of(tables[0], tables[1])? else { return Ok(Err(other_keys(tables))) };
        let judge = Judge::new(&self.both, name, self.rests_on.of_table(name), is_derived(tables));
        let organization_id = &self.manifests[1].organization_id;
        Ok(Ok(TableDiff::open(lake, organization_id, tables, columns, judge, [None; 2]).await?))
    }

    /// The difference that stands for a table which cannot be compared.
    fn not_compared(&self, table_name: String, reason: String) -> Difference {
        Difference {
            table_name,
            change: Change::NotSeen,
            organization_id: self.manifests[1].organization_id.clone(),
            account_id: None,
            account_name: None,
            region: None,
            row_key: None,
            column_name: None,
            was: None,
            now: None,
            reason: Some(reason),
        }
    }
}
