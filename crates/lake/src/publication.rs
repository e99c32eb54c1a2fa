//! A run's snapshot on its way into the lake: tables, then the manifest, then the commit.

use std::sync::Arc;

use object_store::path::Path;
use orgcensus_row::{Table, Timestamp};

use crate::commit::{Commit, ManifestReference};
use crate::format::FORMAT;
use crate::manifest::{Manifest, TableEntry};
use crate::snapshot::{MANIFEST, RunSnapshot, is_to_come};
use crate::upload::sha256;
use crate::{Error, FileOptions, Lake, Result, TableWriter, generations, instant};

/// How much of the organization a snapshot has seen: the sum of all tasks, as its commit says it.
#[derive(Debug, Clone, PartialEq)]
pub struct Coverage {
    /// Whether it is enough for the snapshot to be shown.
    pub is_complete: bool,
    /// The outcomes in numbers, for people and for the commit.
    pub summary: serde_json::Value,
}

/// What [`Publication::begin`] found.
pub enum Begun {
    /// The run has not published yet.
    Fresh(Publication),
    /// The run has published: there is nothing left to do.
    Published(Box<Commit>),
}

impl Lake {
    /// Refuses a date in the future: the clock of this machine is wrong, or the clock of the machine that began the
    /// run.
    pub fn check_date(&self, snapshot_date: &str) -> Result<()> {
        if is_to_come(snapshot_date, self.now()) {
            let why = format!("it is in the future: this machine's clock says {}", instant::day(self.now().0));
            return Err(Error::invalid(format!("the date {snapshot_date}"), why));
        }
        Ok(())
    }
}

/// A snapshot being written. Clones write into the same one, so that tables can be written at the same time.
#[derive(Debug, Clone)]
pub struct Publication(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    lake: Lake,
    snapshot: RunSnapshot,
    options: FileOptions,
    prefix: String,
}

impl Publication {
    /// Begins to publish a run from the start: removes the files that an earlier attempt of the same run left.
    pub async fn begin(lake: &Lake, snapshot: RunSnapshot, options: FileOptions) -> Result<Begun> {
        let prefix = snapshot.prefix()?;
        lake.check_date(&snapshot.snapshot_date)?;
        if let Some(commit) = lake.commit_of(&snapshot.run_id).await? {
            return Ok(Begun::Published(Box::new(commit)));
        }
        let inner = Inner { lake: lake.clone(), snapshot, options, prefix };
        let publication = Self(Arc::new(inner));
        publication.sweep().await?;
        Ok(Begun::Fresh(publication))
    }

    /// A writer for a table whose rows do not come from a stage.
    pub fn writer(&self, table: &Table) -> TableWriter {
        TableWriter::new(self.clone(), *table)
    }

    /// Publishes the tables that were written: all of them, or on an error none.
    pub async fn commit(&self, tables: Vec<TableEntry>, coverage: Coverage, now: Timestamp) -> Result<Commit> {
        let Inner { lake, snapshot, .. } = &*self.0;
        lake.check_date(&snapshot.snapshot_date)?;
        let manifest = Manifest::new(snapshot, tables);
        if let Some(pair) = manifest.tables.windows(2).find(|pair| pair[0].name == pair[1].name) {
            return Err(Error::invalid(format!("table {}", pair[0].name), "it was written twice"));
        }
        let bytes = generations::json(&manifest)?;
        let path = self.path(MANIFEST)?;
        let reference = ManifestReference { path: lake.relative(&path), sha256: sha256(&bytes) };
        lake.put(&path, bytes).await?;
        lake.sync(&path).await?;
        for table in &manifest.tables {
            lake.sync_names(&self.path(&table.name)?).await?;
        }
        lake.commit(self.unnumbered(reference, coverage, now)).await
    }

    /// The commit of this snapshot, before it has a number.
    pub(crate) fn unnumbered(&self, manifest: ManifestReference, coverage: Coverage, now: Timestamp) -> Commit {
        let snapshot = &self.0.snapshot;
        Commit {
            format: FORMAT,
            n: 0,
            organization_id: snapshot.organization_id.clone(),
            snapshot_date: snapshot.snapshot_date.clone(),
            run_id: snapshot.run_id.clone(),
            captured_at: snapshot.captured_at,
            committed_at: now,
            manifest,
            supersedes: None,
            is_complete: coverage.is_complete,
            coverage: coverage.summary,
        }
    }

    /// What is being published.
    pub fn snapshot(&self) -> &RunSnapshot {
        &self.0.snapshot
    }

    pub(crate) fn lake(&self) -> &Lake {
        &self.0.lake
    }

    pub(crate) fn options(&self) -> &FileOptions {
        &self.0.options
    }

    /// Where an object of this run is.
    pub(crate) fn path(&self, name: &str) -> Result<Path> {
        self.0.lake.path(&format!("{}/{name}", self.0.prefix))
    }

    /// Removes the files that a killed attempt has left: Glue would list them beside the files of this attempt.
    async fn sweep(&self) -> Result<()> {
        self.0.lake.remove_all(&self.0.lake.path(&self.0.prefix)?).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LakeOptions;
    use crate::fixture::{begin, coverage, lake, queues, rows, table};

    async fn leftovers_go(lake: &Lake) {
        let killed = begin(lake, "run-1", FileOptions::default()).await;
        let left = killed.path("test_queues/00007.parquet").unwrap();
        lake.put(&left, "left by an attempt that was killed".into()).await.unwrap();
        assert!(lake.snapshots().await.unwrap().is_empty());

        let publication = begin(lake, "run-1", FileOptions::default()).await;
        assert!(matches!(lake.get(&left).await, Err(Error::Missing { .. })));
        let mut writer = publication.writer(&table());
        writer.write(&queues("000000000001", &["a", "b"])).await.unwrap();
        let entry = writer.close().await.unwrap();
        let commit = publication.commit(vec![entry.clone()], coverage(), Timestamp(5)).await.unwrap();
        assert_eq!(commit.manifest.path, "data/org_id=o-example/snapshot_date=2026-11-22/run-1/manifest.json");
        assert_eq!(rows(lake, &entry).await, queues("000000000001", &["a", "b"]));
        assert_eq!(lake.commit_of("run-1").await.unwrap(), Some(commit));
    }

    #[tokio::test]
    async fn what_a_killed_attempt_left_goes_before_the_next_one_in_a_folder() {
        let (_folder, lake) = lake();
        leftovers_go(&lake).await;
    }

    #[tokio::test]
    async fn and_in_an_object_store() {
        leftovers_go(&Lake::open("memory:///a/prefix", &LakeOptions::default()).unwrap()).await;
    }

    #[tokio::test]
    async fn a_table_is_written_once() {
        let (_folder, lake) = lake();
        let publication = begin(&lake, "run-1", FileOptions::default()).await;
        let entry = publication.writer(&table()).close().await.unwrap();
        let error = publication.commit(vec![entry.clone(), entry], coverage(), Timestamp(5)).await.unwrap_err();
        assert!(error.to_string().contains("written twice"), "{error}");
        assert!(lake.commits().await.unwrap().is_empty());
    }
}
