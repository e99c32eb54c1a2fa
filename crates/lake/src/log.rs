//! A log of the stage and the one writer that has it.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use arrow::record_batch::RecordBatch;
use orgcensus_row::Table;
use serde::{Deserialize, Serialize};

use crate::{Error, Result, Stage};

/// A log as long as this is closed when it comes back, so that a checkpoint need not copy it again.
const LOG_BYTES: u64 = 64 << 20;

/// One batch of rows in the stage. A journal record that holds it commits it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slice {
    /// The table's name.
    pub table: String,
    /// The log's number.
    pub log: u32,
    /// Where its frame begins in the log.
    pub offset: u64,
    /// The frame's bytes.
    pub length: u32,
    /// Its rows.
    pub rows: u32,
    /// The frame's CRC-32.
    pub crc32: u32,
}

/// A log that this process appends to.
pub(crate) struct Log {
    pub(crate) number: u32,
    pub(crate) file: Arc<File>,
    /// Whether it has bytes that a power loss would take.
    pub(crate) is_dirty: AtomicBool,
    /// Whether it is full: no one will have it again.
    pub(crate) is_closed: AtomicBool,
    /// Where the next checkout begins.
    end: AtomicU64,
}

impl Log {
    pub(crate) fn new(number: u32, file: Arc<File>) -> Self {
        let (is_dirty, is_closed) = (AtomicBool::new(true), AtomicBool::new(false));
        Self { number, file, is_dirty, is_closed, end: AtomicU64::new(0) }
    }
}

/// One worker's log.
pub struct LogWriter {
    stage: Stage,
    log: Arc<Log>,
    /// Where this checkout began: what lies before is others'.
    start: u64,
    end: u64,
}

impl LogWriter {
    pub(crate) fn new(stage: Stage, log: Arc<Log>) -> Self {
        let end = log.end.load(Ordering::Acquire);
        Self { stage, log, start: end, end }
    }

    /// Appends a batch of a table's rows. A failed append leaves nothing behind that a later one does not overwrite.
    pub fn append(&mut self, table: &Table, batch: &RecordBatch) -> Result<Slice> {
        if *batch.schema().fields() != *self.stage.schema(table).fields() {
            return Err(Error::invalid(
                format!("a batch of {}", table.name),
                "its columns are others than the table's",
            ));
        }
        let (log, offset) = (self.log.clone(), self.end);
        let path = self.stage.path(log.number);
        let (length, crc32) = self.stage.with_codec(|codec| {
            let frame =
                codec.encode(batch).map_err(|error| Error::invalid(format!("a batch of {}", table.name), error))?;
            log.is_dirty.store(true, Ordering::Release);
            log.file.write_all_at(frame, offset).map_err(|error| Error::disk(&path, error))?;
            Ok((frame.len(), crc32fast::hash(frame)))
        })??;
        self.end += length as u64;
        let too_long = |error| Error::invalid(format!("a batch of {}", table.name), error);
        let (length, rows) = (u32::try_from(length), u32::try_from(batch.num_rows()));
        let (length, rows) = (length.map_err(too_long)?, rows.map_err(too_long)?);
        Ok(Slice { table: table.name.to_owned(), log: log.number, offset, length, rows, crc32 })
    }

    /// Where the next batch will begin: what to [`cut`](Self::cut) back to if the task that begins now fails.
    pub fn position(&self) -> u64 {
        self.end
    }

    /// Removes what was appended from `position` on: a failed task's batches.
    pub fn cut(&mut self, position: u64) -> Result<()> {
        if !(self.start..=self.end).contains(&position) {
            let reason = format!("this writer's own bytes are {} to {}", self.start, self.end);
            return Err(Error::invalid(format!("a cut at {position}"), reason));
        }
        let path = self.stage.path(self.log.number);
        self.log.is_dirty.store(true, Ordering::Release);
        self.log.file.set_len(position).map_err(|error| Error::disk(&path, error))?;
        self.end = position;
        Ok(())
    }
}

impl Drop for LogWriter {
    fn drop(&mut self) {
        self.log.end.store(self.end, Ordering::Release);
        if self.end < LOG_BYTES {
            self.stage.give_back(self.log.clone());
        } else {
            self.log.is_closed.store(true, Ordering::Release);
        }
    }
}

/// `log-00003.arrows`.
pub(crate) fn log_name(number: u32) -> String {
    format!("log-{number:05}.arrows")
}

/// The number in a log's name.
pub(crate) fn log_number(name: &str) -> Option<u32> {
    let number = name.strip_prefix("log-")?.strip_suffix(".arrows")?.parse().ok()?;
    (log_name(number) == name).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{queues, table};

    #[test]
    fn a_failed_task_is_cut_off_and_its_place_is_used_again() {
        let folder = tempfile::tempdir().unwrap();
        let stage = Stage::open(folder.path()).unwrap();
        let mut writer = stage.checkout().unwrap();
        let kept = writer.append(&table(), &queues("000000000001", &["a", "b"])).unwrap();
        let begin = writer.position();
        let failed = writer.append(&table(), &queues("000000000001", &["c", "d", "e"])).unwrap();
        writer.cut(begin).unwrap();
        assert!(stage.holds(&kept) && !stage.holds(&failed));
        let next = writer.append(&table(), &queues("000000000001", &["f"])).unwrap();
        assert_eq!(next.offset, failed.offset);
        assert_eq!(stage.read(&table(), &next).unwrap(), queues("000000000001", &["f"]));
        assert!(!stage.holds(&failed));
    }

    #[test]
    fn a_writer_cuts_nothing_but_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let stage = Stage::open(folder.path()).unwrap();
        let first = stage.checkout().unwrap().append(&table(), &queues("000000000001", &["a"])).unwrap();
        let mut second = stage.checkout().unwrap();
        assert_eq!(second.position(), u64::from(first.length));
        assert!(matches!(second.cut(0), Err(Error::Invalid { .. })));
        assert!(stage.holds(&first));
    }

    #[test]
    fn another_tables_batch_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let stage = Stage::open(folder.path()).unwrap();
        let batch = queues("000000000001", &["a"]).project(&[0, 1]).unwrap();
        assert!(matches!(stage.checkout().unwrap().append(&table(), &batch), Err(Error::Invalid { .. })));
    }
}
