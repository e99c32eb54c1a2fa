//! A run's snapshot on its way into the lake: tables, then the manifest, then the commit.

use std::sync::Arc;

use object_store::path::Path;
use orgcensus_row::{Table, Timestamp};

use crate::commit::{Commit, ManifestReference};
use crate::manifest::{FORMAT, Manifest, TableEntry};
use crate::upload::sha256;
use crate::{Error, FileOptions, Lake, Result, TableWriter, generations, instant};

/// The folder of all snapshots' files.
pub(crate) const DATA: &str = "data";

/// The name of a run's manifest, in the run's folder.
pub(crate) const MANIFEST: &str = "manifest.json";

/// How much the clocks of two machines may differ.
const CLOCKS_DIFFER_MILLIS: i64 = 60 * 60 * 1000;

/// Whether a date is later than today's (UTC). Such a snapshot would be the newest until its day is over.
pub(crate) fn is_to_come(snapshot_date: &str, now: Timestamp) -> bool {
    snapshot_date > instant::day(now.0.saturating_add(CLOCKS_DIFFER_MILLIS)).as_str()
}

/// The folder of an organization's snapshots of a day.
pub(crate) fn day_folder(snapshot_date: &str) -> String {
    format!("snapshot_date={snapshot_date}")
}

/// What a run publishes, and when it started.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// The organization, `o-…`.
    pub organization_id: String,
    /// The day on which the run started, `YYYY-MM-DD`.
    pub snapshot_date: String,
    /// The run.
    pub run_id: String,
    /// When the run started (UTC).
    pub captured_at: Timestamp,
}

/// How much of the organization a snapshot has seen.
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
    /// Refuses a date in the future: this machine's clock is wrong, or that of whoever began the run.
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
    snapshot: Snapshot,
    options: FileOptions,
    prefix: String,
}

impl Publication {
    /// Begins to publish a run, from the beginning: what an earlier attempt of the same run left is removed.
    pub async fn begin(lake: &Lake, snapshot: Snapshot, options: FileOptions) -> Result<Begun> {
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
        lake.commit(Commit {
            format: FORMAT,
            n: 0,
            organization_id: snapshot.organization_id.clone(),
            snapshot_date: snapshot.snapshot_date.clone(),
            run_id: snapshot.run_id.clone(),
            captured_at: snapshot.captured_at,
            committed_at: now,
            manifest: reference,
            supersedes: None,
            is_complete: coverage.is_complete,
            coverage: coverage.summary,
        })
        .await
    }

    /// What is being published.
    pub fn snapshot(&self) -> &Snapshot {
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

    /// Removes what an attempt that was killed has left: Glue would list it beside the files of this one.
    async fn sweep(&self) -> Result<()> {
        self.0.lake.remove_all(&self.0.lake.path(&self.0.prefix)?).await
    }
}

impl Snapshot {
    /// Where its objects are, from the lake's root.
    pub(crate) fn prefix(&self) -> Result<String> {
        let Self { organization_id, snapshot_date, run_id, .. } = self;
        for name in [organization_id, snapshot_date, run_id] {
            check_name(name)?;
        }
        if chrono::NaiveDate::parse_from_str(snapshot_date, "%Y-%m-%d").is_err() || snapshot_date.len() != 10 {
            return Err(Error::invalid(format!("the date {snapshot_date:?}"), "it must be YYYY-MM-DD"));
        }
        Ok(format!("{DATA}/org_id={organization_id}/{}/{run_id}", day_folder(snapshot_date)))
    }
}

/// Names become parts of paths: what could be another path is refused.
pub(crate) fn check_name(name: &str) -> Result<()> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if name.is_empty() || name.len() > 128 || !name.bytes().all(is_plain) {
        return Err(Error::invalid(format!("the name {name:?}"), "it must be 1 to 128 letters, digits, - or _"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LakeOptions;
    use crate::fixture::{begin, coverage, lake, queues, rows, snapshot, table};

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

    #[test]
    fn names_that_could_be_other_paths_are_refused() {
        for run_id in ["", "..", "a/b", "a b", "é"] {
            assert!(snapshot(run_id).prefix().is_err(), "{run_id:?}");
        }
        for date in ["2026-13-01", "2026-1-1", "today"] {
            assert!(Snapshot { snapshot_date: date.into(), ..snapshot("run-1") }.prefix().is_err(), "{date}");
        }
    }
}
