//! What earlier nights know of a user or a root user, carried from snapshot to snapshot: since when nothing of it
//! works, and on which days root was used. A night that did not see it carries both on; a first census knows neither.

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;
use orgcensus_crawl::{Error, Previous};
use orgcensus_row::{Row, Timestamp};

use super::rows::{CredentialReview, CredentialReviewRef};

/// How many days are looked back on for the use of root.
const USED_DAYS: i64 = 30;
const DAY_MILLIS: i64 = 86_400_000;

/// What the previous snapshot says of one account.
#[derive(Debug, Default)]
pub(super) struct Earlier {
    /// When that snapshot's run started.
    pub(super) captured_at: Option<Timestamp>,
    /// Its rows, by the user's name.
    pub(super) rows: BTreeMap<String, Before>,
}

/// What it says of one user.
#[derive(Debug, Default, Clone)]
pub(super) struct Before {
    pub(super) is_root: bool,
    pub(super) arn: Option<String>,
    pub(super) path: Option<String>,
    is_inactive: Option<bool>,
    inactive_seen_since: Option<Timestamp>,
    used_dates: BTreeSet<String>,
    used_at: [Option<Timestamp>; 2],
}

impl Before {
    pub(super) fn of(row: &CredentialReviewRef<'_>) -> Self {
        Self {
            is_root: row.is_root,
            arn: row.arn.map(str::to_owned),
            path: row.user_path.map(str::to_owned),
            is_inactive: row.is_inactive,
            inactive_seen_since: row.inactive_seen_since,
            used_dates: row.root_used_dates.into_iter().flat_map(|dates| dates.iter()).map(str::to_owned).collect(),
            used_at: [row.password_last_used_at, row.access_key_last_used_at],
        }
    }
}

impl Earlier {
    /// The rows of one account. Accounts must be asked for in order.
    pub(super) async fn read(previous: &mut Option<Previous<CredentialReview>>, id: &str) -> Result<Self, Error> {
        let Some(previous) = previous else { return Ok(Self::default()) };
        let mut earlier = Self { captured_at: Some(previous.captured_at()), rows: BTreeMap::new() };
        while let Some(batch) = previous.next_of(id).await? {
            CredentialReview::each(&batch, |row| {
                earlier.rows.insert(row.user_name.to_owned(), Before::of(&row));
            })?;
        }
        Ok(earlier)
    }

    /// Since when nothing of a user works. `is_inactive` is what this night saw.
    pub(super) fn inactive_since(
        &self,
        name: &str,
        is_inactive: Option<bool>,
        created_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let captured_at = self.captured_at?;
        let before = self.rows.get(name);
        let was_inactive = before.is_some_and(|it| it.is_inactive == Some(true));
        let known = before.and_then(|it| it.inactive_seen_since).or(was_inactive.then_some(captured_at));
        // What was inactive before this user was made was another one of the same name.
        let carried = known.filter(|since| created_at.is_none_or(|created| created <= *since));
        match is_inactive {
            Some(true) => Some(carried.unwrap_or(now)),
            Some(false) => None,
            None => carried,
        }
    }

    /// The days of the last 30 on which root was used, by what earlier nights saw and by its last uses as this night
    /// sees them. None: there is no earlier night.
    pub(super) fn used_dates(
        &self,
        name: &str,
        used_at: [Option<Timestamp>; 2],
        now: Timestamp,
    ) -> Option<Vec<String>> {
        self.captured_at?;
        let mut dates: BTreeSet<String> = BTreeSet::new();
        let mut uses = used_at.to_vec();
        if let Some(before) = self.rows.get(name) {
            dates.extend(before.used_dates.iter().cloned());
            uses.extend(before.used_at);
        }
        dates.extend(uses.into_iter().flatten().map(day));
        let first = day(Timestamp(now.0 - USED_DAYS * DAY_MILLIS));
        Some(dates.into_iter().filter(|date| *date >= first).collect())
    }
}

/// `2026-11-22`
fn day(at: Timestamp) -> String {
    DateTime::from_timestamp_millis(at.0).unwrap_or_default().format("%Y-%m-%d").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Midnight of a day of November 2026.
    fn night(day: i64) -> Timestamp {
        Timestamp(1_793_491_200_000 + (day - 1) * DAY_MILLIS)
    }

    /// The nights of one user, one after the other: what each saw, and since when it says that nothing works.
    fn since(nights: &[(i64, Option<bool>)]) -> Vec<Option<i64>> {
        let mut earlier = Earlier::default();
        let mut told = Vec::new();
        for (number, is_inactive) in nights {
            let now = night(*number);
            let inactive_seen_since = earlier.inactive_since("ana", *is_inactive, None, now);
            told.push(inactive_seen_since.map(|at| 1 + (at.0 - night(1).0) / DAY_MILLIS));
            let row = Before { is_inactive: *is_inactive, inactive_seen_since, ..Before::default() };
            earlier = Earlier { captured_at: Some(now), rows: [("ana".to_owned(), row)].into() };
        }
        told
    }

    #[test]
    fn nothing_works_since_the_first_night_that_saw_it_so() {
        let (on, off, unseen) = (Some(false), Some(true), None);
        for (nights, expected) in [
            (vec![(1, off)], vec![None]),
            (vec![(1, off), (2, off), (5, off)], vec![None, Some(1), Some(1)]),
            (vec![(1, on), (2, off), (3, off)], vec![None, Some(2), Some(2)]),
            (vec![(1, off), (2, unseen), (3, off)], vec![None, Some(1), Some(1)]),
            (
                vec![(1, on), (2, off), (3, unseen), (4, unseen), (5, off)],
                vec![None, Some(2), Some(2), Some(2), Some(2)],
            ),
            (vec![(1, off), (2, on), (3, off)], vec![None, None, Some(3)]),
            (vec![(1, unseen), (2, unseen), (3, off)], vec![None, None, Some(3)]),
            (vec![(1, on), (2, unseen), (3, off)], vec![None, None, Some(3)]),
        ] {
            assert_eq!(since(&nights), expected, "{nights:?}");
        }
    }

    #[test]
    fn a_user_who_is_new_is_inactive_since_this_night() {
        let earlier = Earlier { captured_at: Some(night(1)), rows: BTreeMap::new() };
        assert_eq!(earlier.inactive_since("new", Some(true), None, night(2)), Some(night(2)));
        assert_eq!(earlier.inactive_since("new", None, None, night(2)), None);
    }

    #[test]
    fn a_user_who_has_the_name_of_one_who_is_gone_has_not_rested() {
        let before = Before { is_inactive: Some(true), inactive_seen_since: Some(night(2)), ..Before::default() };
        let earlier = Earlier { captured_at: Some(night(5)), rows: [("ana".to_owned(), before)].into() };
        let since =
            |is_inactive, created: i64| earlier.inactive_since("ana", is_inactive, Some(night(created)), night(6));
        assert_eq!((since(Some(true), 1), since(None, 1)), (Some(night(2)), Some(night(2))), "it is the same one");
        assert_eq!((since(Some(true), 4), since(None, 4)), (Some(night(6)), None), "another one");
    }

    /// The nights of root: the days of its last uses as each saw them, none if it was not seen.
    fn used(nights: &[(i64, [Option<i64>; 2])]) -> Vec<Option<String>> {
        let mut earlier = Earlier::default();
        let mut told = Vec::new();
        for (number, used) in nights {
            let (now, used_at) = (night(*number), used.map(|day| day.map(night)));
            let dates = earlier.used_dates("root", used_at, now);
            told.push(
                dates
                    .as_ref()
                    .map(|dates| dates.iter().map(|date| date.replace("2026-", "")).collect::<Vec<_>>().join(" ")),
            );
            let used_dates = dates.into_iter().flatten().collect();
            let row = Before { is_root: true, used_dates, used_at, ..Before::default() };
            earlier = Earlier { captured_at: Some(now), rows: [("root".to_owned(), row)].into() };
        }
        told
    }

    #[test]
    fn the_days_on_which_root_was_used_add_up_over_thirty_days() {
        let text = |text: &str| Some(text.to_owned());
        let (one, none) = (|day: i64| [Some(day), None], [None, None]);
        assert_eq!(used(&[(1, one(1))]), [None], "a first census");
        let nights = [(1, one(1)), (2, one(1)), (3, [Some(3), Some(2)])];
        assert_eq!(used(&nights), [None, text("11-01"), text("11-01 11-02 11-03")], "what the first night saw counts");
        let nights = [(1, one(1)), (2, none), (3, none), (4, one(4))];
        assert_eq!(used(&nights)[1..], [text("11-01"), text("11-01"), text("11-01 11-04")], "nights not seen");
        let nights = [(1, one(1)), (2, one(1)), (31, one(1)), (32, one(1)), (33, one(33))];
        assert_eq!(used(&nights)[2..], [text("11-01"), text(""), text("12-03")], "30 days, and no more");
        assert_eq!(used(&[(1, none), (2, none)])[1], text(""), "never used");
    }
}
