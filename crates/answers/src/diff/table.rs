//! The differences of one table: two sorted inputs, merged by account, region and natural key as they are read.
//!
//! Nothing is sorted here. Every table is published in the order of its key, so memory holds a batch of either side,
//! however many accounts there are. That the order is right is checked.

mod whole;

use std::cmp::Ordering;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, DynComparator, make_comparator};
use arrow::compute::SortOptions;
use arrow::datatypes::{DataType, Field};
use arrow::error::ArrowError;
use arrow::row::{OwnedRow, Row, RowConverter, Rows, SortField};
use orgcensus_lake::{Lake, TableEntry, Wanted};

use super::columns::Columns;
use super::difference::Difference;
use super::ended::Side;
use super::fate::{Change, values_as};
use super::judge::Judge;
use super::known::Place;
use super::merge::{Next, next};
use super::reader::TableReader;
use crate::cells::text_cell;
use crate::{Error, Result};

pub(crate) use whole::WholePairs;

/// One table of two snapshots, which is being compared.
pub(crate) struct TableDiff {
    table: String,
    organization_id: String,
    columns: Columns,
    judge: Judge,
    from: SortedRows,
    to: SortedRows,
    /// What compares the columns of the two batches, and which batches these are.
    comparators: Option<([u64; 2], Vec<Option<DynComparator>>)>,
}

impl TableDiff {
    /// Opens a table of both snapshots; if some rows of a side are wanted, only these.
    pub(crate) async fn open(
        lake: &Lake,
        organization_id: &str,
        [from, to]: [&TableEntry; 2],
        columns: Columns,
        judge: Judge,
        wanted: [Option<&Wanted>; 2],
    ) -> Result<Self> {
        let fields = columns.key.iter().map(|field| SortField::new(field.data_type().clone())).collect();
        let table = to.name.clone();
        let converter = RowConverter::new(fields).map_err(|source| unreadable(&table, source))?;
        let converter = Arc::new(converter);
        let from = TableReader::new(lake, from, columns.fields(), wanted[0])?;
        let from = SortedRows::open(from, &converter, &columns, &table).await?;
        let to = TableReader::new(lake, to, columns.fields(), wanted[1])?;
        let to = SortedRows::open(to, &converter, &columns, &table).await?;
        let organization_id = organization_id.to_owned();
        Ok(Self { table, organization_id, columns, judge, from, to, comparators: None })
    }

    /// Adds differences until there are at least so many; false at the end of the table.
    pub(crate) async fn fill(&mut self, differences: &mut Vec<Difference>, enough: usize) -> Result<bool> {
        while differences.len() < enough {
            match next(self.from.key(), self.to.key()) {
                None => return Ok(false),
                Some(Next::Lost) => {
                    differences.extend(self.alone(Side::From)?);
                    self.from.advance().await?;
                }
                Some(Next::Found) => {
                    differences.extend(self.alone(Side::To)?);
                    self.to.advance().await?;
                }
                Some(Next::Both) => {
                    self.compare(differences)?;
                    self.from.advance().await?;
                    self.to.advance().await?;
                }
            }
        }
        Ok(true)
    }

    /// The row that only this side has.
    fn alone(&self, side: Side) -> Result<Option<Difference>> {
        let rows = if side == Side::From { &self.from } else { &self.to };
        let Some(head) = &rows.head else { return Ok(None) };
        let place = head.place();
        let (change, reason) = if side == Side::From { self.judge.lost(place) } else { self.judge.found(place) };
        Ok(Some(Difference { reason, ..self.difference(head, change)? }))
    }

    /// The columns that differ in a row that both sides have.
    fn compare(&mut self, differences: &mut Vec<Difference>) -> Result<()> {
        self.compare_batches();
        let (Some((_, comparators)), Some(from), Some(to)) = (&self.comparators, &self.from.head, &self.to.head) else {
            return Ok(());
        };
        for (index, comparator) in comparators.iter().enumerate() {
            let is_same = comparator.as_ref().is_some_and(|it| it(from.at, to.at) == Ordering::Equal);
            if !is_same {
                differences.extend(self.differs(index, from, to)?);
            }
        }
        Ok(())
    }

    /// Makes the comparators of the two batches, if these are others than before.
    fn compare_batches(&mut self) {
        let batches = self.batches();
        if self.comparators.as_ref().is_none_or(|(of, _)| *of != batches) {
            self.comparators = Some((batches, self.comparators_of_batches()));
        }
    }

    /// How many batches were read of each side.
    fn batches(&self) -> [u64; 2] {
        [self.from.batches, self.to.batches]
    }

    /// A comparator for each column; none where the types cannot be compared: then their text is.
    fn comparators_of_batches(&self) -> Vec<Option<DynComparator>> {
        let (Some(from), Some(to)) = (&self.from.head, &self.to.head) else { return Vec::new() };
        let first = self.first_compared();
        let pairs = from.columns[first..].iter().zip(&to.columns[first..]);
        pairs.map(|(from, to)| make_comparator(from.as_ref(), to.as_ref(), SortOptions::default()).ok()).collect()
    }

    /// The compared column of this number, if it really differs.
    fn differs(&self, index: usize, from: &Head, to: &Head) -> Result<Option<Difference>> {
        let field = &self.columns.compared[index];
        let at = self.first_compared() + index;
        let (older, newer) = (&from.columns[at], &to.columns[at]);
        let unread = |source| unreadable(&self.table, source);
        let was = text_cell(older, from.at).map_err(unread)?;
        let now = text_cell(newer, to.at).map_err(unread)?;
        if was == now || has_same_members((older, from.at), (newer, to.at)).map_err(unread)? {
            return Ok(None);
        }
        let null = match (&was, &now) {
            (None, Some(_)) => Some(Side::From),
            (Some(_), None) => Some(Side::To),
            _ => None,
        };
        let short = null.and_then(|side| self.judge.short(side, to.place()));
        let is_verdict = self.judge.has_verdicts() && *field.data_type() == DataType::Boolean;
        let change = values_as(null.is_some(), is_verdict, short.is_some());
        let unknown = || short.unwrap_or_else(|| "null says that it is not known".to_owned());
        let reason = (change == Change::Unknown).then(unknown);
        let column_name = Some(field.name().clone());
        Ok(Some(Difference { column_name, was, now, reason, ..self.difference(to, change)? }))
    }

    fn difference(&self, head: &Head, change: Change) -> Result<Difference> {
        let Place { account_id, region } = head.place();
        Ok(Difference {
            table_name: self.table.clone(),
            change,
            organization_id: self.organization_id.clone(),
            account_id: Some(account_id.to_owned()),
            account_name: head.text(self.columns.key.len()).map_err(|source| unreadable(&self.table, source))?,
            region: Some(region.to_owned()),
            row_key: self.row_key(head).map_err(|source| unreadable(&self.table, source))?,
            column_name: None,
            was: None,
            now: None,
            reason: None,
        })
    }

    /// The natural key as text. The first two columns of the key are account and region.
    fn row_key(&self, head: &Head) -> Result<Option<String>, ArrowError> {
        row_key(&self.columns.key[2..], |index| head.text(2 + index))
    }

    /// Where the compared columns begin: after the key and the account's name.
    fn first_compared(&self) -> usize {
        self.columns.key.len() + 1
    }
}

/// A natural key of these columns as text: its value, or an object in JSON where it has several columns.
pub(crate) fn row_key(
    names: &[Field],
    text: impl Fn(usize) -> Result<Option<String>, ArrowError>,
) -> Result<Option<String>, ArrowError> {
    match names {
        [] => Ok(None),
        [_] => text(0),
        names => {
            let mut key = serde_json::Map::new();
            for (index, field) in names.iter().enumerate() {
                key.insert(field.name().clone(), text(index)?.into());
            }
            Ok(Some(serde_json::Value::Object(key).to_string()))
        }
    }
}

/// Whether two lists have the same members. AWS does not promise an order, so another order is no change.
fn has_same_members(from: (&ArrayRef, usize), to: (&ArrayRef, usize)) -> Result<bool, ArrowError> {
    Ok(match (members(from.0, from.1)?, members(to.0, to.1)?) {
        (Some(from), Some(to)) => from == to,
        _ => false,
    })
}

/// The members of a list, sorted; none if it is null, or no list.
pub(crate) fn members(column: &ArrayRef, row: usize) -> Result<Option<Vec<Option<String>>>, ArrowError> {
    let Some(list) = column.as_list_opt::<i32>().filter(|list| list.is_valid(row)) else { return Ok(None) };
    let values = list.value(row);
    let mut texts = (0..values.len()).map(|at| text_cell(&values, at)).collect::<Result<Vec<_>, _>>()?;
    texts.sort_unstable();
    Ok(Some(texts))
}

fn unreadable(table: &str, source: ArrowError) -> Error {
    Error::Table { table: table.to_owned(), source: source.into() }
}

/// One side of the merge. Its rows come in the order of their keys, or it fails.
struct SortedRows {
    reader: TableReader,
    converter: Arc<RowConverter>,
    keys: usize,
    table: String,
    head: Option<Head>,
    /// How many batches were read: tells one batch from another.
    batches: u64,
}

/// The next row of one side, in its batch.
struct Head {
    columns: Vec<ArrayRef>,
    keys: Rows,
    at: usize,
}

impl Head {
    /// The row's account and region.
    fn place(&self) -> Place<'_> {
        let text = |index: usize| {
            let column = self.columns[index].as_string_opt::<i32>();
            column.filter(|it| it.is_valid(self.at)).map_or("", |it| it.value(self.at))
        };
        Place { account_id: text(0), region: text(1) }
    }

    fn text(&self, column: usize) -> Result<Option<String>, ArrowError> {
        text_cell(&self.columns[column], self.at)
    }
}

impl SortedRows {
    async fn open(reader: TableReader, converter: &Arc<RowConverter>, columns: &Columns, table: &str) -> Result<Self> {
        let (converter, keys, table) = (Arc::clone(converter), columns.key.len(), table.to_owned());
        let mut rows = Self { reader, converter, keys, table, head: None, batches: 0 };
        rows.read(None).await?;
        Ok(rows)
    }

    /// The key of the next row; none at the end.
    fn key(&self) -> Option<Row<'_>> {
        self.head.as_ref().map(|head| head.keys.row(head.at))
    }

    /// Goes to the row after it.
    async fn advance(&mut self) -> Result<()> {
        let Some(head) = &mut self.head else { return Ok(()) };
        head.at += 1;
        if head.at < head.keys.num_rows() {
            return Ok(());
        }
        let last = head.keys.row(head.at - 1).owned();
        self.head = None;
        self.read(Some(last)).await
    }

    /// Reads the next batch. Its rows come after the last one before it.
    async fn read(&mut self, last: Option<OwnedRow>) -> Result<()> {
        let Some(columns) = self.reader.next().await? else { return Ok(()) };
        let keys = self.converter.convert_columns(&columns[..self.keys]);
        let keys = keys.map_err(|source| unreadable(&self.table, source))?;
        let begins = last.is_none_or(|last| last.row() <= keys.row(0));
        if !begins || (1..keys.num_rows()).any(|row| keys.row(row - 1) > keys.row(row)) {
            return Err(Error::Unsorted { table: self.table.clone() });
        }
        self.batches += 1;
        self.head = Some(Head { columns, keys, at: 0 });
        Ok(())
    }
}
