//! The rows of a published table, batch after batch, in the order of its files: by account, region and key.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use futures::stream::{self, BoxStream, Stream};
use futures::{StreamExt, TryStreamExt};
use parquet::arrow::ParquetRecordBatchStreamBuilder;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::errors::ParquetError;
use parquet::file::metadata::PageIndexPolicy;

use crate::wanted_rows::roots;
use crate::{FileEntry, Lake, Result, TableEntry, TableFile, Wanted};

/// Rows of a batch. Few, since a row of policies may have hundreds of kilobytes.
const BATCH_ROWS: usize = 1024;

/// What is read of a table.
#[derive(Debug, Clone, Default)]
pub struct TablePart {
    /// The columns; all, if none are named.
    pub columns: Option<Vec<String>>,
    /// The rows; all, if none are wanted.
    pub wanted: Option<Arc<Wanted>>,
    /// Columns of texts that repeat, as documents do: each text comes once for many rows (a dictionary).
    pub repeated: Vec<String>,
}

impl TablePart {
    /// The schema of a file by which repeated texts are read as dictionaries.
    fn schema(&self, schema: &SchemaRef) -> SchemaRef {
        let of_field = |field: &Arc<Field>| {
            let is_repeated = *field.data_type() == DataType::Utf8 && self.repeated.contains(field.name());
            let dictionary = || DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
            if is_repeated { Arc::new(field.as_ref().clone().with_data_type(dictionary())) } else { Arc::clone(field) }
        };
        let fields: Vec<Arc<Field>> = schema.fields().iter().map(of_field).collect();
        Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()))
    }
}

impl Lake {
    /// The rows of a table as a manifest describes it: these of its columns, or all if none are named. One file after
    /// the other is opened, and every byte is checked. Memory holds a batch and the row group that it is of.
    pub fn rows(
        &self,
        table: &TableEntry,
        columns: Option<&[&str]>,
    ) -> Result<BoxStream<'static, Result<RecordBatch>>> {
        let columns = columns.map(|names| names.iter().map(|&name| name.to_owned()).collect());
        self.rows_of(table, TablePart { columns, ..TablePart::default() })
    }

    /// The same of a part of the table.
    pub fn rows_of(&self, table: &TableEntry, part: TablePart) -> Result<BoxStream<'static, Result<RecordBatch>>> {
        let may_have = |entry: &FileEntry| part.wanted.as_ref().is_none_or(|it| it.may_be_in_file(entry));
        let is_read = |entry: &&FileEntry| entry.rows > 0 && may_have(entry);
        let files = table.files.iter().filter(is_read);
        let files = files.map(|entry| TableFile::new(self, entry)).collect::<Result<Vec<_>>>()?;
        let open = move |file| open(file, part.clone());
        Ok(stream::iter(files.into_iter().map(Ok)).and_then(open).try_flatten().boxed())
    }
}

async fn open(mut file: TableFile, part: TablePart) -> Result<impl Stream<Item = Result<RecordBatch>>> {
    let unread = {
        let file = file.clone();
        move |error: ParquetError| file.unread(error)
    };
    // Where its pages are: those that hold no wanted row are not read.
    let pages = if part.wanted.is_some() { PageIndexPolicy::Optional } else { PageIndexPolicy::Skip };
    let options = ArrowReaderOptions::new().with_offset_index_policy(pages);
    let mut metadata = ArrowReaderMetadata::load_async(&mut file, options).await.map_err(&unread)?;
    if !part.repeated.is_empty() {
        let options = ArrowReaderOptions::new().with_schema(part.schema(metadata.schema()));
        metadata = ArrowReaderMetadata::try_new(Arc::clone(metadata.metadata()), options).map_err(&unread)?;
    }
    let reader = ParquetRecordBatchStreamBuilder::new_with_metadata(file, metadata);
    let mut reader = reader.with_batch_size(BATCH_ROWS);
    if let Some(columns) = part.columns {
        let mask = roots(reader.parquet_schema(), |root| columns.iter().any(|name| name == root));
        reader = reader.with_projection(mask);
    }
    if let Some(wanted) = part.wanted {
        let groups = wanted.groups(&mut reader).await.map_err(&unread)?;
        let filter = wanted.filter(reader.parquet_schema());
        reader = reader.with_row_groups(groups).with_row_filter(filter);
    }
    Ok(reader.build().map_err(&unread)?.map_err(unread))
}

#[cfg(test)]
mod tests {
    use orgcensus_row::Row;

    use super::*;
    use crate::fixture::{Queue, begin, lake, queues, table};
    use crate::{Error, FileOptions};

    #[tokio::test]
    async fn the_rows_come_back_in_their_order_and_a_changed_byte_is_an_error() {
        let (_folder, lake) = lake();
        let mut writer = begin(&lake, "run-1", FileOptions::default()).await.writer(&table());
        writer.write(&queues("000000000001", &["a", "b"])).await.unwrap();
        writer.write(&queues("000000000002", &["c"])).await.unwrap();
        let entry = writer.close().await.unwrap();
        let batches: Vec<RecordBatch> = lake.rows(&entry, None).unwrap().try_collect().await.unwrap();
        let mut found = Vec::new();
        for batch in &batches {
            Queue::each(batch, |it| found.push(format!("{} {:?} {:?} {:?}", it.arn, it.names, it.tags, it.created_at)))
                .unwrap();
        }
        let expected = ["a", "b", "c"].map(|arn| {
            let name = arn.to_uppercase();
            format!("{arn} [{name:?}, \"\"] {{\"name\": {arn:?}}} Some(Timestamp(1700000000123))")
        });
        assert_eq!(found, expected);
        let file = lake.local().unwrap().join(&entry.files[0].path);
        let mut bytes = std::fs::read(&file).unwrap();
        bytes[10] ^= 1;
        std::fs::write(&file, bytes).unwrap();
        let read = lake.rows(&entry, None).unwrap().try_collect::<Vec<_>>().await;
        assert!(matches!(read, Err(Error::Corrupt { .. })));
    }

    #[tokio::test]
    async fn a_part_leaves_out_what_holds_none_of_its_accounts_and_repeats_no_text() {
        let (_folder, lake) = lake();
        let options = FileOptions { row_group_rows: 2, ..FileOptions::default() };
        let mut writer = begin(&lake, "run-1", options).await.writer(&table());
        writer.write(&queues("000000000001", &["a", "b"])).await.unwrap();
        writer.write(&queues("000000000002", &["a", "b"])).await.unwrap();
        let entry = writer.close().await.unwrap();
        let part = TablePart {
            columns: Some(vec!["account_id".into(), "arn".into()]),
            wanted: Some(Arc::new(Wanted::of_accounts(["000000000002".to_owned()]))),
            repeated: vec!["arn".into()],
        };
        let batches: Vec<RecordBatch> = lake.rows_of(&entry, part.clone()).unwrap().try_collect().await.unwrap();
        assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 2);
        let arns = batches[0].column_by_name("arn").unwrap();
        assert!(matches!(arns.data_type(), DataType::Dictionary(..)), "{arns:?}");
        let by_repeated = Wanted(vec![("arn".into(), ["a".to_owned()].into())]);
        let by_repeated = TablePart { wanted: Some(Arc::new(by_repeated)), ..part.clone() };
        let read = lake.rows_of(&entry, by_repeated).unwrap().try_collect::<Vec<_>>().await;
        assert!(read.is_err(), "what repeats is no text, and not without a wanted row");
        let nobody = TablePart { wanted: Some(Arc::new(Wanted::of_accounts(["000000000003".to_owned()]))), ..part };
        let batches: Vec<RecordBatch> = lake.rows_of(&entry, nobody).unwrap().try_collect().await.unwrap();
        assert!(batches.is_empty());
    }
}
