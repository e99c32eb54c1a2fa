//! When the tasks of some collectors ran, account after account. A snapshot is no moment: a run may take hours.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Field, Int64Type, TimeUnit, TimestampMillisecondType};
use orgcensus_lake::{Lake, Manifest, Wanted};

use super::by_account::ByAccount;
use crate::Result;
use crate::diff::{COVERAGE, TableReader};

/// When the tasks of some collectors ran in a snapshot: those of one account are in memory.
pub(crate) struct Times {
    rows: Option<ByAccount>,
    captured_at: i64,
    /// By region when the first of them began, and when the last one ended.
    spans: BTreeMap<String, [i64; 2]>,
}

impl Times {
    /// Opens the times of these collectors' tasks; of all, if none are named. Reads nothing yet.
    pub(crate) fn open(lake: &Lake, manifest: &Manifest, collectors: Option<&BTreeSet<String>>) -> Result<Self> {
        let text = |name: &str| Field::new(name, DataType::Utf8, true);
        let moment = DataType::Timestamp(TimeUnit::Millisecond, None);
        let fields = vec![
            text("account_id"),
            text("region"),
            Field::new("started_at", moment, true),
            Field::new("duration_millis", DataType::Int64, true),
        ];
        let wanted = collectors.map(|names| Wanted(vec![("collector".to_owned(), names.clone())]));
        let rows = match manifest.table(COVERAGE) {
            Some(table) => Some(ByAccount::new(TableReader::with(lake, table, fields, wanted.as_ref())?)),
            None => None,
        };
        Ok(Self { rows, captured_at: manifest.captured_at.0, spans: BTreeMap::new() })
    }

    /// Reads those of an account, which comes after the one before it.
    pub(crate) async fn turn_to(&mut self, account_id: &str) -> Result<()> {
        let Self { rows, spans, .. } = self;
        spans.clear();
        let Some(rows) = rows else { return Ok(()) };
        rows.turn_to(account_id, |columns, row| {
            let [_, regions, begins, durations] = columns else { return Ok(()) };
            let (begins, durations) =
                (begins.as_primitive::<TimestampMillisecondType>(), durations.as_primitive::<Int64Type>());
            if begins.is_valid(row) {
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
        self.spans.get(region).copied().unwrap_or([self.captured_at; 2])
    }
}
