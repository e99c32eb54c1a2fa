//! The keys of a task's rows, so that rows of one key are noticed before publishing leaves all but the first out.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher};
use std::io;

use arrow::record_batch::RecordBatch;
use arrow::row::{RowConverter, SortField};
use orgcensus_row::{Row, Table};

use crate::Error;

/// Keys that are remembered of one table of one task: about 40 MiB. Beyond, only the manifest counts duplicates.
const KEYS_MAX: usize = 1_000_000;

/// Rows that had an earlier row's key.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Repeated {
    /// Those that say the same.
    pub(crate) alike: u64,
    /// Those that say something else.
    pub(crate) otherwise: u64,
}

/// The keys that a table has in one task, and what the row of each says; of both only hashes.
pub(crate) struct Keys {
    table: Table,
    seen: HashMap<u64, u64>,
}

impl Keys {
    pub(crate) fn new(table: Table) -> Self {
        Self { table, seen: HashMap::new() }
    }

    /// Adds a batch's keys, with what each row says.
    pub(crate) fn add(&mut self, batch: &RecordBatch, contents: &[u64]) -> Result<Repeated, Error> {
        let keys =
            self.keys_of(batch).map_err(|error| Error::Stage(format!("keys of {}: {error}", self.table.name)))?;
        let mut repeated = Repeated::default();
        for (key, content) in keys.into_iter().zip(contents) {
            match self.seen.get(&key) {
                Some(first) if first == content => repeated.alike += 1,
                Some(_) => repeated.otherwise += 1,
                None if self.seen.len() < KEYS_MAX => drop(self.seen.insert(key, *content)),
                None => {}
            }
        }
        Ok(repeated)
    }

    fn keys_of(&self, batch: &RecordBatch) -> Result<Vec<u64>, arrow::error::ArrowError> {
        if self.table.key.is_empty() {
            return Ok(vec![0; batch.num_rows()]);
        }
        let columns =
            self.table.key.iter().map(|name| batch.schema().index_of(name).map(|at| batch.column(at).clone()));
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        let fields = columns.iter().map(|column| SortField::new(column.data_type().clone())).collect();
        let rows = RowConverter::new(fields)?.convert_columns(&columns)?;
        Ok(rows.iter().map(|row| hash(row.as_ref())).collect())
    }
}

/// What a row says, as one number.
pub(crate) fn content<R: Row>(row: &R) -> u64 {
    let mut hashing = Hashing(DefaultHasher::new());
    // A row that JSON cannot hold does not fit into a batch either, so the builder has refused it before.
    let _ = serde_json::to_writer(&mut hashing, row);
    hashing.0.finish()
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish()
}

struct Hashing(DefaultHasher);

impl io::Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
