//! The conditions that bound who is let in, as an answer shows them.

use std::fmt;

use serde::Serialize;

use crate::statement::Condition;

/// The most values of one condition that are shown; the statement itself has them all.
const MAX_VALUES: usize = 100;

/// How much of one value is shown: more than any ARN has.
const MAX_VALUE_BYTES: usize = 2048;

/// What a condition key speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// The caller (C1).
    Caller,
    /// On whose behalf a service calls (C2).
    Source,
    /// Either: the caller, or who a service calls for.
    CallerOrSource,
    /// Where the call comes from (C3).
    Network,
    /// Where an answer goes (C5).
    Endpoint,
    /// Whether the caller is a service (C6).
    Service,
    /// Whose user of an identity provider it is (R6).
    Claim,
}

impl Dimension {
    /// The dimension's name in tables and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Dimension::Caller => "caller",
            Dimension::Source => "source",
            Dimension::CallerOrSource => "caller_or_source",
            Dimension::Network => "network",
            Dimension::Endpoint => "endpoint",
            Dimension::Service => "service",
            Dimension::Claim => "claim",
        }
    }
}

/// One condition that bounds who is let in, of the statement itself or of a Deny.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// The condition's key as it was written; `NotPrincipal` for those whom a Deny leaves out.
    pub key: String,
    /// What the key speaks of.
    pub dimension: Dimension,
    /// The values, at most a hundred.
    pub values: Vec<String>,
    /// How many values there are.
    pub value_count: usize,
    /// Whether it is what a Deny leaves, and not what the Allow asks for.
    pub is_deny: bool,
}

impl Limit {
    /// A condition of this dimension.
    pub(crate) fn of(condition: &Condition, dimension: Dimension, is_deny: bool) -> Limit {
        Limit::new(condition.key.clone(), condition.values.iter(), dimension, is_deny)
    }

    /// A limit of these values.
    pub(crate) fn new<'v>(
        key: String,
        values: impl ExactSizeIterator<Item = &'v String>,
        dimension: Dimension,
        is_deny: bool,
    ) -> Limit {
        let value_count = values.len();
        let shown = values.take(MAX_VALUES).map(|value| shortened(value, MAX_VALUE_BYTES).to_owned());
        Limit { key, dimension, values: shown.collect(), value_count, is_deny }
    }
}

/// The key and its first values: `aws:PrincipalAccount 111122223333 or 222233334444 and 3 more`.
impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 3;
        write!(formatter, "{}", self.key)?;
        for (place, value) in self.values.iter().take(SHOWN).enumerate() {
            write!(formatter, "{}{}", if place == 0 { " " } else { " or " }, shortened(value, 128))?;
        }
        match self.value_count.saturating_sub(SHOWN) {
            0 => {}
            more => write!(formatter, " and {more} more")?,
        }
        if self.is_deny { formatter.write_str(" (left by a Deny)") } else { Ok(()) }
    }
}

/// The start of a text, at most so many bytes.
pub(crate) fn shortened(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_values_are_counted_and_some_are_shown() {
        let values: Vec<String> = (0..500).map(|n| n.to_string()).collect();
        let condition = Condition { operator: "StringEquals".into(), key: "aws:PrincipalAccount".into(), values };
        let limit = Limit::of(&condition, Dimension::Caller, false);
        assert_eq!((limit.values.len(), limit.value_count), (MAX_VALUES, 500));
        assert_eq!(limit.to_string(), "aws:PrincipalAccount 0 or 1 or 2 and 497 more");
    }
}
