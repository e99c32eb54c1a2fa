//! Reading a journal: its header, how much of it was synced, and its records one by one.

use std::fs::File;
use std::io::BufReader;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::journal_line::{self, Kind, Lines};
use crate::{Error, Result};

/// The format of the journal and of the logs beside it.
pub(crate) const FORMAT: u64 = 1;

/// The journal's first line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The format of journal and logs.
    pub format: u64,
    /// The run.
    pub run_id: String,
    /// What else the caller must know to resume the run.
    pub about: serde_json::Value,
}

/// The records of a journal, in the order of their writing.
pub struct Records<R> {
    lines: Lines<BufReader<File>>,
    path: PathBuf,
    _record: PhantomData<fn() -> R>,
}

impl<R> Records<R> {
    pub(crate) fn open(path: &Path, length: u64) -> Result<Self> {
        Ok(Self { lines: Lines::open(path, length)?, path: path.to_owned(), _record: PhantomData })
    }
}

impl<R: DeserializeOwned> Iterator for Records<R> {
    type Item = Result<R>;

    fn next(&mut self) -> Option<Result<R>> {
        loop {
            let line = match self.lines.next_line() {
                Ok(line) => line?,
                Err(error) => return Some(Err(error)),
            };
            let torn = || Error::corrupt(self.path.display(), format!("line {} has another checksum", line.number()));
            match line.content() {
                Some((Kind::Record, json)) => {
                    return Some(
                        serde_json::from_slice(json).map_err(|error| Error::corrupt(self.path.display(), error)),
                    );
                }
                Some(_) => {}
                None => return Some(Err(torn())),
            }
        }
    }
}

/// What a first pass over a journal finds.
pub(crate) struct Scan {
    pub(crate) header: Header,
    /// Where the last `synced` line that is whole ends; the header's end if there is none.
    pub(crate) synced: u64,
    pub(crate) synced_records: u64,
    pub(crate) length: u64,
}

impl Scan {
    pub(crate) fn of(path: &Path) -> Result<Self> {
        let length = std::fs::metadata(path).map_err(|error| Error::disk(path, error))?.len();
        let mut lines = Lines::open_at(path, 0, length)?;
        let header = header_of(path, &mut lines)?;
        let (mut synced, mut synced_records, mut records, mut torn) = (lines.end(), 0, 0, None);
        while let Some(line) = lines.next_line()? {
            match line.content() {
                Some((Kind::Record, _)) => records += 1,
                Some((Kind::Synced, _)) => {
                    if let Some(number) = torn {
                        return Err(Error::corrupt(path.display(), format!("line {number} has another checksum")));
                    }
                    (synced, synced_records) = (line.end(), records);
                }
                Some((Kind::Header, _)) | None => torn = torn.or(Some(line.number())),
            }
        }
        Ok(Self { header, synced, synced_records, length })
    }
}

/// The header of a journal on disk.
pub(crate) fn read_header(path: &Path) -> Result<Header> {
    let length = std::fs::metadata(path).map_err(|error| Error::disk(path, error))?.len();
    header_of(path, &mut Lines::open(path, length)?)
}

fn header_of(path: &Path, lines: &mut Lines<BufReader<File>>) -> Result<Header> {
    match lines.next_line()? {
        Some(line) => header(&path.display().to_string(), line.bytes()),
        None => Err(Error::corrupt(path.display(), "it is empty")),
    }
}

/// The header that a line holds. The format is looked at first: another one's fields may mean anything.
pub(crate) fn header(file: &str, line: &[u8]) -> Result<Header> {
    let Some((Kind::Header, json)) = journal_line::content(line) else {
        return Err(Error::corrupt(file, "its first line is no header"));
    };
    #[derive(Deserialize)]
    struct Format {
        format: u64,
    }
    let found: Format = serde_json::from_slice(json).map_err(|error| Error::corrupt(file, error))?;
    if found.format != FORMAT {
        return Err(Error::OtherFormat { file: file.to_owned(), found: found.format, expected: FORMAT });
    }
    serde_json::from_slice(json).map_err(|error| Error::corrupt(file, error))
}
