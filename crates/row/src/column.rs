//! Columns, and the closed list of types that every engine reads alike.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;

use arrow::array::{
    Array, BooleanArray, Float64Array, Int32Array, Int64Array, ListArray, MapArray, StringArray,
    TimestampMillisecondArray,
};
use arrow::datatypes::{DataType, Field, TimeUnit};

use crate::Timestamp;
use crate::borrowed::{Entries, List};

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
    /// The Arrow field of the column.
    pub fn field(&self) -> Field {
        Field::new(self.name, self.data_type.clone(), self.nullable)
    }
}

/// A Rust type that may be a column. A type without an implementation does not compile, so no schema arises by
/// accident.
///
/// Some types are missing on purpose: unsigned integers (four engines read four types), decimals, binary, time zones.
pub trait ColumnType {
    /// Whether the column may hold null.
    const NULLABLE: bool = false;
    /// The Arrow array that holds a column of this type.
    type Array: Array + 'static;
    /// A value of this type, borrowed from the array.
    type Ref<'b>: Debug + Copy;
    /// The Arrow type.
    fn data_type() -> DataType;
    /// The value in a row of the array. The row must exist in the array.
    fn at(array: &Self::Array, row: usize) -> Self::Ref<'_>;
}

macro_rules! column_type {
    ($($rust:ty => $arrow:expr, $array:ty, $borrowed:ty, $wrap:expr;)+) => {
        $(impl ColumnType for $rust {
            type Array = $array;
            type Ref<'b> = $borrowed;
            fn data_type() -> DataType { $arrow }
            fn at(array: &Self::Array, row: usize) -> Self::Ref<'_> { $wrap(array.value(row)) }
        })+
    };
}

column_type! {
    String => DataType::Utf8, StringArray, &'b str, std::convert::identity;
    bool => DataType::Boolean, BooleanArray, bool, std::convert::identity;
    i32 => DataType::Int32, Int32Array, i32, std::convert::identity;
    i64 => DataType::Int64, Int64Array, i64, std::convert::identity;
    f64 => DataType::Float64, Float64Array, f64, std::convert::identity;
    Timestamp => DataType::Timestamp(TimeUnit::Millisecond, None), TimestampMillisecondArray, Timestamp, Timestamp;
}

impl<T: ColumnType> ColumnType for Option<T> {
    const NULLABLE: bool = true;
    type Array = T::Array;
    type Ref<'b> = Option<T::Ref<'b>>;
    fn data_type() -> DataType {
        T::data_type()
    }
    fn at(array: &Self::Array, row: usize) -> Self::Ref<'_> {
        array.is_valid(row).then(|| T::at(array, row))
    }
}

impl<T: ColumnType + 'static> ColumnType for Vec<T> {
    type Array = ListArray;
    type Ref<'b> = List<'b, T>;
    fn data_type() -> DataType {
        DataType::List(Arc::new(Field::new("item", T::data_type(), true)))
    }
    fn at(array: &Self::Array, row: usize) -> Self::Ref<'_> {
        List::new(array, row)
    }
}

impl ColumnType for BTreeMap<String, String> {
    type Array = MapArray;
    type Ref<'b> = Entries<'b>;
    fn data_type() -> DataType {
        let entries = vec![Field::new("keys", DataType::Utf8, false), Field::new("values", DataType::Utf8, true)];
        DataType::Map(Arc::new(Field::new("entries", DataType::Struct(entries.into()), false)), false)
    }
    fn at(array: &Self::Array, row: usize) -> Self::Ref<'_> {
        Entries::new(array, row)
    }
}
