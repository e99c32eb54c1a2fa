//! The rows of a published table, account by account, as what is staged is read. Memory holds a batch of them.

use std::marker::PhantomData;
use std::sync::Arc;

use arrow::array::{ArrayRef, new_null_array};
use arrow::datatypes::{Field, Schema};
use arrow::record_batch::RecordBatch;
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use orgcensus_lake::{Error as LakeError, Lake, Manifest};
use orgcensus_row::{Row, column, table};

use crate::error::Error;

/// The rows of one table, in the order of its files: by account, region and key. Columns that an older file lacks are
/// null.
pub struct AccountRows<R> {
    batches: BoxStream<'static, Result<RecordBatch, Error>>,
    /// What was read and not taken yet; never without a row.
    rest: Option<RecordBatch>,
    row: PhantomData<fn() -> R>,
}

impl<R: Row> AccountRows<R> {
    /// Opens the table; one that the snapshot does not have has no rows.
    pub fn open(lake: &Lake, manifest: &Manifest) -> Result<Self, Error> {
        let batches = match manifest.table(R::TABLE) {
            Some(entry) => lake.rows(entry, None)?.map_err(Error::from).boxed(),
            None => stream::empty().boxed(),
        };
        Ok(Self::of(batches))
    }

    /// The rows of these batches.
    pub(crate) fn of(batches: BoxStream<'static, Result<RecordBatch, Error>>) -> Self {
        Self { batches, rest: None, row: PhantomData }
    }

    /// The account of the next row; none at the end.
    pub async fn account(&mut self) -> Result<Option<String>, Error> {
        while self.rest.is_none() {
            let Some(batch) = self.batches.try_next().await? else { return Ok(None) };
            self.rest = Some(complete::<R>(&batch)?).filter(|it| it.num_rows() > 0);
        }
        let Some(rest) = &self.rest else { return Ok(None) };
        Ok(Some(column::<String>(rest, R::TABLE, "account_id")?.value(0).to_owned()))
    }

    /// The next rows of an account, to be read by [`Row::each`]; none if there is none left. Accounts must be asked for
    /// in order; the rows of those that are left out are passed over.
    pub async fn next_of(&mut self, account_id: &str) -> Result<Option<RecordBatch>, Error> {
        while let Some(next) = self.account().await?.filter(|next| next.as_str() <= account_id) {
            let rows = self.take(&next)?;
            if next == account_id {
                return Ok(rows);
            }
        }
        Ok(None)
    }

    /// Shows each row of an account, with its region. Accounts must be asked for in order.
    pub async fn each_of(&mut self, account_id: &str, mut show: impl FnMut(&str, R::Ref<'_>)) -> Result<(), Error> {
        while let Some(batch) = self.next_of(account_id).await? {
            let regions = column::<String>(&batch, R::TABLE, "region")?;
            let mut rows = 0..;
            R::each(&batch, |it| show(regions.value(rows.next().unwrap_or_default()), it))?;
        }
        Ok(())
    }

    /// Takes the rows of the batch that are of the account of its first one.
    fn take(&mut self, account_id: &str) -> Result<Option<RecordBatch>, Error> {
        let Some(batch) = self.rest.take() else { return Ok(None) };
        let (ids, count) = (column::<String>(&batch, R::TABLE, "account_id")?, batch.num_rows());
        let end = (0..count).find(|row| ids.value(*row) != account_id).unwrap_or(count);
        self.rest = (end < count).then(|| batch.slice(end, count - end));
        Ok(Some(batch.slice(0, end)))
    }
}

/// A published batch with the columns that the table has now. A column that the older file lacks is null.
fn complete<R: Row>(batch: &RecordBatch) -> Result<RecordBatch, Error> {
    let columns = table::<R>().columns();
    let own = |name: &str| batch.column_by_name(name).cloned();
    let arrays: Vec<ArrayRef> = columns
        .iter()
        .map(|it| own(it.name).unwrap_or_else(|| new_null_array(&it.data_type, batch.num_rows())))
        .collect();
    let fields = columns.iter().zip(&arrays).map(|(it, array)| Field::new(it.name, array.data_type().clone(), true));
    let schema = Schema::new(fields.collect::<Vec<_>>());
    let made = RecordBatch::try_new(Arc::new(schema), arrays);
    made.map_err(|error| {
        let file = format!("the previous {}", R::TABLE);
        LakeError::Corrupt { file, what: error.to_string() }.into()
    })
}
