//! A moment in UTC, in milliseconds. It is the only form of time that Athena, Spark, DuckDB and DataFusion read alike.

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Timestamp(pub i64);

const DAY_MILLIS: i64 = 86_400_000;

impl Timestamp {
    /// Whole days from `self` to `later`, rounded toward zero.
    pub fn days_until(self, later: Timestamp) -> i32 {
        i32::try_from((later.0 - self.0) / DAY_MILLIS).unwrap_or(i32::MAX)
    }
}
