//! Some rows of a published table, found by what a column of theirs says. The columns' statistics and bloom filters say
//! which row groups need not be read; of the others the columns that decide are read first, and the rest only where a
//! row is wanted.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{Array, AsArray, BooleanArray};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use futures::stream::BoxStream;
use parquet::arrow::arrow_reader::{ArrowPredicateFn, RowFilter};
use parquet::arrow::async_reader::AsyncFileReader;
use parquet::arrow::{ParquetRecordBatchStreamBuilder, ProjectionMask};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use parquet::schema::types::SchemaDescriptor;

use crate::{FileEntry, Lake, Result, TableEntry, TableFile, TablePart};

const ACCOUNT_ID: &str = "account_id";

/// Which rows are wanted: those in which one of these columns has one of its values. The columns are texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted(pub Vec<(String, BTreeSet<String>)>);

impl Wanted {
    /// The rows of some accounts.
    pub fn of_accounts(accounts: impl IntoIterator<Item = String>) -> Self {
        Self(vec![(ACCOUNT_ID.to_owned(), accounts.into_iter().collect())])
    }

    /// Whether a file may have such a row, by the accounts that its manifest says.
    pub(crate) fn may_be_in_file(&self, file: &FileEntry) -> bool {
        let Some((min, max)) = file.min_account_id.as_ref().zip(file.max_account_id.as_ref()) else { return true };
        self.0.iter().any(|(name, values)| name != ACCOUNT_ID || values.iter().any(|it| (min..=max).contains(&it)))
    }

    /// The row groups that may have such a row.
    pub(crate) async fn groups(
        &self,
        reader: &mut ParquetRecordBatchStreamBuilder<TableFile>,
    ) -> Result<Vec<usize>, ParquetError> {
        let metadata = Arc::clone(reader.metadata());
        let mut groups = Vec::new();
        for (index, group) in metadata.row_groups().iter().enumerate() {
            for (column, values) in self.columns_in(group) {
                let filter = reader.get_row_group_column_bloom_filter(index, column).await?;
                if filter.is_none_or(|filter| values.iter().any(|value| filter.check(value.as_str()))) {
                    groups.push(index);
                    break;
                }
            }
        }
        Ok(groups)
    }

    /// The columns of a row group that may say so in a row, by their statistics. Long values are cut short in them, the
    /// least one to a smaller text and the greatest one to a greater one.
    fn columns_in(&self, group: &RowGroupMetaData) -> Vec<(usize, &BTreeSet<String>)> {
        let may_say = |(name, values): &'_ (String, BTreeSet<String>)| {
            let index = group.columns().iter().position(|column| is_named(column, name))?;
            let statistics = group.column(index).statistics();
            let [min, max] =
                [statistics.and_then(|it| it.min_bytes_opt()), statistics.and_then(|it| it.max_bytes_opt())];
            let is_within = |value: &[u8]| min.is_none_or(|min| min <= value) && max.is_none_or(|max| value <= max);
            values.iter().any(|value| is_within(value.as_bytes())).then_some(index)
        };
        self.0.iter().filter_map(|it| Some((may_say(it)?, &it.1))).collect()
    }

    /// What leaves out the other rows.
    pub(crate) fn filter(&self, schema: &SchemaDescriptor) -> RowFilter {
        let wanted = self.clone();
        let mask = roots(schema, |name| self.0.iter().any(|(wanted, _)| wanted == name));
        RowFilter::new(vec![Box::new(ArrowPredicateFn::new(mask, move |batch| wanted.among(&batch)))])
    }

    fn among(&self, batch: &RecordBatch) -> Result<BooleanArray, ArrowError> {
        let mut columns = Vec::new();
        for (name, values) in &self.0 {
            let Some(column) = batch.column_by_name(name) else { continue };
            // A column that is read as something else must not look like one without a wanted row.
            let texts = column.as_string_opt::<i32>().ok_or_else(|| {
                ArrowError::SchemaError(format!("{name} is no column of texts, but of type {}", column.data_type()))
            })?;
            columns.push((texts, values));
        }
        let is_wanted =
            |row| columns.iter().any(|(texts, values)| texts.is_valid(row) && values.contains(texts.value(row)));
        Ok(BooleanArray::from((0..batch.num_rows()).map(is_wanted).collect::<Vec<bool>>()))
    }
}

impl Lake {
    /// The wanted rows of a table: these of its columns, or all if none are named.
    pub fn rows_with(
        &self,
        table: &TableEntry,
        columns: Option<&[&str]>,
        wanted: &Wanted,
    ) -> Result<BoxStream<'static, Result<RecordBatch>>> {
        let columns = columns.map(|names| names.iter().map(|&name| name.to_owned()).collect());
        self.rows_of(table, TablePart { columns, wanted: Some(Arc::new(wanted.clone())), ..TablePart::default() })
    }

    /// The least and the greatest value of a column in the first row group of a table, as its statistics say them,
    /// which cut long ones short; none where they say none, or the table has no row. No row is read.
    pub async fn ends(&self, table: &TableEntry, name: &str) -> Result<Option<[String; 2]>> {
        let Some(entry) = table.files.iter().find(|entry| entry.rows > 0) else { return Ok(None) };
        let mut file = TableFile::new(self, entry)?;
        let metadata = file.get_metadata(None).await.map_err(|error| file.unread(error))?;
        let column = metadata.row_groups().first().and_then(|it| it.columns().iter().find(|it| is_named(it, name)));
        let statistics = column.and_then(ColumnChunkMetaData::statistics);
        let ends = statistics.and_then(|it| it.min_bytes_opt().zip(it.max_bytes_opt()));
        Ok(ends.map(|(min, max)| [min, max].map(|bytes| String::from_utf8_lossy(bytes).into_owned())))
    }
}

fn is_named(column: &ColumnChunkMetaData, name: &str) -> bool {
    column.column_path().parts() == [name]
}

/// The columns of these names, with all that is inside them.
pub(crate) fn roots(schema: &SchemaDescriptor, is_meant: impl Fn(&str) -> bool) -> ProjectionMask {
    let roots = schema.root_schema().get_fields().iter().enumerate();
    ProjectionMask::roots(schema, roots.filter(|(_, root)| is_meant(root.name())).map(|(index, _)| index))
}

#[cfg(test)]
mod tests {
    use futures::TryStreamExt;
    use orgcensus_row::Row;

    use super::*;
    use crate::FileOptions;
    use crate::fixture::{Queue, begin, lake, queues, table};

    fn wanted(column: &str, values: &[&str]) -> Wanted {
        Wanted(vec![(column.to_owned(), values.iter().map(|&it| it.to_owned()).collect())])
    }

    async fn found(lake: &Lake, entry: &TableEntry, wanted: &Wanted) -> String {
        let batches: Vec<RecordBatch> = lake.rows_with(entry, None, wanted).unwrap().try_collect().await.unwrap();
        let mut found = Vec::new();
        for batch in &batches {
            Queue::each(batch, |it| found.push(it.arn.to_owned())).unwrap();
        }
        found.join(" ")
    }

    /// Row groups of two rows: a c, b d, c e.
    async fn published(lake: &Lake) -> TableEntry {
        let options = FileOptions { row_group_rows: 2, ..FileOptions::default() };
        let mut writer = begin(lake, "run-1", options).await.writer(&table());
        for (account, arns) in
            [("000000000001", ["a", "c"]), ("000000000002", ["b", "d"]), ("000000000003", ["c", "e"])]
        {
            writer.write(&queues(account, &arns)).await.unwrap();
        }
        writer.close().await.unwrap()
    }

    #[tokio::test]
    async fn only_wanted_rows_come() {
        let (_folder, lake) = lake();
        let entry = published(&lake).await;
        for (column, values, expected) in [
            ("arn", &["c"][..], "c c"),
            ("arn", &["a", "e", "x"], "a e"),
            ("arn", &["bb"], ""),
            ("account_id", &["000000000002"], "b d"),
            ("account_id", &["000000000009"], ""),
            ("no_such_column", &["a"], ""),
        ] {
            assert_eq!(found(&lake, &entry, &wanted(column, values)).await, expected, "{column} {values:?}");
        }
        let either = Wanted([wanted("arn", &["a"]).0, wanted("account_id", &["000000000003"]).0].concat());
        assert_eq!(found(&lake, &entry, &either).await, "a c e");
        assert_eq!(lake.ends(&entry, "arn").await.unwrap(), Some(["a".to_owned(), "c".to_owned()]));
        assert_eq!(lake.ends(&entry, "names").await.unwrap(), None);
    }

    #[tokio::test]
    async fn statistics_and_bloom_filters_say_what_need_not_be_read() {
        let (_folder, lake) = lake();
        let entry = published(&lake).await;
        let file = TableFile::new(&lake, &entry.files[0]).unwrap();
        let mut reader = ParquetRecordBatchStreamBuilder::new(file).await.unwrap();
        let metadata = Arc::clone(reader.metadata());
        for (column, values, by_statistics, by_both) in [
            ("arn", &["a"][..], &[0][..], &[0][..]),
            ("arn", &["bb"], &[0, 1], &[]),
            ("arn", &["bb", "c"], &[0, 1, 2], &[0, 2]),
            ("account_id", &["000000000002"], &[1], &[1]),
            ("no_such_column", &["a"], &[], &[]),
        ] {
            let wanted = wanted(column, values);
            let groups = metadata.row_groups().iter().enumerate();
            let found: Vec<usize> =
                groups.filter(|(_, group)| !wanted.columns_in(group).is_empty()).map(|(index, _)| index).collect();
            assert_eq!(found, by_statistics, "{column} {values:?}");
            assert_eq!(wanted.groups(&mut reader).await.unwrap(), by_both, "{column} {values:?}");
        }
        let file = |values: &[&str]| wanted("account_id", values).may_be_in_file(&entry.files[0]);
        assert_eq!([file(&["000000000004"]), file(&["000000000003"])], [false, true]);
        assert!(wanted("arn", &["z"]).may_be_in_file(&entry.files[0]), "the manifest says accounts alone");
    }
}
