//! A day.

use std::fmt;

use crate::which::is_date;

/// A day, `2027-03-31`. Days are in order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(String);

impl Day {
    /// `2027-03-31`; none if there is no such day.
    pub fn parse(text: &str) -> Option<Self> {
        is_date(text).then(|| Self(text.to_owned()))
    }

    /// The day of a moment, `2027-03-31T08:15:00.000Z`.
    pub(crate) fn of_moment(text: &str) -> Option<Self> {
        Self::parse(text.get(..10)?)
    }

    /// A day on which every exception has ended.
    pub(crate) fn last() -> Self {
        Self("9999-12-31".to_owned())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How many days later it is than another one.
    pub(crate) fn days_after(&self, other: &Self) -> i64 {
        self.number() - other.number()
    }

    /// Days of the common calendar, from any one day. A year begins in March here, so that its odd day is the last one.
    fn number(&self) -> i64 {
        let part = |from: usize, to: usize| self.0.get(from..to).and_then(|it| it.parse::<i64>().ok()).unwrap_or(0);
        let (month, day) = ((part(5, 7) + 9) % 12, part(8, 10));
        let year = part(0, 4) - month / 10;
        365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + (153 * month + 2) / 5 + day
    }
}

impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn days_are_counted_over_months_and_leap_years() {
        for (from, to, days) in [
            ("2026-11-22", "2026-11-22", 0),
            ("2026-11-22", "2026-12-22", 30),
            ("2026-12-31", "2027-01-01", 1),
            ("2027-02-28", "2027-03-01", 1),
            ("2028-02-28", "2028-03-01", 2),
            ("2100-02-28", "2100-03-01", 1),
            ("2026-01-01", "2027-01-01", 365),
            ("1970-01-01", "2026-11-22", 20_779),
        ] {
            assert_eq!((day(to).days_after(&day(from)), day(from).days_after(&day(to))), (days, -days), "{from} {to}");
        }
    }

    #[test]
    fn a_moment_has_a_day_and_words_have_none() {
        assert_eq!(Day::of_moment("2027-03-31T08:15:00.000Z"), Some(day("2027-03-31")));
        assert_eq!([Day::of_moment(""), Day::parse("2027-02-29"), Day::parse("soon")], [None, None, None]);
        assert!(day("2026-12-31") < day("2027-01-01") && day("2027-01-01") < Day::last());
    }
}
