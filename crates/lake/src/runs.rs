//! Rows of an account and region that are too many to be held at once: sorted runs in a stage, merged as they are read.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::vec::IntoIter;

use arrow::compute::interleave_record_batch;
use arrow::record_batch::RecordBatch;
use arrow::row::{OwnedRow, Rows};
use orgcensus_row::Table;

use crate::log::{LogWriter, Slice};
use crate::sort::{Sorted, Sorter};
use crate::{Error, Result, Stage};

/// A run is read in pieces of about this size, one of each run at a time: a gigabyte of rows holds 8 MiB of them.
const PIECE_BYTES: usize = 256 << 10;

/// A merged batch ends when it has this many rows, or has used up pieces of this size.
const MERGED_ROWS: usize = 8192;
const MERGED_BYTES: usize = 8 << 20;

/// Runs of one table, each sorted by itself.
pub(crate) struct Runs {
    stage: Stage,
    table: Table,
    log: LogWriter,
    start: u64,
    runs: Vec<Vec<Slice>>,
}

impl Runs {
    /// None yet. They lie in a log of `stage` until they are cleared.
    pub(crate) fn new(stage: &Stage, table: &Table) -> Result<Self> {
        let log = stage.checkout()?;
        Ok(Self { stage: stage.clone(), table: *table, start: log.position(), log, runs: Vec::new() })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Adds a run: rows in the order of the sorter, each key once. Of rows with one key, those of the earlier run stay.
    pub(crate) fn push(&mut self, run: &RecordBatch) -> Result<()> {
        let pieces = (bytes(run) / PIECE_BYTES).max(1);
        let length = run.num_rows().div_ceil(pieces).max(1);
        let starts = (0..run.num_rows()).step_by(length);
        let piece = |start: usize| run.slice(start, length.min(run.num_rows() - start));
        let slices = starts.map(|start| self.log.append(&self.table, &piece(start))).collect::<Result<_>>()?;
        self.runs.push(slices);
        Ok(())
    }

    /// All runs as one.
    pub(crate) fn merge(&self, sorter: &Arc<Sorter>) -> Result<Merge> {
        let (stage, table, sorter) = (self.stage.clone(), self.table, Arc::clone(sorter));
        let mut merge = Merge { stage, table, sorter, cursors: Vec::new(), next: BinaryHeap::new(), last: None };
        for run in &self.runs {
            let mut pieces = run.clone().into_iter();
            if let Some((piece, keys)) = merge.read(&mut pieces)? {
                merge.next.push(Reverse((keys.row(0).owned(), merge.cursors.len())));
                merge.cursors.push(Cursor { pieces, piece, keys, row: 0, place: 0 });
            }
        }
        Ok(merge)
    }

    /// Removes them from the disk.
    pub(crate) fn clear(&mut self) -> Result<()> {
        self.runs.clear();
        self.log.cut(self.start)
    }
}

/// Where the merge stands in one run.
struct Cursor {
    pieces: IntoIter<Slice>,
    piece: RecordBatch,
    keys: Rows,
    row: usize,
    /// The piece's place among those of the batch that is being merged.
    place: usize,
}

/// Runs while they are merged.
pub(crate) struct Merge {
    stage: Stage,
    table: Table,
    sorter: Arc<Sorter>,
    cursors: Vec<Cursor>,
    /// The next key of each run that is not over; of equal keys the earlier run's comes first.
    next: BinaryHeap<Reverse<(OwnedRow, usize)>>,
    last: Option<OwnedRow>,
}

impl Merge {
    /// The next rows; none when all were read.
    pub(crate) fn next(&mut self) -> Result<Option<Sorted>> {
        let mut pieces: Vec<RecordBatch> = self.cursors.iter().map(|cursor| cursor.piece.clone()).collect();
        self.cursors.iter_mut().enumerate().for_each(|(place, cursor)| cursor.place = place);
        let (mut taken, mut used, mut duplicates) = (Vec::new(), 0, 0);
        while taken.len() < MERGED_ROWS
            && used < MERGED_BYTES
            && let Some(Reverse((key, run))) = self.next.pop()
        {
            let Some(cursor) = self.cursors.get(run) else { continue };
            if self.last.as_ref() == Some(&key) {
                duplicates += 1;
            } else {
                taken.push((cursor.place, cursor.row));
                self.last = Some(key);
            }
            if let Some(piece) = self.step(run)? {
                used += bytes(&piece);
                if let Some(cursor) = self.cursors.get_mut(run) {
                    cursor.place = pieces.len();
                }
                pieces.push(piece);
            }
        }
        if taken.is_empty() && duplicates == 0 {
            return Ok(None);
        }
        let batch = interleave_record_batch(&pieces.iter().collect::<Vec<_>>(), &taken);
        Ok(Some(Sorted { batch: batch.map_err(|error| self.invalid(error))?, duplicates }))
    }

    /// Steps to a run's next row. The piece, if that is the first row of another one.
    fn step(&mut self, run: usize) -> Result<Option<RecordBatch>> {
        let Some(cursor) = self.cursors.get_mut(run) else { return Ok(None) };
        cursor.row += 1;
        if cursor.row < cursor.keys.num_rows() {
            self.next.push(Reverse((cursor.keys.row(cursor.row).owned(), run)));
            return Ok(None);
        }
        let mut pieces = std::mem::take(&mut cursor.pieces);
        let Some((piece, keys)) = self.read(&mut pieces)? else { return Ok(None) };
        self.next.push(Reverse((keys.row(0).owned(), run)));
        if let Some(cursor) = self.cursors.get_mut(run) {
            *cursor = Cursor { pieces, piece: piece.clone(), keys, row: 0, place: cursor.place };
        }
        Ok(Some(piece))
    }

    /// A run's next piece with its keys.
    fn read(&self, pieces: &mut IntoIter<Slice>) -> Result<Option<(RecordBatch, Rows)>> {
        let Some(slice) = pieces.next() else { return Ok(None) };
        let piece = self.stage.read(&self.table, &slice)?;
        let keys = self.sorter.keys(&piece).map_err(|error| self.invalid(error))?;
        Ok(Some((piece, keys)))
    }

    fn invalid(&self, error: arrow::error::ArrowError) -> Error {
        Error::invalid(format!("the rows of {}", self.table.name), error)
    }
}

/// The memory that a batch's own rows need, without memory that it shares with other batches.
pub(crate) fn bytes(batch: &RecordBatch) -> usize {
    let column = |column: &arrow::array::ArrayRef| column.to_data().get_slice_memory_size().unwrap_or_default();
    batch.columns().iter().map(column).sum()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use arrow::compute::concat_batches;
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::fixture::{Queue, batch, queue, table};

    /// Merges runs of these ARNs, whose sizes say which run a row is of.
    fn merged(runs: &[Vec<String>]) -> (RecordBatch, u64) {
        let folder = tempfile::tempdir().unwrap();
        let stage = Stage::open(folder.path()).unwrap();
        let sorter = Arc::new(Sorter::new(&table()).unwrap());
        let mut spilled = Runs::new(&stage, &table()).unwrap();
        let mut duplicates = 0;
        for (place, arns) in runs.iter().enumerate() {
            let sorted = sorter.sort(&[batch("1", "r", &of_run(place, arns))]).unwrap();
            duplicates += sorted.duplicates;
            spilled.push(&sorted.batch).unwrap();
        }
        let (mut merge, mut batches) = (spilled.merge(&sorter).unwrap(), Vec::new());
        while let Some(sorted) = merge.next().unwrap() {
            duplicates += sorted.duplicates;
            batches.push(sorted.batch);
        }
        (concat_batches(&table().schema(), &batches).unwrap(), duplicates)
    }

    fn of_run(place: usize, arns: &[String]) -> Vec<Queue> {
        arns.iter().map(|arn| Queue { size_bytes: Some(place as i64), ..queue(arn) }).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn merged_runs_are_what_one_sort_makes(runs in vec(vec("[a-d]{1,2}", 1..40), 1..6)) {
            let mut expected = BTreeMap::new();
            for (place, arns) in runs.iter().enumerate() {
                for queue in of_run(place, arns) {
                    expected.entry(queue.arn.clone()).or_insert(queue);
                }
            }
            let expected: Vec<Queue> = expected.into_values().collect();
            let (rows, duplicates) = merged(&runs);
            prop_assert_eq!(rows, batch("1", "r", &expected));
            let staged: usize = runs.iter().map(Vec::len).sum();
            prop_assert_eq!(duplicates as usize, staged - expected.len());
        }
    }

    #[test]
    fn many_pieces_and_many_batches() {
        let runs: Vec<Vec<String>> =
            (0..3).map(|run| (0..9000).map(|n| format!("arn:{:06}", n * 3 + run)).collect()).collect();
        let (rows, duplicates) = merged(&runs);
        assert_eq!((rows.num_rows(), duplicates), (27_000, 0));
        let sorter = Sorter::new(&table()).unwrap();
        assert_eq!(sorter.sort(std::slice::from_ref(&rows)).unwrap().batch, rows);
    }
}
