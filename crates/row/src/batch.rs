//! Turns rows into Arrow record batches, and adds the stamp.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray, TimestampMillisecondArray};
use arrow::record_batch::RecordBatch;

use crate::{Column, Row, Stamp, Table};

/// Rows do not fit their table's columns. This is a bug.
#[derive(Debug, thiserror::Error)]
#[error("table {table}: {reason}")]
pub struct Error {
    table: &'static str,
    reason: String,
}

impl Error {
    pub(crate) fn new(table: &'static str, reason: String) -> Self {
        Self { table, reason }
    }
}

/// Collects rows of one table until they are taken as one batch.
pub struct BatchBuilder {
    table: Table,
    rows: usize,
    builder: serde_arrow::ArrayBuilder,
}

impl BatchBuilder {
    /// An empty builder for `table`.
    pub fn new(table: Table) -> Result<Self, Error> {
        let fields: Vec<_> = table.own_columns().iter().map(|column| Arc::new(Column::field(column))).collect();
        let builder = serde_arrow::ArrayBuilder::from_arrow(&fields).map_err(|error| bug(table, error))?;
        Ok(Self { table, rows: 0, builder })
    }

    /// The table whose rows it takes.
    pub fn table(&self) -> Table {
        self.table
    }

    /// The number of rows that wait.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether no row waits.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Adds one row. It must belong to this builder's table.
    pub fn push<R: Row>(&mut self, row: &R) -> Result<(), Error> {
        debug_assert_eq!(R::TABLE, self.table.name);
        self.builder.push(row).map_err(|error| bug(self.table, error))?;
        self.rows += 1;
        Ok(())
    }

    /// Takes the waiting rows as one batch, all with the same stamp. The builder is empty afterwards.
    pub fn take(&mut self, stamp: &Stamp) -> Result<RecordBatch, Error> {
        self.take_each(&vec![stamp; self.rows])
    }

    /// Takes the waiting rows as one batch, each with its own stamp. There must be as many stamps as rows, in the same
    /// order.
    pub fn take_each(&mut self, stamps: &[&Stamp]) -> Result<RecordBatch, Error> {
        let own = self.builder.to_record_batch().map_err(|error| bug(self.table, error))?;
        self.rows = 0;
        let text = |value: fn(&Stamp) -> &str| {
            Arc::new(StringArray::from_iter_values(stamps.iter().map(|stamp| value(stamp)))) as ArrayRef
        };
        let mut arrays: Vec<ArrayRef> = vec![
            text(|stamp| &stamp.organization_id),
            text(|stamp| &stamp.account_id),
            text(|stamp| &stamp.account_name),
            text(|stamp| &stamp.ou_path),
            text(|stamp| &stamp.region),
            Arc::new(TimestampMillisecondArray::from_iter_values(stamps.iter().map(|stamp| stamp.captured_at.0))),
            text(|stamp| &stamp.run_id),
        ];
        arrays.extend(own.columns().iter().cloned());
        RecordBatch::try_new(self.table.schema(), arrays).map_err(|error| bug(self.table, error))
    }
}

fn bug(table: Table, error: impl std::fmt::Display) -> Error {
    Error::new(table.name, format!("build a batch: {error}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use arrow::util::pretty::pretty_format_batches;
    use serde::Serialize;

    use super::*;
    use crate::{Timestamp, stamp, table};

    /// One thing of every type.
    #[derive(Serialize, Row)]
    #[row(table = "test_things", key = "arn")]
    struct Thing {
        /// The thing's ARN.
        arn: String,
        /// A size.
        size_bytes: Option<i64>,
        /// When it was made (UTC).
        created_at: Option<Timestamp>,
        /// Its names.
        names: Vec<String>,
        /// Its tags.
        tags: BTreeMap<String, String>,
        /// Whether it is on.
        is_on: bool,
    }

    #[test]
    fn rows_become_a_stamped_batch() {
        let table = table::<Thing>();
        assert_eq!((table.name, table.comment, table.key), ("test_things", "One thing of every type.", &["arn"][..]));
        let mut builder = BatchBuilder::new(table).unwrap();
        let tags = BTreeMap::from([("team".to_owned(), "a".to_owned())]);
        let names = vec!["x".to_owned(), "y".to_owned()];
        let created_at = Some(Timestamp(1_700_000_000_123));
        builder.push(&Thing { arn: "a".into(), size_bytes: Some(7), created_at, names, tags, is_on: true }).unwrap();
        let empty = Thing {
            arn: "b".into(),
            size_bytes: None,
            created_at: None,
            names: vec![],
            tags: BTreeMap::new(),
            is_on: false,
        };
        builder.push(&empty).unwrap();
        let stamp = stamp::example();
        let batch = builder.take(&stamp).unwrap();
        assert!(builder.is_empty());
        let text = pretty_format_batches(&[batch]).unwrap().to_string();
        assert!(text.contains("2023-11-14T22:13:20.123"), "{text}");
        assert!(text.contains("{team: a}") && text.contains("[x, y]") && text.contains("012345678901"), "{text}");
        assert_eq!(builder.take(&stamp).unwrap().num_rows(), 0);

        let other = Stamp { account_id: "210987654321".into(), ..stamp.clone() };
        let thing = |arn: &str| Thing {
            arn: arn.into(),
            size_bytes: None,
            created_at: None,
            names: vec![],
            tags: BTreeMap::new(),
            is_on: false,
        };
        builder.push(&thing("a")).unwrap();
        builder.push(&thing("b")).unwrap();
        let text = pretty_format_batches(&[builder.take_each(&[&stamp, &other]).unwrap()]).unwrap().to_string();
        let line = |arn: &str| text.lines().find(|line| line.contains(&format!("| {arn} "))).unwrap().to_owned();
        assert!(line("a").contains("012345678901") && line("b").contains("210987654321"), "{text}");
        builder.push(&thing("c")).unwrap();
        assert!(builder.take_each(&[]).is_err(), "a row without a stamp");
    }
}
