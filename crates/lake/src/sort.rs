//! Rows in the order of the files: by account, region and the table's key, each key once.

use arrow::array::{ArrayRef, UInt32Array};
use arrow::compute::{concat_batches, take_record_batch};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use arrow::row::{RowConverter, Rows, SortField};
use orgcensus_row::Table;

/// Sorts batches of one table.
pub(crate) struct Sorter {
    converter: RowConverter,
    columns: Vec<usize>,
    schema: arrow::datatypes::SchemaRef,
}

/// Sorted rows.
pub(crate) struct Sorted {
    pub(crate) batch: RecordBatch,
    /// Rows left out because one with the same account, region and key came before them.
    pub(crate) duplicates: u64,
}

impl Sorter {
    pub(crate) fn new(table: &Table) -> Result<Self, ArrowError> {
        let schema = table.schema();
        let names = ["account_id", "region"].iter().chain(table.key);
        let columns = names.map(|name| schema.index_of(name)).collect::<Result<Vec<_>, _>>()?;
        let fields = columns.iter().map(|column| SortField::new(schema.field(*column).data_type().clone()));
        Ok(Self { converter: RowConverter::new(fields.collect())?, columns, schema })
    }

    /// What a batch's rows are sorted by.
    pub(crate) fn keys(&self, batch: &RecordBatch) -> Result<Rows, ArrowError> {
        let keys: Vec<ArrayRef> = self.columns.iter().map(|column| batch.column(*column).clone()).collect();
        self.converter.convert_columns(&keys)
    }

    /// One batch of all rows. Of rows with one key the first stays.
    pub(crate) fn sort(&self, batches: &[RecordBatch]) -> Result<Sorted, ArrowError> {
        let batch = concat_batches(&self.schema, batches)?;
        let rows = self.keys(&batch)?;
        let count = u32::try_from(batch.num_rows()).map_err(|error| ArrowError::ComputeError(error.to_string()))?;
        let row = |index: u32| rows.row(index as usize);
        if (1..count).all(|index| row(index - 1) < row(index)) {
            return Ok(Sorted { batch, duplicates: 0 });
        }
        let mut order: Vec<u32> = (0..count).collect();
        order.sort_unstable_by(|a, b| row(*a).cmp(&row(*b)).then(a.cmp(b)));
        order.dedup_by(|later, earlier| row(*later) == row(*earlier));
        let duplicates = u64::from(count) - order.len() as u64;
        Ok(Sorted { batch: take_record_batch(&batch, &UInt32Array::from(order))?, duplicates })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{batch, queue, queues, table};

    #[test]
    fn rows_are_sorted_and_the_first_of_a_key_stays() {
        let mut first = queue("b");
        first.size_bytes = None;
        let batches = [
            batch("2", "eu-west-1", &[first.clone(), queue("b"), queue("a")]),
            queues("1", &["z"]),
            batch("2", "af-south-1", &[queue("b")]),
        ];
        let sorted = Sorter::new(&table()).unwrap().sort(&batches).unwrap();
        assert_eq!(sorted.duplicates, 1);
        let expected = [
            queues("1", &["z"]),
            batch("2", "af-south-1", &[queue("b")]),
            batch("2", "eu-west-1", &[queue("a"), first]),
        ];
        assert_eq!(sorted.batch, concat_batches(&table().schema(), &expected).unwrap());
    }

    #[test]
    fn what_is_sorted_stays_as_it_is() {
        let batch = queues("1", &["a", "b", "c"]);
        let sorted = Sorter::new(&table()).unwrap().sort(std::slice::from_ref(&batch)).unwrap();
        assert_eq!((sorted.batch, sorted.duplicates), (batch, 0));
        assert_eq!(Sorter::new(&table()).unwrap().sort(&[]).unwrap().batch.num_rows(), 0);
    }
}
