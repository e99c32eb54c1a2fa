//! Columns and the closed list of types that every engine reads alike.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, TimeUnit};

use crate::Timestamp;

/// One column of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Lower snake_case, never a reserved word of Athena, Spark, DuckDB or DataFusion.
    pub name: &'static str,
    /// The field's doc comment: what it means, its unit, what null means.
    pub comment: &'static str,
    /// Its Arrow type.
    pub data_type: DataType,
    /// Whether null is allowed.
    pub nullable: bool,
}

impl Column {
    /// The Arrow field, its comment in the metadata.
    pub fn field(&self) -> Field {
        Field::new(self.name, self.data_type.clone(), self.nullable)
    }
}

/// A Rust type that may be a column. A type without an implementation does not compile: no accidental schema.
///
/// Deliberately absent: unsigned integers (four engines read four types), decimals, binary, time zones.
pub trait ColumnType {
    /// Whether the column may hold null.
    const NULLABLE: bool = false;
    /// The Arrow type.
    fn data_type() -> DataType;
}

macro_rules! column_type {
    ($($rust:ty => $arrow:expr),+ $(,)?) => {
        $(impl ColumnType for $rust { fn data_type() -> DataType { $arrow } })+
    };
}

column_type! {
    String => DataType::Utf8,
    bool => DataType::Boolean,
    i32 => DataType::Int32,
    i64 => DataType::Int64,
    f64 => DataType::Float64,
    Timestamp => DataType::Timestamp(TimeUnit::Millisecond, None),
}

impl<T: ColumnType> ColumnType for Option<T> {
    const NULLABLE: bool = true;
    fn data_type() -> DataType {
        T::data_type()
    }
}

impl<T: ColumnType> ColumnType for Vec<T> {
    fn data_type() -> DataType {
        DataType::List(Arc::new(Field::new("item", T::data_type(), true)))
    }
}

impl ColumnType for BTreeMap<String, String> {
    fn data_type() -> DataType {
        let entries = vec![Field::new("keys", DataType::Utf8, false), Field::new("values", DataType::Utf8, true)];
        DataType::Map(Arc::new(Field::new("entries", DataType::Struct(entries.into()), false)), false)
    }
}
