//! Leftovers of unfinished runs that no one resumes: stages on this disk, their copies in the lake, and files that were
//! written for a commit that never came. A run that is alive is never removed: its process holds the stage's lock, or
//! says in the lake that it lives.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path as FilePath, PathBuf};

use object_store::ObjectMeta;
use object_store::path::Path;
use orgcensus_row::Timestamp;

use crate::checkpoint::{self, FOLDER};
use crate::instant::{self, DAY_MILLIS};
use crate::lake::blocking;
use crate::snapshot::{DATA, day_folder};
use crate::{Error, Lake, Result, Stage, lock};

/// How many days back files are looked for. The question is asked every night, so earlier days were covered before.
const DAYS_LOOKED_THROUGH: i64 = 30;

/// A stage, a copy of a stage, or files without a commit, that nobody has touched for a long time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Abandoned {
    /// The run's id, or a name that begins with it.
    pub name: String,
    /// When something in it was last written (UTC).
    pub touched_at: Timestamp,
    place: Place,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// A stage's folder on this disk, or its copy's in a lake that is a folder.
    Disk(PathBuf),
    /// A stage's copy in a bucket.
    Copy,
    /// The folder of a run's files in the lake.
    Files(Path),
}

impl Lake {
    /// The stages in the folder `stages`, and in the lake the copies of stages and the files without a commit, if
    /// nobody has touched them since `before`. It leaves out runs that are alive: those that gave a sign of life within
    /// `ttl_millis`.
    pub async fn abandoned(
        &self,
        stages: &FilePath,
        before: Timestamp,
        now: Timestamp,
        ttl_millis: i64,
    ) -> Result<Vec<Abandoned>> {
        let mut found = on_disk(stages)?;
        for copy in self.copies().await? {
            if !found.iter().any(|stage| is_same(stage, &copy)) {
                found.push(copy);
            }
        }
        found.extend(self.files(before).await?);
        found.retain(|it| it.touched_at < before);
        if !found.is_empty() {
            let alive = lock::alive(self, now, ttl_millis).await?;
            found.retain(|it| !alive.iter().any(|run_id| it.name.starts_with(run_id.as_str())));
        }
        self.without_published(found).await
    }

    /// Removes one; false if a process has it open.
    pub async fn remove_abandoned(&self, abandoned: &Abandoned) -> Result<bool> {
        let directory = match &abandoned.place {
            Place::Disk(directory) => directory.clone(),
            Place::Copy => return checkpoint::remove_checkpoint(self, &abandoned.name).await.map(|()| true),
            Place::Files(folder) => return self.remove_all(folder).await.map(|()| true),
        };
        blocking(move || match Stage::open(&directory) {
            Ok(stage) => stage.remove().map(|()| true),
            Err(Error::Busy { .. }) => Ok(false),
            Err(error) => Err(error),
        })
        .await
    }

    /// All copies of stages.
    async fn copies(&self) -> Result<Vec<Abandoned>> {
        let folder = self.path(FOLDER)?;
        let mut touched = BTreeMap::<String, i64>::new();
        for object in self.list(&folder).await? {
            let mut below = object.location.prefix_match(&folder).into_iter().flatten();
            // A file in the folder itself is not a stage.
            if let (Some(name), Some(_)) = (below.next(), below.next()) {
                touch(&mut touched, name.as_ref().to_owned(), &object);
            }
        }
        let copy = |(name, touched_at): (String, _)| {
            let directory = self.file(&folder.clone().join(name.as_str()));
            Abandoned { name, touched_at: Timestamp(touched_at), place: directory.map_or(Place::Copy, Place::Disk) }
        };
        Ok(touched.into_iter().map(copy).collect())
    }

    /// The files of all runs, published or not, of the last days before `before`.
    async fn files(&self, before: Timestamp) -> Result<Vec<Abandoned>> {
        let first = day_folder(&instant::day(before.0 - DAYS_LOOKED_THROUGH * DAY_MILLIS));
        let data = self.path(DATA)?;
        let mut touched = BTreeMap::<Path, i64>::new();
        for organization in self.folders(&data).await? {
            let organization = data.clone().join(organization);
            for object in self.list_from(&organization, &organization.clone().join(first.as_str())).await? {
                // Of one organization: the day, the run, the table, the file.
                let mut below = object.location.prefix_match(&organization).into_iter().flatten();
                if let (Some(day), Some(run), Some(_)) = (below.next(), below.next(), below.next()) {
                    touch(&mut touched, organization.clone().join(day).join(run), &object);
                }
            }
        }
        let files = touched.into_iter().filter_map(|(folder, touched_at)| {
            let name = folder.filename()?.to_owned();
            Some(Abandoned { name, touched_at: Timestamp(touched_at), place: Place::Files(folder) })
        });
        Ok(files.collect())
    }

    /// Leaves out the files of runs that have a commit. Commits are read last: a run that was alive until a moment ago
    /// may have published meanwhile. A commit that cannot be read may belong to any of these runs: then no files are
    /// removed.
    async fn without_published(&self, mut found: Vec<Abandoned>) -> Result<Vec<Abandoned>> {
        let is_files = |it: &Abandoned| matches!(it.place, Place::Files(_));
        if found.iter().any(is_files) {
            let listed = self.listed_commits().await?;
            let published: BTreeSet<String> = listed.commits.into_iter().map(|commit| commit.run_id).collect();
            let is_sure = listed.passed_over.is_empty();
            found.retain(|it| !is_files(it) || is_sure && !published.contains(&it.name));
        }
        Ok(found)
    }
}

/// Notes when one of its objects was written.
fn touch<K: Ord>(touched: &mut BTreeMap<K, i64>, key: K, object: &ObjectMeta) {
    let last = touched.entry(key).or_insert(i64::MIN);
    *last = (*last).max(object.last_modified.timestamp_millis());
}

/// Beside a local lake a stage lies where its copy would be.
fn is_same(one: &Abandoned, other: &Abandoned) -> bool {
    let place = |it: &Abandoned| match &it.place {
        Place::Disk(directory) => directory.canonicalize().ok(),
        Place::Copy | Place::Files(_) => None,
    };
    place(one).is_some_and(|directory| place(other) == Some(directory))
}

/// The stages in a folder, which may hold other things too.
fn on_disk(stages: &FilePath) -> Result<Vec<Abandoned>> {
    let disk = |error| Error::disk(stages, error);
    let entries = match fs::read_dir(stages) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(disk)?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let directory = entry.map_err(disk)?.path();
        if let (true, Some(name)) = (Stage::is_one(&directory), directory.file_name().and_then(|name| name.to_str())) {
            let name = name.to_owned();
            let Some(touched_at) = touched(&directory).map_err(disk)? else { continue };
            found.push(Abandoned { name, touched_at: Timestamp(touched_at), place: Place::Disk(directory) });
        }
    }
    Ok(found)
}

/// When a file in the directory was last written; none if the directory went away meanwhile.
fn touched(directory: &FilePath) -> io::Result<Option<i64>> {
    let mut last = None;
    let mut waiting = vec![directory.to_owned()];
    while let Some(path) = waiting.pop() {
        match fs::symlink_metadata(&path).and_then(|it| Ok((it.is_dir(), it.modified()?))) {
            Ok((is_directory, modified)) => {
                last = last.max(Some(chrono::DateTime::<chrono::Utc>::from(modified).timestamp_millis()));
                if is_directory {
                    let inside = fs::read_dir(&path)?.collect::<io::Result<Vec<_>>>()?;
                    waiting.extend(inside.into_iter().map(|entry| entry.path()));
                }
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{begin, coverage, lake, queues, table};
    use crate::{FileOptions, Journal, LakeOptions, Lock, Owner, checkpoint, checkpoints};

    const TTL: i64 = 1000;
    const DAY: i64 = DAY_MILLIS;
    /// The fixture's day.
    const NOON: i64 = 1_795_348_800_000; // 2026-11-22T12:00:00Z

    fn stage(directory: &FilePath, run_id: &str) -> (Stage, Journal<()>) {
        let stage = Stage::open(&directory.join(run_id)).unwrap();
        stage.checkout().unwrap().append(&table(), &queues("000000000001", &["a"])).unwrap();
        let journal = Journal::create(&stage, run_id, serde_json::Value::Null).unwrap();
        (stage, journal)
    }

    fn now() -> i64 {
        chrono::Utc::now().timestamp_millis()
    }

    /// What is abandoned for those who look a day later.
    async fn tomorrow(lake: &Lake, stages: &FilePath) -> Vec<Abandoned> {
        let now = now() + DAY;
        lake.abandoned(stages, Timestamp(now - DAY / 2), Timestamp(now), TTL).await.unwrap()
    }

    fn names(found: &[Abandoned]) -> Vec<&str> {
        found.iter().map(|it| it.name.as_str()).collect()
    }

    #[tokio::test]
    async fn a_stage_beside_its_lake_goes_when_it_is_old_and_no_one_has_it_open() {
        let (folder, lake) = lake();
        let stages = lake.local().unwrap().join("_stage");
        assert!(tomorrow(&lake, &stages).await.is_empty(), "there is none");
        let open = stage(&stages, "run-1");
        fs::create_dir(stages.join("photos")).unwrap();
        fs::write(stages.join("preflight"), "orgcensus").unwrap();
        assert!(lake.abandoned(&stages, Timestamp(now() - DAY), Timestamp(now()), TTL).await.unwrap().is_empty());
        let found = tomorrow(&lake, &stages).await;
        assert_eq!(names(&found), ["run-1"]);
        assert!(!lake.remove_abandoned(&found[0]).await.unwrap(), "it is open");
        assert!(stages.join("run-1/journal.jsonl").exists());
        drop(open);
        assert!(lake.remove_abandoned(&found[0]).await.unwrap());
        assert!(!stages.join("run-1").exists() && stages.join("photos").exists() && folder.path().exists());
        assert!(tomorrow(&lake, &stages).await.is_empty());
    }

    async fn copies(lake: &Lake) {
        let elsewhere = tempfile::tempdir().unwrap();
        let (open, journal) = stage(elsewhere.path(), "run-1");
        checkpoint(lake, "run-1", &open, journal.bytes()).await.unwrap();
        checkpoint(lake, "run-2-00001-of-00002", &open, journal.bytes()).await.unwrap();
        drop((open, journal));
        let found = tomorrow(lake, elsewhere.path()).await;
        assert_eq!(names(&found), ["run-1", "run-1", "run-2-00001-of-00002"]);
        for it in &found {
            assert!(lake.remove_abandoned(it).await.unwrap());
        }
        assert!(checkpoints(lake).await.unwrap().is_empty() && !elsewhere.path().join("run-1").exists());
        assert!(tomorrow(lake, elsewhere.path()).await.is_empty());
    }

    #[tokio::test]
    async fn stages_go_and_so_do_their_copies() {
        let (_folder, lake) = lake();
        copies(&lake).await;
        copies(&Lake::open("memory:///a/prefix", &LakeOptions::default()).unwrap()).await;
    }

    /// One run has published; the other was killed before.
    async fn files(lake: &Lake) {
        let mut entries = Vec::new();
        for run_id in ["run-1", "run-2"] {
            let publication = begin(lake, run_id, FileOptions::default()).await;
            let entry = publication.writer(&table()).close().await.unwrap();
            if run_id == "run-1" {
                publication.commit(vec![entry.clone()], coverage(), Timestamp(now())).await.unwrap();
            }
            entries.push(entry);
        }
        let nowhere = FilePath::new("/nowhere");
        let of_its_day = Timestamp(NOON + 2 * DAY);
        let long_after = Timestamp(NOON + (DAYS_LOOKED_THROUGH + 2) * DAY);
        let unpublished = async |before| lake.without_published(lake.files(before).await.unwrap()).await.unwrap();
        let found = unpublished(of_its_day).await;
        assert_eq!(names(&found), ["run-2"], "what is published stays");
        let garbage = lake.path("_commits/00000002.json").unwrap();
        lake.put(&garbage, "garbage".into()).await.unwrap();
        assert!(unpublished(of_its_day).await.is_empty(), "it may be the commit of run-2");
        lake.remove(&garbage).await.unwrap();
        assert!(unpublished(long_after).await.is_empty());
        let before = Timestamp(now() - DAY);
        assert!(lake.abandoned(nowhere, before, Timestamp(now()), TTL).await.unwrap().is_empty(), "it is young");
        assert!(lake.remove_abandoned(&found[0]).await.unwrap());
        assert!(unpublished(of_its_day).await.is_empty());
        assert!(lake.read(&entries[0].files[0].path).await.is_ok());
        assert!(matches!(lake.read(&entries[1].files[0].path).await, Err(Error::Missing { .. })));
    }

    #[tokio::test]
    async fn files_without_a_commit_go_and_those_with_one_stay() {
        let (_folder, lake) = lake();
        files(&lake).await;
        files(&Lake::open("memory:///a/prefix", &LakeOptions::default()).unwrap()).await;
    }

    #[tokio::test]
    async fn nothing_of_a_run_that_lives_anywhere_is_abandoned() {
        let lake = Lake::open("memory:///a/prefix", &LakeOptions::default()).unwrap();
        let here = tempfile::tempdir().unwrap();
        let (open, journal) = stage(here.path(), "run-1");
        checkpoint(&lake, "run-1-00000-of-00002", &open, journal.bytes()).await.unwrap();
        let owner = Owner {
            run_id: "run-1".into(),
            host: "another".into(),
            shard: Some("00000-of-00002".into()),
            has_stage: false,
        };
        let tomorrow_millis = now() + DAY;
        let lock = Lock::acquire(&lake, "o-example", owner, Timestamp(tomorrow_millis), TTL).await.unwrap();
        assert!(tomorrow(&lake, here.path()).await.is_empty());
        lock.release(Timestamp(tomorrow_millis)).await.unwrap();
        assert_eq!(names(&tomorrow(&lake, here.path()).await), ["run-1", "run-1-00000-of-00002"]);
    }
}
