//! How a task ended in two runs, and what that says of a row that only one of the two snapshots has.
//!
//! A row that is missing is gone only if all that could have brought it was read completely, both times. A collector
//! that had nothing to read cannot have brought the row, so it says nothing.

use std::fmt;

/// How a task ended, as far as it matters to what is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// There was no such task: the collector was not chosen, or is not of that version.
    NotRun,
    /// All was read.
    Complete,
    /// Rows or values are missing.
    Partial,
    /// There is nothing to read: the region is off, or the service is not in it.
    Absent,
    /// This program cannot read it, in whatever run.
    Unread,
    /// AWS lets nobody into the account.
    Closed,
    /// Nothing was read: it was denied, throttled, skipped …
    Gap,
}

impl Ended {
    /// The end that an outcome of `coverage` is. A word that this version does not know is a gap.
    pub(crate) fn of(outcome: &str) -> Self {
        match outcome {
            "complete" => Self::Complete,
            "partial" => Self::Partial,
            "region_disabled" | "unsupported" => Self::Absent,
            "unread" => Self::Unread,
            "account_suspended" | "account_pending" => Self::Closed,
            _ => Self::Gap,
        }
    }

    /// Whether rows or values may be missing.
    pub(crate) fn is_short(self) -> bool {
        matches!(self, Self::Partial | Self::Gap)
    }
}

/// One of the two snapshots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// The older one.
    From,
    /// The newer one.
    To,
}

impl fmt::Display for Side {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::From => "from",
            Self::To => "to",
        })
    }
}

/// What the tasks of one collector in one place, the older and the newer one, say of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Says {
    /// Nothing: the row cannot be of this collector.
    Nothing,
    /// It would have been seen.
    Seen,
    /// It may be there: this snapshot did not see all.
    NotSeen(Side),
}

/// Of a row that only the older snapshot has. The collector must have been complete both times.
pub(crate) fn lost(from: Ended, to: Ended) -> Says {
    match (from, to) {
        (Ended::NotRun | Ended::Absent | Ended::Unread | Ended::Closed, _) => Says::Nothing,
        (Ended::Complete, Ended::Complete) => Says::Seen,
        (Ended::Partial | Ended::Gap, Ended::Complete) => Says::NotSeen(Side::From),
        (Ended::Complete | Ended::Partial | Ended::Gap, _) => Says::NotSeen(Side::To),
    }
}

/// Of a row that only the newer snapshot has. It is one of a collector that keeps rows there, which must have seen all
/// there was in the older one.
pub(crate) fn found(from: Ended, to: Ended) -> Says {
    match (from, to) {
        (Ended::Complete | Ended::Absent, Ended::Complete | Ended::Partial) => Says::Seen,
        (_, Ended::Complete | Ended::Partial) => Says::NotSeen(Side::From),
        _ => Says::Nothing,
    }
}

/// Of a derived row that the newer snapshot lacks, whose derivation may have used a fact of this collector's. A gap in
/// either run may be why the row is no longer there. So may a task that ran in one run alone.
pub(crate) fn fact(from: Ended, to: Ended) -> Says {
    match (from, to) {
        (Ended::Complete, Ended::Complete) => Says::Seen,
        (Ended::NotRun, Ended::NotRun) | (Ended::Unread, Ended::Unread) | (Ended::Closed, Ended::Closed) => {
            Says::Nothing
        }
        (Ended::Absent, Ended::Absent | Ended::Complete) => Says::Nothing,
        (Ended::Complete | Ended::Absent, _) => Says::NotSeen(Side::To),
        (_, to) if to.is_short() => Says::NotSeen(Side::To),
        _ => Says::NotSeen(Side::From),
    }
}

/// Of a place as a whole: whether all that a collector could see there was seen, both times.
pub(crate) fn looked(from: Ended, to: Ended) -> Says {
    match (from, to) {
        (_, Ended::Partial | Ended::Gap) => Says::NotSeen(Side::To),
        (Ended::Complete | Ended::Absent, Ended::Complete) => Says::Seen,
        (_, Ended::Complete) => Says::NotSeen(Side::From),
        (Ended::Complete | Ended::Partial | Ended::Gap, Ended::NotRun | Ended::Unread | Ended::Closed) => {
            Says::NotSeen(Side::To)
        }
        _ => Says::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::Ended::{Absent, Closed, Complete, Gap, NotRun, Partial, Unread};
    use super::*;

    const ALL: [Ended; 7] = [NotRun, Complete, Partial, Absent, Unread, Closed, Gap];

    /// One letter for each end in the newer snapshot, in the order of `ALL`: `.` nothing, `s` seen, `<` not seen by the
    /// older one, `>` not seen by the newer one.
    fn row(says: fn(Ended, Ended) -> Says, from: Ended) -> String {
        let letter = |to: &Ended| match says(from, *to) {
            Says::Nothing => '.',
            Says::Seen => 's',
            Says::NotSeen(Side::From) => '<',
            Says::NotSeen(Side::To) => '>',
        };
        ALL.iter().map(letter).collect()
    }

    #[test]
    fn a_lost_row_is_gone_only_if_both_tasks_were_complete() {
        for (from, expected) in [
            (NotRun, "......."),
            (Complete, ">s>>>>>"),
            (Partial, "><>>>>>"),
            (Absent, "......."),
            (Unread, "......."),
            (Closed, "......."),
            (Gap, "><>>>>>"),
        ] {
            assert_eq!(row(lost, from), expected, "{from:?}");
        }
    }

    #[test]
    fn a_found_row_has_appeared_only_if_the_older_task_saw_all() {
        for (from, expected) in [
            (NotRun, ".<<...."),
            (Complete, ".ss...."),
            (Partial, ".<<...."),
            (Absent, ".ss...."),
            (Unread, ".<<...."),
            (Closed, ".<<...."),
            (Gap, ".<<...."),
        ] {
            assert_eq!(row(found, from), expected, "{from:?}");
        }
    }

    #[test]
    fn a_derived_row_is_gone_only_if_no_fact_may_be_missing() {
        for (from, expected) in [
            (NotRun, ".<><<<>"),
            (Complete, ">s>>>>>"),
            (Partial, "<<><<<>"),
            (Absent, ">.>.>>>"),
            (Unread, "<<><.<>"),
            (Closed, "<<><<.>"),
            (Gap, "<<><<<>"),
        ] {
            assert_eq!(row(fact, from), expected, "{from:?}");
        }
    }

    #[test]
    fn a_place_was_looked_at_only_if_both_tasks_were_complete_or_had_nothing_to_read() {
        for (from, expected) in [
            (NotRun, ".<>...>"),
            (Complete, ">s>.>>>"),
            (Partial, "><>.>>>"),
            (Absent, ".s>...>"),
            (Unread, ".<>...>"),
            (Closed, ".<>...>"),
            (Gap, "><>.>>>"),
        ] {
            assert_eq!(row(looked, from), expected, "{from:?}");
        }
    }

    #[test]
    fn an_outcome_is_one_end() {
        for (outcome, expected) in [
            ("complete", Complete),
            ("partial", Partial),
            ("denied_by_scp", Gap),
            ("denied", Gap),
            ("role_not_assumable", Gap),
            ("account_suspended", Closed),
            ("account_pending", Closed),
            ("region_disabled", Absent),
            ("unsupported", Absent),
            ("unread", Unread),
            ("throttled_out", Gap),
            ("timed_out", Gap),
            ("failed", Gap),
            ("skipped", Gap),
            ("a word to come", Gap),
        ] {
            assert_eq!(Ended::of(outcome), expected, "{outcome}");
        }
    }
}
