//! A row type, and a table: the same as a value without the type, so that all tables fit in one list.

use arrow::datatypes::{Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use serde::Serialize;

use crate::{Column, Error, ResourceTable, Stamp, ids};

/// One row of one table. The derive implements it; it is never written by hand.
pub trait Row: Serialize + Send + Sync + 'static {
    /// The table's name, for example `service_things`.
    const TABLE: &'static str;
    /// A sentence that says what a row is.
    const COMMENT: &'static str;
    /// The natural key within one account and region. If two rows have the same key, they are the same thing, seen
    /// twice.
    const KEY: &'static [&'static str];
    /// The resources that the rows are, each one row; none if the rows are something else.
    const RESOURCE: Option<ResourceTable>;
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
    /// The natural key within one account and region. Empty if the table has one row for each account and region.
    pub key: &'static [&'static str],
    /// The resources that its rows are, each one row; none if its rows are something else.
    pub resource: Option<ResourceTable>,
    own_columns: fn() -> Vec<Column>,
}

/// The table whose rows are `R`.
pub const fn table<R: Row>() -> Table {
    Table { name: R::TABLE, comment: R::COMMENT, key: R::KEY, resource: R::RESOURCE, own_columns: R::columns }
}

impl Table {
    /// All columns in the order of the file: first the stamp's, then the row's own.
    pub fn columns(&self) -> Vec<Column> {
        let mut columns = Stamp::columns();
        columns.extend((self.own_columns)());
        columns
    }

    /// The row's own columns.
    pub fn own_columns(&self) -> Vec<Column> {
        (self.own_columns)()
    }

    /// The schema, with the ids of the columns in a file.
    pub fn schema_with_ids(&self) -> SchemaRef {
        let fields: Vec<Field> = self.columns().iter().map(|column| ids::field(self.name, column)).collect();
        Schema::new(fields).into()
    }

    /// The ids of a column and of its parts, in order. Empty if the column has no ids yet.
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
