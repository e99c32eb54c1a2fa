//! The ids of columns, which a Parquet file stores beside the columns' names. `data/columns.tsv` gives each column its
//! ids once and for ever.
//!
//! Table formats over the same files find a column by its id. An id cannot be added to a written file, and it cannot be
//! used again for another column, so `data/columns.tsv` only grows. A test of the binary compares it with the tables
//! and adds the ids of new columns.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use arrow::datatypes::{DataType, Field};

use crate::Column;

const TEXT: &str = include_str!("../data/columns.tsv");
/// Where Arrow keeps a Parquet column's id.
const KEY: &str = "PARQUET:field_id";

type Ids = HashMap<&'static str, HashMap<&'static str, Vec<i32>>>;

static IDS: LazyLock<Ids> = LazyLock::new(|| {
    let mut ids = Ids::new();
    for line in TEXT.lines() {
        let mut words = line.split('\t');
        if let (Some(table), Some(column), Some(_), Some(given)) =
            (words.next(), words.next(), words.next(), words.next())
        {
            let given = given.split(' ').filter_map(|id| id.parse().ok()).collect();
            ids.entry(table).or_default().insert(column, given);
        }
    }
    ids
});

/// The ids of a table's column: its own id, then those of its items, keys and values. Empty if the column has no ids
/// yet.
pub(crate) fn of(table: &str, column: &str) -> &'static [i32] {
    IDS.get(table).and_then(|columns| columns.get(column)).map_or(&[], Vec::as_slice)
}

/// How many ids a column needs: one for itself, one for a list's items, one each for a map's keys and values.
pub fn count(data_type: &DataType) -> usize {
    match data_type {
        DataType::List(item) => 1 + count(item.data_type()),
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(fields) => 1 + fields.iter().map(|field| count(field.data_type())).sum::<usize>(),
            _ => 1,
        },
        _ => 1,
    }
}

/// A column's field with its ids. A column that has no ids yet gets none.
pub(crate) fn field(table: &str, column: &Column) -> Field {
    let ids = of(table, column.name);
    if ids.len() == count(&column.data_type) { with(column.field(), &mut ids.iter().copied()) } else { column.field() }
}

fn with(field: Field, ids: &mut impl Iterator<Item = i32>) -> Field {
    let id = ids.next();
    let data_type = match field.data_type() {
        DataType::List(item) => DataType::List(Arc::new(with(item.as_ref().clone(), ids))),
        DataType::Map(entries, is_sorted) => {
            let DataType::Struct(inner) = entries.data_type() else { return field };
            let inner: Vec<Field> = inner.iter().map(|it| with(it.as_ref().clone(), ids)).collect();
            let entries = entries.as_ref().clone().with_data_type(DataType::Struct(inner.into()));
            DataType::Map(Arc::new(entries), *is_sorted)
        }
        plain => plain.clone(),
    };
    let metadata = id.map(|id| (KEY.to_owned(), id.to_string())).into_iter().collect();
    field.with_data_type(data_type).with_metadata(metadata)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::ColumnType;

    #[test]
    fn no_id_is_given_twice_in_a_table() {
        let mut taken = BTreeSet::new();
        for line in TEXT.lines() {
            let words: Vec<_> = line.split('\t').collect();
            let [table, column, _, ids] = words.as_slice() else { panic!("{line}") };
            for id in ids.split(' ') {
                assert!(
                    taken.insert((*table, id.parse::<i32>().unwrap())),
                    "{table}.{column}: {id} is another column's"
                );
            }
        }
        assert!(taken.iter().all(|(_, id)| *id > 0));
    }

    #[test]
    fn what_is_in_a_column_has_ids_too() {
        type Tags = BTreeMap<String, String>;
        assert_eq!(
            (count(&String::data_type()), count(&Vec::<String>::data_type()), count(&Tags::data_type())),
            (1, 2, 3)
        );
        let column = Column { name: "tags", comment: "Tags.", data_type: Tags::data_type(), nullable: true };
        let field = with(column.field(), &mut [7, 8, 9].into_iter());
        let id = |field: &Field| field.metadata().get(KEY).cloned();
        assert_eq!(id(&field).as_deref(), Some("7"));
        let DataType::Map(entries, _) = field.data_type() else { panic!("{field:?}") };
        assert_eq!(id(entries), None);
        let DataType::Struct(inner) = entries.data_type() else { panic!("{field:?}") };
        assert_eq!(inner.iter().map(|it| id(it)).collect::<Vec<_>>(), [Some("8".to_owned()), Some("9".to_owned())]);
    }
}
