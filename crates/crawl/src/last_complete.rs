//! When each task that reads what happened was last complete: from then on it must read again.
//!
//! It is told by the rows of [`ActivityWindow`] in earlier snapshots, which a task writes when it has read all. They
//! are read once in a process, when the first such task begins: a plan would have to carry a moment for each account
//! and region, and each account's turn would have to read the whole table.

use std::collections::BTreeMap;
use std::time::Duration;

use arrow::array::StringArray;
use futures::StreamExt;
use orgcensus_collect::{ActivityWindow, Collector};
use orgcensus_lake::{Commit, Lake, of_earlier_dates};
use orgcensus_row::{Row, Stamp, Timestamp, column};

use crate::context::Shared;
use crate::error::Error;
use crate::event::Event;

/// So many snapshots are looked through. A task that was complete in none of them begins anew.
const SNAPSHOTS: usize = 8;

/// Events may arrive late, so the hour before is read again.
const OVERLAP_MILLIS: i64 = 3_600_000;

/// AWS keeps events for 90 days.
const KEPT_MILLIS: i64 = 90 * 86_400_000;

/// When each task was last complete, by account and region.
#[derive(Debug, Default)]
pub(crate) struct LastComplete(BTreeMap<String, BTreeMap<String, Timestamp>>);

/// From when on a task reads what happened; none for a collector that reads what there is.
///
/// An earlier snapshot that cannot be read is passed over with a warning, and the task begins where an older one ended.
/// If there is none it begins as if it were the first one, and its window says so: rules that find nothing before it
/// say that nobody looked.
pub(crate) async fn since(shared: &Shared, collector: &Collector, stamp: &Stamp) -> Option<Timestamp> {
    if !collector.tables.iter().any(|table| table.name == ActivityWindow::TABLE) {
        return None;
    }
    let known = shared.last_complete.get_or_init(|| read(shared)).await;
    let last = known.at(&stamp.account_id, &stamp.region);
    Some(begins(stamp.captured_at, last, shared.crawl.bounds.first_activity))
}

fn begins(captured_at: Timestamp, last: Option<Timestamp>, first: Duration) -> Timestamp {
    let first = i64::try_from(first.as_millis()).unwrap_or(KEPT_MILLIS);
    let wanted = last.map_or(captured_at.0.saturating_sub(first), |last| last.0.saturating_sub(OVERLAP_MILLIS));
    Timestamp(wanted.max(captured_at.0.saturating_sub(KEPT_MILLIS)))
}

async fn read(shared: &Shared) -> LastComplete {
    let mut known = LastComplete::default();
    if let Err(error) = known.read(shared).await {
        let message = format!("when activity was last read is not known, so it is read as the first time: {error}");
        shared.crawl.tell(&Event::Warning { message: &message });
    }
    known
}

impl LastComplete {
    async fn read(&mut self, shared: &Shared) -> Result<(), Error> {
        let lake = &shared.crawl.lake;
        let living = lake.snapshots().await?;
        let date = shared.crawl.snapshot_date();
        for commit in of_earlier_dates(&living, &shared.organization.id, &date).take(SNAPSHOTS) {
            if let Err(error) = self.add(lake, commit).await {
                let date = &commit.snapshot_date;
                let message = format!("when activity was read by the snapshot of {date} is not known: {error}");
                shared.crawl.tell(&Event::Warning { message: &message });
            }
        }
        Ok(())
    }

    /// Adds what a snapshot says of the tasks of which no newer one says anything.
    async fn add(&mut self, lake: &Lake, commit: &Commit) -> Result<(), Error> {
        let manifest = lake.manifest(commit).await?;
        let Some(entry) = manifest.table(ActivityWindow::TABLE) else { return Ok(()) };
        let mut batches = lake.rows(entry, Some(&["account_id", "region"]))?;
        while let Some(batch) = batches.next().await {
            let batch = batch?;
            let text = |name| column::<String>(&batch, ActivityWindow::TABLE, name);
            let (accounts, regions): (&StringArray, &StringArray) = (text("account_id")?, text("region")?);
            for row in 0..batch.num_rows() {
                self.add_task(accounts.value(row), regions.value(row), commit.captured_at);
            }
        }
        Ok(())
    }

    fn add_task(&mut self, account_id: &str, region: &str, at: Timestamp) {
        if self.at(account_id, region).is_none() {
            self.0.entry(account_id.to_owned()).or_default().insert(region.to_owned(), at);
        }
    }

    fn at(&self, account_id: &str, region: &str) -> Option<Timestamp> {
        self.0.get(account_id)?.get(region).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_MILLIS: i64 = 86_400_000;

    #[test]
    fn it_begins_an_hour_before_the_last_time_and_never_before_what_aws_keeps() {
        let now = Timestamp(1000 * DAY_MILLIS);
        let day = Duration::from_secs(86_400);
        let hours_before = |last: Option<i64>, first| (now.0 - begins(now, last.map(Timestamp), first).0) / 3_600_000;
        assert_eq!(hours_before(None, day), 24, "the first time");
        assert_eq!(hours_before(Some(now.0 - DAY_MILLIS), day), 25, "an hour more");
        assert_eq!(hours_before(Some(now.0 - 10 * DAY_MILLIS), day), 241, "nights that failed are caught up");
        assert_eq!(hours_before(Some(now.0 - 100 * DAY_MILLIS), day), 90 * 24);
        assert_eq!(hours_before(None, day * 365), 90 * 24);
    }

    #[test]
    fn the_newest_snapshot_that_says_so_counts() {
        let mut known = LastComplete::default();
        known.add_task("1", "eu-west-1", Timestamp(30));
        known.add_task("1", "eu-west-1", Timestamp(20));
        known.add_task("1", "us-east-1", Timestamp(20));
        assert_eq!(known.at("1", "eu-west-1"), Some(Timestamp(30)));
        assert_eq!(known.at("1", "us-east-1"), Some(Timestamp(20)), "it was not complete the last time");
        assert_eq!((known.at("2", "us-east-1"), known.at("1", "eu-west-2")), (None, None));
    }
}
