//! Some columns of a table, account after account, in the order of its files: only a batch of them is in memory.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::error::ArrowError;

use crate::Result;
use crate::diff::TableReader;

/// The rows of a table. Its first column is the account's id.
pub(crate) struct ByAccount {
    reader: TableReader,
    /// What was read and belongs to later accounts, from this row on.
    rest: Option<(Vec<ArrayRef>, usize)>,
}

impl ByAccount {
    pub(crate) fn new(reader: TableReader) -> Self {
        Self { reader, rest: None }
    }

    /// Shows the rows of an account, which comes after the one before it.
    pub(crate) async fn turn_to(
        &mut self,
        account_id: &str,
        mut show: impl FnMut(&[ArrayRef], usize) -> Result<(), ArrowError>,
    ) -> Result<()> {
        loop {
            let next = match self.rest.take() {
                Some(rest) => Some(rest),
                None => self.reader.next().await?.map(|columns| (columns, 0)),
            };
            let Some((columns, first)) = next else { return Ok(()) };
            let accounts = columns[0].as_string::<i32>();
            let count = accounts.len();
            let first = (first..count).find(|row| accounts.value(*row) >= account_id).unwrap_or(count);
            let end = (first..count).find(|row| accounts.value(*row) != account_id).unwrap_or(count);
            for row in first..end {
                show(&columns, row).map_err(|source| self.reader.failed(source))?;
            }
            if end < count {
                self.rest = Some((columns, end));
                return Ok(());
            }
        }
    }
}
