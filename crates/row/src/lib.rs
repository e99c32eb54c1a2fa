//! Columns: a Rust type and a doc comment. The Arrow field, the Parquet column, the Athena DDL and the reference page
//! all follow from these two.
//!
//! This crate knows no AWS, no account and no lake. A table is a struct with `#[derive(Serialize, Row)]`.

extern crate self as orgcensus_row;

mod batch;
mod borrowed;
mod column;
pub mod ids;
mod resource;
mod stamp;
mod table;
mod timestamp;

pub use arrow::datatypes::DataType;
pub use arrow::record_batch::RecordBatch;
pub use batch::{BatchBuilder, Error};
pub use borrowed::{Entries, List, column};
pub use column::{Column, ColumnType};
pub use orgcensus_row_derive::Row;
pub use resource::{Resource, ResourceTable, resource_type, some};
pub use stamp::Stamp;
pub use table::{Row, Table, table};
pub use timestamp::Timestamp;

/// The region of things that have no region: IAM, the organization, an account's own settings.
pub const GLOBAL: &str = "global";
