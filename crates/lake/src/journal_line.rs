//! One line of the journal: JSON that any tool reads, and a checksum that tells a torn line from a whole one.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Take};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::{Error, Result};

/// `,"crc32":"89abcdef"}` and the line's end.
const SUFFIX: usize = 20 + 1;

/// What a line holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Header,
    Record,
    Synced,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Header, Self::Record, Self::Synced];

    fn prefix(self) -> &'static str {
        match self {
            Self::Header => r#"{"header":"#,
            Self::Record => r#"{"record":"#,
            Self::Synced => r#"{"synced":"#,
        }
    }
}

/// A line with its end.
pub(crate) fn encode(kind: Kind, value: &impl Serialize) -> Result<Vec<u8>> {
    let mut line = kind.prefix().as_bytes().to_vec();
    serde_json::to_writer(&mut line, value).map_err(|error| Error::invalid("a record of the journal", error))?;
    let crc32 = crc32fast::hash(&line);
    line.extend_from_slice(suffix(crc32).as_bytes());
    Ok(line)
}

fn suffix(crc32: u32) -> String {
    format!(",\"crc32\":\"{crc32:08x}\"}}\n")
}

/// A line as it was read, whole or torn.
pub(crate) struct Line<'a> {
    bytes: &'a [u8],
    end: u64,
    number: u64,
}

impl<'a> Line<'a> {
    /// All bytes, the line's end included.
    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Where the next line begins in the file.
    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    /// The line's number after where reading began, from 1.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// What it holds, if it is whole.
    pub(crate) fn content(&self) -> Option<(Kind, &'a [u8])> {
        content(self.bytes)
    }
}

/// What a line with its end holds, if it is whole.
pub(crate) fn content(bytes: &[u8]) -> Option<(Kind, &[u8])> {
    let (covered, end) = bytes.split_at_checked(bytes.len().checked_sub(SUFFIX)?)?;
    if end != suffix(crc32fast::hash(covered)).as_bytes() {
        return None;
    }
    let kind = Kind::ALL.into_iter().find(|kind| covered.starts_with(kind.prefix().as_bytes()))?;
    Some((kind, &covered[kind.prefix().len()..]))
}

/// Reads a file line by line, holding one.
pub(crate) struct Lines<B> {
    reader: Take<B>,
    path: PathBuf,
    buffer: Vec<u8>,
    position: u64,
    number: u64,
}

impl Lines<BufReader<File>> {
    /// The lines of the first `length` bytes.
    pub(crate) fn open(path: &Path, length: u64) -> Result<Self> {
        Self::open_at(path, 0, length)
    }

    /// The lines from `start` up to `end`.
    pub(crate) fn open_at(path: &Path, start: u64, end: u64) -> Result<Self> {
        let disk = |error| Error::disk(path, error);
        let mut file = File::open(path).map_err(disk)?;
        file.seek(SeekFrom::Start(start)).map_err(disk)?;
        let reader = BufReader::new(file).take(end.saturating_sub(start));
        Ok(Self { reader, path: path.to_owned(), buffer: Vec::new(), position: start, number: 0 })
    }
}

impl<B: BufRead> Lines<B> {
    /// The next line; the last one may lack its end.
    pub(crate) fn next_line(&mut self) -> Result<Option<Line<'_>>> {
        self.buffer.clear();
        let read = self.reader.read_until(b'\n', &mut self.buffer);
        let length = read.map_err(|error| Error::disk(&self.path, error))?;
        if length == 0 {
            return Ok(None);
        }
        self.position += length as u64;
        self.number += 1;
        Ok(Some(Line { bytes: &self.buffer, end: self.position, number: self.number }))
    }

    /// Where the next line begins.
    pub(crate) fn end(&self) -> u64 {
        self.position
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_json_and_any_change_of_it_shows() {
        let line = encode(Kind::Record, &serde_json::json!({ "account_id": "012345678901", "x": "\n\u{e9}" })).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&line).unwrap();
        assert_eq!(json["record"]["account_id"], "012345678901");
        assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1);
        assert_eq!(content(&line).unwrap().0, Kind::Record);
        for length in 0..line.len() {
            assert!(content(&line[..length]).is_none(), "cut at {length}");
        }
        for at in 0..line.len() {
            let mut changed = line.clone();
            changed[at] ^= 1;
            assert!(content(&changed).is_none(), "changed at {at}");
        }
    }
}
