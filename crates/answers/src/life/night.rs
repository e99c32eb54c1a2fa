//! The rows of one snapshot that are about a subject.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use futures::{StreamExt, TryStreamExt, stream};
use orgcensus_lake::{Commit, Lake, Manifest, TableEntry, Wanted};

use super::subject::{Subject, service, wanted};
use crate::cells::text_cell;
use crate::diff::{COVERAGE, Columns, ONLY_IF_ASKED, TableReader, each, members, row_key};
use crate::{Error, Result};

/// Tables that are read at once: an object store answers late.
const TABLES_AT_ONCE: usize = 16;

/// Services whose tables are named otherwise than their ARNs.
const OTHERWISE_NAMED: [(&str, &str); 6] = [
    ("apigatewayv2", "apigateway"),
    ("efs", "elasticfilesystem"),
    ("elb", "elasticloadbalancing"),
    ("elbv2", "elasticloadbalancing"),
    ("eventbridge", "events"),
    ("opensearch", "es"),
];

/// The tables that say what a night saw: `Both` and `accounts` read them.
const JUDGED: [&str; 4] = ["account_regions", "accounts", COVERAGE, "organizations"];

/// Which row it is: table, account, region, natural key.
pub(crate) type RowId = (String, String, String, Option<String>);

/// One snapshot, and its rows that are about the subject.
#[derive(Debug)]
pub(crate) struct Night {
    pub(crate) commit: Commit,
    pub(crate) manifest: Manifest,
    pub(crate) rows: BTreeMap<RowId, Row>,
    /// The tables that have a column which may name the subject. In an older version it may be missing.
    pub(crate) naming: BTreeSet<String>,
}

/// What is compared of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) account_name: Option<String>,
    /// By the names of their columns.
    pub(crate) cells: BTreeMap<String, Cell>,
}

/// One value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cell {
    /// As it is shown.
    pub(crate) text: Option<String>,
    /// Of a list its members, sorted: AWS does not promise an order.
    pub(crate) members: Option<Vec<Option<String>>>,
    pub(crate) is_boolean: bool,
}

impl Cell {
    /// Whether the values differ, and not only in the order of their members.
    pub(crate) fn differs(&self, other: &Self) -> bool {
        let has_same_members = self.members.is_some() && self.members == other.members;
        self.text != other.text && !has_same_members
    }
}

/// Columns of tables that hold ARNs of one other service alone, so that nobody looks at them again in other nights. The
/// table `sqs_queues` is named by its service, and its first and last ARN are of that service: then all of them are.
#[derive(Debug, Default)]
pub(crate) struct Others(Mutex<BTreeMap<(String, String), bool>>);

impl Others {
    async fn has(&self, lake: &Lake, table: &TableEntry, column: &str, own: &str) -> Result<bool> {
        let known = (table.name.clone(), column.to_owned());
        if let Some(is_other) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&known) {
            return Ok(*is_other);
        }
        let Some(ends) = lake.ends(table, column).await? else { return Ok(false) };
        let first_word = table.name.split('_').next().unwrap_or_default();
        let is_named_by = |it: &str| first_word == it || OTHERWISE_NAMED.contains(&(first_word, it));
        let is_other = ends.iter().all(|arn| service(arn).is_some_and(|it| it != own && is_named_by(it)));
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(known, is_other);
        Ok(is_other)
    }
}

impl Night {
    pub(crate) async fn read(
        lake: &Lake,
        commit: &Commit,
        subject: &Subject,
        tables: &[String],
        others: &Others,
        kept: &BTreeSet<&'static str>,
    ) -> Result<Self> {
        let manifest = lake.manifest(commit).await?;
        let is_asked = |table: &&TableEntry| {
            // Without names those that `diff` compares, but for the coverage: each task is a row.
            let is_usual = table.name != COVERAGE && !ONLY_IF_ASKED.contains(&table.name.as_str());
            let is_meant = if tables.is_empty() { is_usual } else { tables.contains(&table.name) };
            is_meant && !subject.columns(table).is_empty()
        };
        let mut asked: Vec<TableEntry> = manifest.tables.iter().filter(is_asked).cloned().collect();
        let naming = asked.iter().map(|table| table.name.clone()).collect();
        asked.retain(|table| table.rows > 0);
        let reads = asked.into_iter().map(|table| read_table(lake, table, subject, others));
        let found: Vec<_> = stream::iter(reads).buffer_unordered(TABLES_AT_ONCE).try_collect().await?;
        let rows = found.into_iter().flatten().collect();
        Ok(Self { commit: commit.clone(), manifest: slim(manifest, kept), rows, naming })
    }
}

/// The rows of some accounts and of the account for which the organization's tasks are counted; none if nobody says
/// which that is: then those of all accounts are needed.
pub(super) async fn accounts(
    lake: &Lake,
    manifests: [&Manifest; 2],
    mut wanted: BTreeSet<String>,
) -> Result<Option<Wanted>> {
    for manifest in manifests {
        let mut management = BTreeSet::new();
        each(lake, manifest, ("organizations", None), ["management_account_id"], |[id]| {
            management.extend(id.map(str::to_owned));
        })
        .await?;
        if management.is_empty() {
            return Ok(None);
        }
        wanted.extend(management);
    }
    Ok(Some(Wanted::of_accounts(wanted)))
}

/// Leaves out what nobody asks any more: rows that were last seen long ago keep their night, and a whole manifest has
/// megabytes. Of some tables the rows are asked again.
fn slim(mut manifest: Manifest, kept: &BTreeSet<&'static str>) -> Manifest {
    for table in &mut manifest.tables {
        table.comment = String::new();
        if kept.contains(table.name.as_str()) {
            table.columns.iter_mut().for_each(|column| column.comment = String::new());
            continue;
        }
        table.columns = Vec::new();
        if !JUDGED.contains(&table.name.as_str()) {
            table.files = Vec::new();
        }
    }
    manifest
}

async fn read_table(lake: &Lake, table: TableEntry, subject: &Subject, others: &Others) -> Result<Vec<(RowId, Row)>> {
    let mut named = Vec::new();
    for (column, value) in subject.columns(&table) {
        let is_other = match subject.service() {
            Some(own) => others.has(lake, &table, &column, own).await?,
            None => false,
        };
        if !is_other {
            named.push((column, value));
        }
    }
    let mut rows = Vec::new();
    if named.is_empty() {
        return Ok(rows);
    }
    let Some(columns) = Columns::of(&table, &table)? else { return Ok(rows) };
    let mut reader = TableReader::new(lake, &table, columns.fields(), Some(&wanted(named)))?;
    while let Some(batch) = reader.next().await? {
        for at in 0..batch.first().map_or(0, |column| column.len()) {
            let row = row(&table.name, &columns, &batch, at);
            rows.push(row.map_err(|source| Error::Table { table: table.name.clone(), source: source.into() })?);
        }
    }
    Ok(rows)
}

fn row(table: &str, columns: &Columns, batch: &[ArrayRef], at: usize) -> Result<(RowId, Row), ArrowError> {
    let text = |column: usize| text_cell(&batch[column], at);
    let place = |column: usize| {
        let texts = batch[column].as_string_opt::<i32>().filter(|it| it.is_valid(at));
        texts.map_or_else(String::new, |it| it.value(at).to_owned())
    };
    let key = row_key(&columns.key[2..], |index| text(2 + index))?;
    let name = columns.key.len();
    let mut cells = BTreeMap::new();
    for (index, field) in columns.compared.iter().enumerate() {
        let column = &batch[name + 1 + index];
        let is_boolean = *field.data_type() == DataType::Boolean;
        let cell = Cell { text: text_cell(column, at)?, members: members(column, at)?, is_boolean };
        cells.insert(field.name().clone(), cell);
    }
    Ok(((table.to_owned(), place(0), place(1), key), Row { account_name: text(name)?, cells }))
}
