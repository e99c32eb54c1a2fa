//! A run's snapshot: its organization, its day, and where its objects are.

use orgcensus_row::Timestamp;

use crate::{Error, Result, instant};

/// The folder of all snapshots' files.
pub(crate) const DATA: &str = "data";

/// The name of a run's manifest, in the run's folder.
pub(crate) const MANIFEST: &str = "manifest.json";

/// How much the clocks of two machines may differ.
const CLOCKS_DIFFER_MILLIS: i64 = 60 * 60 * 1000;

/// Whether a date is later than today's (UTC). Such a snapshot would be the newest until its day is over.
pub(crate) fn is_to_come(snapshot_date: &str, now: Timestamp) -> bool {
    snapshot_date > instant::day(now.0.saturating_add(CLOCKS_DIFFER_MILLIS)).as_str()
}

/// The folder of an organization's snapshots of a day.
pub(crate) fn day_folder(snapshot_date: &str) -> String {
    format!("snapshot_date={snapshot_date}")
}

/// The snapshot of one run: its organization, its day, the run itself, and when the run started.
#[derive(Debug, Clone, PartialEq)]
pub struct RunSnapshot {
    /// The organization, `o-…`.
    pub organization_id: String,
    /// The day on which the run started, `YYYY-MM-DD`.
    pub snapshot_date: String,
    /// The run.
    pub run_id: String,
    /// When the run started (UTC).
    pub captured_at: Timestamp,
}

impl RunSnapshot {
    /// Where its objects are, from the lake's root.
    pub(crate) fn prefix(&self) -> Result<String> {
        let Self { organization_id, snapshot_date, run_id, .. } = self;
        for name in [organization_id, snapshot_date, run_id] {
            check_name(name)?;
        }
        if chrono::NaiveDate::parse_from_str(snapshot_date, "%Y-%m-%d").is_err() || snapshot_date.len() != 10 {
            return Err(Error::invalid(format!("the date {snapshot_date:?}"), "it must be YYYY-MM-DD"));
        }
        Ok(format!("{DATA}/org_id={organization_id}/{}/{run_id}", day_folder(snapshot_date)))
    }
}

/// Names become parts of paths, so a name that could lead to another path is refused.
pub(crate) fn check_name(name: &str) -> Result<()> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if name.is_empty() || name.len() > 128 || !name.bytes().all(is_plain) {
        return Err(Error::invalid(format!("the name {name:?}"), "it must be 1 to 128 letters, digits, - or _"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::snapshot;

    #[test]
    fn names_that_could_be_other_paths_are_refused() {
        for run_id in ["", "..", "a/b", "a b", "é"] {
            assert!(snapshot(run_id).prefix().is_err(), "{run_id:?}");
        }
        for date in ["2026-13-01", "2026-1-1", "today"] {
            assert!(RunSnapshot { snapshot_date: date.into(), ..snapshot("run-1") }.prefix().is_err(), "{date}");
        }
    }
}
