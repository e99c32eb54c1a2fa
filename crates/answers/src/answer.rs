//! The rows of a query as they come.

use std::fmt;
use std::io::Write;

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use datafusion::execution::SendableRecordBatchStream;
use futures::TryStreamExt;

use crate::format::Output;
use crate::{Extent, Format, Result};

/// The rows of a query as they come: never all in memory unless collected.
pub struct Answer {
    rows: SendableRecordBatchStream,
    tables: Vec<String>,
    /// The accounts whose rows are left; all, if none are named.
    extent: Option<Extent>,
}

impl Answer {
    pub(crate) fn new(rows: SendableRecordBatchStream, tables: Vec<String>) -> Self {
        Self { rows, tables, extent: None }
    }

    /// The rows of some accounts.
    pub(crate) fn within(self, extent: &Extent) -> Self {
        Self { extent: Some(extent.clone()), ..self }
    }

    /// The snapshot's tables that the query names, sorted.
    pub fn tables(&self) -> &[String] {
        &self.tables
    }

    /// The columns.
    pub fn schema(&self) -> SchemaRef {
        self.rows.schema()
    }

    /// The next rows; none at the end.
    pub async fn next(&mut self) -> Result<Option<RecordBatch>> {
        let batch = self.rows.try_next().await?;
        match (batch, &self.extent) {
            (Some(batch), Some(extent)) => extent.of(&batch).map(Some),
            (batch, _) => Ok(batch),
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
