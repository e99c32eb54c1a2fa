//! What a lake holds, as its commits and manifests say it.

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt, stream};
use orgcensus_lake::{ColumnEntry, Commit, Lake, Manifest, newest};

use crate::column_type::common;
use crate::{Error, Result};

/// Manifests read at once.
const READS_MAX: usize = 16;

/// The columns that the files do not hold: their folders' names give the values, in this order.
pub(crate) const PARTITION_KEYS: [(&str, &str); 2] =
    [("org_id", "The organization, o-…"), ("snapshot_date", "The day on which the run started, YYYY-MM-DD (UTC)")];

/// The names of the two databases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Databases {
    /// The views of the newest complete snapshots.
    pub newest: String,
    /// The tables with every snapshot.
    pub history: String,
}

impl Default for Databases {
    fn default() -> Self {
        Self { newest: "orgcensus".to_owned(), history: "orgcensus_history".to_owned() }
    }
}

impl Databases {
    /// Names that every engine takes unquoted, and that differ.
    pub fn check(&self) -> Result<()> {
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        for name in [&self.newest, &self.history] {
            let is_good = name.bytes().all(is_plain) && name.starts_with(|it: char| it.is_ascii_lowercase());
            if !is_good || name.len() > 128 {
                let reason =
                    "it must begin with a lower-case letter and have only lower-case letters, digits and _".to_owned();
                return Err(Error::Unknown { what: format!("the database {name:?}"), reason });
            }
        }
        if self.newest == self.history {
            let reason = "the views and the tables have the same names, so they need two databases".to_owned();
            return Err(Error::Unknown { what: format!("the database {:?}", self.newest), reason });
        }
        Ok(())
    }
}

/// All tables of a lake.
#[derive(Debug, Clone, PartialEq)]
pub struct Contents {
    /// The lake's address as engines write it, without a slash at the end.
    pub url: String,
    /// The databases.
    pub databases: Databases,
    /// The tables, by name.
    pub tables: Vec<PublishedTable>,
}

/// One table in all living snapshots.
#[derive(Debug, Clone, PartialEq)]
pub struct PublishedTable {
    /// Its name.
    pub name: String,
    /// What a row is.
    pub comment: String,
    /// The columns of all versions of it, the newest version's first.
    pub columns: Vec<ColumnEntry>,
    /// The snapshots that have it, oldest first.
    pub snapshots: Vec<SnapshotOfTable>,
}

/// One table in one snapshot.
#[derive(Debug, Clone, PartialEq)]
pub struct SnapshotOfTable {
    /// The organization.
    pub organization_id: String,
    /// `YYYY-MM-DD`.
    pub snapshot_date: String,
    /// The folder that holds its files and nothing else.
    pub location: String,
    /// Its files' addresses.
    pub files: Vec<String>,
    /// The columns that its files have.
    pub columns: Vec<ColumnEntry>,
    /// Whether it is what the views show of its organization.
    pub is_newest: bool,
}

impl Contents {
    /// Reads the commits and the manifests of all living snapshots, except those that are about to be removed.
    pub async fn read(lake: &Lake, databases: Databases, leaving: &[Commit]) -> Result<Self> {
        databases.check()?;
        let mut living = lake.snapshots().await?;
        living.retain(|commit| leaving.iter().all(|it| it.run_id != commit.run_id));
        if living.is_empty() {
            return Err(Error::Empty(lake.url().to_owned()));
        }
        let reads = living.iter().map(|commit| lake.manifest(commit));
        let manifests: Vec<Manifest> = stream::iter(reads).buffered(READS_MAX).try_collect().await?;
        Self::of(&address(lake), databases, &living, &manifests)
    }

    /// The same from commits, oldest first, and their manifests.
    pub(crate) fn of(url: &str, databases: Databases, living: &[Commit], manifests: &[Manifest]) -> Result<Self> {
        let shown: Vec<u32> = newest(living).iter().map(|commit| commit.n).collect();
        let mut tables: BTreeMap<&str, PublishedTable> = BTreeMap::new();
        for (commit, manifest) in living.iter().zip(manifests) {
            for entry in &manifest.tables {
                let table = tables.entry(&entry.name).or_insert_with(|| PublishedTable {
                    name: entry.name.clone(),
                    comment: String::new(),
                    columns: Vec::new(),
                    snapshots: Vec::new(),
                });
                table.comment.clone_from(&entry.comment);
                table.columns = merged(&entry.name, &table.columns, &entry.columns)?;
                let folder = commit.manifest.path.rsplit_once('/').map_or("", |(folder, _)| folder);
                table.snapshots.push(SnapshotOfTable {
                    organization_id: commit.organization_id.clone(),
                    snapshot_date: commit.snapshot_date.clone(),
                    location: format!("{url}/{folder}/{}/", entry.name),
                    files: entry.files.iter().map(|file| format!("{url}/{}", file.path)).collect(),
                    columns: entry.columns.clone(),
                    is_newest: shown.contains(&commit.n),
                });
            }
        }
        Ok(Self { url: url.to_owned(), databases, tables: tables.into_values().collect() })
    }
}

impl PublishedTable {
    /// The snapshots that the view shows: one for each organization whose newest one has the table.
    pub fn newest(&self) -> impl Iterator<Item = &SnapshotOfTable> {
        self.snapshots.iter().filter(|snapshot| snapshot.is_newest)
    }
}

/// The newer version's columns, then those that only older ones have.
fn merged(table: &str, older: &[ColumnEntry], newer: &[ColumnEntry]) -> Result<Vec<ColumnEntry>> {
    let mut columns = newer.to_vec();
    for was in older {
        match columns.iter_mut().find(|column| column.name == was.name) {
            None => columns.push(was.clone()),
            Some(column) => {
                let both = common(&was.data_type, &column.data_type).map(str::to_owned);
                column.data_type = both.ok_or_else(|| Error::TypeChanged {
                    table: table.to_owned(),
                    column: was.name.clone(),
                    was: was.data_type.clone(),
                    is: column.data_type.clone(),
                })?;
            }
        }
    }
    Ok(columns)
}

/// A lake's address as Hive, Trino and Spark write it.
fn address(lake: &Lake) -> String {
    match lake.local() {
        Some(folder) => format!("file://{}", folder.display()),
        None => lake.url().to_owned(),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use orgcensus_lake::testing::commit;
    use orgcensus_lake::{FileEntry, ManifestReference, TableEntry};
    use orgcensus_row::Timestamp;

    use super::*;

    pub(crate) fn column(name: &str, data_type: &str, comment: &str) -> ColumnEntry {
        let (name, data_type, comment) = (name.to_owned(), data_type.to_owned(), comment.to_owned());
        ColumnEntry { name, data_type, is_nullable: true, comment }
    }

    fn published(n: u32, organization_id: &str, date: &str, columns: &[ColumnEntry]) -> (Commit, Manifest) {
        let folder = format!("data/org_id={organization_id}/snapshot_date={date}/run-{n}");
        let path = format!("{folder}/test_queues/00000.parquet");
        let (blocks, min_account_id, max_account_id) = (None, None, None);
        let file = FileEntry { path, rows: 1, bytes: 2, sha256: String::new(), blocks, min_account_id, max_account_id };
        let table = TableEntry {
            name: "test_queues".into(),
            comment: "One queue's row.".into(),
            key: vec!["arn".into()],
            columns: columns.to_vec(),
            rests_on: None,
            is_derived: false,
            rows: 1,
            duplicate_rows: 0,
            bytes: 2,
            files: vec![file],
        };
        let commit = Commit {
            manifest: ManifestReference { path: format!("{folder}/manifest.json"), sha256: String::new() },
            ..commit(n, organization_id, date, true)
        };
        let manifest = Manifest {
            format: 1,
            schema_version: 1,
            orgcensus_version: "0".into(),
            organization_id: organization_id.into(),
            snapshot_date: date.into(),
            run_id: format!("run-{n}"),
            captured_at: Timestamp(0),
            tables: vec![table],
        };
        (commit, manifest)
    }

    fn contents_of(published: Vec<(Commit, Manifest)>) -> Result<Contents> {
        let (commits, manifests): (Vec<_>, Vec<_>) = published.into_iter().unzip();
        Contents::of("s3://bucket/lake", Databases::default(), &commits, &manifests)
    }

    /// Two organizations; the older snapshot lacks a column.
    pub(crate) fn contents() -> Contents {
        let mut columns = vec![
            column("arn", "string", "The queue's ARN; it's here."),
            column("size_bytes", "int", "Bytes."),
            column("created_at", "timestamp", "When (UTC)."),
        ];
        let old = published(1, "o-a", "2026-11-21", &columns);
        columns[1].data_type = "bigint".into();
        columns.push(column("tags", "map<string,string>", "Its tags."));
        columns.push(column("names", "array<string>", "Names."));
        let new = published(2, "o-a", "2026-11-22", &columns);
        contents_of(vec![old, new, published(3, "o-b", "2026-11-22", &columns)]).unwrap()
    }

    #[test]
    fn columns_are_merged_and_the_newest_of_each_organization_is_shown() {
        let contents = contents();
        let table = &contents.tables[0];
        let types: Vec<_> = table.columns.iter().map(|it| it.data_type.as_str()).collect();
        assert_eq!(types, ["string", "bigint", "timestamp", "map<string,string>", "array<string>"]);
        let shown: Vec<_> = table.newest().map(|it| (&*it.organization_id, &*it.snapshot_date)).collect();
        assert_eq!(shown, [("o-a", "2026-11-22"), ("o-b", "2026-11-22")]);
        let location = "s3://bucket/lake/data/org_id=o-a/snapshot_date=2026-11-21/run-1/test_queues/";
        assert_eq!((table.snapshots.len(), table.snapshots[0].location.as_str()), (3, location));
        assert_eq!(table.snapshots[0].files, [format!("{location}00000.parquet")]);
    }

    #[test]
    fn a_column_that_changed_its_type_is_refused_with_words() {
        let old = published(1, "o-a", "2026-11-21", &[column("size", "string", "")]);
        let new = published(2, "o-a", "2026-11-22", &[column("size", "int", "")]);
        let error = contents_of(vec![old, new]).unwrap_err().to_string();
        let words =
            "change column size of test_queues from string to int: tables only grow; give the new column a new name";
        assert_eq!(error, words);
    }

    #[test]
    fn databases_have_plain_names() {
        for name in ["", "Org", "1org", "org-census", "orgcensus_history"] {
            let databases = Databases { newest: name.to_owned(), ..Databases::default() };
            assert!(databases.check().is_err(), "{name}");
        }
        Databases::default().check().unwrap();
    }
}
