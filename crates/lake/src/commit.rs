//! Commits: a snapshot is published when its commit object exists, whole, and not before.

use std::collections::BTreeMap;

use futures::{StreamExt, stream};
use orgcensus_row::Timestamp;
use serde::{Deserialize, Serialize};

use crate::format::FORMAT;
use crate::snapshot::{MANIFEST, is_to_come};
use crate::upload::sha256;
use crate::{Error, Lake, Manifest, Result, RunSnapshot, generations, instant};

pub(crate) const PREFIX: &str = "_commits";

/// Commits read at once.
const READS_MAX: usize = 16;

/// How often others may be faster than a publisher before it gives up.
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

/// What lies under the commits' prefix.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    /// The commits, oldest first.
    pub(crate) commits: Vec<Commit>,
    /// The numbers of objects that are not valid commits, so that readers pass over them.
    pub(crate) passed_over: Vec<u32>,
}

impl Lake {
    /// All commits, oldest first, including those that were superseded. An object that is not a commit, or whose date
    /// is in the future, causes a warning and is passed over: one bad object must not hide what everyone else
    /// published.
    pub async fn commits(&self) -> Result<Vec<Commit>> {
        Ok(self.listed_commits().await?.commits)
    }

    /// The same, with what was passed over.
    pub(crate) async fn listed_commits(&self) -> Result<Listed> {
        let numbers = generations::list(self, PREFIX, 0).await?;
        let reads = numbers.into_iter().map(|n| async move { (n, self.read_commit(n).await) });
        let mut reads = stream::iter(reads).buffered(READS_MAX);
        let mut listed = Listed::default();
        while let Some((n, read)) = reads.next().await {
            match read {
                Ok(commit) => listed.commits.push(commit),
                // Retention removed it after it was listed.
                Err(Error::Missing { .. }) => {}
                Err(error @ Error::Corrupt { .. }) => {
                    self.warn(&format!("could not {error}; it is passed over"));
                    listed.passed_over.push(n);
                }
                Err(error) => return Err(error),
            }
        }
        listed.commits.extend(self.preview().map(|it| it.commit.clone()));
        Ok(listed)
    }

    async fn read_commit(&self, n: u32) -> Result<Commit> {
        let commit: Commit = generations::read(self, PREFIX, n, FORMAT).await?;
        match commit.why_not(n, self.now()) {
            Some(why) => Err(Error::corrupt(self.name(&generations::path(self, PREFIX, n)?), why)),
            None => Ok(commit),
        }
    }

    /// The objects under the commits' prefix that are not a commit of any version, by their names from the root. It
    /// does not include an object that has a commit's form but is not valid (its date is in the future, or it says
    /// another number).
    pub async fn garbage_commits(&self) -> Result<Vec<String>> {
        let mut garbage = Vec::new();
        for n in self.listed_commits().await?.passed_over {
            if matches!(generations::read::<Commit>(self, PREFIX, n, FORMAT).await, Err(Error::Corrupt { .. })) {
                garbage.push(self.relative(&generations::path(self, PREFIX, n)?));
            }
        }
        Ok(garbage)
    }

    /// Removes what [`Lake::garbage_commits`] named.
    pub async fn remove_garbage_commit(&self, name: &str) -> Result<()> {
        self.remove(&self.path(name)?).await
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
        if let Some(preview) = self.preview().filter(|it| it.commit.run_id == commit.run_id) {
            return Ok(preview.manifest.clone());
        }
        let path = self.path(&commit.manifest.path)?;
        let bytes = self.get(&path).await?;
        if sha256(&bytes) != commit.manifest.sha256 {
            return Err(Error::corrupt(
                self.name(&path),
                format!("it is not the manifest that commit {} names", commit.n),
            ));
        }
        let manifest: Manifest = generations::parse(&self.name(&path), &bytes, FORMAT)?;
        match manifest.why_not(commit) {
            Some(why) => Err(Error::corrupt(self.name(&path), why)),
            None => Ok(manifest),
        }
    }

    /// Publishes: creates the next commit. If the run has published already, that is its commit.
    pub(crate) async fn commit(&self, mut commit: Commit) -> Result<Commit> {
        if self.preview().is_some() {
            return Err(Error::invalid(format!("the commit of run {}", commit.run_id), "this lake is a preview"));
        }
        for _ in 0..ATTEMPTS_MAX {
            let Listed { commits, passed_over } = self.listed_commits().await?;
            if let Some(own) = commits.iter().find(|other| other.run_id == commit.run_id) {
                return Ok(own.clone());
            }
            commit.n = commits.last().map_or(1, |last| last.n + 1);
            while passed_over.contains(&commit.n) {
                commit.n += 1;
            }
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

/// For each organization and date: the newest complete commit, or the newest one if none is complete. The oldest date
/// comes first.
pub fn living(commits: &[Commit]) -> Vec<Commit> {
    let is_better = |a: &Commit, b: &Commit| (a.is_complete, a.n) > (b.is_complete, b.n);
    let lives = |it: &&Commit| !commits.iter().any(|other| other.is_of_same_day(it) && is_better(other, it));
    let mut living: Vec<Commit> = commits.iter().filter(lives).cloned().collect();
    living.sort_by(|a, b| (&a.snapshot_date, a.n).cmp(&(&b.snapshot_date, b.n)));
    living
}

/// The snapshot that is shown for each organization: the newest complete one, or the newest one if none is complete.
/// Ordered by organization. The commits must come oldest first.
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
    /// Why a reader must not accept this commit as number `n`; none if it may. The names in it become parts of paths
    /// and statements.
    fn why_not(&self, n: u32, now: Timestamp) -> Option<String> {
        let prefix = match self.published().prefix() {
            Ok(prefix) => prefix,
            Err(error) => return Some(format!("could not {error}")),
        };
        if self.n != n {
            return Some(format!("it says that it is commit {}", self.n));
        }
        if self.manifest.path != format!("{prefix}/{MANIFEST}") {
            return Some(format!("its manifest {:?} is not that of its run", self.manifest.path));
        }
        is_to_come(&self.snapshot_date, now).then(|| format!("its date {} is in the future", self.snapshot_date))
    }

    /// What it published.
    pub(crate) fn published(&self) -> RunSnapshot {
        RunSnapshot {
            organization_id: self.organization_id.clone(),
            snapshot_date: self.snapshot_date.clone(),
            run_id: self.run_id.clone(),
            captured_at: self.captured_at,
        }
    }

    /// Whether the two have the same organization and date. Of such commits only one is shown.
    pub fn is_of_same_day(&self, other: &Self) -> bool {
        self.organization_id == other.organization_id && self.snapshot_date == other.snapshot_date
    }
}

impl Manifest {
    /// Why a reader must not accept this manifest as the one that `commit` published; none if it may. Names become
    /// parts of statements and paths, so a name that is not plain is refused.
    fn why_not(&self, commit: &Commit) -> Option<String> {
        let own = (&self.organization_id, &self.snapshot_date, &self.run_id);
        if own != (&commit.organization_id, &commit.snapshot_date, &commit.run_id) {
            return Some(format!("it is of another run than commit {}", commit.n));
        }
        let folder = commit.manifest.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for table in &self.tables {
            let columns = table.columns.iter().map(|column| &column.name);
            if let Some(name) = columns.chain(&table.key).chain([&table.name]).find(|name| !is_plain(name)) {
                return Some(format!("the name {name:?} in table {:?} is not of a-z, 0-9 and _", table.name));
            }
            let own = format!("{folder}/{}/", table.name);
            let is_own = |path: &str| {
                path.strip_prefix(&own).and_then(|name| name.strip_suffix(".parquet")).is_some_and(is_plain)
            };
            if let Some(file) = table.files.iter().find(|file| !is_own(&file.path)) {
                return Some(format!("the file {:?} is not in the folder of table {}", file.path, table.name));
            }
        }
        None
    }
}

/// A name that needs no quotes in any engine.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests;
