//! The rows of a published table, batch after batch, in the order of its files: by account, region and key.

use arrow::record_batch::RecordBatch;
use futures::stream::{self, BoxStream, Stream};
use futures::{StreamExt, TryStreamExt};
use parquet::arrow::ParquetRecordBatchStreamBuilder;
use parquet::errors::ParquetError;

use crate::wanted_rows::roots;
use crate::{FileEntry, Lake, Result, TableEntry, TableFile, Wanted};

/// Rows of a batch. Few, since a row of policies may have hundreds of kilobytes.
const BATCH_ROWS: usize = 1024;

impl Lake {
    /// The rows of a table as a manifest describes it: these of its columns, or all if none are named. One file after
    /// the other is opened, and every byte is checked. Memory holds a batch and the row group that it is of.
    pub fn rows(
        &self,
        table: &TableEntry,
        columns: Option<&[&str]>,
    ) -> Result<BoxStream<'static, Result<RecordBatch>>> {
        self.some_rows(table, columns, None)
    }

    /// The same; if some rows are wanted, only these.
    pub(crate) fn some_rows(
        &self,
        table: &TableEntry,
        columns: Option<&[&str]>,
        wanted: Option<&Wanted>,
    ) -> Result<BoxStream<'static, Result<RecordBatch>>> {
        let is_read = |entry: &&FileEntry| entry.rows > 0 && wanted.is_none_or(|it| it.may_be_in_file(entry));
        let files = table.files.iter().filter(is_read);
        let files = files.map(|entry| TableFile::new(self, entry)).collect::<Result<Vec<_>>>()?;
        let columns = columns.map(|names| names.iter().map(|&name| name.to_owned()).collect::<Vec<String>>());
        let wanted = wanted.cloned();
        let open = move |file| open(file, columns.clone(), wanted.clone());
        Ok(stream::iter(files.into_iter().map(Ok)).and_then(open).try_flatten().boxed())
    }
}

async fn open(
    file: TableFile,
    columns: Option<Vec<String>>,
    wanted: Option<Wanted>,
) -> Result<impl Stream<Item = Result<RecordBatch>>> {
    let unread = {
        let file = file.clone();
        move |error: ParquetError| file.unread(error)
    };
    let mut reader = ParquetRecordBatchStreamBuilder::new(file).await.map_err(&unread)?.with_batch_size(BATCH_ROWS);
    if let Some(columns) = columns {
        let mask = roots(reader.parquet_schema(), |root| columns.iter().any(|name| name == root));
        reader = reader.with_projection(mask);
    }
    if let Some(wanted) = wanted {
        let groups = reader.metadata().row_groups().iter().enumerate();
        let groups: Vec<usize> = groups.filter(|(_, group)| wanted.may_be_in(group)).map(|(index, _)| index).collect();
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
}
