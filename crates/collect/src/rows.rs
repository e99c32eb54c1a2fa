//! Where a collector puts its rows. Bounded: a huge account never means a huge process.

use arrow::record_batch::RecordBatch;
use futures::future::BoxFuture;
use orgcensus_aws::Class;
use orgcensus_row::{BatchBuilder, Row, Stamp, Table};

use crate::Error;

/// Rows of one table that wait in memory before they go to the sink.
const BATCH_ROWS: usize = 512;

/// What takes full batches: the crawl's stage.
pub trait Sink: Send {
    /// Takes one batch, waiting while there is no room.
    fn write<'a>(&'a mut self, table: Table, batch: RecordBatch) -> BoxFuture<'a, Result<(), Error>>;
}

/// What one task could not read of a thing that it listed.
#[derive(Debug, Clone)]
pub struct Missed {
    /// How many items.
    pub items: u64,
    /// The first item's error.
    pub first: orgcensus_aws::Error,
}

/// The rows of one task.
pub struct Rows<'s> {
    stamp: Stamp,
    builders: Vec<BatchBuilder>,
    sink: &'s mut dyn Sink,
    missed: Option<Missed>,
    count: u64,
}

impl<'s> Rows<'s> {
    /// Rows of one task, all with the same stamp.
    pub fn new(stamp: Stamp, sink: &'s mut dyn Sink) -> Self {
        Self { stamp, builders: Vec::new(), sink, missed: None, count: 0 }
    }

    /// The stamp of every row: account, region, time of the run.
    pub fn stamp(&self) -> &Stamp {
        &self.stamp
    }

    /// When the run started: the moment from which ages are counted.
    pub fn captured_at(&self) -> orgcensus_row::Timestamp {
        self.stamp.captured_at
    }

    /// Adds one row. Waits when the stage is behind.
    pub async fn push<R: Row>(&mut self, row: R) -> Result<(), Error> {
        let index = match self.builders.iter().position(|builder| builder.table().name == R::TABLE) {
            Some(index) => index,
            None => {
                self.builders.push(BatchBuilder::new(orgcensus_row::table::<R>())?);
                self.builders.len() - 1
            }
        };
        let builder = &mut self.builders[index];
        builder.push(&row)?;
        self.count += 1;
        if builder.len() >= BATCH_ROWS {
            let (table, batch) = (builder.table(), builder.take(&self.stamp)?);
            self.sink.write(table, batch).await?;
        }
        Ok(())
    }

    /// One item's answer in a loop over items. `None`: the item went away meanwhile, or could not be read; the latter
    /// makes the task partial, so that one odd item does not cost all others. Throttling and timeouts end the task.
    pub fn item<T, E: Into<Error>>(&mut self, answer: Result<T, E>) -> Result<Option<T>, Error> {
        match answer.map_err(Into::into) {
            Ok(answer) => Ok(Some(answer)),
            Err(Error::Aws(error)) if error.class == Class::NotFound => Ok(None),
            Err(Error::Aws(error)) if matches!(error.class, Class::Denied | Class::DeniedByScp | Class::Failed) => {
                self.miss(error);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Notes that something listed could not be read: the task will be partial.
    pub fn miss(&mut self, error: orgcensus_aws::Error) {
        match &mut self.missed {
            Some(missed) => missed.items += 1,
            None => self.missed = Some(Missed { items: 1, first: error }),
        }
    }

    /// Hands what still waits to the sink. Gives the number of rows and what was missed.
    pub async fn finish(mut self) -> Result<(u64, Option<Missed>), Error> {
        for mut builder in std::mem::take(&mut self.builders) {
            if !builder.is_empty() {
                self.sink.write(builder.table(), builder.take(&self.stamp)?).await?;
            }
        }
        Ok((self.count, self.missed))
    }
}
