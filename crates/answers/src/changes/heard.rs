//! What the newer snapshot knows of what happened, and since when.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, TimestampMillisecondArray};
use arrow::datatypes::{DataType, Field, TimeUnit, TimestampMillisecondType};
use arrow::error::ArrowError;
use orgcensus_lake::{Lake, TableEntry};

use crate::cells::text_cell;
use crate::diff::{ACTIVITY, ACTIVITY_WINDOWS, Side, TableReader, TwoManifests};
use crate::{Error, Result};

/// Events may arrive late: those of the hour before the older snapshot count as well, if that one did not have them.
const OVERLAP_MILLIS: i64 = 3_600_000;

/// Since when activity was read, where that is after the older snapshot.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    /// Events that happened earlier are not new. A moment as text.
    since: String,
    /// In how many places activity was read since a later moment only.
    late: BTreeMap<i64, usize>,
    late_accounts: BTreeSet<String>,
}

impl Heard {
    /// Reads it from the newer of two snapshots.
    pub(crate) async fn read(lake: &Lake, [from, to]: &TwoManifests) -> Result<Self> {
        let begin = from.captured_at.0;
        let since = text(begin - OVERLAP_MILLIS).map_err(failed)?;
        let mut heard = Self { since, ..Self::default() };
        let Some(entry) = to.table(ACTIVITY_WINDOWS) else { return Ok(heard) };
        let moment = DataType::Timestamp(TimeUnit::Millisecond, None);
        let fields = vec![Field::new("account_id", DataType::Utf8, true), Field::new("since_at", moment, true)];
        let mut reader = TableReader::new(lake, entry, fields)?;
        while let Some(columns) = reader.next().await? {
            let [accounts, moments] = &columns[..] else { continue };
            let (accounts, moments) = (accounts.as_string::<i32>(), moments.as_primitive::<TimestampMillisecondType>());
            for row in (0..accounts.len()).filter(|row| moments.is_valid(*row) && moments.value(*row) > begin) {
                *heard.late.entry(moments.value(row)).or_default() += 1;
                heard.late_accounts.insert(accounts.value(row).to_owned());
            }
        }
        Ok(heard)
    }

    /// Whether an event of this moment is not older than the older snapshot. One without a moment may be new.
    pub(crate) fn is_new(&self, event_time: Option<&str>) -> bool {
        event_time.is_none_or(|at| at >= self.since.as_str())
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

/// The table without a row: of the older snapshot, if that does not have it.
pub(crate) fn without_rows(table: &TableEntry) -> TableEntry {
    TableEntry { files: Vec::new(), rows: 0, ..table.clone() }
}

/// A moment as text, as cells show it.
pub(crate) fn text(millis: i64) -> Result<String, ArrowError> {
    let column: ArrayRef = Arc::new(TimestampMillisecondArray::from(vec![millis]));
    Ok(text_cell(&column, 0)?.unwrap_or_default())
}

fn failed(source: ArrowError) -> Error {
    Error::Table { table: ACTIVITY.to_owned(), source: source.into() }
}
