//! How one value of a request is compared with one value of a condition.

use std::borrow::Cow;
use std::cmp::Ordering;

use chrono::{DateTime, NaiveDate, NaiveTime};

use crate::arn::{Arn, has_wildcard, matches_arn};
use crate::cidr::is_within;
use crate::glob::may_match;
use crate::operator::{Comparison, Operator};

/// How numbers and dates lie to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Relation {
    Equal,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Relation {
    fn holds(self, ordering: Ordering) -> bool {
        match self {
            Relation::Equal => ordering == Ordering::Equal,
            Relation::Less => ordering == Ordering::Less,
            Relation::AtMost => ordering != Ordering::Greater,
            Relation::More => ordering == Ordering::Greater,
            Relation::AtLeast => ordering != Ordering::Less,
        }
    }
}

/// What an operator compares, without its `Not`, its prefix and its suffix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Compare {
    Exact,
    IgnoringCase,
    Like,
    Arn,
    Ip,
    Bool,
    Binary,
    /// Whether the key is missing.
    Null,
    Numeric(Relation),
    Date(Relation),
}

impl Compare {
    /// Reads it from an operator; `written` is the operator as it was written.
    pub(super) fn of(operator: Operator, written: &str) -> Option<Compare> {
        Some(match operator.comparison {
            Comparison::Exact => Compare::Exact,
            Comparison::ExactIgnoringCase => Compare::IgnoringCase,
            Comparison::Like => Compare::Like,
            Comparison::Arn => Compare::Arn,
            Comparison::Ip => Compare::Ip,
            Comparison::Bool => Compare::Bool,
            Comparison::Null => Compare::Null,
            Comparison::Other => return Compare::ordered(written),
        })
    }

    fn ordered(written: &str) -> Option<Compare> {
        let lower = written.to_ascii_lowercase();
        let name = lower.rsplit(':').next().unwrap_or_default();
        let name = name.strip_suffix("ifexists").unwrap_or(name);
        if name == "binaryequals" {
            return Some(Compare::Binary);
        }
        let (is_date, rest) = match name.strip_prefix("date") {
            Some(rest) => (true, rest),
            None => (false, name.strip_prefix("numeric")?),
        };
        let relation = match rest {
            "equals" | "notequals" => Relation::Equal,
            "lessthan" => Relation::Less,
            "lessthanequals" => Relation::AtMost,
            "greaterthan" => Relation::More,
            "greaterthanequals" => Relation::AtLeast,
            _ => return None,
        };
        Some(if is_date { Compare::Date(relation) } else { Compare::Numeric(relation) })
    }

    /// Whether it compares texts, of which there are more than one could try.
    pub(super) fn is_of_text(self) -> bool {
        matches!(self, Compare::Exact | Compare::IgnoringCase | Compare::Like | Compare::Arn | Compare::Binary)
    }

    /// Whether a value of the request meets a value of the condition.
    pub(super) fn meets(self, pattern: &str, value: &str) -> bool {
        match self {
            Compare::Exact => plain(pattern) == plain(value),
            Compare::IgnoringCase => plain(pattern).eq_ignore_ascii_case(&plain(value)),
            Compare::Like => may_match(pattern, &plain(value)),
            Compare::Arn => pattern == "*" || matches_arn(pattern, &plain(value)),
            Compare::Ip => is_within(std::iter::once(value), std::iter::once(pattern)),
            Compare::Bool => pattern.eq_ignore_ascii_case(value),
            Compare::Binary => pattern == value,
            Compare::Null => false,
            Compare::Numeric(relation) => {
                let numbers = (number(value), number(pattern));
                let ordering = numbers.0.zip(numbers.1).and_then(|(value, pattern)| value.partial_cmp(&pattern));
                ordering.is_some_and(|ordering| relation.holds(ordering))
            }
            Compare::Date(relation) => {
                let moments = moment(value).zip(moment(pattern));
                moments.is_some_and(|(value, pattern)| relation.holds(value.cmp(&pattern)))
            }
        }
    }

    /// Whether it is not documented what the value of a condition means: the pattern of an ARN that has not all fields.
    pub(super) fn is_odd(self, pattern: &str) -> bool {
        self == Compare::Arn && pattern != "*" && has_wildcard(pattern) && Arn::parse(pattern).is_none()
    }
}

/// Stands for a `*` that is no wildcard.
const STAR: char = '\u{1}';
/// Stands for a `?` that is no wildcard.
const MARK: char = '\u{2}';

/// The text with plain characters instead of wildcards: as a value, or as a part of a pattern.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    if has_wildcard(text) { Cow::Owned(text.replace('*', "\u{1}").replace('?', "\u{2}")) } else { Cow::Borrowed(text) }
}

/// The text as a policy would write it.
pub(super) fn readable(text: &str) -> String {
    text.replace(STAR, "${*}").replace(MARK, "${?}")
}

/// The text as a request would have it.
pub(super) fn as_value(text: &str) -> String {
    text.replace(STAR, "*").replace(MARK, "?")
}

/// A number as IAM reads it.
pub(super) fn number(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|number| number.is_finite())
}

/// A moment in milliseconds: RFC 3339, a date, or seconds since 1970.
pub(super) fn moment(text: &str) -> Option<i64> {
    const DAY_LENGTH: usize = 10;
    let text = text.trim();
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.timestamp_millis());
    }
    let start_of = |day: &str| {
        let day = day.parse::<NaiveDate>().ok()?;
        Some(day.and_time(NaiveTime::MIN).and_utc().timestamp_millis())
    };
    if text.len() > 4 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse::<i64>().ok()?.checked_mul(1000);
    }
    match text.len() {
        4 => start_of(&format!("{text}-01-01")),
        7 => start_of(&format!("{text}-01")),
        DAY_LENGTH => start_of(text),
        _ => {
            // Without seconds: 2026-11-30T08:15Z.
            let zoned = text.strip_suffix('Z').map_or(Cow::Borrowed(text), |rest| Cow::Owned(format!("{rest}+00:00")));
            DateTime::parse_from_str(&zoned, "%Y-%m-%dT%H:%M%:z").ok().map(|at| at.timestamp_millis())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meets(operator: &str, pattern: &str, value: &str) -> bool {
        let compare = Compare::of(Operator::parse(operator).unwrap(), operator).unwrap();
        compare.meets(pattern, value)
    }

    #[test]
    fn c10_wildcards_count_under_like_and_arn_alone() {
        assert!(meets("StringLike", "a*", "abc") && !meets("StringEquals", "a*", "abc"));
        assert!(meets("StringEquals", "a*", "a*") && meets("StringEqualsIgnoreCase", "AbC", "aBc"));
        assert!(meets("ArnEquals", "arn:aws:iam::111122223333:role/*", "arn:aws:iam::111122223333:role/a"));
        assert!(!meets("ArnLike", "arn:*:role/a", "arn:aws:iam::111122223333:role/a"));
        assert!(meets("StringLike", "arn:*:role/a", "arn:aws:iam::111122223333:role/a"));
        assert!(!meets("StringLike", &plain("a*"), "abc") && meets("StringLike", &plain("a*"), "a*"));
        assert_eq!(readable(&plain("a*?")), "a${*}${?}");
    }

    #[test]
    fn numbers_dates_and_addresses_are_compared_as_what_they_are() {
        assert!(meets("NumericLessThanEquals", "10", "9.5") && !meets("NumericGreaterThanIfExists", "10", "10"));
        assert!(meets("NumericEquals", "10", "10.0") && !meets("NumericEquals", "ten", "10"));
        assert!(meets("DateLessThan", "2026-01-02", "2026-01-01T23:59:59Z"));
        assert!(meets("DateGreaterThanEquals", "1767225600", "2026-01-01T01:00:00+01:00"));
        assert!(meets("DateEquals", "2026-01-01T00:00Z", "2026-01") && !meets("DateLessThan", "soon", "2026-01-01"));
        assert!(meets("IpAddress", "203.0.113.0/24", "203.0.113.9") && !meets("IpAddress", "203.0.113.0/24", "x"));
        assert!(meets("Bool", "True", "true") && meets("BinaryEquals", "QQ==", "QQ=="));
    }

    #[test]
    fn a_pattern_that_is_half_an_arn_is_odd() {
        assert!(Compare::Arn.is_odd("arn:aws:iam::111122223333*") && !Compare::Arn.is_odd("*"));
        assert!(!Compare::Arn.is_odd("arn:aws:iam::*:role/a") && !Compare::Like.is_odd("arn:*"));
    }
}
