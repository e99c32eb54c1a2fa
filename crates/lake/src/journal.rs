//! The journal: what a run has done, one line a record, each with its checksum.
//!
//! ```text
//! {"header":{"format":1,"run_id":"…","about":{…}},"crc32":"89abcdef"}
//! {"record":{…},"crc32":"…"}
//! {"synced":12,"crc32":"…"}
//! ```
//!
//! A `synced` line says that all lines before it, and the rows that they name, survive a power loss. Lines after the
//! last `synced` line survive the end of the process. After a power loss they may be torn, or name rows that are gone:
//! [`Journal::open`] keeps those that the caller can still vouch for.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::journal_line::{self, Kind, Lines};
use crate::journal_scan::{FORMAT, Header, Records, Scan, read_header};
use crate::{Error, Result, Stage, durable};

const FILE: &str = "journal.jsonl";

/// An open journal of records `R`.
pub struct Journal<R> {
    file: File,
    path: PathBuf,
    /// Bytes that are whole lines.
    end: u64,
    records: u64,
    is_synced: bool,
    _record: PhantomData<fn(&R)>,
}

impl<R: Serialize + DeserializeOwned> Journal<R> {
    /// Begins a journal in a stage that has none.
    pub fn create(stage: &Stage, run_id: &str, about: serde_json::Value) -> Result<Self> {
        let path = path(stage.directory());
        let header = Header { format: FORMAT, run_id: run_id.to_owned(), about };
        let line = journal_line::encode(Kind::Header, &header)?;
        if !durable::create_new(&path, &line).map_err(|error| Error::disk(&path, error))? {
            return Err(Error::invalid(path.display(), "there is a journal already: resume it, or use another stage"));
        }
        Self::at(path, line.len() as u64, 0)
    }

    /// Opens the journal of a stage to resume it.
    ///
    /// `vouch` is asked about each record after the last sync, in order: are all its rows there ([`Stage::holds`])? If
    /// it says no, the record is removed, and so are torn lines: their work must be done again.
    pub fn open(stage: &Stage, mut vouch: impl FnMut(&R) -> bool) -> Result<(Self, Header)> {
        let path = path(stage.directory());
        let found = Scan::of(&path)?;
        let (mut kept, mut records) = (Vec::new(), found.synced_records);
        let mut lines = Lines::open_at(&path, found.synced, found.length)?;
        while let Some(line) = lines.next_line()? {
            // A torn line was never synced, so no one was told that its work is done.
            let Some((Kind::Record, json)) = line.content() else { continue };
            let Ok(record) = serde_json::from_slice(json) else { continue };
            if vouch(&record) {
                kept.extend_from_slice(line.bytes());
                records += 1;
            }
        }
        let mut journal = Self::at(path, found.synced, records)?;
        journal.replace_tail(&kept, found.length)?;
        Ok((journal, found.header))
    }

    /// Whether a stage's directory has a journal.
    pub fn exists(directory: &Path) -> bool {
        path(directory).exists()
    }

    /// The header of the journal in a stage's directory, even if another process has the stage open.
    pub fn header(directory: &Path) -> Result<Header> {
        read_header(&path(directory))
    }

    /// Adds a record. It survives the end of this process from now on, and a power loss from the next sync on.
    pub fn append(&mut self, record: &R) -> Result<()> {
        self.write(Kind::Record, record)?;
        self.records += 1;
        self.is_synced = false;
        Ok(())
    }

    /// Makes all records survive a power loss: first the rows they name, then the records, then the line that says so.
    pub fn sync(&mut self, stage: &Stage) -> Result<()> {
        if self.is_synced {
            return Ok(());
        }
        stage.sync()?;
        self.sync_file()?;
        self.write(Kind::Synced, &self.records.clone())?;
        self.is_synced = true;
        Ok(())
    }

    /// How many records it has.
    pub fn len(&self) -> u64 {
        self.records
    }

    /// Whether it has no record.
    pub fn is_empty(&self) -> bool {
        self.records == 0
    }

    /// All records, from the first. A record is read when its turn comes.
    pub fn records(&self) -> Result<Records<R>> {
        Records::open(&self.path, self.end)
    }

    /// The bytes that hold what [`Journal::len`] counts.
    pub fn bytes(&self) -> u64 {
        self.end
    }

    fn at(path: PathBuf, end: u64, records: u64) -> Result<Self> {
        let file = OpenOptions::new().write(true).open(&path).map_err(|error| Error::disk(&path, error))?;
        Ok(Self { file, path, end, records, is_synced: false, _record: PhantomData })
    }

    /// Replaces the lines after the last synced line, and syncs the new ones.
    fn replace_tail(&mut self, tail: &[u8], length: u64) -> Result<()> {
        let length_kept = self.end + tail.len() as u64;
        let disk = |error| Error::disk(&self.path, error);
        let mut before = Vec::new();
        let mut reader = File::open(&self.path).map_err(disk)?;
        reader.seek(SeekFrom::Start(self.end)).map_err(disk)?;
        reader.take(tail.len() as u64).read_to_end(&mut before).map_err(disk)?;
        if before != tail {
            self.file.seek(SeekFrom::Start(self.end)).map_err(disk)?;
            self.file.write_all(tail).map_err(disk)?;
        }
        if length != length_kept {
            self.file.set_len(length_kept).map_err(disk)?;
        }
        self.end = length_kept;
        self.sync_file()
    }

    fn write(&mut self, kind: Kind, value: &impl Serialize) -> Result<()> {
        let line = journal_line::encode(kind, value)?;
        let disk = |error| Error::disk(&self.path, error);
        // Always from where the last whole line ended: a full disk may have left a part of one.
        self.file.seek(SeekFrom::Start(self.end)).map_err(disk)?;
        self.file.write_all(&line).map_err(disk)?;
        self.end += line.len() as u64;
        Ok(())
    }

    fn sync_file(&self) -> Result<()> {
        self.file.sync_data().map_err(|error| Error::disk(&self.path, error))
    }
}

/// The journal's file in a stage's directory.
pub(crate) fn path(directory: &Path) -> PathBuf {
    directory.join(FILE)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::Slice;
    use crate::fixture::{queues, table};

    type Done = (String, Slice);

    struct Fixture {
        _folder: tempfile::TempDir,
        path: PathBuf,
        stage: Stage,
    }

    fn stage() -> Fixture {
        let folder = tempfile::tempdir().unwrap();
        let stage = Stage::open(folder.path()).unwrap();
        Fixture { path: path(folder.path()), _folder: folder, stage }
    }

    impl Fixture {
        fn done(&self, account_id: &str) -> Done {
            let slice = self.stage.checkout().unwrap().append(&table(), &queues(account_id, &["a", "b"])).unwrap();
            (account_id.to_owned(), slice)
        }

        fn open(&self) -> Result<(Journal<Done>, Header)> {
            Journal::open(&self.stage, |(_, slice): &Done| self.stage.holds(slice))
        }

        /// The accounts that a reopened journal has.
        fn accounts(&self) -> Vec<String> {
            let (journal, _) = self.open().unwrap();
            let accounts: Vec<_> = journal.records().unwrap().map(|done| done.unwrap().0).collect();
            assert_eq!(journal.len(), accounts.len() as u64);
            accounts
        }
    }

    #[test]
    fn records_come_back_with_the_header_in_order() {
        let fixture = stage();
        let about = serde_json::json!({ "snapshot_date": "2026-11-22" });
        let mut journal = Journal::<Done>::create(&fixture.stage, "run-1", about.clone()).unwrap();
        assert!(Journal::<Done>::create(&fixture.stage, "run-2", about.clone()).is_err());
        for account in ["1", "2", "3"] {
            journal.append(&fixture.done(account)).unwrap();
            if account == "2" {
                journal.sync(&fixture.stage).unwrap();
            }
        }
        drop(journal);
        let (mut journal, header) = fixture.open().unwrap();
        assert_eq!(header, Header { format: FORMAT, run_id: "run-1".into(), about });
        journal.append(&fixture.done("4")).unwrap();
        assert_eq!(fixture.accounts(), ["1", "2", "3", "4"]);
    }

    #[test]
    fn a_journal_cut_at_any_byte_keeps_its_whole_lines() {
        let fixture = stage();
        let mut journal = Journal::<Done>::create(&fixture.stage, "run-1", serde_json::Value::Null).unwrap();
        let header_end = journal.bytes();
        let mut ends = Vec::new();
        for account in ["1", "2"] {
            journal.append(&fixture.done(account)).unwrap();
            ends.push(journal.bytes());
        }
        drop(journal);
        let whole = fs::read(&fixture.path).unwrap();
        for length in header_end..=whole.len() as u64 {
            fs::write(&fixture.path, &whole[..length as usize]).unwrap();
            let expected = ends.iter().filter(|end| **end <= length).count();
            assert_eq!(fixture.accounts(), &["1", "2"][..expected], "cut at {length}");
        }
    }

    #[test]
    fn what_was_not_synced_and_has_lost_its_rows_is_done_again() {
        let fixture = stage();
        let mut journal = Journal::<Done>::create(&fixture.stage, "run-1", serde_json::Value::Null).unwrap();
        journal.append(&fixture.done("1")).unwrap();
        journal.sync(&fixture.stage).unwrap();
        let lost = fixture.done("2");
        journal.append(&lost).unwrap();
        journal.append(&fixture.done("3")).unwrap();
        drop(journal);
        let log = OpenOptions::new().write(true).open(fixture.stage.path(lost.1.log)).unwrap();
        std::os::unix::fs::FileExt::write_all_at(&log, &vec![0; lost.1.length as usize], lost.1.offset).unwrap();
        assert_eq!(fixture.accounts(), ["1", "3"]);
        assert_eq!(fixture.accounts(), ["1", "3"]);
    }

    #[test]
    fn damage_before_the_last_sync_and_another_format_are_refused() {
        let fixture = stage();
        let mut journal = Journal::<Done>::create(&fixture.stage, "run-1", serde_json::Value::Null).unwrap();
        journal.append(&fixture.done("1")).unwrap();
        let begin = journal.bytes() as usize;
        journal.append(&fixture.done("2")).unwrap();
        journal.sync(&fixture.stage).unwrap();
        let mut bytes = fs::read(&fixture.path).unwrap();
        bytes[begin + 15] ^= 1;
        fs::write(&fixture.path, &bytes).unwrap();
        assert!(matches!(fixture.open(), Err(Error::Corrupt { .. })));

        let header = Header { format: 2, run_id: "run-1".into(), about: serde_json::Value::Null };
        fs::write(&fixture.path, journal_line::encode(Kind::Header, &header).unwrap()).unwrap();
        let error = fixture.open().err().unwrap();
        assert!(matches!(error, Error::OtherFormat { found: 2, expected: 1, .. }), "{error}");
        fs::write(&fixture.path, "").unwrap();
        assert!(matches!(fixture.open(), Err(Error::Corrupt { .. })));
    }
}
