//! Until when AWS looks after a runtime: its page of runtimes, as a table that `scripts/lambda-runtimes` makes.

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use orgcensus_collect::timestamp;
use orgcensus_row::Timestamp;

const RUNTIMES: &str = include_str!("../../data/lambda_runtimes.tsv");

/// The days from which AWS gives a runtime no patches, lets nobody create functions of it, and lets nobody update them.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lifecycle {
    pub(super) deprecated_at: Option<Timestamp>,
    pub(super) create_blocked_at: Option<Timestamp>,
    pub(super) update_blocked_at: Option<Timestamp>,
}

impl Lifecycle {
    /// Of a runtime that the table does not know, nothing.
    pub(super) fn of(runtime: &str) -> Self {
        let rows = RUNTIMES.lines().filter(|line| !line.starts_with('#'));
        let found = rows.filter_map(|line| line.split_once('\t')).find(|(name, _)| *name == runtime);
        let Some((_, days)) = found else { return Self::default() };
        let mut days = days.split('\t').map(day);
        let mut next = || days.next().flatten();
        Self { deprecated_at: next(), create_blocked_at: next(), update_blocked_at: next() }
    }

    /// Whether the runtime is past its end at a moment. `None`: its end is not known.
    pub(super) fn is_deprecated(self, now: Timestamp) -> Option<bool> {
        self.deprecated_at.map(|at| at.0 <= now.0)
    }
}

/// A day as its first moment (UTC).
fn day(text: &str) -> Option<Timestamp> {
    timestamp(&DateTime::from_str(&format!("{text}T00:00:00Z"), Format::DateTime).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-01-01.
    const NOW: Timestamp = Timestamp(1_767_225_600_000);

    #[test]
    fn a_runtime_that_is_past_its_end_one_that_is_not_and_one_that_nobody_knows() {
        let old = Lifecycle::of("python2.7");
        assert_eq!(old.deprecated_at, Some(Timestamp(1_626_307_200_000)), "2021-07-15");
        assert_eq!(old.update_blocked_at, Some(Timestamp(1_653_868_800_000)), "2022-05-30");
        assert_eq!(old.is_deprecated(NOW), Some(true));
        assert_eq!(Lifecycle::of("python3.13").is_deprecated(NOW), Some(false));
        assert_eq!(Lifecycle::of("cobol85"), Lifecycle::default());
        assert_eq!(Lifecycle::of("cobol85").is_deprecated(NOW), None);
        assert_eq!(Lifecycle::of("python2"), Lifecycle::default(), "a part of a name is none");
    }

    #[test]
    fn the_first_day_counts() {
        let it = Lifecycle { deprecated_at: Some(NOW), ..Lifecycle::default() };
        assert_eq!((it.is_deprecated(NOW), it.is_deprecated(Timestamp(NOW.0 - 1))), (Some(true), Some(false)));
    }

    #[test]
    fn every_line_of_the_table_can_be_read() {
        let names: Vec<&str> = RUNTIMES.lines().filter(|line| !line.starts_with('#')).collect();
        assert!(names.len() > 40 && names.is_sorted());
        for line in names {
            let (name, days) = line.split_once('\t').unwrap();
            assert!(days.split('\t').all(|text| text.is_empty() || day(text).is_some()), "{line}");
            assert!(Lifecycle::of(name).deprecated_at.is_some(), "{line}");
        }
    }
}
