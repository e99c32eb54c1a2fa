//! What the rules found, with what the site's exceptions say of it.

use std::collections::BTreeMap;

use orgcensus_answers::CaseState;
use serde_json::Value;

use crate::Result;
use crate::asked::{Asked, Object, objects, text};
use crate::lists;

/// What was found, the most urgent first. A priority of a later version is not hidden behind others.
pub(super) const SEEN: &str = "SELECT
  priority,
  rule_id,
  title,
  change,
  account_id,
  account_name,
  region,
  resource,
  was,
  now,
  actor_arn,
  event_time
FROM changes
WHERE change NOT IN ('unknown', 'not_seen'){among}
ORDER BY
  CASE priority
    WHEN 'critical' THEN 1
    WHEN 'error' THEN 2
    WHEN 'warning' THEN 3
    WHEN 'notice' THEN 4
    WHEN 'info' THEN 5
    ELSE 0
  END,
  organization_id,
  ordinal";

/// A row, and what the exception that is about it says: that it is accepted, or why it is not.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Change {
    pub(super) row: Object,
    pub(super) exception: Option<String>,
}

/// The first rows, and how many there are.
#[derive(Debug, Default)]
pub(super) struct FoundChanges {
    active: Vec<Change>,
    accepted: Vec<Change>,
    /// By priority.
    accepted_counts: BTreeMap<String, u64>,
    /// All of them.
    pub(super) count: u64,
}

impl FoundChanges {
    pub(super) async fn read(asked: &Asked) -> Result<Self> {
        let mut seen = Self::default();
        let mut answer = asked.snapshot.query(&asked.own(SEEN)).await?;
        while let Some(batch) = answer.next().await? {
            for row in objects(&[batch])? {
                let judged = judged(asked, &row);
                seen.add(row, judged);
            }
        }
        Ok(seen)
    }

    /// Adds one: whether it is accepted, and the words of its exception.
    pub(super) fn add(&mut self, row: Object, (is_accepted, exception): (bool, Option<String>)) {
        self.count += 1;
        if is_accepted {
            *self.accepted_counts.entry(text(&row, "priority").to_owned()).or_default() += 1;
        }
        let kept = if is_accepted { &mut self.accepted } else { &mut self.active };
        if kept.len() < lists::ROWS_MAX {
            kept.push(Change { row, exception });
        }
    }

    /// Those that are kept: first what nobody accepts.
    pub(super) fn all(&self) -> impl Iterator<Item = &Change> {
        self.active.iter().chain(&self.accepted)
    }

    pub(super) fn accepted_count(&self, priority: &str) -> u64 {
        self.accepted_counts.get(priority).copied().unwrap_or_default()
    }
}

fn judged(asked: &Asked, row: &Object) -> (bool, Option<String>) {
    let Some(accepted) = asked.snapshot.accepted() else { return (false, None) };
    let name = |name: &str| row.get(name).and_then(Value::as_str).filter(|it| !it.is_empty());
    let judgement = accepted.judge_change(text(row, "rule_id"), name("account_id"), name("resource"));
    (judgement.state == CaseState::Accepted, judgement.words())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::object;
    use super::*;

    #[test]
    fn what_is_accepted_is_counted_and_comes_last() {
        let row = |priority: &str, rule: &str| object(json!({"priority": priority, "rule_id": rule}));
        let mut seen = FoundChanges::default();
        seen.add(row("critical", "D1"), (true, Some("accepted by ana".into())));
        seen.add(row("warning", "D2"), (false, Some("expired".into())));
        for _ in 0..lists::ROWS_MAX {
            seen.add(row("info", "D3"), (false, None));
        }
        let rules: Vec<&str> = seen.all().map(|it| text(&it.row, "rule_id")).collect();
        assert_eq!((rules.len(), rules[0], rules[1]), (lists::ROWS_MAX + 1, "D2", "D3"));
        assert_eq!(rules.last(), Some(&"D1"));
        assert_eq!((seen.count, seen.accepted_count("critical"), seen.accepted_count("warning")), (202, 1, 0));
    }
}
