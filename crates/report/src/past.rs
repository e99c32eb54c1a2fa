//! How the study's facts went: the same questions put to the older snapshots of the lake.

use std::collections::{BTreeMap, BTreeSet};

use orgcensus_answers::{Snapshot, Which, ask_json};
use orgcensus_lake::Commit;
use serde_json::Value;

use crate::Result;
use crate::asked::Asked;

/// The percentages of facts, by what tells each from the others, and by date, the oldest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Past {
    pub(crate) trends: BTreeMap<String, Vec<(String, Option<f64>)>>,
    /// Dates whose snapshot could not be asked, and why.
    pub(crate) unread: Vec<(String, String)>,
}

/// What tells a row of a fact from the others: `F9 users study`.
pub(crate) fn key(fact: &Value) -> String {
    let words: Vec<_> =
        ["id", "population", "definition"].iter().map(|name| fact[name].as_str().unwrap_or("")).collect();
    words.join(" ")
}

impl Past {
    /// Of some questions: the older snapshots, then the answers of today.
    pub(crate) async fn read(asked: &Asked, ids: &[&str], today: &[Value]) -> Result<Self> {
        let shown = asked.snapshot.commits();
        let mut days = Vec::new();
        let mut unread = Vec::new();
        for (date, which) in older(&asked.lake.snapshots().await?, shown, asked.options.past_max) {
            match facts(asked, ids, &which).await {
                Ok(facts) => days.push((date, facts)),
                // A gap in a curve: what is damaged there must not keep from reading today's.
                Err(error) => {
                    unread.push((date.clone(), error.to_string()));
                    days.push((date, Vec::new()));
                }
            }
        }
        if let Some(date) = shown.iter().map(|commit| commit.snapshot_date.clone()).max() {
            days.push((date, today.to_vec()));
        }
        Ok(Self { trends: trends(&days), unread })
    }
}

/// The dates before those that are shown, on which the same organizations have complete snapshots: the newest few,
/// oldest first.
fn older(living: &[Commit], shown: &[Commit], most: usize) -> Vec<(String, Which)> {
    let Some(first) = shown.iter().map(|commit| commit.snapshot_date.as_str()).min() else { return Vec::new() };
    let organizations = |commits: &[&Commit]| -> BTreeSet<String> {
        commits.iter().map(|commit| commit.organization_id.clone()).collect()
    };
    let wanted = organizations(&shown.iter().collect::<Vec<_>>());
    let dates: BTreeSet<&str> =
        living.iter().map(|it| it.snapshot_date.as_str()).filter(|date| *date < first).collect();
    let mut older = Vec::new();
    for date in dates {
        let of_day: Vec<&Commit> = living.iter().filter(|it| it.snapshot_date == date && it.is_complete).collect();
        match (of_day.iter().find(|it| wanted.contains(&it.organization_id)), wanted.len()) {
            // Other organizations of the lake are not asked.
            (Some(commit), 1) => older.push((date.to_owned(), Which::Run(commit.run_id.clone()))),
            (Some(_), _) if organizations(&of_day) == wanted => {
                older.push((date.to_owned(), Which::Date(date.to_owned())));
            }
            _ => {}
        }
    }
    older.split_off(older.len().saturating_sub(most))
}

async fn facts(asked: &Asked, ids: &[&str], which: &Which) -> Result<Vec<Value>> {
    let snapshot = asked.part.of_past(&Snapshot::open(&asked.lake, which).await?).await?;
    let questions = asked.questions(ids)?;
    let answers = ask_json(&snapshot, &questions.iter().collect::<Vec<_>>()).await?;
    Ok(answers.as_array().cloned().unwrap_or_default())
}

/// Each fact has a value, or none, for every day.
fn trends(days: &[(String, Vec<Value>)]) -> BTreeMap<String, Vec<(String, Option<f64>)>> {
    let keys: BTreeSet<String> = days.iter().flat_map(|(_, facts)| facts).map(key).collect();
    let of = |wanted: &String| {
        let value = |facts: &[Value]| facts.iter().find(|fact| key(fact) == *wanted)?["percent"].as_f64();
        days.iter().map(|(date, facts)| (date.clone(), value(facts))).collect::<Vec<_>>()
    };
    keys.iter().map(|wanted| (wanted.clone(), of(wanted))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn commit(organization_id: &str, date: &str, is_complete: bool) -> Commit {
        let moment = "2026-11-22T00:00:00.000Z";
        let commit = json!({
            "format": 1, "n": 1, "organization_id": organization_id, "snapshot_date": date,
            "run_id": format!("run-{organization_id}-{date}"), "captured_at": moment, "committed_at": moment,
            "manifest": {"path": "", "sha256": ""}, "supersedes": null, "is_complete": is_complete, "coverage": null,
        });
        serde_json::from_value(commit).unwrap()
    }

    fn dates(living: &[Commit], shown: &[Commit], most: usize) -> Vec<String> {
        older(living, shown, most).into_iter().map(|(_, which)| which.to_string()).collect()
    }

    #[test]
    fn the_newest_complete_snapshots_before_today() {
        let living = [
            commit("o-a", "2026-11-01", true),
            commit("o-b", "2026-11-01", true),
            commit("o-a", "2026-11-02", false),
            commit("o-a", "2026-11-03", true),
            commit("o-a", "2026-11-04", true),
            commit("o-b", "2026-11-04", true),
            commit("o-a", "2026-11-05", true),
        ];
        let one = &living[5..6];
        assert_eq!(dates(&living, one, 9), ["a snapshot of run run-o-b-2026-11-01"]);
        let newest = &living[6..];
        let runs = ["03", "04"].map(|day| format!("a snapshot of run run-o-a-2026-11-{day}"));
        assert_eq!(dates(&living, newest, 2), runs);
        assert_eq!(dates(&living, &living[4..6], 9), ["a snapshot of 2026-11-01"], "both, or the day is left out");
        assert_eq!(dates(&living, newest, 0), Vec::<String>::new());
        assert_eq!(dates(&living, &[], 9), Vec::<String>::new());
    }

    #[test]
    fn a_fact_that_was_not_asked_is_a_gap() {
        let fact = |id: &str, percent: f64| json!({"id": id, "population": "users", "definition": "study", "percent": percent});
        let days = [
            ("1".to_owned(), vec![fact("F3", 1.0)]),
            ("2".to_owned(), vec![json!({"id": "F3", "error": "find table x"})]),
            ("3".to_owned(), vec![fact("F3", 3.0), fact("F9", 9.0)]),
        ];
        let trends = trends(&days);
        let values = |key: &str| trends[key].iter().map(|(_, value)| *value).collect::<Vec<_>>();
        assert_eq!(values("F3 users study"), [Some(1.0), None, Some(3.0)]);
        assert_eq!(values("F9 users study"), [None, None, Some(9.0)]);
    }
}
