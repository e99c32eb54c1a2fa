//! When the tasks of some collectors ran, account after account. A snapshot is no moment: a run may take hours.
//!
//! Tasks say when they began by the machine's clock. A snapshot's moment is the run's own, which is another one where the
//! organization is simulated. So a task's time is counted from the run's first task, which reads the organization.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Field, Int64Type, TimeUnit, TimestampMillisecondType};
use orgcensus_lake::{Lake, Manifest, Wanted};

use super::by_account::ByAccount;
use crate::Result;
use crate::diff::{Both, COVERAGE, ORGANIZATION, Side, TableReader, TwoManifests};

/// When the tasks of some collectors ran in a snapshot: those of one account are in memory.
pub(crate) struct Times {
    rows: Option<ByAccount>,
    captured_at: i64,
    /// When the run's first task began, by the machine's clock.
    begun: Option<i64>,
    /// The collectors whose tasks count; all, if none are named.
    collectors: Option<BTreeSet<String>>,
    /// By region when the first of them began, and when the last one ended, by the machine's clock.
    spans: BTreeMap<String, [i64; 2]>,
}

impl Times {
    /// Opens the times of these collectors' tasks; of all, if none are named. If some accounts are wanted, only theirs.
    /// Reads nothing yet.
    pub(crate) fn open(
        lake: &Lake,
        manifest: &Manifest,
        begun: Option<i64>,
        collectors: Option<&BTreeSet<String>>,
        accounts: Option<&Wanted>,
    ) -> Result<Self> {
        let fields = vec![
            text("account_id"),
            text("region"),
            moment("started_at"),
            Field::new("duration_millis", DataType::Int64, true),
            text("collector"),
        ];
        let of_collectors = |names: &BTreeSet<String>| Wanted(vec![("collector".to_owned(), names.clone())]);
        let wanted = accounts.cloned().or_else(|| collectors.map(of_collectors));
        let rows = match manifest.table(COVERAGE) {
            Some(table) => Some(ByAccount::new(TableReader::new(lake, table, fields, wanted.as_ref())?)),
            None => None,
        };
        let (captured_at, collectors) = (manifest.captured_at.0, collectors.cloned());
        Ok(Self { rows, captured_at, begun, collectors, spans: BTreeMap::new() })
    }

    /// Reads those of an account, which comes after the one before it.
    pub(crate) async fn turn_to(&mut self, account_id: &str) -> Result<()> {
        let Self { rows, collectors, spans, .. } = self;
        spans.clear();
        let Some(rows) = rows else { return Ok(()) };
        rows.turn_to(account_id, |columns, row| {
            let [_, regions, begins, durations, names] = columns else { return Ok(()) };
            let name = names.as_string::<i32>().value(row);
            let is_meant = collectors.as_ref().is_none_or(|collectors| collectors.contains(name));
            let (begins, durations) =
                (begins.as_primitive::<TimestampMillisecondType>(), durations.as_primitive::<Int64Type>());
            if is_meant && begins.is_valid(row) {
                let begin = begins.value(row);
                let end = if durations.is_valid(row) { begin.saturating_add(durations.value(row)) } else { begin };
                let span = spans.entry(regions.as_string::<i32>().value(row).to_owned()).or_insert([begin, end]);
                *span = [span[0].min(begin), span[1].max(end)];
            }
            Ok(())
        })
        .await
    }

    /// When the account's tasks of a region began, and when they had ended. Where none of them says, the snapshot's
    /// moment stands for both.
    pub(crate) fn of(&self, region: &str) -> [i64; 2] {
        let Some((span, begun)) = self.spans.get(region).zip(self.begun) else { return [self.captured_at; 2] };
        span.map(|at| self.captured_at.saturating_add(at.saturating_sub(begun).max(0)))
    }

    /// The regions in which the account's tasks ran.
    pub(crate) fn regions(&self) -> impl Iterator<Item = &str> {
        self.spans.keys().map(String::as_str)
    }
}

/// When the first task of each of the two runs began, by the machine's clock; none if a snapshot does not say.
pub(crate) async fn begun(lake: &Lake, [from, to]: &TwoManifests, both: &Both) -> Result<[Option<i64>; 2]> {
    let was = begun_of(lake, from, both.management(Side::From)).await?;
    Ok([was, begun_of(lake, to, both.management(Side::To)).await?])
}

async fn begun_of(lake: &Lake, manifest: &Manifest, account_id: &str) -> Result<Option<i64>> {
    let Some(table) = manifest.table(COVERAGE) else { return Ok(None) };
    let wanted = Wanted::of_accounts([account_id.to_owned()]);
    let mut rows = TableReader::new(lake, table, vec![text("collector"), moment("started_at")], Some(&wanted))?;
    while let Some(columns) = rows.next().await? {
        let [collectors, begins] = &columns[..] else { continue };
        let (collectors, begins) = (collectors.as_string::<i32>(), begins.as_primitive::<TimestampMillisecondType>());
        let is_first = |row: &usize| collectors.value(*row) == ORGANIZATION && begins.is_valid(*row);
        if let Some(row) = (0..collectors.len()).find(is_first) {
            return Ok(Some(begins.value(row)));
        }
    }
    Ok(None)
}

fn text(name: &str) -> Field {
    Field::new(name, DataType::Utf8, true)
}

fn moment(name: &str) -> Field {
    Field::new(name, DataType::Timestamp(TimeUnit::Millisecond, None), true)
}
