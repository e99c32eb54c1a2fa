//! What publishing works with: where each table's staged rows are, and a stage of its own for the rows that are derived
//! from them. So every table is written in one way, one at a time, and what is derived together costs no open files.

use std::marker::PhantomData;
use std::path::Path;

use orgcensus_lake::{SliceIndex, Stage};
use orgcensus_row::{BatchBuilder, Row, Stamp, Table, table};

use crate::error::Error;
use crate::task;

/// Rows that wait in memory.
const BATCH_ROWS: usize = 4096;

/// The index and the stage.
pub(crate) struct Scratch {
    /// Where each table's rows are, in this stage and in others.
    pub(crate) index: SliceIndex,
    /// That of the derived rows; what is too large to be sorted in memory waits in it too.
    pub(crate) stage: Stage,
}

impl Scratch {
    /// Empty ones in a folder. What a publication that was killed has left in it is removed.
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

    /// Adds rows under a stamp. Those of another stamp come after [`stage`](Self::stage).
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

    /// Stages what waits.
    pub(crate) fn stage(&mut self, scratch: &mut Scratch, stamp: &Stamp) -> Result<(), Error> {
        if self.builder.is_empty() {
            return Ok(());
        }
        let slice = task::stage_batch(&scratch.stage, self.table, &self.builder.take(stamp)?)?;
        Ok(scratch.index.add(&scratch.stage, &stamp.account_id, &stamp.region, &slice)?)
    }
}
