//! One table of a snapshot being written: Parquet files that roll at a size.

use arrow::array::{Array, AsArray};
use arrow::compute::{max_string, min_string};
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use object_store::path::Path;
use orgcensus_row::Table;
use parquet::arrow::AsyncArrowWriter;

use crate::publication::Publication;
use crate::upload::Upload;
use crate::{Error, FileEntry, Result, TableEntry};

/// Rows between two looks at the size.
const STEP_ROWS: usize = 8192;

/// Writes the rows of one table in the order that they come in.
pub struct TableWriter {
    publication: Publication,
    table: Table,
    schema: SchemaRef,
    open: Option<OpenFile>,
    files: Vec<FileEntry>,
}

struct OpenFile {
    path: Path,
    writer: AsyncArrowWriter<Upload>,
    rows: u64,
    accounts: Option<(String, String)>,
}

impl TableWriter {
    pub(crate) fn new(publication: Publication, table: Table) -> Self {
        Self { publication, table, schema: table.schema(), open: None, files: Vec::new() }
    }

    /// Adds rows, which should go on in the order of account, region and key.
    pub async fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        if batch.schema().fields() != self.schema.fields() {
            let what = format!("a batch of {}", self.table.name);
            return Err(Error::invalid(what, "its columns are others than the table's"));
        }
        for begin in (0..batch.num_rows()).step_by(STEP_ROWS) {
            let rows = batch.slice(begin, STEP_ROWS.min(batch.num_rows() - begin));
            let mut file = match self.open.take() {
                Some(file) => file,
                None => self.begin_file()?,
            };
            let lake = self.publication.lake();
            file.write(&rows).await.map_err(|error| Error::parquet(lake.name(&file.path), error))?;
            if file.bytes() >= self.publication.options().target_file_bytes {
                self.end_file(file).await?;
            } else {
                self.open = Some(file);
            }
        }
        Ok(())
    }

    /// Completes the last file. A table without rows has one without rows, so that it exists.
    pub async fn close(mut self) -> Result<TableEntry> {
        if self.open.is_none() && self.files.is_empty() {
            self.open = Some(self.begin_file()?);
        }
        if let Some(file) = self.open.take() {
            self.end_file(file).await?;
        }
        Ok(TableEntry::new(&self.table, self.files))
    }

    fn begin_file(&self) -> Result<OpenFile> {
        let name = format!("{}/{:05}.parquet", self.table.name, self.files.len());
        let path = self.publication.path(&name)?;
        let invalid = |error| Error::parquet(self.publication.lake().name(&path), error);
        let options = self.publication.options().writer_options(&self.table, self.publication.snapshot());
        let upload = Upload::new(self.publication.lake(), path.clone());
        let writer =
            AsyncArrowWriter::try_new_with_options(upload, self.table.schema_with_ids(), options.map_err(invalid)?);
        Ok(OpenFile { writer: writer.map_err(invalid)?, path, rows: 0, accounts: None })
    }

    async fn end_file(&mut self, mut file: OpenFile) -> Result<()> {
        let lake = self.publication.lake();
        file.writer.finish().await.map_err(|error| Error::parquet(lake.name(&file.path), error))?;
        lake.sync(&file.path).await?;
        let (bytes, sha256, blocks) = file.writer.into_inner().finish();
        let (min_account_id, max_account_id) = file.accounts.unzip();
        let path = lake.relative(&file.path);
        let (rows, blocks) = (file.rows, Some(blocks));
        self.files.push(FileEntry { path, rows, bytes, sha256, blocks, min_account_id, max_account_id });
        Ok(())
    }
}

impl OpenFile {
    async fn write(&mut self, rows: &RecordBatch) -> parquet::errors::Result<()> {
        self.writer.write(rows).await?;
        self.rows += rows.num_rows() as u64;
        let Some(accounts) = rows.column_by_name("account_id").and_then(|column| column.as_string_opt::<i32>()) else {
            return Ok(());
        };
        if let (false, Some(min), Some(max)) = (accounts.is_empty(), min_string(accounts), max_string(accounts)) {
            self.accounts = Some(match self.accounts.take() {
                None => (min.to_owned(), max.to_owned()),
                Some((first, last)) => (first.min(min.to_owned()), last.max(max.to_owned())),
            });
        }
        Ok(())
    }

    /// What it would be if it ended now.
    fn bytes(&self) -> u64 {
        (self.writer.bytes_written() + self.writer.in_progress_size()) as u64
    }
}

#[cfg(test)]
mod tests {
    use parquet::basic::Compression;
    use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader};
    use parquet::schema::printer::print_schema;

    use super::*;
    use crate::FileOptions;
    use crate::fixture::{batch, begin, lake, queue, rows, table};

    async fn written(accounts: &[&str]) -> (TableEntry, RecordBatch, ParquetMetaData) {
        let (_folder, lake) = lake();
        let mut writer = begin(&lake, "run-1", FileOptions::default()).await.writer(&table());
        for account in accounts {
            writer.write(&batch(account, "global", &[queue("arn:a")])).await.unwrap();
        }
        let entry = writer.close().await.unwrap();
        let bytes = lake.get(&lake.path(&entry.files[0].path).unwrap()).await.unwrap();
        let reader = ParquetMetaDataReader::new().with_page_index_policy(PageIndexPolicy::Required);
        let metadata = reader.parse_and_finish(&bytes).unwrap();
        let rows = rows(&lake, &entry).await;
        (entry, rows, metadata)
    }

    #[tokio::test]
    async fn the_types_are_those_that_every_engine_reads_alike() {
        let (_, _, metadata) = written(&["000000000001"]).await;
        let mut text = Vec::new();
        print_schema(&mut text, metadata.file_metadata().schema());
        let text = String::from_utf8(text).unwrap();
        let expected = [
            "REQUIRED BYTE_ARRAY account_id (STRING);",
            "REQUIRED INT64 captured_at (TIMESTAMP(MILLIS,false));",
            "OPTIONAL INT64 size_bytes;",
            "OPTIONAL INT64 created_at (TIMESTAMP(MILLIS,false));",
            "group names (LIST) {\n    REPEATED group list {\n      OPTIONAL BYTE_ARRAY element (STRING);",
            "group tags (MAP) {\n    REPEATED group key_value {\n      REQUIRED BYTE_ARRAY key (STRING);\n      OPTIONAL BYTE_ARRAY value (STRING);",
        ];
        for expected in expected {
            assert!(text.contains(expected), "{expected} in {text}");
        }
    }

    #[tokio::test]
    async fn a_lone_file_says_what_it_is_and_how_to_skip_in_it() {
        let (entry, rows, metadata) = written(&["000000000001", "000000000002"]).await;
        assert_eq!((entry.rows, rows.num_rows()), (2, 2));
        let file = metadata.file_metadata();
        assert!(file.created_by().unwrap().starts_with("orgcensus version "));
        let pairs = file.key_value_metadata().unwrap();
        let value = |key: &str| pairs.iter().find(|pair| pair.key == key).and_then(|pair| pair.value.clone());
        assert_eq!(value("orgcensus.run_id").unwrap(), "run-1");
        assert_eq!(value("orgcensus.comment").unwrap(), "One queue.");
        assert_eq!(value("ARROW:schema"), None);
        let arn = metadata.row_group(0).columns().iter().find(|column| column.column_path().string() == "arn").unwrap();
        assert!(matches!(arn.compression(), Compression::ZSTD(_)));
        assert!(
            arn.bloom_filter_length().is_some_and(|length| (1..4096).contains(&length)),
            "{:?}",
            arn.bloom_filter_length()
        );
        assert!(arn.statistics().is_some() && metadata.column_index().is_some() && metadata.offset_index().is_some());
    }

    #[tokio::test]
    async fn a_table_without_rows_has_a_file_without_rows() {
        let (entry, rows, metadata) = written(&[]).await;
        assert_eq!((entry.files.len(), entry.rows, rows.num_rows()), (1, 0, 0));
        assert_eq!((entry.files[0].min_account_id.as_ref(), metadata.num_row_groups()), (None, 0));
        assert_eq!(metadata.file_metadata().schema_descr().num_columns(), 13);
    }
}
