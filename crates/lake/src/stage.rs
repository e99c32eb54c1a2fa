//! The stage: a directory of append-only logs that hold the rows of tasks until they are published.
//!
//! A task's batches lie together in one log; a task that fails cuts its own batches off again. Rows that no journal
//! record names do not count as written: a new process begins new logs and never touches old ones.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use orgcensus_row::Table;

use crate::codec::Codec;
use crate::log::{Log, LogWriter, Slice, log_name, log_number};
use crate::{Error, Result, durable, journal};

/// Old logs that are kept open for reading.
const OPEN_FILES_MAX: usize = 128;

const LOCK_FILE: &str = "stage.lock";

/// A stage that this process alone has open. Clones share it.
#[derive(Clone)]
pub struct Stage(Arc<Inner>);

struct Inner {
    directory: PathBuf,
    /// The operating system's lock, held while this lives and gone with the process however it ends.
    _lock: File,
    next_log: AtomicU32,
    /// Logs that this process appends to, idle or checked out.
    logs: Mutex<BTreeMap<u32, Arc<Log>>>,
    idle: Mutex<Vec<Arc<Log>>>,
    read: Mutex<HashMap<u32, Arc<File>>>,
    /// As many as were ever in use at once.
    codecs: Mutex<Vec<Codec>>,
    schemas: Mutex<HashMap<&'static str, SchemaRef>>,
}

impl std::fmt::Debug for Stage {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Stage({})", self.0.directory.display())
    }
}

impl Stage {
    /// Opens the stage in `directory`, and creates the directory if it is absent. Only one process at a time may have a
    /// stage open.
    pub fn open(directory: &Path) -> Result<Self> {
        let disk = |error| Error::disk(directory, error);
        fs::create_dir_all(directory).map_err(disk)?;
        let lock = File::create(directory.join(LOCK_FILE)).map_err(disk)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::Busy { stage: directory.display().to_string() }),
            Err(TryLockError::Error(error)) => return Err(disk(error)),
        }
        let next_log = log_numbers(directory)?.last().map_or(0, |last| last + 1);
        Ok(Self(Arc::new(Inner {
            directory: directory.to_owned(),
            _lock: lock,
            next_log: AtomicU32::new(next_log),
            logs: Mutex::default(),
            idle: Mutex::default(),
            read: Mutex::default(),
            codecs: Mutex::default(),
            schemas: Mutex::default(),
        })))
    }

    /// Whether a directory is a stage, open or not: other things may lie beside it.
    pub(crate) fn is_one(directory: &Path) -> bool {
        directory.join(LOCK_FILE).is_file()
    }

    /// Its directory.
    pub fn directory(&self) -> &Path {
        &self.0.directory
    }

    /// Removes all that is in its directory: what it held is published. The journal goes first, so that a removal that
    /// is cut short leaves nothing that looks like an unfinished run.
    pub fn remove(self) -> Result<()> {
        let directory = &self.0.directory;
        let disk = |error| Error::disk(directory, error);
        match fs::remove_file(journal::path(directory)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(disk(error)),
            _ => durable::remove_directory(directory).map_err(disk),
        }
    }

    /// A log for one worker alone until it is dropped.
    pub fn checkout(&self) -> Result<LogWriter> {
        let idle = lock(&self.0.idle).pop();
        let log = match idle {
            Some(log) => log,
            None => self.create_log()?,
        };
        Ok(LogWriter::new(self.clone(), log))
    }

    /// The batch of a slice, its checksum verified.
    pub fn read(&self, table: &Table, slice: &Slice) -> Result<RecordBatch> {
        let schema = self.schema(table);
        let frame = self.frame(slice)?;
        let file = self.path(slice.log);
        let batch = self.with_codec(|codec| codec.decode(&frame, schema))?;
        let batch = batch.map_err(|error| Error::corrupt(file.display(), error))?;
        if batch.num_rows() == slice.rows as usize && table.name == slice.table {
            return Ok(batch);
        }
        let what =
            format!("{} rows of {} where {} of {} were named", batch.num_rows(), table.name, slice.rows, slice.table);
        Err(Error::corrupt(file.display(), what))
    }

    /// Whether all bytes of a slice are there. Ask this about a journal record that was not yet synced.
    pub fn holds(&self, slice: &Slice) -> bool {
        self.frame(slice).is_ok()
    }

    /// Makes all that was appended survive a power loss. [`crate::Journal::sync`] calls it in the right order.
    pub fn sync(&self) -> Result<()> {
        let logs: Vec<_> = lock(&self.0.logs).values().cloned().collect();
        let mut is_any_dirty = false;
        for log in logs {
            if log.is_dirty.swap(false, Ordering::AcqRel) {
                is_any_dirty = true;
                log.file.sync_data().map_err(|error| {
                    log.is_dirty.store(true, Ordering::Release);
                    Error::disk(&self.path(log.number), error)
                })?;
            }
            if log.is_closed.load(Ordering::Acquire) {
                lock(&self.0.logs).remove(&log.number);
            }
        }
        if is_any_dirty {
            durable::sync_directory(&self.0.directory).map_err(|error| Error::disk(&self.0.directory, error))?;
        }
        Ok(())
    }

    /// The numbers of all its logs, also those of earlier processes.
    pub(crate) fn logs(&self) -> Result<Vec<u32>> {
        log_numbers(&self.0.directory)
    }

    pub(crate) fn path(&self, log: u32) -> PathBuf {
        self.0.directory.join(log_name(log))
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Takes a log back from its writer.
    pub(crate) fn give_back(&self, log: Arc<Log>) {
        lock(&self.0.idle).push(log);
    }

    fn create_log(&self) -> Result<Arc<Log>> {
        let number = self.0.next_log.fetch_add(1, Ordering::AcqRel);
        let path = self.path(number);
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(&path);
        let file = Arc::new(file.map_err(|error| Error::disk(&path, error))?);
        let log = Arc::new(Log::new(number, file));
        lock(&self.0.logs).insert(number, log.clone());
        Ok(log)
    }

    /// A slice's frame as it was written.
    fn frame(&self, slice: &Slice) -> Result<Vec<u8>> {
        let path = self.path(slice.log);
        let mut frame = vec![0; slice.length as usize];
        self.reader(slice.log)?.read_exact_at(&mut frame, slice.offset).map_err(|error| match error.kind() {
            std::io::ErrorKind::UnexpectedEof => {
                Error::corrupt(path.display(), "it ends before the rows that are named")
            }
            _ => Error::disk(&path, error),
        })?;
        if crc32fast::hash(&frame) == slice.crc32 {
            return Ok(frame);
        }
        Err(Error::corrupt(path.display(), format!("the bytes at {} have another checksum", slice.offset)))
    }

    fn reader(&self, log: u32) -> Result<Arc<File>> {
        if let Some(log) = lock(&self.0.logs).get(&log) {
            return Ok(log.file.clone());
        }
        let mut read = lock(&self.0.read);
        if let Some(file) = read.get(&log) {
            return Ok(file.clone());
        }
        if read.len() >= OPEN_FILES_MAX {
            read.clear();
        }
        let path = self.path(log);
        let file = Arc::new(File::open(&path).map_err(|error| Error::disk(&path, error))?);
        read.insert(log, file.clone());
        Ok(file)
    }

    pub(crate) fn with_codec<T>(&self, work: impl FnOnce(&mut Codec) -> T) -> Result<T> {
        let idle = lock(&self.0.codecs).pop();
        let mut codec = match idle {
            Some(codec) => codec,
            None => Codec::new().map_err(|error| Error::invalid("the compressor's settings", error))?,
        };
        let result = work(&mut codec);
        lock(&self.0.codecs).push(codec);
        Ok(result)
    }

    /// The table's schema, made once.
    pub(crate) fn schema(&self, table: &Table) -> SchemaRef {
        lock(&self.0.schemas).entry(table.name).or_insert_with(|| table.schema()).clone()
    }
}

fn log_numbers(directory: &Path) -> Result<Vec<u32>> {
    let disk = |error| Error::disk(directory, error);
    let mut numbers = Vec::new();
    for entry in fs::read_dir(directory).map_err(disk)? {
        numbers.extend(entry.map_err(disk)?.file_name().to_str().and_then(log_number));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// A task that panics leaves these collections whole: each change is one call.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::io::{Seek, SeekFrom, Write};

    use super::*;
    use crate::fixture::{queues, table};

    #[test]
    fn logs_are_shared_out_and_come_back() {
        let folder = tempfile::tempdir().unwrap();
        let stage = Stage::open(folder.path()).unwrap();
        let (first, second) = (stage.checkout().unwrap(), stage.checkout().unwrap());
        drop((first, second));
        let _third = stage.checkout().unwrap();
        assert_eq!(stage.logs().unwrap(), [0, 1]);
    }

    #[test]
    fn one_process_at_a_time_and_the_next_one_begins_new_logs() {
        let folder = tempfile::tempdir().unwrap();
        let stage = Stage::open(folder.path()).unwrap();
        let slice = stage.checkout().unwrap().append(&table(), &queues("000000000001", &["a"])).unwrap();
        assert!(matches!(Stage::open(folder.path()), Err(Error::Busy { .. })));
        drop(stage);
        let stage = Stage::open(folder.path()).unwrap();
        let next = stage.checkout().unwrap().append(&table(), &queues("000000000002", &["b"])).unwrap();
        assert_eq!((slice.log, next.log), (0, 1));
        assert_eq!(stage.read(&table(), &slice).unwrap(), queues("000000000001", &["a"]));
    }

    #[test]
    fn a_flipped_byte_and_a_lost_end_are_corrupt() {
        let folder = tempfile::tempdir().unwrap();
        let stage = Stage::open(folder.path()).unwrap();
        let slice = stage.checkout().unwrap().append(&table(), &queues("000000000001", &["a", "b"])).unwrap();
        stage.sync().unwrap();
        let mut file = OpenOptions::new().write(true).open(stage.path(slice.log)).unwrap();
        file.seek(SeekFrom::Start(20)).unwrap();
        file.write_all(&[0xff, 0x00, 0xff]).unwrap();
        assert!(matches!(stage.read(&table(), &slice), Err(Error::Corrupt { .. })));
        file.set_len(5).unwrap();
        let error = stage.read(&table(), &slice).unwrap_err().to_string();
        assert!(error.contains("ends before the rows"), "{error}");
    }
}
