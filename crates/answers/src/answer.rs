//! The rows of a query as they come.

use std::collections::VecDeque;
use std::fmt;
use std::io::Write;

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use datafusion::execution::SendableRecordBatchStream;
use futures::TryStreamExt;

use crate::exceptions::Beside;
use crate::format::Output;
use crate::{Extent, Format, Result};

/// The rows of a query as they come: never all in memory unless collected.
pub struct Answer {
    rows: SendableRecordBatchStream,
    tables: Vec<String>,
    /// The accounts whose rows are left; all, if none are named.
    extent: Option<Extent>,
    /// What stands beside the query's columns.
    beside: Option<Beside>,
    /// Rows that follow those of the query, with all columns.
    after: VecDeque<RecordBatch>,
}

impl Answer {
    pub(crate) fn new(rows: SendableRecordBatchStream, tables: Vec<String>) -> Self {
        Self { rows, tables, extent: None, beside: None, after: VecDeque::new() }
    }

    /// The rows of some accounts.
    pub(crate) fn within(self, extent: &Extent) -> Self {
        Self { extent: Some(extent.clone()), ..self }
    }

    /// The same rows with more columns.
    pub(crate) fn beside(self, beside: Beside) -> Self {
        Self { beside: Some(beside), ..self }
    }

    /// The same rows, and then these, which have all columns.
    pub(crate) fn and_then(self, rows: Vec<RecordBatch>) -> Self {
        Self { after: rows.into(), ..self }
    }

    /// The snapshot's tables that the query names, sorted.
    pub fn tables(&self) -> &[String] {
        &self.tables
    }

    /// The columns.
    pub fn schema(&self) -> SchemaRef {
        let schema = self.rows.schema();
        self.beside.as_ref().map_or_else(|| schema.clone(), |beside| beside.schema(&schema))
    }

    /// The next rows; none at the end.
    pub async fn next(&mut self) -> Result<Option<RecordBatch>> {
        let Some(mut batch) = self.rows.try_next().await? else { return Ok(self.after.pop_front()) };
        if let Some(extent) = &self.extent {
            batch = extent.of(&batch)?;
        }
        match &self.beside {
            Some(beside) => beside.batch(&batch).map(Some),
            None => Ok(Some(batch)),
        }
    }

    /// All rows. There is at least one batch, which may be empty, so that the columns are known.
    pub async fn collect(mut self) -> Result<Vec<RecordBatch>> {
        let mut batches = Vec::new();
        while let Some(batch) = self.next().await? {
            batches.push(batch);
        }
        if batches.is_empty() {
            batches.push(RecordBatch::new_empty(self.schema()));
        }
        Ok(batches)
    }

    /// Writes all rows as they come and gives their number.
    pub async fn write(self, format: Format, writer: impl Write + Send) -> Result<u64> {
        self.write_within(format, None, writer).await
    }

    /// The same, a table at most so many letters wide, as [`format_within`](crate::format_within) has it.
    pub async fn write_within(
        mut self,
        format: Format,
        width: Option<usize>,
        writer: impl Write + Send,
    ) -> Result<u64> {
        let mut output = Output::begin(format, width, &self.schema(), writer)?;
        let mut rows = 0;
        while let Some(batch) = self.next().await? {
            rows += batch.num_rows() as u64;
            output.write(&batch)?;
        }
        output.finish()?;
        Ok(rows)
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("schema", &self.schema()).finish_non_exhaustive()
    }
}
