//! Whether a snapshot is what was published: its manifest by the hash in the commit, its files by their length, their
//! hash and their rows, and its folder by what no manifest names.

use std::collections::BTreeSet;

use futures::{StreamExt, stream};

use crate::snapshot::MANIFEST;
use crate::{Commit, Error, FileEntry, Lake, Manifest, Result, TableFile};

/// Files read at once.
const READS_MAX: usize = 4;

/// What is wrong with a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file, from the lake's root.
    pub path: String,
    /// What is wrong with it.
    pub what: String,
}

/// What a snapshot was found to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// Files that the manifest names.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Their rows.
    pub rows: u64,
    /// What is wrong; nothing if the snapshot is what was published.
    pub findings: Vec<Finding>,
}

impl Lake {
    /// Reads all files of a snapshot and compares them with its manifest. A difference is a finding. An error means
    /// that the snapshot could not be read at all.
    pub async fn verify(&self, commit: &Commit) -> Result<Verified> {
        let manifest = match self.manifest(commit).await {
            Ok(manifest) => manifest,
            Err(error) => {
                let finding = finding(&commit.manifest.path, error)?;
                return Ok(Verified { findings: vec![finding], ..Verified::default() });
            }
        };
        let entries = manifest.tables.iter().flat_map(|table| &table.files);
        let mut verified = Verified::default();
        let mut reads = stream::iter(entries.map(|entry| self.verify_file(entry))).buffered(READS_MAX);
        while let Some(found) = reads.next().await {
            verified.findings.extend(found?);
        }
        drop(reads);
        for table in &manifest.tables {
            let (rows, bytes) = table.files.iter().fold((0, 0), |sum, it| (sum.0 + it.rows, sum.1 + it.bytes));
            verified.files += table.files.len() as u64;
            verified.bytes += bytes;
            verified.rows += rows;
            if (rows, bytes) != (table.rows, table.bytes) {
                let what = format!("the sums of table {} are not those of its files", table.name);
                verified.findings.push(Finding { path: commit.manifest.path.clone(), what });
            }
        }
        verified.findings.extend(self.strangers(commit, &manifest).await?);
        Ok(verified)
    }

    async fn verify_file(&self, entry: &FileEntry) -> Result<Option<Finding>> {
        let read = async {
            let file = TableFile::new(self, entry)?;
            file.hash().await?;
            let rows = file.rows().await?;
            let words = format!("it has {rows} rows, {} were published", entry.rows);
            if rows == entry.rows { Ok(()) } else { Err(Error::corrupt(&entry.path, words)) }
        };
        match read.await {
            Ok(()) => Ok(None),
            Err(error) => finding(&entry.path, error).map(Some),
        }
    }

    /// Files in the run's folder that no manifest names: an engine that lists folders would read them too.
    async fn strangers(&self, commit: &Commit, manifest: &Manifest) -> Result<Vec<Finding>> {
        let prefix = commit.published().prefix()?;
        let mut named: BTreeSet<String> =
            manifest.tables.iter().flat_map(|table| &table.files).map(|file| file.path.clone()).collect();
        named.insert(format!("{prefix}/{MANIFEST}"));
        let there = self.list(&self.path(&prefix)?).await?.into_iter().map(|object| self.relative(&object.location));
        let strangers = there.filter(|path| !named.contains(path));
        Ok(strangers.map(|path| Finding { path, what: "no manifest names it".to_owned() }).collect())
    }
}

/// The finding that an error makes about a file; none if the error is about the way to the file.
fn finding(path: &str, error: Error) -> Result<Finding> {
    let what = match error {
        Error::Corrupt { what, .. } => what,
        Error::Missing { .. } => "it is not there".to_owned(),
        error @ Error::OtherFormat { .. } => error.to_string(),
        error => return Err(error),
    };
    Ok(Finding { path: path.to_owned(), what })
}

#[cfg(test)]
mod tests {
    use orgcensus_row::Timestamp;

    use super::*;
    use crate::FileOptions;
    use crate::fixture::{begin, coverage, lake, queues, table};

    async fn published() -> (tempfile::TempDir, Lake, Commit) {
        let (folder, lake) = lake();
        let publication = begin(&lake, "run-1", FileOptions::default()).await;
        let mut writer = publication.writer(&table());
        writer.write(&queues("000000000001", &["a", "b"])).await.unwrap();
        let entry = writer.close().await.unwrap();
        let commit = publication.commit(vec![entry], coverage(), Timestamp(1)).await.unwrap();
        (folder, lake, commit)
    }

    async fn words(lake: &Lake, commit: &Commit) -> String {
        let found = lake.verify(commit).await.unwrap().findings;
        found.into_iter().map(|it| format!("{}: {}\n", it.path.rsplit_once('/').unwrap().1, it.what)).collect()
    }

    #[tokio::test]
    async fn what_was_published_is_whole_and_each_harm_is_found() {
        let (_folder, lake, commit) = published().await;
        let verified = lake.verify(&commit).await.unwrap();
        assert_eq!((verified.files, verified.rows, verified.findings.as_slice()), (1, 2, &[][..]));
        let path = lake.manifest(&commit).await.unwrap().tables[0].files[0].path.clone();
        let file = lake.local().unwrap().join(&path);
        let good = std::fs::read(&file).unwrap();

        let mut bad = good.clone();
        bad[40] ^= 0x80;
        std::fs::write(&file, &bad).unwrap();
        let found = words(&lake, &commit).await;
        assert!(found.starts_with("00000.parquet: its SHA-256 is "), "{found}");
        std::fs::write(&file, &good[1..]).unwrap();
        let expected = format!("00000.parquet: it has {} bytes, {} were published\n", good.len() - 1, good.len());
        assert_eq!(words(&lake, &commit).await, expected);
        std::fs::remove_file(&file).unwrap();
        assert_eq!(words(&lake, &commit).await, "00000.parquet: it is not there\n");
        std::fs::write(&file, &good).unwrap();
        std::fs::write(file.with_file_name("00001.parquet"), &good).unwrap();
        assert_eq!(words(&lake, &commit).await, "00001.parquet: no manifest names it\n");

        std::fs::write(lake.local().unwrap().join(&commit.manifest.path), "{}").unwrap();
        assert_eq!(words(&lake, &commit).await, "manifest.json: it is not the manifest that commit 1 names\n");
    }
}
