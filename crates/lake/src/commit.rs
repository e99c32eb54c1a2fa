//! Commits: a snapshot is published when its commit object exists, whole, and not before.

use std::collections::BTreeMap;

use futures::{StreamExt, stream};
use orgcensus_row::Timestamp;
use serde::{Deserialize, Serialize};

use crate::manifest::FORMAT;
use crate::publication::{MANIFEST, is_to_come};
use crate::upload::sha256;
use crate::{Error, Lake, Manifest, Result, Snapshot, generations, instant};

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

/// What lies under the commits' prefix.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    /// The commits, oldest first.
    pub(crate) commits: Vec<Commit>,
    /// The numbers of objects that no reader takes for a commit.
    pub(crate) passed_over: Vec<u32>,
}

impl Lake {
    /// All commits, oldest first, also those that were superseded. What is no commit, or one of a day to come, is told
    /// as a warning and passed over: one bad object must not hide what everyone else published.
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
        Ok(listed)
    }

    async fn read_commit(&self, n: u32) -> Result<Commit> {
        let commit: Commit = generations::read(self, PREFIX, n, FORMAT).await?;
        match commit.why_not(n, self.now()) {
            Some(why) => Err(Error::corrupt(self.name(&generations::path(self, PREFIX, n)?), why)),
            None => Ok(commit),
        }
    }

    /// The objects under the commits' prefix that are no commit of any version, by their names from the root. One that is
    /// a commit, but not to be believed (of a day to come, of another number), is none of them.
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

/// Of each organization and date the newest complete commit, or if none is complete the newest: oldest date first.
pub fn living(commits: &[Commit]) -> Vec<Commit> {
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
    /// Why no reader takes it for number `n`, if one must not. Its names become parts of paths and statements.
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
    pub(crate) fn published(&self) -> Snapshot {
        Snapshot {
            organization_id: self.organization_id.clone(),
            snapshot_date: self.snapshot_date.clone(),
            run_id: self.run_id.clone(),
            captured_at: self.captured_at,
        }
    }

    /// Whether the two are of the same organization and date, of which only one is shown.
    pub fn is_of_same_day(&self, other: &Self) -> bool {
        self.organization_id == other.organization_id && self.snapshot_date == other.snapshot_date
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{coverage, lake, queues, snapshot, table};
    use crate::{Begun, Coverage, FileOptions, Publication};

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

    async fn put(lake: &Lake, n: u32, bytes: impl Into<bytes::Bytes>) {
        lake.put(&generations::path(lake, PREFIX, n).unwrap(), bytes.into()).await.unwrap();
    }

    /// What was warned of, by the thread of the test.
    fn told() -> Vec<String> {
        TOLD.with(|told| told.borrow().clone())
    }

    thread_local! {
        static TOLD: std::cell::RefCell<Vec<String>> = const { std::cell::RefCell::new(Vec::new()) };
    }

    fn telling_lake() -> (tempfile::TempDir, Lake) {
        let folder = tempfile::tempdir().unwrap();
        let warn: fn(&str) = |words| TOLD.with(|told| told.borrow_mut().push(words.to_owned()));
        let options = crate::LakeOptions { warn: Some(warn), ..Default::default() };
        let lake = Lake::open(folder.path().to_str().unwrap(), &options).unwrap();
        (folder, lake)
    }

    #[tokio::test]
    async fn one_bad_object_hides_nothing_and_takes_no_ones_number() {
        let (_folder, lake) = telling_lake();
        let good = publish(&lake, of("o-a", "2026-11-21", "a1"), true).await;
        let changed = |change: &dyn Fn(&mut serde_json::Value)| {
            let mut value = serde_json::to_value(&good).unwrap();
            change(&mut value);
            serde_json::to_vec(&value).unwrap()
        };
        let no_commits: [&[u8]; 9] = [
            b"",
            b"nonsense",
            b"{\"format\": 1, \"n\": 2",
            b"\x00\xff\xfe",
            b"[]",
            b"null",
            b"{\"format\": \"1\"}",
            b"{\"format\": 0}",
            b"{\"format\": 1}",
        ];
        for (n, bytes) in (2..).zip(no_commits) {
            put(&lake, n, bytes.to_vec()).await;
        }
        let not_believed = [
            changed(&|it| it["n"] = 1.into()),
            changed(&|it| it["organization_id"] = "o-a' OR 1=1".into()),
            changed(&|it| it["run_id"] = "../../elsewhere".into()),
            changed(&|it| it["snapshot_date"] = "2026-99-99".into()),
            changed(&|it| it["manifest"]["path"] = "data/elsewhere/manifest.json".into()),
        ];
        for (n, bytes) in (11..).zip(not_believed) {
            put(&lake, n, bytes).await;
        }
        assert_eq!(lake.commits().await.unwrap(), std::slice::from_ref(&good));
        let told = told();
        assert_eq!(told.len(), 14, "{told:#?}");
        assert!(told[1].contains("_commits/00000003.json") && told[1].ends_with("it is passed over"), "{}", told[1]);
        let next = publish(&lake, of("o-b", "2026-11-22", "b1"), true).await;
        assert_eq!(next.n, 16);
        assert_eq!(lake.latest(None).await.unwrap().unwrap().run_id, "b1");

        let garbage = lake.garbage_commits().await.unwrap();
        let expected: Vec<_> = (2..11).map(|n| format!("_commits/{n:08}.json")).collect();
        assert_eq!(garbage, expected, "only what is nothing at all");
        for name in &garbage {
            lake.remove_garbage_commit(name).await.unwrap();
        }
        assert!(lake.garbage_commits().await.unwrap().is_empty());
        assert_eq!(lake.commits().await.unwrap(), [good, next]);
    }

    #[tokio::test]
    async fn a_commit_that_is_too_long_is_not_read() {
        let (_folder, lake) = telling_lake();
        put(&lake, 1, vec![b' '; 5 << 20]).await;
        assert!(lake.commits().await.unwrap().is_empty());
        assert!(told()[0].contains("it has 5242880 bytes"), "{:?}", told());
    }

    const NOON: i64 = 1_795_348_800_000; // 2026-11-22T12:00:00Z

    #[tokio::test]
    async fn a_date_in_the_future_is_refused_and_ignored() {
        let folder = tempfile::tempdir().unwrap();
        let open = |clock: fn() -> Timestamp| {
            let options = crate::LakeOptions { clock: Some(clock), ..Default::default() };
            Lake::open(folder.path().to_str().unwrap(), &options).unwrap()
        };
        let (today, tomorrow) = (open(|| Timestamp(NOON)), open(|| Timestamp(NOON + instant::DAY_MILLIS)));
        publish(&today, of("o-a", "2026-11-22", "today"), true).await;
        for date in ["2026-11-23", "2027-01-01", "9999-12-31"] {
            let begun = Publication::begin(&today, of("o-a", date, "later"), FileOptions::default()).await;
            let Err(error) = begun else { panic!("{date} was begun") };
            assert!(error.to_string().contains(&format!("accept the date {date}: it is in the future")), "{error}");
        }
        publish(&tomorrow, of("o-a", "2026-11-23", "tomorrow"), true).await;
        assert_eq!(today.latest(None).await.unwrap().unwrap().run_id, "today");
        assert_eq!(tomorrow.latest(None).await.unwrap().unwrap().run_id, "tomorrow");
        // It keeps its number, and is no garbage.
        assert!(today.garbage_commits().await.unwrap().is_empty());
        assert_eq!(publish(&today, of("o-b", "2026-11-22", "b"), true).await.n, 3);
    }

    #[tokio::test]
    async fn a_manifest_with_hostile_names_is_refused() {
        let (_folder, lake) = lake();
        let commit = publish(&lake, snapshot("run-1"), true).await;
        let file = lake.local().unwrap().join(&commit.manifest.path);
        let good = std::fs::read_to_string(&file).unwrap();
        for (was, is, words) in [
            ("\"name\": \"test_queues\"", "\"name\": \"x; DROP TABLE y\"", "is not of a-z, 0-9 and _"),
            ("\"name\": \"test_queues\"", "\"name\": \"Test\"", "is not of a-z, 0-9 and _"),
            ("\"name\": \"test_queues\"", "\"name\": \"\"", "is not of a-z, 0-9 and _"),
            ("\"name\": \"arn\"", "\"name\": \"a\\u202erm\"", "is not of a-z, 0-9 and _"),
            ("test_queues/00000.parquet", "../../other/00000.parquet", "is not in the folder"),
            ("test_queues/00000.parquet", "test_queues/x'||'.parquet", "is not in the folder"),
            ("\"run_id\": \"run-1\"", "\"run_id\": \"run-2\"", "of another run"),
        ] {
            let bad = good.replacen(was, is, 1);
            assert_ne!(bad, good, "{was}");
            std::fs::write(&file, &bad).unwrap();
            let manifest = ManifestReference { sha256: sha256(bad.as_bytes()), ..commit.manifest.clone() };
            let error = lake.manifest(&Commit { manifest, ..commit.clone() }).await.unwrap_err().to_string();
            assert!(error.contains(words) && !error.contains('\u{202e}'), "{error}");
        }
    }
}
