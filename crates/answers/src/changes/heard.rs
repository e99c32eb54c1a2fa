//! What the newer snapshot knows of what happened, and since when.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, TimestampMillisecondArray};
use arrow::datatypes::{DataType, Field, TimeUnit, TimestampMillisecondType};
use arrow::error::ArrowError;
use orgcensus_lake::{Lake, TableEntry, Wanted};

use super::found::Found;
use crate::cells::text_cell;
use crate::diff::{ACTIVITY, ACTIVITY_WINDOWS, Judge, Side, TableReader, TwoManifests, each};
use crate::{Error, Result};

/// Events may arrive late: those of the hour before the older snapshot count as well, if that one did not have them.
pub(crate) const OVERLAP_MILLIS: i64 = 3_600_000;

/// Regions by account.
type Places = BTreeMap<String, BTreeSet<String>>;

/// What the newer snapshot has read of what happened, against the older one.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    /// Events that happened earlier are not new. A moment as text.
    since: String,
    /// Where the older snapshot did not read all, and the newer one read that time again: there all events are new.
    caught_up: Places,
    /// Where the newer snapshot did not read all.
    unread: Places,
    /// In how many places activity was read since a later moment only.
    late: BTreeMap<i64, usize>,
    late_accounts: BTreeSet<String>,
}

impl Heard {
    /// Reads it from two snapshots. The judge is that of the table of events. If some accounts are wanted, nobody asks
    /// of others.
    pub(crate) async fn read(
        lake: &Lake,
        [from, to]: &TwoManifests,
        judge: &Judge,
        accounts: Option<&Wanted>,
    ) -> Result<Self> {
        let begin = from.captured_at.0;
        let since = text(begin - OVERLAP_MILLIS).map_err(failed)?;
        let mut heard = Self { since, ..Self::default() };
        let Some(entry) = to.table(ACTIVITY_WINDOWS) else { return Ok(heard) };
        for (account_id, region) in judge.unseen().into_iter().filter_map(|it| it.place) {
            heard.unread.entry(account_id).or_default().insert(region);
        }
        // The first time, what happened before the older snapshot is no news.
        let catches_up = begin <= to.captured_at.0 && judge.was_asked();
        let text = |name: &str| Field::new(name, DataType::Utf8, true);
        let moment = DataType::Timestamp(TimeUnit::Millisecond, None);
        let fields = vec![text("account_id"), text("region"), Field::new("since_at", moment, true)];
        let mut reader = TableReader::new(lake, entry, fields, accounts)?;
        while let Some(columns) = reader.next().await? {
            let [ids, regions, moments] = &columns[..] else { continue };
            let (ids, regions) = (ids.as_string::<i32>(), regions.as_string::<i32>());
            let moments = moments.as_primitive::<TimestampMillisecondType>();
            for row in (0..ids.len()).filter(|row| moments.is_valid(*row)) {
                let (account_id, since) = (ids.value(row).to_owned(), moments.value(row));
                if since > begin {
                    *heard.late.entry(since).or_default() += 1;
                    heard.late_accounts.insert(account_id);
                } else if catches_up && since < begin - OVERLAP_MILLIS {
                    heard.caught_up.entry(account_id).or_default().insert(regions.value(row).to_owned());
                }
            }
        }
        if !heard.caught_up.is_empty() {
            // Where the older snapshot has a window, it missed nothing.
            each(lake, from, (ACTIVITY_WINDOWS, accounts), ["account_id", "region"], |[account_id, region]| {
                let regions = account_id.and_then(|it| heard.caught_up.get_mut(it));
                if let (Some(regions), Some(region)) = (regions, region) {
                    regions.remove(region);
                }
            })
            .await?;
        }
        Ok(heard)
    }

    /// Whether an event is not older than the older snapshot, or that one missed it. Then what the last snapshot before
    /// the gap has of its last hour is told again: better twice than never. One without a moment may be new.
    pub(crate) fn is_new(&self, event: &Found) -> bool {
        let (account_id, region) = (event.account_id.as_deref(), event.region.as_deref());
        event.event_time.as_deref().is_none_or(|at| at >= self.since.as_str())
            || is_in(&self.caught_up, account_id.unwrap_or_default(), region.unwrap_or_default())
    }

    /// Whether the newer snapshot read all that happened in a place in the time of its window. Where it did not, a
    /// second event may fit a change.
    pub(crate) fn is_read(&self, account_id: &str, region: &str) -> bool {
        !is_in(&self.unread, account_id, region)
    }

    /// Whether all that happened in an account since the older snapshot was read, as far as its places were.
    pub(crate) fn is_whole(&self, account_id: &str) -> bool {
        !self.late_accounts.contains(account_id)
    }

    /// Why what happened just after the older snapshot is not known everywhere: one reason for each moment since which
    /// activity was read. The first time that is all places.
    pub(crate) fn late(&self) -> Result<Vec<String>> {
        let reason = |(since, places): (&i64, &usize)| {
            let since = text(*since).map_err(failed)?;
            Ok(format!("{}: in {places} places activity was read since {since} only", Side::To))
        };
        self.late.iter().map(reason).collect()
    }
}

fn is_in(places: &Places, account_id: &str, region: &str) -> bool {
    places.get(account_id).is_some_and(|regions| regions.contains(region))
}

/// The table without a row: of the older snapshot, if that does not have it.
pub(crate) fn without_rows(table: &TableEntry) -> TableEntry {
    TableEntry { files: Vec::new(), rows: 0, ..table.clone() }
}

/// A moment as text, as cells show it.
pub(crate) fn text(millis: i64) -> Result<String, ArrowError> {
    let column: ArrayRef = Arc::new(TimestampMillisecondArray::from(vec![millis]));
    Ok(text_cell(&column, 0)?.unwrap_or_default())
}

/// The error of events that cannot be understood.
pub(crate) fn failed(source: ArrowError) -> Error {
    Error::Table { table: ACTIVITY.to_owned(), source: source.into() }
}
