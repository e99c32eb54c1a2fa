//! A published table's rows, in the order of its files: by account, region and key.

use std::collections::VecDeque;

use arrow::array::{Array, ArrayRef, AsArray, new_null_array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use orgcensus_lake::{FileEntry, Lake, Manifest, TableEntry, TableFile};
use parquet::arrow::{ParquetRecordBatchStreamBuilder, ProjectionMask};
use parquet::errors::ParquetError;

use crate::{Error, Result};

/// Few, since a row of policies may have hundreds of kilobytes.
const BATCH_ROWS: usize = 1024;

type Batches = BoxStream<'static, Result<RecordBatch, ParquetError>>;

/// Some columns of a table, a batch at a time. Memory holds a batch and the row group that it is of.
pub(crate) struct TableReader {
    lake: Lake,
    table: String,
    files: VecDeque<FileEntry>,
    fields: Vec<Field>,
    open: Option<Batches>,
}

impl TableReader {
    /// Reads these columns of a table. A column that the table does not have is null.
    pub(crate) fn new(lake: &Lake, table: &TableEntry, fields: Vec<Field>) -> Self {
        let files = table.files.iter().filter(|file| file.rows > 0).cloned().collect();
        Self { lake: lake.clone(), table: table.name.clone(), files, fields, open: None }
    }

    /// The next rows: their columns, in the order that was asked for; none at the end. Never an empty batch.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<ArrayRef>>> {
        loop {
            if let Some(open) = &mut self.open {
                match open.try_next().await {
                    Ok(Some(batch)) if batch.num_rows() == 0 => {}
                    Ok(Some(batch)) => return Ok(Some(self.fitted(&batch)?)),
                    Ok(None) => self.open = None,
                    Err(error) => return Err(unread(&self.table, error)),
                }
                continue;
            }
            let Some(entry) = self.files.pop_front() else { return Ok(None) };
            let file = TableFile::new(&self.lake, &entry)?;
            self.open = Some(self.begin(file).await.map_err(|error| unread(&self.table, error))?);
        }
    }

    async fn begin(&self, file: TableFile) -> Result<Batches, ParquetError> {
        let builder = ParquetRecordBatchStreamBuilder::new(file).await?;
        let wanted = |name: &str| self.fields.iter().any(|field| field.name() == name);
        let schema = builder.parquet_schema();
        let roots = schema.root_schema().get_fields().iter().enumerate();
        let roots: Vec<usize> = roots.filter(|(_, root)| wanted(root.name())).map(|(index, _)| index).collect();
        let mask = ProjectionMask::roots(schema, roots);
        Ok(builder.with_projection(mask).with_batch_size(BATCH_ROWS).build()?.boxed())
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
        self.fields
            .iter()
            .map(fitted)
            .collect::<Result<_, ArrowError>>()
            .map_err(|error| Error::Table { table: self.table.clone(), source: error.into() })
    }
}

/// Shows each row of a table as text. A table that the snapshot does not have has no rows.
pub(crate) async fn each<const N: usize>(
    lake: &Lake,
    manifest: &Manifest,
    table: &str,
    columns: [&str; N],
    mut show: impl FnMut([Option<&str>; N]),
) -> Result<()> {
    let Some(entry) = manifest.table(table) else { return Ok(()) };
    let fields = columns.iter().map(|name| Field::new(*name, DataType::Utf8, true)).collect();
    let mut reader = TableReader::new(lake, entry, fields);
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

/// The lake's own error, if that is the cause.
fn unread(table: &str, error: ParquetError) -> Error {
    let table = table.to_owned();
    match error {
        ParquetError::External(source) => match source.downcast::<orgcensus_lake::Error>() {
            Ok(error) => Error::Lake(*error),
            Err(source) => Error::Table { table, source },
        },
        error => Error::Table { table, source: error.into() },
    }
}
