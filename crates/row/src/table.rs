//! A row type, and the same with its type erased so that all tables fit in one list.

use arrow::datatypes::{Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use serde::Serialize;

use crate::{Column, Error, Stamp, ids};

/// One row of one table. Derived, never written by hand.
pub trait Row: Serialize + Send + Sync + 'static {
    /// The table's name: `service_things`.
    const TABLE: &'static str;
    /// What a row is, in one sentence.
    const COMMENT: &'static str;
    /// The natural key within one account and region. A second row with the same key is the same thing seen twice.
    const KEY: &'static [&'static str];
    /// The same fields, borrowed from a batch.
    type Ref<'b>;
    /// The columns, without those that the engine stamps.
    fn columns() -> Vec<Column>;
    /// Shows every row of a batch of this table.
    fn each<'b>(batch: &'b RecordBatch, show: impl FnMut(Self::Ref<'b>)) -> Result<(), Error>;
}

/// A table: a [`Row`] type as a value.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// The table's name.
    pub name: &'static str,
    /// What a row is.
    pub comment: &'static str,
    /// The natural key within one account and region; empty when the table holds one row for each.
    pub key: &'static [&'static str],
    own_columns: fn() -> Vec<Column>,
}

/// The table whose rows are `R`.
pub const fn table<R: Row>() -> Table {
    Table { name: R::TABLE, comment: R::COMMENT, key: R::KEY, own_columns: R::columns }
}

impl Table {
    /// All columns in file order: the stamp's, then the row's own.
    pub fn columns(&self) -> Vec<Column> {
        let mut columns = Stamp::columns();
        columns.extend((self.own_columns)());
        columns
    }

    /// The row's own columns.
    pub fn own_columns(&self) -> Vec<Column> {
        (self.own_columns)()
    }

    /// The same schema with the ids that a file's columns carry.
    pub fn schema_with_ids(&self) -> SchemaRef {
        let fields: Vec<Field> = self.columns().iter().map(|column| ids::field(self.name, column)).collect();
        Schema::new(fields).into()
    }

    /// The ids of a column and of what is in it, in their order. Empty if none were given yet.
    pub fn ids(&self, column: &str) -> &'static [i32] {
        ids::of(self.name, column)
    }

    /// The Arrow schema of the whole row.
    pub fn schema(&self) -> SchemaRef {
        Schema::new(self.columns().iter().map(Column::field).collect::<Vec<Field>>()).into()
    }
}

impl PartialEq for Table {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}
