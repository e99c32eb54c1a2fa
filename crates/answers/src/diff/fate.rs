//! What a difference is called. Pure: what was seen in, a word out.

use std::fmt;

/// What is different about a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// The newer snapshot has the row, and the older one saw that it was not there.
    Appeared,
    /// The older snapshot has the row, and it is gone: all that could have brought it was complete, both times.
    Gone,
    /// A column has another value.
    Changed,
    /// A column is null in one of the snapshots because its value is not known there. So nobody knows whether it has
    /// changed.
    Unknown,
    /// One snapshot has the row, and the other one may have missed it.
    NotSeen,
    /// The organization no longer lists the row's account, or lists it as closed.
    AccountLeft,
    /// The row's account has switched the region off.
    RegionOff,
    /// Nothing is different: what a rule looks for was there and is. Only rules tell it.
    Still,
}

impl Change {
    /// The column's value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Appeared => "appeared",
            Self::Gone => "gone",
            Self::Changed => "changed",
            Self::Unknown => "unknown",
            Self::NotSeen => "not_seen",
            Self::AccountLeft => "account_left",
            Self::RegionOff => "region_off",
            Self::Still => "still",
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// What a snapshot that lacks a row says of the row's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Missing {
    /// The whole organization was read, and does not list the account, or lists it as closed.
    pub(crate) is_account_out: bool,
    /// The account's own list of regions was read, and has the region off.
    pub(crate) is_region_off: bool,
    /// The row would have been seen.
    pub(crate) is_seen: bool,
}

/// What became of a row that the newer snapshot lacks.
pub(crate) fn lost_as(newer: Missing) -> Change {
    match newer {
        Missing { is_account_out: true, .. } => Change::AccountLeft,
        Missing { is_region_off: true, .. } => Change::RegionOff,
        Missing { is_seen: true, .. } => Change::Gone,
        _ => Change::NotSeen,
    }
}

/// What a row is that the older snapshot lacks. In an account that has joined since, or in a region that was off, it
/// cannot have been there before.
pub(crate) fn found_as(older: Missing) -> Change {
    let was_out = older.is_account_out || older.is_region_off;
    if was_out || older.is_seen { Change::Appeared } else { Change::NotSeen }
}

/// What two different values of a column are. If one of them is null, that is a change only if null was read: not
/// where the column is a verdict, whose null says that nobody knows, and not where the snapshot with the null is short
/// of values there.
pub(crate) fn values_as(has_null: bool, is_verdict: bool, is_short: bool) -> Change {
    if has_null && (is_verdict || is_short) { Change::Unknown } else { Change::Changed }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `o` the account is out, `r` its region is off, `s` the row would have been seen.
    fn missing(facts: &str) -> Missing {
        Missing {
            is_account_out: facts.contains('o'),
            is_region_off: facts.contains('r'),
            is_seen: facts.contains('s'),
        }
    }

    #[test]
    fn a_lost_row_is_one_of_four() {
        for (facts, expected) in [
            ("", Change::NotSeen),
            ("s", Change::Gone),
            ("o", Change::AccountLeft),
            ("os", Change::AccountLeft),
            ("r", Change::RegionOff),
            ("rs", Change::RegionOff),
            ("or", Change::AccountLeft),
            ("ors", Change::AccountLeft),
        ] {
            assert_eq!(lost_as(missing(facts)), expected, "{facts:?}");
        }
    }

    #[test]
    fn a_found_row_has_appeared_unless_it_may_have_been_missed() {
        for (facts, expected) in [
            ("", Change::NotSeen),
            ("s", Change::Appeared),
            ("o", Change::Appeared),
            ("r", Change::Appeared),
            ("ors", Change::Appeared),
        ] {
            assert_eq!(found_as(missing(facts)), expected, "{facts:?}");
        }
    }

    #[test]
    fn null_is_a_change_only_where_it_was_read() {
        for (has_null, is_verdict, is_short, expected) in [
            (false, false, false, Change::Changed),
            (false, true, true, Change::Changed),
            (true, false, false, Change::Changed),
            (true, true, false, Change::Unknown),
            (true, false, true, Change::Unknown),
            (true, true, true, Change::Unknown),
        ] {
            assert_eq!(values_as(has_null, is_verdict, is_short), expected, "{has_null} {is_verdict} {is_short}");
        }
    }
}
