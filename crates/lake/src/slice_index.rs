//! From the journal's order (accounts as they finished) to the files' order (table, account, region).
//!
//! One pass over the journal spreads its slices into one small file a table, 36 bytes a slice; a table's own is then
//! sorted in memory. So neither the journal nor the slices of all tables are ever held at once.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

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
        let Some(file) = self.files.get_mut(table.name) else {
            return Ok(Groups {
                table: table.name,
                stages: Vec::new(),
                names: Vec::new(),
                entries: Vec::new().into_iter().peekable(),
            });
        };
        file.flush().map_err(disk)?;
        let mut entries = read(&path).map_err(disk)?;
        let names = self.names.names.clone();
        let name = |number: u32| names.get(number as usize);
        // Stable: within a group the order of writing stays.
        entries.sort_by(|a, b| (name(a.account), name(a.region)).cmp(&(name(b.account), name(b.region))));
        Ok(Groups { table: table.name, stages: self.stages.clone(), entries: entries.into_iter().peekable(), names })
    }

    fn path(&self, table: &str) -> PathBuf {
        self.directory.join(format!("{table}.index"))
    }
}

/// A table's entries, in the order of their writing.
fn read(path: &Path) -> io::Result<Vec<Entry>> {
    let file = File::open(path)?;
    let count = usize::try_from(file.metadata()?.len()).unwrap_or_default() / ENTRY;
    let (mut file, mut entry) = (BufReader::new(file), [0; ENTRY]);
    let mut entries = Vec::with_capacity(count);
    for _ in 0..count {
        file.read_exact(&mut entry)?;
        entries.extend(Entry::decode(&entry));
    }
    Ok(entries)
}

/// The groups of one table, made as they are asked for.
pub struct Groups {
    table: &'static str,
    stages: Vec<Stage>,
    names: Vec<Arc<str>>,
    entries: std::iter::Peekable<std::vec::IntoIter<Entry>>,
}

impl Iterator for Groups {
    type Item = Group;

    fn next(&mut self) -> Option<Group> {
        let first = self.entries.next()?;
        let key = |entry: &Entry| (entry.account, entry.region, entry.stage);
        let mut slices = vec![first.slice(self.table)];
        while let Some(entry) = self.entries.next_if(|entry| key(entry) == key(&first)) {
            slices.push(entry.slice(self.table));
        }
        Some(Group {
            stage: self.stages.get(first.stage as usize)?.clone(),
            account_id: self.names.get(first.account as usize)?.clone(),
            region: self.names.get(first.region as usize)?.clone(),
            slices,
        })
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
        let groups: Vec<_> = index
            .groups(&table())
            .unwrap()
            .map(|group| (group.account_id.to_string(), group.region.to_string(), group.slices))
            .collect();
        assert_eq!(
            groups,
            [
                ("1".to_owned(), "eu-west-1".to_owned(), vec![slice(2)]),
                ("1".to_owned(), "us-east-1".to_owned(), vec![slice(1), slice(3)]),
                ("2".to_owned(), "global".to_owned(), vec![slice(0), slice(u64::MAX)]),
            ]
        );
        assert_eq!(SliceIndex::create(&folder.path().join("index")).unwrap().groups(&table()).unwrap().count(), 0);
    }
}
