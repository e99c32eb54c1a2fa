//! Removes old runs: those that a later run of the same day replaced, and those older than the retention. It never
//! removes the newest complete snapshot of an organization, nor a run that a query under way could still read.

use orgcensus_row::Timestamp;

use crate::commit::{PREFIX, living};
use crate::format::FORMAT;
use crate::instant::{self, DAY_MILLIS};
use crate::{Commit, Error, Lake, Result, generations, newest};

/// The smallest number of days that can be configured. A run that was replaced is kept as long, for queries that began
/// before.
pub const RETENTION_DAYS_MIN: u32 = 1;

/// Notes of removals that have begun. If a removal is interrupted, the next one finds its note here and finishes it.
const REMOVALS: &str = "_removals";

impl Lake {
    /// The runs that need not be kept any longer, oldest first, and those whose removal was interrupted.
    pub async fn expired(&self, retention_days: u32, now: Timestamp) -> Result<Vec<Commit>> {
        let mut expired = self.interrupted().await?;
        for commit in expired_of(&self.commits().await?, retention_days, now) {
            if !expired.iter().any(|it| it.run_id == commit.run_id) {
                expired.push(commit);
            }
        }
        Ok(expired)
    }

    /// Removes a run: first its commit, so that nobody begins to read it, then its files, last its reports.
    pub async fn remove_run(&self, commit: &Commit) -> Result<()> {
        let prefix = commit.published().prefix()?;
        let note = self.path(&format!("{REMOVALS}/{}.json", commit.run_id))?;
        self.put(&note, generations::json(commit)?).await?;
        self.remove(&generations::path(self, PREFIX, commit.n)?).await?;
        self.remove_all(&self.path(&prefix)?).await?;
        self.remove_run_reports(&commit.run_id).await?;
        self.remove(&note).await
    }

    async fn interrupted(&self) -> Result<Vec<Commit>> {
        let mut commits: Vec<Commit> = Vec::new();
        for note in self.list(&self.path(REMOVALS)?).await? {
            let name = self.name(&note.location);
            match generations::parse(&name, &self.get(&note.location).await?, FORMAT) {
                Ok(commit) => commits.push(commit),
                Err(error @ Error::Corrupt { .. }) => self.warn(&format!("could not {error}; it is passed over")),
                Err(error) => return Err(error),
            }
        }
        Ok(commits)
    }
}

fn expired_of(commits: &[Commit], retention_days: u32, now: Timestamp) -> Vec<Commit> {
    let days = i64::from(retention_days.max(RETENTION_DAYS_MIN));
    let living = living(commits);
    let shown = newest(&living);
    let oldest_kept = instant::day(now.0 - days * DAY_MILLIS);
    let is_expired = |commit: &&Commit| {
        // The commit with the highest number is kept, so that no number is ever used twice.
        let is_kept = shown.iter().any(|it| it.n == commit.n) || commits.iter().all(|it| it.n <= commit.n);
        let heir = living.iter().find(|it| it.is_of_same_day(commit) && it.n != commit.n);
        let is_replaced = heir.is_some_and(|heir| heir.committed_at.0.max(commit.committed_at.0) <= now.0 - DAY_MILLIS);
        !is_kept && (is_replaced || commit.snapshot_date < oldest_kept)
    };
    commits.iter().filter(is_expired).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{coverage, lake, queues, snapshot, table};
    use crate::{Begun, Coverage, FileOptions, LakeOptions, Publication, RunSnapshot};

    const NOON: i64 = 1_795_348_800_000; // 2026-11-22T12:00:00Z

    async fn publish(lake: &Lake, run_id: &str, date: &str, is_complete: bool, days_ago: i64) -> Commit {
        let snapshot = RunSnapshot { snapshot_date: date.into(), ..snapshot(run_id) };
        let Begun::Fresh(publication) = Publication::begin(lake, snapshot, FileOptions::default()).await.unwrap()
        else {
            panic!("published already")
        };
        let mut writer = publication.writer(&table());
        writer.write(&queues("000000000001", &["a"])).await.unwrap();
        let entry = writer.close().await.unwrap();
        let coverage = Coverage { is_complete, ..coverage() };
        publication.commit(vec![entry], coverage, Timestamp(NOON - days_ago * DAY_MILLIS)).await.unwrap()
    }

    async fn expired(lake: &Lake, days: u32) -> Vec<String> {
        let expired = lake.expired(days, Timestamp(NOON)).await.unwrap();
        expired.into_iter().map(|commit| commit.run_id).collect()
    }

    #[tokio::test]
    async fn what_was_replaced_goes_after_a_day_and_old_days_after_the_retention() {
        let (_folder, lake) = lake();
        publish(&lake, "old", "2026-11-01", true, 21).await;
        publish(&lake, "first", "2026-11-20", true, 2).await;
        publish(&lake, "second", "2026-11-20", true, 2).await;
        publish(&lake, "part", "2026-11-20", false, 2).await;
        publish(&lake, "earlier", "2026-11-22", true, 0).await;
        publish(&lake, "today", "2026-11-22", true, 0).await;
        assert_eq!(expired(&lake, 30).await, ["first", "part"], "a query of this day may still read `earlier`");
        assert_eq!(expired(&lake, 10).await, ["old", "first", "part"]);
        assert_eq!(expired(&lake, 0).await, ["old", "first", "second", "part"], "today's is the newest complete one");
    }

    #[tokio::test]
    async fn the_newest_complete_one_stays_however_old_and_so_does_the_last_number() {
        let (_folder, lake) = lake();
        publish(&lake, "whole", "2026-01-01", true, 300).await;
        publish(&lake, "part", "2026-01-02", false, 300).await;
        publish(&lake, "last", "2026-01-03", false, 300).await;
        assert_eq!(expired(&lake, 1).await, ["part"]);
    }

    async fn removed(lake: &Lake) {
        let old = publish(lake, "old", "2026-11-01", true, 21).await;
        let new = publish(lake, "new", "2026-11-22", true, 0).await;
        let file = lake.path(&lake.manifest(&old).await.unwrap().tables[0].files[0].path).unwrap();
        lake.write_run_report("old", "run", "{}").await.unwrap();
        lake.remove_run(&old).await.unwrap();
        assert_eq!(lake.commits().await.unwrap(), [new]);
        assert!(lake.run_reports("old").await.unwrap().is_empty());
        assert!(matches!(lake.get(&file).await, Err(Error::Missing { .. })));
        assert!(lake.expired(1, Timestamp(NOON)).await.unwrap().is_empty());
        // The removal was killed after the commit was removed: the note says that its files must still go.
        lake.put(&lake.path("_removals/old.json").unwrap(), generations::json(&old).unwrap()).await.unwrap();
        lake.put(&file, "left".into()).await.unwrap();
        assert_eq!(lake.expired(1, Timestamp(NOON)).await.unwrap(), std::slice::from_ref(&old));
        lake.remove_run(&old).await.unwrap();
        assert!(matches!(lake.get(&file).await, Err(Error::Missing { .. })));
        assert!(lake.expired(1, Timestamp(NOON)).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_removed_run_is_gone_from_a_folder_even_if_its_removal_was_interrupted() {
        let (_folder, lake) = lake();
        removed(&lake).await;
    }

    #[tokio::test]
    async fn and_from_an_object_store() {
        removed(&Lake::open("memory:///a/prefix", &LakeOptions::default()).unwrap()).await;
    }
}
