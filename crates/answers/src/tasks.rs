//! Some of the tasks in `coverage`, and the statements that count them.

use std::fmt::Write;

use crate::Extent;
use crate::extent::ACCOUNT;
use crate::sql_text::literal;

/// Those of some collectors, in some accounts; all, where none are named.
#[derive(Clone, Copy)]
pub(crate) struct Tasks<'a> {
    pub(crate) collectors: Option<&'a [String]>,
    pub(crate) extent: Option<&'a Extent>,
}

impl Tasks<'_> {
    /// What is added to a condition on `coverage`. `table` stands before the columns: `coverage.`
    pub(crate) fn among(self, table: &str) -> String {
        let mut condition = String::new();
        if let Some(collectors) = self.collectors {
            let named: Vec<_> = collectors.iter().map(literal).collect();
            let _ = write!(condition, " AND {table}collector IN ({})", named.join(", "));
        }
        if let Some(extent) = self.extent {
            let _ = write!(condition, " AND {}", extent.condition(&format!("{table}{ACCOUNT}")));
        }
        condition
    }

    /// The statement for how many are planned, and how many of these are complete.
    pub(crate) fn counts(self) -> String {
        let among = self.among("");
        format!(
            "SELECT COUNT(*) AS planned_count, COUNT(*) FILTER (WHERE is_complete) AS complete_count
FROM coverage
WHERE is_planned{among}"
        )
    }

    /// The statement for what is not complete of those that are planned: by account and outcome, the most first.
    pub(crate) fn short(self) -> String {
        let among = self.among("");
        format!(
            "SELECT account_id, outcome, COUNT(DISTINCT collector) AS collector_count, MIN(collector) AS collector
FROM coverage
WHERE is_planned AND NOT is_complete{among}
GROUP BY account_id, outcome
ORDER BY collector_count DESC, account_id, outcome"
        )
    }

    /// The statement for how much of those that are planned is complete, in percent.
    pub(crate) fn coverage(self) -> String {
        let among = self.among("");
        format!(
            "SELECT ROUND(1E2 * COUNT(*) FILTER (WHERE is_complete) / NULLIF(COUNT(*), 0), 1) AS coverage_percent
FROM coverage
WHERE is_planned{among}"
        )
    }
}
