//! Which of the published snapshots is asked.

use std::fmt;
use std::str::FromStr;

use orgcensus_lake::{Commit, newest};

use crate::{Error, Result};

/// Which snapshot is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Which {
    /// The newest complete snapshot of each organization; of an organization that has none, the newest there is.
    #[default]
    Newest,
    /// Each organization's snapshot of a date, `YYYY-MM-DD`.
    Date(String),
    /// The snapshot that one run published, even if a later run of the same day has replaced it.
    Run(String),
}

impl FromStr for Which {
    type Err = Error;

    /// `newest`, a date or a run id.
    fn from_str(text: &str) -> Result<Self> {
        match text {
            "newest" => Ok(Self::Newest),
            _ if is_date(text) => Ok(Self::Date(text.to_owned())),
            _ if is_run(text) => Ok(Self::Run(text.to_owned())),
            _ => Err(Error::Which(text.to_owned())),
        }
    }
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Newest => write!(f, "a published snapshot"),
            Self::Date(date) => write!(f, "a snapshot of {date}"),
            Self::Run(run_id) => write!(f, "a snapshot of run {run_id}"),
        }
    }
}

impl Which {
    /// The commits that are meant, at most one for each organization, by organization. `living` is oldest first.
    pub fn choose(&self, living: &[Commit]) -> Result<Vec<Commit>> {
        let chosen = newest(living.iter().filter(|commit| self.may_be(commit)));
        if chosen.is_empty() {
            return Err(Error::NoSnapshot { wanted: self.to_string(), known: known(living) });
        }
        Ok(chosen)
    }

    fn may_be(&self, commit: &Commit) -> bool {
        match self {
            Self::Newest => true,
            Self::Date(date) => *date == commit.snapshot_date,
            Self::Run(run_id) => *run_id == commit.run_id,
        }
    }
}

/// `2026-11-22`, a day that exists.
pub(crate) fn is_date(text: &str) -> bool {
    let is_right =
        |(index, byte): (usize, u8)| if matches!(index, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
    if text.len() != 10 || !text.bytes().enumerate().all(is_right) {
        return false;
    }
    let number = |from: usize, to: usize| text.get(from..to).and_then(|it| it.parse::<u32>().ok()).unwrap_or_default();
    let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(is_leap),
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// Whether it may be a run's id: letters and digits, both of them, as `0193f1c2-7a1b-…` has. So `yesterday` and
/// `2026-1-1` are named for what they are not.
fn is_run(text: &str) -> bool {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let has = |wanted: fn(&u8) -> bool| text.as_bytes().iter().any(wanted);
    // An id without a letter is possible, if not likely, and is as long as a UUID.
    let has_letter = has(u8::is_ascii_alphabetic) || text.len() == 36;
    text.bytes().all(is_name) && has(u8::is_ascii_digit) && has_letter
}

/// The newest few snapshots, to show to a user who asked for one that does not exist.
pub(crate) fn known(living: &[Commit]) -> String {
    const SHOWN_MAX: usize = 10;
    if living.is_empty() {
        return "nothing has been published to this lake".to_owned();
    }
    let names = living.iter().rev().take(SHOWN_MAX);
    let names: Vec<_> =
        names.map(|it| format!("{} {} (run {})", it.organization_id, it.snapshot_date, it.run_id)).collect();
    let more =
        if living.len() > SHOWN_MAX { format!(" and {} older ones", living.len() - SHOWN_MAX) } else { String::new() };
    format!("the lake has {}{more}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use orgcensus_lake::testing::commit;

    use super::*;

    fn numbers(which: &str, living: &[Commit]) -> Vec<u32> {
        which.parse::<Which>().unwrap().choose(living).unwrap().iter().map(|commit| commit.n).collect()
    }

    #[test]
    fn the_newest_complete_one_of_each_organization() {
        let living = [
            commit(1, "o-a", "2026-01-01", true),
            commit(2, "o-b", "2026-01-01", false),
            commit(3, "o-a", "2026-01-02", true),
            commit(4, "o-b", "2026-01-02", false),
            commit(5, "o-a", "2026-01-03", false),
        ];
        assert_eq!(numbers("newest", &living), [3, 4], "o-b has no complete one: its newest, never nothing");
        assert_eq!(numbers("2026-01-01", &living), [1, 2]);
        assert_eq!(numbers("2026-01-03", &living), [5]);
        assert_eq!(numbers("run-4", &living), [4]);
    }

    #[test]
    fn what_is_not_there_is_named_beside_what_is() {
        let living = [commit(1, "o-a", "2026-01-01", true)];
        let error = Which::Date("2026-02-30".into()).choose(&living).unwrap_err().to_string();
        assert_eq!(error, "find a snapshot of 2026-02-30; the lake has o-a 2026-01-01 (run run-1)");
        let error = Which::Newest.choose(&[]).unwrap_err().to_string();
        assert_eq!(error, "find a published snapshot; nothing has been published to this lake");
        assert!(matches!("a/b".parse::<Which>(), Err(Error::Which(_))));
    }

    #[test]
    fn days_that_do_not_exist_and_words_are_no_snapshots() {
        for text in ["", "yesterday", "latest", "2026-02-30", "2026-13-01", "2026-1-1", "20261122", "2025-02-29"] {
            assert!(matches!(text.parse::<Which>(), Err(Error::Which(_))), "{text}");
        }
        assert_eq!("2028-02-29".parse::<Which>().unwrap(), Which::Date("2028-02-29".into()));
        let run = "0193f1c2-7a1b-7c3d-8e4f-0123456789ab";
        assert_eq!(run.parse::<Which>().unwrap(), Which::Run(run.into()));
    }
}
