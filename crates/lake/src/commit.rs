//! Commits: a snapshot is published when its commit object exists, whole, and not before.

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt, stream};
use orgcensus_row::Timestamp;
use serde::{Deserialize, Serialize};

use crate::manifest::FORMAT;
use crate::upload::sha256;
use crate::{Error, Lake, Manifest, Result, generations, instant};

pub(crate) const PREFIX: &str = "_commits";

/// Commits read at once.
const READS_MAX: usize = 16;

/// How often a publisher may be outrun by others.
const ATTEMPTS_MAX: usize = 64;

/// One published snapshot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Commit {
    /// The format of this object.
    pub format: u64,
    /// Its number: commits are counted from 1 over the whole lake.
    pub n: u32,
    /// The organization.
    pub organization_id: String,
    /// The snapshot's date, `YYYY-MM-DD`: the day on which the run started.
    pub snapshot_date: String,
    /// The run.
    pub run_id: String,
    /// When the run started (UTC).
    #[serde(with = "instant")]
    pub captured_at: Timestamp,
    /// When the snapshot was published (UTC).
    #[serde(with = "instant")]
    pub committed_at: Timestamp,
    /// What it holds.
    pub manifest: ManifestReference,
    /// The earlier commit of the same organization and date, which this one replaces.
    pub supersedes: Option<u32>,
    /// Whether enough of the organization was seen.
    pub is_complete: bool,
    /// A summary of the outcomes.
    pub coverage: serde_json::Value,
}

/// Which manifest a commit means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ManifestReference {
    /// Where it is, from the lake's root.
    pub path: String,
    /// Its SHA-256 in hexadecimal.
    pub sha256: String,
}

impl Lake {
    /// All commits, oldest first, also those that were superseded.
    pub async fn commits(&self) -> Result<Vec<Commit>> {
        let numbers = generations::list(self, PREFIX, 0).await?;
        let reads = numbers.into_iter().map(|n| async move {
            match generations::read(self, PREFIX, n, FORMAT).await {
                // Retention removed it after it was listed.
                Err(Error::Missing { .. }) => Ok(None),
                read => read.map(Some),
            }
        });
        stream::iter(reads).buffered(READS_MAX).try_filter_map(|read| std::future::ready(Ok(read))).try_collect().await
    }

    /// The living commit of each organization and date, oldest first.
    pub async fn snapshots(&self) -> Result<Vec<Commit>> {
        Ok(living(&self.commits().await?))
    }

    /// The newest complete snapshot, of one organization or of any. An incomplete one never hides it.
    pub async fn latest(&self, organization_id: Option<&str>) -> Result<Option<Commit>> {
        let commits = self.commits().await?.into_iter();
        let wanted = commits.filter(|commit| {
            commit.is_complete && organization_id.is_none_or(|organization| organization == commit.organization_id)
        });
        Ok(wanted.max_by(|a, b| (&a.snapshot_date, a.n).cmp(&(&b.snapshot_date, b.n))))
    }

    /// The commit of a run, if it has published.
    pub async fn commit_of(&self, run_id: &str) -> Result<Option<Commit>> {
        Ok(self.commits().await?.into_iter().find(|commit| commit.run_id == run_id))
    }

    /// What a commit published. Its bytes are those that were committed.
    pub async fn manifest(&self, commit: &Commit) -> Result<Manifest> {
        let path = self.path(&commit.manifest.path)?;
        let bytes = self.get(&path).await?;
        if sha256(&bytes) != commit.manifest.sha256 {
            return Err(Error::corrupt(
                self.name(&path),
                format!("it is not the manifest that commit {} names", commit.n),
            ));
        }
        generations::parse(&self.name(&path), &bytes, FORMAT)
    }

    /// Publishes: creates the next commit. If the run has published already, that is its commit.
    pub(crate) async fn commit(&self, mut commit: Commit) -> Result<Commit> {
        for _ in 0..ATTEMPTS_MAX {
            let commits = self.commits().await?;
            if let Some(own) = commits.iter().find(|other| other.run_id == commit.run_id) {
                return Ok(own.clone());
            }
            commit.n = commits.last().map_or(1, |last| last.n + 1);
            if commit.n > generations::LAST {
                return Err(Error::invalid(format!("commit {}", commit.n), "the lake's commit numbers are used up"));
            }
            commit.supersedes = commits.iter().rev().find(|other| other.is_of_same_day(&commit)).map(|other| other.n);
            if generations::create(self, PREFIX, commit.n, &commit).await? {
                return Ok(commit);
            }
        }
        Err(Error::Unreachable {
            what: self.name(&self.path(PREFIX)?),
            source: "other publishers are always faster".into(),
        })
    }
}

/// Of each organization and date the newest complete commit, or if none is complete the newest: oldest date first.
pub(crate) fn living(commits: &[Commit]) -> Vec<Commit> {
    let is_better = |a: &Commit, b: &Commit| (a.is_complete, a.n) > (b.is_complete, b.n);
    let lives = |it: &&Commit| !commits.iter().any(|other| other.is_of_same_day(it) && is_better(other, it));
    let mut living: Vec<Commit> = commits.iter().filter(lives).cloned().collect();
    living.sort_by(|a, b| (&a.snapshot_date, a.n).cmp(&(&b.snapshot_date, b.n)));
    living
}

/// What is shown of each organization: its newest complete snapshot, or if it has none its newest. By organization.
/// The commits must be oldest first.
pub fn newest<'a>(commits: impl IntoIterator<Item = &'a Commit>) -> Vec<Commit> {
    let mut newest: BTreeMap<&str, &Commit> = BTreeMap::new();
    for commit in commits {
        let best = newest.entry(&commit.organization_id).or_insert(commit);
        if commit.is_complete || !best.is_complete {
            *best = commit;
        }
    }
    newest.into_values().cloned().collect()
}

impl Commit {
    pub(crate) fn is_of_same_day(&self, other: &Self) -> bool {
        self.organization_id == other.organization_id && self.snapshot_date == other.snapshot_date
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{coverage, lake, queues, snapshot, table};
    use crate::{Begun, Coverage, FileOptions, Publication, Snapshot};

    async fn publish(lake: &Lake, snapshot: Snapshot, is_complete: bool) -> Commit {
        let Begun::Fresh(publication) = Publication::begin(lake, snapshot, FileOptions::default()).await.unwrap()
        else {
            panic!("published already")
        };
        let mut writer = publication.writer(&table());
        writer.write(&queues("000000000001", &["a"])).await.unwrap();
        let coverage = Coverage { is_complete, ..coverage() };
        publication.commit(vec![writer.close().await.unwrap()], coverage, Timestamp(1)).await.unwrap()
    }

    fn of(organization_id: &str, snapshot_date: &str, run_id: &str) -> Snapshot {
        let (organization_id, snapshot_date) = (organization_id.to_owned(), snapshot_date.to_owned());
        Snapshot { organization_id, snapshot_date, ..snapshot(run_id) }
    }

    #[tokio::test]
    async fn a_later_commit_of_a_day_supersedes_and_an_incomplete_one_hides_nothing() {
        let (_folder, lake) = lake();
        assert_eq!(lake.latest(None).await.unwrap(), None);
        publish(&lake, of("o-a", "2026-11-21", "a1"), true).await;
        publish(&lake, of("o-b", "2026-11-22", "b1"), true).await;
        let again = publish(&lake, of("o-a", "2026-11-21", "a2"), true).await;
        let part = publish(&lake, of("o-a", "2026-11-22", "a3"), false).await;
        publish(&lake, of("o-a", "2026-11-21", "a4"), false).await;
        assert_eq!((again.n, again.supersedes, part.n, part.supersedes), (3, Some(1), 4, None));
        let runs = |commits: Vec<Commit>| commits.into_iter().map(|commit| commit.run_id).collect::<Vec<_>>();
        assert_eq!(runs(lake.snapshots().await.unwrap()), ["a2", "b1", "a3"]);
        assert_eq!(lake.latest(Some("o-a")).await.unwrap().unwrap().run_id, "a2");
        assert_eq!(runs(newest(&lake.snapshots().await.unwrap())), ["a2", "b1"]);
        assert_eq!(lake.latest(None).await.unwrap().unwrap().run_id, "b1");
        assert_eq!(lake.latest(Some("o-c")).await.unwrap(), None);
    }

    #[tokio::test]
    async fn publishers_at_once_each_get_a_number_of_their_own() {
        let (_folder, lake) = lake();
        let publishers = (0..8).map(|n| {
            let lake = lake.clone();
            tokio::spawn(async move { publish(&lake, snapshot(&format!("run-{n}")), true).await })
        });
        let mut commits: Vec<Commit> = stream::iter(publishers).then(|task| task).map(Result::unwrap).collect().await;
        commits.sort_by_key(|commit| commit.n);
        assert_eq!(commits.iter().map(|commit| commit.n).collect::<Vec<_>>(), (1..=8).collect::<Vec<_>>());
        // Of one organization and day only one is left, and each superseded the one before.
        assert_eq!(lake.snapshots().await.unwrap(), commits[7..]);
        assert!(commits.windows(2).all(|pair| pair[1].supersedes == Some(pair[0].n)));
    }

    #[tokio::test]
    async fn a_run_publishes_once_and_a_changed_manifest_shows() {
        let (_folder, lake) = lake();
        let commit = publish(&lake, snapshot("run-1"), true).await;
        let manifest = lake.manifest(&commit).await.unwrap();
        assert_eq!((manifest.run_id.as_str(), manifest.table("test_queues").unwrap().rows), ("run-1", 1));
        let begun = Publication::begin(&lake, snapshot("run-1"), FileOptions::default()).await.unwrap();
        assert!(matches!(begun, Begun::Published(own) if *own == commit));
        assert_eq!(lake.commit(Commit { n: 0, ..commit.clone() }).await.unwrap(), commit);

        let file = lake.local().unwrap().join(&commit.manifest.path);
        std::fs::write(&file, std::fs::read_to_string(&file).unwrap().replace("\"rows\": 1", "\"rows\": 2")).unwrap();
        assert!(matches!(lake.manifest(&commit).await, Err(Error::Corrupt { .. })));
    }

    #[tokio::test]
    async fn another_format_is_refused_with_words() {
        let (_folder, lake) = lake();
        let path = generations::path(&lake, PREFIX, 1).unwrap();
        lake.put(&path, r#"{"format": 2, "what": "ever"}"#.into()).await.unwrap();
        let error = lake.snapshots().await.unwrap_err();
        assert!(matches!(error, Error::OtherFormat { found: 2, .. }), "{error}");
        assert!(error.to_string().contains("/lake/_commits/00000001.json: its format is 2"), "{error}");
    }
}
