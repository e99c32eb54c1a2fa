//! A published table's rows, in the order of its files: by account, region and key.

use arrow::array::{Array, ArrayRef, AsArray, new_null_array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use futures::TryStreamExt;
use futures::stream::BoxStream;
use orgcensus_lake::{Lake, Manifest, TableEntry, Wanted};

use crate::{Error, Result};

/// Some columns of a table, a batch at a time.
pub(crate) struct TableReader {
    table: String,
    fields: Vec<Field>,
    batches: BoxStream<'static, orgcensus_lake::Result<RecordBatch>>,
}

impl TableReader {
    /// Reads these columns of a table; if some rows are wanted, only these. A column that the table does not have is
    /// null.
    pub(crate) fn new(lake: &Lake, table: &TableEntry, fields: Vec<Field>, wanted: Option<&Wanted>) -> Result<Self> {
        let names: Vec<&str> = fields.iter().map(|field| field.name().as_str()).collect();
        let batches = match wanted {
            None => lake.rows(table, Some(&names))?,
            Some(wanted) => lake.rows_with(table, Some(&names), wanted)?,
        };
        Ok(Self { table: table.name.clone(), fields, batches })
    }

    /// The next rows: their columns, in the order that was asked for; none at the end. Never an empty batch.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<ArrayRef>>> {
        while let Some(batch) = self.batches.try_next().await? {
            if batch.num_rows() > 0 {
                return self.fitted(&batch).map(Some);
            }
        }
        Ok(None)
    }

    fn fitted(&self, batch: &RecordBatch) -> Result<Vec<ArrayRef>> {
        let fitted = |field: &Field| match batch.column_by_name(field.name()) {
            None => Ok(new_null_array(field.data_type(), batch.num_rows())),
            // What is in a list may have another name in a file, or an id.
            Some(column) if column.data_type() == field.data_type() || column.data_type().is_nested() => {
                Ok(column.clone())
            }
            Some(column) => cast(column, field.data_type()),
        };
        self.fields.iter().map(fitted).collect::<Result<_, ArrowError>>().map_err(|error| self.failed(error))
    }

    /// The error of rows of this table that cannot be understood.
    pub(crate) fn failed(&self, source: ArrowError) -> Error {
        Error::Table { table: self.table.clone(), source: source.into() }
    }
}

/// Shows each row of a table as text; if some rows are wanted, only these. A table that the snapshot does not have has
/// no rows.
pub(crate) async fn each<const N: usize>(
    lake: &Lake,
    manifest: &Manifest,
    (table, wanted): (&str, Option<&Wanted>),
    columns: [&str; N],
    mut show: impl FnMut([Option<&str>; N]),
) -> Result<()> {
    let Some(entry) = manifest.table(table) else { return Ok(()) };
    let fields = columns.iter().map(|name| Field::new(*name, DataType::Utf8, true)).collect();
    let mut reader = TableReader::new(lake, entry, fields, wanted)?;
    while let Some(batch) = reader.next().await? {
        for row in 0..batch.first().map_or(0, |column| column.len()) {
            show(std::array::from_fn(|index| {
                let column = batch.get(index)?.as_string_opt::<i32>()?;
                column.is_valid(row).then(|| column.value(row))
            }));
        }
    }
    Ok(())
}
