//! One difference between two snapshots, as a row.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, StringArray};
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;

use super::fate::Change;
use crate::Result;
use crate::cells::{batch_of_texts, schema_of_texts};

/// One difference: a row that only one snapshot has, or one column of a row that both have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The table.
    pub table_name: String,
    /// What is different.
    pub change: Change,
    /// The organization.
    pub organization_id: String,
    /// The row's account; none if the difference is about a whole table.
    pub account_id: Option<String>,
    /// The account's name.
    pub account_name: Option<String>,
    /// The row's region.
    pub region: Option<String>,
    /// The row's natural key: the column's value, or an object in JSON where the key has several columns. None if the
    /// table has one row for each account and region.
    pub row_key: Option<String>,
    /// The column that is different; none if it is the whole row.
    pub column_name: Option<String>,
    /// The older value; none if it is null.
    pub was: Option<String>,
    /// The newer value; none if it is null.
    pub now: Option<String>,
    /// Why it is `unknown` or `not_seen`: the snapshot, the collector and its outcome.
    pub reason: Option<String>,
}

/// The columns, all of them text.
const COLUMNS: [&str; 11] = [
    "table_name",
    "change",
    "organization_id",
    "account_id",
    "account_name",
    "region",
    "row_key",
    "column_name",
    "was",
    "now",
    "reason",
];

pub(crate) fn schema() -> SchemaRef {
    schema_of_texts(&COLUMNS)
}

impl Difference {
    fn cells(&self) -> [Option<&str>; 11] {
        [
            Some(&self.table_name),
            Some(self.change.as_str()),
            Some(&self.organization_id),
            self.account_id.as_deref(),
            self.account_name.as_deref(),
            self.region.as_deref(),
            self.row_key.as_deref(),
            self.column_name.as_deref(),
            self.was.as_deref(),
            self.now.as_deref(),
            self.reason.as_deref(),
        ]
    }
}

/// Differences as one batch.
pub(crate) fn batch(differences: &[Difference]) -> Result<RecordBatch> {
    Ok(batch_of_texts(schema(), differences.iter().map(Difference::cells))?)
}

/// How many differences of each kind each table has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Counts(BTreeMap<(String, Change), i64>);

impl Counts {
    pub(crate) fn add(&mut self, differences: &[Difference]) {
        for it in differences {
            *self.0.entry((it.table_name.clone(), it.change)).or_default() += 1;
        }
    }

    pub(crate) fn batch(&self) -> Result<RecordBatch> {
        let tables: StringArray = self.0.keys().map(|(table, _)| Some(table.as_str())).collect();
        let changes: StringArray = self.0.keys().map(|(_, change)| Some(change.as_str())).collect();
        let counts: Int64Array = self.0.values().map(|count| Some(*count)).collect();
        let columns: [(&str, ArrayRef); 3] =
            [("table_name", Arc::new(tables)), ("change", Arc::new(changes)), ("differences", Arc::new(counts))];
        Ok(RecordBatch::try_from_iter(columns)?)
    }
}
