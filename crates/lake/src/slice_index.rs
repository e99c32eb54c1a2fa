//! From the journal's order (accounts as they finished) to the files' order (table, account, region).
//!
//! One pass over the journal spreads its slices into one small file a table, 36 bytes a slice. There the slices of an
//! account stand together, so in memory is only where each account's are, and those of one account. At 10,000 accounts a
//! table may have a million slices.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::iter::Peekable;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::vec::IntoIter;

use orgcensus_row::Table;

use crate::{Error, Result, Slice, Stage};

/// What one account and region has of one table.
#[derive(Debug, Clone)]
pub struct Group {
    /// The stage that holds the slices.
    pub stage: Stage,
    /// The account, 12 digits.
    pub account_id: Arc<str>,
    /// The region, or `global`.
    pub region: Arc<str>,
    /// The rows, in the order of their writing.
    pub slices: Vec<Slice>,
}

/// Slices on their way from the journals of one or more stages to [`crate::Publication::compact`].
pub struct SliceIndex {
    directory: PathBuf,
    stages: Vec<Stage>,
    names: NumberedNames,
    files: HashMap<String, BufWriter<File>>,
}

#[derive(Default)]
struct NumberedNames {
    names: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u32>,
}

impl NumberedNames {
    /// As many accounts and regions as there are: a few ten thousand.
    fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let (name, number) = (Arc::<str>::from(name), self.names.len() as u32);
        self.names.push(name.clone());
        self.numbers.insert(name, number);
        number
    }
}

const ENTRY: usize = 36;

#[derive(Clone, Copy)]
struct Entry {
    account: u32,
    region: u32,
    stage: u32,
    log: u32,
    offset: u64,
    length: u32,
    rows: u32,
    crc32: u32,
}

impl SliceIndex {
    /// An empty index in `directory`, which is emptied: nothing in it is worth keeping after a crash.
    pub fn create(directory: &Path) -> Result<Self> {
        let disk = |error| Error::disk(directory, error);
        if directory.exists() {
            fs::remove_dir_all(directory).map_err(disk)?;
        }
        fs::create_dir_all(directory).map_err(disk)?;
        let directory = directory.to_owned();
        Ok(Self { directory, stages: Vec::new(), names: NumberedNames::default(), files: HashMap::new() })
    }

    /// Adds a slice of one account and region.
    pub fn add(&mut self, stage: &Stage, account_id: &str, region: &str, slice: &Slice) -> Result<()> {
        let stage = match self.stages.iter().position(|known| known.is_same(stage)) {
            Some(stage) => stage,
            None => {
                self.stages.push(stage.clone());
                self.stages.len() - 1
            }
        } as u32;
        let (account, region) = (self.names.number(account_id), self.names.number(region));
        let &Slice { log, offset, length, rows, crc32, .. } = slice;
        let path = self.path(&slice.table);
        let disk = |error| Error::disk(&path, error);
        if !self.files.contains_key(&slice.table) {
            self.files.insert(slice.table.clone(), BufWriter::new(File::create(&path).map_err(disk)?));
        }
        let Some(file) = self.files.get_mut(&slice.table) else { return Ok(()) };
        file.write_all(&Entry { account, region, stage, log, offset, length, rows, crc32 }.encode()).map_err(disk)
    }

    /// A table's groups, sorted by account and region.
    pub fn groups(&mut self, table: &Table) -> Result<Groups> {
        let path = self.path(table.name);
        let disk = |error| Error::disk(&path, error);
        let (mut runs, mut bytes, mut file) = (Vec::new(), 0, None);
        if let Some(written) = self.files.get_mut(table.name) {
            written.flush().map_err(disk)?;
            let opened = File::open(&path).map_err(disk)?;
            (runs, bytes) = runs_of(&opened).map_err(disk)?;
            file = Some(opened);
        }
        let names = self.names.names.clone();
        let name = |run: &Run| names.get(run.account as usize);
        // Stable: within an account the order of writing stays.
        runs.sort_by(|a, b| name(a).cmp(&name(b)));
        let (stages, runs) = (self.stages.clone(), runs.into_iter().peekable());
        let entries = Vec::new().into_iter().peekable();
        Ok(Groups { table: table.name, stages, names, path, file, bytes, runs, entries })
    }

    fn path(&self, table: &str) -> PathBuf {
        self.directory.join(format!("{table}.index"))
    }
}

/// Entries of one account that stand together in a table's file.
struct Run {
    account: u32,
    /// The place of the first one, in entries.
    start: u64,
    count: usize,
}

/// Where the entries of each account are in a table's file, in the order of their writing; and how many bytes all slices
/// have.
fn runs_of(file: &File) -> io::Result<(Vec<Run>, u64)> {
    let count = file.metadata()?.len() / ENTRY as u64;
    let (mut file, mut encoded) = (BufReader::new(file), [0; ENTRY]);
    let (mut runs, mut bytes) = (Vec::<Run>::new(), 0);
    for start in 0..count {
        file.read_exact(&mut encoded)?;
        let Some(entry) = Entry::decode(&encoded) else { continue };
        bytes += u64::from(entry.length);
        match runs.last_mut() {
            Some(run) if run.account == entry.account => run.count += 1,
            _ => runs.push(Run { account: entry.account, start, count: 1 }),
        }
    }
    Ok((runs, bytes))
}

/// The groups of one table, read as they are asked for. After an error there are no more.
pub struct Groups {
    table: &'static str,
    stages: Vec<Stage>,
    names: Vec<Arc<str>>,
    path: PathBuf,
    /// None if the table has no slices.
    file: Option<File>,
    bytes: u64,
    /// What is left, by account.
    runs: Peekable<IntoIter<Run>>,
    /// What is left of the account that is being read, by region.
    entries: Peekable<IntoIter<Entry>>,
}

impl Groups {
    /// How many bytes the table has in the stages.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Reads the entries of the next account.
    fn read_account(&mut self) -> io::Result<()> {
        let (Some(file), Some(first)) = (&self.file, self.runs.next()) else { return Ok(()) };
        let (mut entries, mut next) = (Vec::new(), Some(first));
        while let Some(run) = next {
            let mut encoded = vec![0; run.count * ENTRY];
            file.read_exact_at(&mut encoded, run.start * ENTRY as u64)?;
            entries.extend(encoded.chunks_exact(ENTRY).filter_map(Entry::decode));
            next = self.runs.next_if(|it| it.account == run.account);
        }
        // Stable, as above.
        let name = |entry: &Entry| self.names.get(entry.region as usize);
        entries.sort_by(|a, b| name(a).cmp(&name(b)));
        self.entries = entries.into_iter().peekable();
        Ok(())
    }
}

impl Iterator for Groups {
    type Item = Result<Group>;

    fn next(&mut self) -> Option<Result<Group>> {
        if self.entries.peek().is_none()
            && let Err(error) = self.read_account()
        {
            self.file = None;
            return Some(Err(Error::disk(&self.path, error)));
        }
        let first = self.entries.next()?;
        let key = |entry: &Entry| (entry.account, entry.region, entry.stage);
        let mut slices = vec![first.slice(self.table)];
        while let Some(entry) = self.entries.next_if(|entry| key(entry) == key(&first)) {
            slices.push(entry.slice(self.table));
        }
        Some(Ok(Group {
            stage: self.stages.get(first.stage as usize)?.clone(),
            account_id: self.names.get(first.account as usize)?.clone(),
            region: self.names.get(first.region as usize)?.clone(),
            slices,
        }))
    }
}

impl Entry {
    fn encode(self) -> [u8; ENTRY] {
        let mut bytes = [0; ENTRY];
        bytes[..8].copy_from_slice(&self.offset.to_le_bytes());
        let numbers = [self.account, self.region, self.stage, self.log, self.length, self.rows, self.crc32];
        for (place, number) in bytes[8..].chunks_exact_mut(4).zip(numbers) {
            place.copy_from_slice(&number.to_le_bytes());
        }
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let number = |at: usize| bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes);
        Some(Self {
            offset: u64::from_le_bytes(bytes.get(..8)?.try_into().ok()?),
            account: number(8)?,
            region: number(12)?,
            stage: number(16)?,
            log: number(20)?,
            length: number(24)?,
            rows: number(28)?,
            crc32: number(32)?,
        })
    }

    fn slice(self, table: &str) -> Slice {
        let Self { log, offset, length, rows, crc32, .. } = self;
        Slice { table: table.to_owned(), log, offset, length, rows, crc32 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::table;

    #[test]
    fn slices_come_back_by_account_and_region_whatever_the_order_they_came_in() {
        let folder = tempfile::tempdir().unwrap();
        let stage = Stage::open(&folder.path().join("stage")).unwrap();
        let slice =
            |offset: u64| Slice { table: table().name.into(), log: 3, offset, length: 4, rows: 5, crc32: u32::MAX - 1 };
        let mut index = SliceIndex::create(&folder.path().join("index")).unwrap();
        let added = [
            ("2", "global", 0),
            ("1", "us-east-1", 1),
            ("1", "eu-west-1", 2),
            ("1", "us-east-1", 3),
            ("2", "global", u64::MAX),
        ];
        for (account, region, offset) in added {
            index.add(&stage, account, region, &slice(offset)).unwrap();
        }
        let groups = index.groups(&table()).unwrap();
        assert_eq!(groups.bytes(), 5 * 4);
        let groups: Vec<_> = groups
            .map(Result::unwrap)
            .map(|it| (it.account_id.to_string(), it.region.to_string(), it.slices))
            .collect();
        assert_eq!(
            groups,
            [
                ("1".to_owned(), "eu-west-1".to_owned(), vec![slice(2)]),
                ("1".to_owned(), "us-east-1".to_owned(), vec![slice(1), slice(3)]),
                ("2".to_owned(), "global".to_owned(), vec![slice(0), slice(u64::MAX)]),
            ]
        );
        // The file of an account's entries was cut since: that is an error, and no end.
        let path = folder.path().join("index");
        let groups = index.groups(&table()).unwrap();
        let file = File::options().write(true).open(path.join(format!("{}.index", table().name))).unwrap();
        file.set_len(ENTRY as u64 * 4).unwrap();
        let read: Vec<bool> = groups.map(|group| group.is_ok()).collect();
        assert_eq!(read, [true, true, false], "what account 1 has, in two regions; account 2");
        assert_eq!(SliceIndex::create(&path).unwrap().groups(&table()).unwrap().count(), 0);
    }
}
