//! Opens files for the engine, with a reader that checks each block against the checksum in the manifest.

use arrow::error::ArrowError;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::ParquetFileReaderFactory;
use datafusion::error::{DataFusionError, Result};
use datafusion::physical_plan::metrics::ExecutionPlanMetricsSet;
use orgcensus_lake::TableFile;
use parquet::arrow::async_reader::AsyncFileReader;

/// Hands out the [`TableFile`] that was attached to a file when its manifest was read.
#[derive(Debug)]
pub(crate) struct CheckedFiles;

impl ParquetFileReaderFactory for CheckedFiles {
    fn create_reader(
        &self,
        _partition_index: usize,
        file: PartitionedFile,
        _metadata_size_hint: Option<usize>,
        _metrics: &ExecutionPlanMetricsSet,
    ) -> Result<Box<dyn AsyncFileReader + Send>> {
        match file.extension::<TableFile>() {
            Some(checked) => Ok(Box::new(checked.clone())),
            None => {
                let words = format!("{} came without its checksums", file.object_meta.location);
                Err(DataFusionError::ArrowError(Box::new(ArrowError::InvalidArgumentError(words)), None))
            }
        }
    }
}
