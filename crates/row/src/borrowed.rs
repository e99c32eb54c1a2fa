//! Reads rows back from a batch: a column by its name and type, and borrowed lists and maps.

use std::fmt;
use std::marker::PhantomData;

use arrow::array::{Array, ListArray, MapArray, StringArray};
use arrow::record_batch::RecordBatch;

use crate::{ColumnType, Error};

/// A column of a batch. An error is a bug: the batch belongs to another table, or to another version of the table.
pub fn column<'b, T: ColumnType>(
    batch: &'b RecordBatch,
    table: &'static str,
    name: &'static str,
) -> Result<&'b T::Array, Error> {
    let column = batch.column_by_name(name);
    let column = column.and_then(|column| column.as_any().downcast_ref::<T::Array>());
    column.ok_or_else(|| Error::new(table, format!("the batch to read has no column {name} of {}", T::data_type())))
}

/// A list, borrowed from its column.
pub struct List<'b, T> {
    array: &'b ListArray,
    row: usize,
    of: PhantomData<fn() -> T>,
}

impl<'b, T: ColumnType> List<'b, T> {
    pub(crate) fn new(array: &'b ListArray, row: usize) -> Self {
        Self { array, row, of: PhantomData }
    }

    /// The values that are not null.
    pub fn iter(self) -> impl Iterator<Item = T::Ref<'b>> + use<'b, T> {
        let range = range(self.array.value_offsets(), self.row);
        let values = self.array.values().as_any().downcast_ref::<T::Array>();
        values
            .into_iter()
            .flat_map(move |values| range.clone().filter(|at| values.is_valid(*at)).map(|at| T::at(values, at)))
    }
}

impl<T> Clone for List<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for List<'_, T> {}

impl<T: ColumnType> fmt::Debug for List<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// A map, borrowed from its column.
#[derive(Clone, Copy)]
pub struct Entries<'b> {
    array: &'b MapArray,
    row: usize,
}

impl<'b> Entries<'b> {
    pub(crate) fn new(array: &'b MapArray, row: usize) -> Self {
        Self { array, row }
    }

    /// The keys with their values, except values that are null.
    pub fn iter(self) -> impl Iterator<Item = (&'b str, &'b str)> {
        let range = range(self.array.value_offsets(), self.row);
        let of = |array: &'b dyn Array| array.as_any().downcast_ref::<StringArray>();
        let columns = of(self.array.keys()).zip(of(self.array.values()));
        columns.into_iter().flat_map(move |(keys, values)| {
            range.clone().filter(|at| values.is_valid(*at)).map(|at| (keys.value(at), values.value(at)))
        })
    }
}

impl fmt::Debug for Entries<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// The range of values that belong to a row.
fn range(offsets: &[i32], row: usize) -> std::ops::Range<usize> {
    let at = |row: usize| offsets.get(row).and_then(|offset| usize::try_from(*offset).ok()).unwrap_or_default();
    at(row)..at(row + 1)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Serialize;

    use crate::{BatchBuilder, Row, Timestamp, stamp, table};

    /// A thing.
    #[derive(Serialize, Row)]
    #[row(table = "test_read_things", key = "arn")]
    struct Thing {
        /// Its ARN.
        arn: String,
        /// Its size.
        size_bytes: Option<i64>,
        /// When it was made (UTC).
        created_at: Option<Timestamp>,
        /// Its names.
        names: Vec<String>,
        /// Its tags; null if they were not read.
        tags: Option<BTreeMap<String, String>>,
        /// Whether it is on.
        is_on: bool,
    }

    /// The same table as another version of the program has it.
    #[derive(Serialize, Row)]
    #[row(table = "test_read_things", key = "arn")]
    struct Other {
        /// Its ARN.
        arn: String,
        /// Its size.
        size_bytes: Option<String>,
    }

    #[test]
    fn what_goes_into_a_batch_comes_out_of_it_by_its_fields() {
        let mut builder = BatchBuilder::new(table::<Thing>()).unwrap();
        let tags = BTreeMap::from([("team".to_owned(), "a".to_owned()), ("stage".to_owned(), String::new())]);
        for number in 0..3 {
            builder
                .push(&Thing {
                    arn: format!("arn-{number}"),
                    size_bytes: (number != 1).then_some(number),
                    created_at: Some(Timestamp(number)),
                    names: (0..number).map(|it| format!("name-{it}")).collect(),
                    tags: (number == 2).then(|| tags.clone()),
                    is_on: number == 0,
                })
                .unwrap();
        }
        let batch = builder.take(&stamp::example()).unwrap();
        let mut told = Vec::new();
        Thing::each(&batch, |it| told.push(format!("{it:?}"))).unwrap();
        let row = |arn: &str, rest: &str| format!(r#"ThingRef {{ arn: "{arn}", {rest} }}"#);
        let expected = [
            row("arn-0", "size_bytes: Some(0), created_at: Some(Timestamp(0)), names: [], tags: None, is_on: true"),
            row(
                "arn-1",
                r#"size_bytes: None, created_at: Some(Timestamp(1)), names: ["name-0"], tags: None, is_on: false"#,
            ),
            row(
                "arn-2",
                r#"size_bytes: Some(2), created_at: Some(Timestamp(2)), names: ["name-0", "name-1"], tags: Some({"stage": "", "team": "a"}), is_on: false"#,
            ),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_batch_of_another_shape_is_an_error_and_no_null() {
        let batch = BatchBuilder::new(table::<Other>()).unwrap().take(&stamp::example()).unwrap();
        let error = Thing::each(&batch, |_| ()).unwrap_err().to_string();
        assert_eq!(error, "table test_read_things: the batch to read has no column size_bytes of Int64");
    }
}
