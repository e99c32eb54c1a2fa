//! The URL of a Lambda function: since October 2025 a new one needs two permissions, `lambda:InvokeFunctionUrl` and
//! `lambda:InvokeFunction` (R7). For an older one it is not known whether AWS needs the second.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use crate::glob::may_match;
use crate::operator::{Comparison, Operator};
use crate::statement::{Condition, Statement};

/// When URLs began to need both permissions: 2025-10-01T00:00:00Z.
const BOTH_NEEDED_SINCE_SECONDS: i64 = 1_759_276_800;

/// Reads when a URL was made: RFC 3339, a date, or as Lambda writes moments, `2026-05-04T03:02:01.000+0000`.
pub fn url_created_at(text: &str) -> Option<DateTime<Utc>> {
    let date = || text.parse::<NaiveDate>().ok().map(|date| date.and_time(NaiveTime::MIN).and_utc());
    let of_lambda = || DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z").map(|at| at.to_utc()).ok();
    DateTime::parse_from_rfc3339(text).map(|at| at.to_utc()).ok().or_else(date).or_else(of_lambda)
}

/// Whether a URL that was made then is known to need both permissions.
pub(crate) fn needs_both(created_at: Option<DateTime<Utc>>) -> bool {
    created_at.is_some_and(|at| at.timestamp() >= BOTH_NEEDED_SINCE_SECONDS)
}

/// Which of a URL's two doors are open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Doors {
    url: bool,
    function: bool,
    /// Whether something is open that needs no URL.
    more: bool,
}

impl Doors {
    /// The doors that the statement's actions open.
    pub(crate) fn of(statement: &Statement) -> Doors {
        if statement.is_not_action {
            return Doors { url: true, function: true, more: true };
        }
        let by_url = statement.conditions.iter().any(asks_for_url);
        let mut doors = Doors::default();
        for action in &statement.actions {
            let action = action.to_ascii_lowercase();
            doors.url |= may_match(&action, "lambda:invokefunctionurl");
            doors.function |= may_match(&action, "lambda:invokefunction");
            let is_url_only = action.starts_with("lambda:invokefunctionu");
            doors.more |= !(is_url_only || by_url && action.starts_with("lambda:invoke"));
        }
        doors
    }

    /// The doors that either opens.
    pub(crate) fn or(self, other: Doors) -> Doors {
        let Doors { url, function, more } = other;
        Doors { url: self.url || url, function: self.function || function, more: self.more || more }
    }

    /// Whether these are only permissions of a URL, and `all` does not have both of them, so that the URL may be
    /// closed.
    pub(crate) fn need(self, all: Doors) -> bool {
        (self.url || self.function) && !self.more && !(all.url && all.function)
    }
}

/// Whether only calls through a URL meet the condition.
fn asks_for_url(condition: &Condition) -> bool {
    let Some(operator) = Operator::parse(&condition.operator) else { return false };
    let is_positive = !operator.negated && !operator.holds_when_missing() && operator.comparison != Comparison::Null;
    let via = condition.key.eq_ignore_ascii_case("lambda:InvokedViaFunctionUrl")
        && condition.values.iter().all(|value| value.eq_ignore_ascii_case("true"));
    let typed = condition.key.eq_ignore_ascii_case("lambda:FunctionUrlAuthType");
    is_positive && !condition.values.is_empty() && (via || typed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_new_since_october_2025() {
        let is_new = |text: &str| needs_both(url_created_at(text));
        assert!(is_new("2025-10-01") && is_new("2025-10-01T00:00:00Z") && is_new("2026-05-04T03:02:01.5+02:00"));
        assert!(!is_new("2025-09-30") && !is_new("2025-10-01T00:30:00+02:00") && !is_new("2021-04-06T00:00:00Z"));
        assert!(is_new("2025-09-30T23:30:00-01:00"));
        assert!(is_new("2025-10-01T00:00:00.000+0000") && !is_new("2025-10-01T01:00:00.000+0200"));
        for odd in ["", "soon", "2025", "2025-13-01", "20251001", "1759276800"] {
            assert_eq!(url_created_at(odd), None, "{odd}");
        }
    }
}
