//! The working data of a publication: an index that says where each table's staged rows are, and a separate stage for
//! derived rows. With these every table is written in the same way, one at a time, and tables that are derived together
//! need no open files.

use std::marker::PhantomData;
use std::path::Path;

use orgcensus_lake::{SliceIndex, Stage};
use orgcensus_row::{BatchBuilder, Row, Stamp, Table, table};

use crate::error::Error;
use crate::task;

/// How many rows may wait in memory.
const BATCH_ROWS: usize = 4096;

/// The index and the stage.
pub(crate) struct Scratch {
    /// Where each table's rows are, in this stage and in others.
    pub(crate) index: SliceIndex,
    /// The stage of the derived rows. It also holds rows that are too many to sort in memory.
    pub(crate) stage: Stage,
}

impl Scratch {
    /// An empty index and stage in a folder. Removes files that a killed publication has left there.
    pub(crate) fn create(directory: &Path) -> Result<Self, Error> {
        let derived = directory.join("derived");
        if derived.exists() {
            Stage::open(&derived)?.remove()?;
        }
        Ok(Self { index: SliceIndex::create(&directory.join("index"))?, stage: Stage::open(&derived)? })
    }
}

/// Derived rows of one table that wait to be staged.
pub struct ScratchRows<R: Row> {
    table: Table,
    builder: BatchBuilder,
    row: PhantomData<fn(R)>,
}

impl<R: Row> ScratchRows<R> {
    pub(crate) fn new() -> Result<Self, Error> {
        let table = table::<R>();
        Ok(Self { table, builder: BatchBuilder::new(table)?, row: PhantomData })
    }

    /// Adds rows under a stamp. Before rows with another stamp, call [`stage`](Self::stage).
    pub(crate) fn extend(
        &mut self,
        scratch: &mut Scratch,
        stamp: &Stamp,
        rows: impl IntoIterator<Item = R>,
    ) -> Result<(), Error> {
        for row in rows {
            self.builder.push(&row)?;
            if self.builder.len() >= BATCH_ROWS {
                self.stage(scratch, stamp)?;
            }
        }
        Ok(())
    }

    /// Stages the rows that wait in memory.
    pub(crate) fn stage(&mut self, scratch: &mut Scratch, stamp: &Stamp) -> Result<(), Error> {
        if self.builder.is_empty() {
            return Ok(());
        }
        let slice = task::stage_batch(&scratch.stage, self.table, &self.builder.take(stamp)?)?;
        Ok(scratch.index.add(&scratch.stage, &stamp.account_id, &stamp.region, &slice)?)
    }
}
