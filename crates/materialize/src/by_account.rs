//! The rows of a published table, account by account. Memory holds a batch of them.

use std::marker::PhantomData;

use arrow::record_batch::RecordBatch;
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use orgcensus_crawl::{Failed, complete};
use orgcensus_lake::{Error, Lake, Manifest};
use orgcensus_row::{Row, column};

/// The rows of one table, in the order of its files: by account, region and key.
pub(crate) struct ByAccount<R> {
    batches: BoxStream<'static, Result<RecordBatch, Error>>,
    /// What was read and not taken yet; never without a row.
    rest: Option<RecordBatch>,
    row: PhantomData<fn() -> R>,
}

impl<R: Row> ByAccount<R> {
    /// Opens the table; one that the snapshot does not have has no rows.
    pub(crate) fn open(lake: &Lake, manifest: &Manifest) -> Result<Self, Failed> {
        let batches = match manifest.table(R::TABLE) {
            Some(entry) => lake.rows(entry, None)?,
            None => stream::empty().boxed(),
        };
        Ok(Self { batches, rest: None, row: PhantomData })
    }

    /// The account of the next row; none at the end.
    pub(crate) async fn account(&mut self) -> Result<Option<String>, Failed> {
        while self.rest.is_none() {
            let Some(batch) = self.batches.try_next().await? else { return Ok(None) };
            self.rest = Some(complete::<R>(&batch)?).filter(|it| it.num_rows() > 0);
        }
        let Some(rest) = &self.rest else { return Ok(None) };
        Ok(Some(column::<String>(rest, R::TABLE, "account_id")?.value(0).to_owned()))
    }

    /// The next rows of this account; none if the next row is another's.
    async fn next_of(&mut self, account_id: &str) -> Result<Option<RecordBatch>, Failed> {
        if self.account().await?.as_deref() != Some(account_id) {
            return Ok(None);
        }
        let Some(batch) = self.rest.take() else { return Ok(None) };
        let (ids, count) = (column::<String>(&batch, R::TABLE, "account_id")?, batch.num_rows());
        let end = (0..count).find(|row| ids.value(*row) != account_id).unwrap_or(count);
        self.rest = (end < count).then(|| batch.slice(end, count - end));
        Ok(Some(batch.slice(0, end)))
    }

    /// Shows each row of this account, with its region. Accounts must be asked for in the order of [`Self::account`].
    pub(crate) async fn each_of(
        &mut self,
        account_id: &str,
        mut show: impl FnMut(&str, R::Ref<'_>),
    ) -> Result<(), Failed> {
        while let Some(batch) = self.next_of(account_id).await? {
            let regions = column::<String>(&batch, R::TABLE, "region")?;
            let mut rows = 0..;
            R::each(&batch, |it| show(regions.value(rows.next().unwrap_or_default()), it))?;
        }
        Ok(())
    }
}
