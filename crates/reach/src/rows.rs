//! Rows of published tables, by account: the files are in the order of their accounts.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, new_null_array};
use arrow::datatypes::{DataType, Int32Type, TimestampMillisecondType};
use arrow::record_batch::RecordBatch;
use futures::TryStreamExt;
use futures::stream::{self, BoxStream, StreamExt};
use orgcensus_lake::{Lake, Manifest, TablePart, Wanted};
use tokio::sync::mpsc::channel;

use crate::Result;

/// Batches that are unpacked before they are looked at.
const AHEAD: usize = 2;

type Batches = BoxStream<'static, orgcensus_lake::Result<RecordBatch>>;

/// Accounts by their ids.
pub(crate) type Accounts = Arc<BTreeSet<String>>;

/// Some columns of a table, of which the first is always `account_id`.
pub(crate) struct Reader {
    batches: Batches,
    names: Vec<&'static str>,
    columns: Vec<ArrayRef>,
    rows: usize,
    /// The next row of the batch.
    row: usize,
}

impl Reader {
    /// Reads these columns of the table, in the accounts or in all. A table that is not in the snapshot has no rows.
    pub(crate) fn open(
        lake: &Lake,
        manifest: &Manifest,
        table: &str,
        names: &[&'static str],
        accounts: Option<&Accounts>,
    ) -> Result<Reader> {
        let wanted = accounts.map(|accounts| Wanted::of_accounts(accounts.iter().cloned()));
        Self::wanted(lake, manifest, table, names, wanted)
    }

    /// The same of the rows whose column, a text, has one of these values.
    pub(crate) fn with(
        lake: &Lake,
        manifest: &Manifest,
        table: &str,
        names: &[&'static str],
        (column, values): (&str, BTreeSet<String>),
    ) -> Result<Reader> {
        Self::wanted(lake, manifest, table, names, Some(Wanted(vec![(column.to_owned(), values)])))
    }

    fn wanted(
        lake: &Lake,
        manifest: &Manifest,
        table: &str,
        names: &[&'static str],
        wanted: Option<Wanted>,
    ) -> Result<Reader> {
        let names: Vec<&'static str> = std::iter::once("account_id").chain(names.iter().copied()).collect();
        let part = TablePart {
            columns: Some(names.iter().map(|&name| name.to_owned()).collect()),
            wanted: wanted.map(Arc::new),
            // Managed policies, trust policies and defaults are the same text in thousands of accounts.
            repeated: vec!["document".to_owned()],
        };
        let batches = match manifest.table(table) {
            Some(entry) => ahead(lake.rows_of(entry, part)?),
            None => stream::empty().boxed(),
        };
        Ok(Reader { batches, names, columns: Vec::new(), rows: 0, row: 0 })
    }

    /// Whether there is a row to be read.
    async fn has_row(&mut self) -> Result<bool> {
        while self.row >= self.rows {
            let Some(batch) = self.batches.try_next().await? else { return Ok(false) };
            let column = |name: &&'static str| match batch.column_by_name(name) {
                Some(column) => Arc::clone(column),
                None => new_null_array(&DataType::Utf8, batch.num_rows()),
            };
            self.columns = self.names.iter().map(column).collect();
            (self.rows, self.row) = (batch.num_rows(), 0);
        }
        Ok(true)
    }

    /// Shows every row that is left.
    pub(crate) async fn each(&mut self, mut show: impl FnMut(&Cells<'_>)) -> Result<()> {
        while self.has_row().await? {
            while self.row < self.rows {
                show(&Cells { columns: &self.columns, row: self.row });
                self.row += 1;
            }
        }
        Ok(())
    }

    /// Shows the rows of one account. Accounts must be asked for in order; rows of those between are passed over.
    pub(crate) async fn of(&mut self, account: &str, mut show: impl FnMut(&Cells<'_>)) -> Result<()> {
        while self.has_row().await? {
            while self.row < self.rows {
                let cells = Cells { columns: &self.columns, row: self.row };
                match cells.account().cmp(account) {
                    std::cmp::Ordering::Greater => return Ok(()),
                    std::cmp::Ordering::Equal => show(&cells),
                    std::cmp::Ordering::Less => {}
                }
                self.row += 1;
            }
        }
        Ok(())
    }
}

/// The same batches, of which the next ones are unpacked on another core while one is looked at.
fn ahead(mut batches: Batches) -> Batches {
    let (sender, receiver) = channel(AHEAD);
    let unpacking = tokio::spawn(async move {
        while let Some(batch) = batches.next().await {
            // Whoever asks may have enough.
            if sender.send(batch).await.is_err() {
                break;
            }
        }
    });
    let next = |(mut receiver, unpacking): (tokio::sync::mpsc::Receiver<_>, tokio::task::JoinHandle<()>)| async move {
        if let Some(batch) = receiver.recv().await {
            return Some((batch, (receiver, unpacking)));
        }
        // What broke off must not look like the end.
        if let Err(error) = unpacking.await {
            std::panic::resume_unwind(error.into_panic());
        }
        None
    };
    // Who asks again after the end is told so again.
    stream::unfold((receiver, unpacking), next).fuse().boxed()
}

/// The cells of a row, by the place of their column; the account's is 0.
pub(crate) struct Cells<'b> {
    columns: &'b [ArrayRef],
    row: usize,
}

impl<'b> Cells<'b> {
    pub(crate) fn account(&self) -> &'b str {
        self.text(0).unwrap_or_default()
    }

    /// A text; none where it is null.
    pub(crate) fn text(&self, index: usize) -> Option<&'b str> {
        let column = self.columns.get(index)?;
        if let Some((values, key)) = self.repeated(index) {
            return text(values, key);
        }
        text(column, self.row)
    }

    /// The texts of a column that repeats them, and which of them it is.
    pub(crate) fn repeated(&self, index: usize) -> Option<(&'b ArrayRef, usize)> {
        let column = self.columns.get(index)?.as_dictionary_opt::<Int32Type>()?;
        Some((column.values(), column.key(self.row)?))
    }

    pub(crate) fn flag(&self, index: usize) -> Option<bool> {
        let column = self.columns.get(index)?.as_boolean_opt()?;
        column.is_valid(self.row).then(|| column.value(self.row))
    }

    pub(crate) fn millis(&self, index: usize) -> Option<i64> {
        let column = self.columns.get(index)?.as_primitive_opt::<TimestampMillisecondType>()?;
        column.is_valid(self.row).then(|| column.value(self.row))
    }

    /// The texts of a list; none where it is null.
    pub(crate) fn texts(&self, index: usize) -> Option<Vec<String>> {
        let column = self.columns.get(index)?.as_list_opt::<i32>()?;
        column.is_valid(self.row).then(|| all(&column.value(self.row)))
    }

    /// The pairs of a map; none where it is null.
    pub(crate) fn pairs(&self, index: usize) -> Option<Vec<(String, String)>> {
        let column = self.columns.get(index)?.as_map_opt()?;
        if !column.is_valid(self.row) {
            return None;
        }
        let entries = column.value(self.row);
        let side = |place: usize| entries.columns().get(place).map(all).unwrap_or_default();
        Some(side(0).into_iter().zip(side(1)).collect())
    }
}

fn text(column: &ArrayRef, row: usize) -> Option<&str> {
    let column = column.as_string_opt::<i32>()?;
    column.is_valid(row).then(|| column.value(row))
}

/// Every text of a column; null is empty.
fn all(column: &ArrayRef) -> Vec<String> {
    (0..column.len()).map(|row| text(column, row).unwrap_or_default().to_owned()).collect()
}
