//! How the study's facts went: what the table `facts` of the lake's older snapshots says. No question is put to them.

use std::collections::{BTreeMap, BTreeSet};

use orgcensus_answers::{Counting, Question, Snapshot, Which};
use orgcensus_lake::{Commit, Lake};
use serde_json::Value;

use crate::Result;
use crate::asked::{Asked, Object, number, objects, text};
use crate::model::Night;

/// The table that each snapshot is published with.
const FACTS: &str = "facts";

/// The curves of facts, by what tells each from the others.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Past {
    pub(crate) trends: BTreeMap<String, Vec<Night>>,
    /// Dates whose snapshot could not be read, and why.
    pub(crate) unread: Vec<(String, String)>,
    /// Dates whose snapshot has no table of facts.
    pub(crate) without: Vec<String>,
}

/// What is known of a night: the percentage of each fact, and how it was counted.
type NightFacts = BTreeMap<String, (Option<f64>, Counting)>;

/// What tells a row of a fact from the others: `F9 users study`.
pub(crate) fn key(fact: &Value) -> String {
    let words: Vec<_> =
        ["id", "population", "definition"].iter().map(|name| fact[name].as_str().unwrap_or("")).collect();
    words.join(" ")
}

impl Past {
    /// Of some questions: the older snapshots, then the answers of today. The facts of a snapshot are those of the
    /// whole organization, so a part has no past.
    pub(crate) async fn read(asked: &Asked, ids: &[&str], today: &[Value]) -> Result<Self> {
        let mut past = Self::default();
        let shown = asked.snapshot.commits();
        let Some(date) = shown.iter().map(|commit| commit.snapshot_date.clone()).max() else { return Ok(past) };
        let questions = asked.questions(ids)?;
        let organizations: BTreeSet<&str> = shown.iter().map(|commit| commit.organization_id.as_str()).collect();
        let most = if asked.part.is_whole() { asked.options.past_max } else { 0 };
        let mut nights = Vec::new();
        for (date, which) in older(&asked.lake.snapshots().await?, shown, most) {
            // A gap in a curve: what is damaged there must not keep from reading today's.
            let known = match facts(&asked.lake, &which, &questions).await {
                Ok(Some(rows)) => known(&rows, &organizations),
                Ok(None) => {
                    past.without.push(date.clone());
                    NightFacts::new()
                }
                Err(error) => {
                    past.unread.push((date.clone(), error.to_string()));
                    NightFacts::new()
                }
            };
            nights.push((date, known));
        }
        nights.push((date, known_today(today, &questions)));
        past.trends = trends(&nights);
        Ok(past)
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

/// The published facts of these questions; none if the snapshot has no such table.
async fn facts(lake: &Lake, which: &Which, questions: &[Question]) -> Result<Option<Vec<Object>>> {
    let snapshot = Snapshot::open(lake, which).await?;
    if !snapshot.has_table(FACTS) {
        return Ok(None);
    }
    let ids: Vec<String> = questions.iter().map(|question| format!("'{}'", question.id)).collect();
    let sql = format!(
        "SELECT organization_id, question_id, population, definition, is_answered, numerator, denominator, thresholds, \
         text_sha256 FROM {FACTS} WHERE question_id IN ({})",
        ids.join(", ")
    );
    Ok(Some(objects(&snapshot.query(&sql).await?.collect().await?)?))
}

/// What the published facts say of these organizations.
fn known(rows: &[Object], organizations: &BTreeSet<&str>) -> NightFacts {
    let mut by_question: BTreeMap<&str, Vec<&Object>> = BTreeMap::new();
    for row in rows.iter().filter(|row| organizations.contains(text(row, "organization_id"))) {
        by_question.entry(text(row, "question_id")).or_default().push(row);
    }
    by_question.values().filter_map(|rows| of_question(rows, organizations)).flatten().collect()
}

/// What is known of a question; nothing if it was not answered in each organization, or not counted alike.
fn of_question(rows: &[&Object], organizations: &BTreeSet<&str>) -> Option<NightFacts> {
    let counted = counting(rows.first()?);
    let is_alike = |row: &&Object| row.get("is_answered") == Some(&Value::Bool(true)) && counting(row) == counted;
    let answered: BTreeSet<&str> = rows.iter().map(|row| text(row, "organization_id")).collect();
    if answered != *organizations || !rows.iter().all(is_alike) {
        return None;
    }
    let mut sums: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for row in rows {
        let key = ["question_id", "population", "definition"].map(|name| text(row, name)).join(" ");
        let sum = sums.entry(key).or_default();
        *sum = (sum.0 + number(row, "numerator"), sum.1 + number(row, "denominator"));
    }
    Some(sums.into_iter().map(|(key, sum)| (key, (percent(sum), counted.clone()))).collect())
}

fn counting(row: &Object) -> Counting {
    let thresholds = row.get("thresholds").and_then(Value::as_str).map(str::to_owned);
    Counting { thresholds, text_sha256: text(row, "text_sha256").to_owned() }
}

/// With one digit, as `ask` gives it; none of nothing.
fn percent((numerator, denominator): (u64, u64)) -> Option<f64> {
    (denominator > 0).then(|| (1e2 * numerator as f64 / denominator as f64 * 10.0).round() / 10.0)
}

/// What was answered just now.
fn known_today(answers: &[Value], questions: &[Question]) -> NightFacts {
    let counted: BTreeMap<&str, Counting> =
        questions.iter().map(|question| (question.id, question.counting())).collect();
    let known = |fact: &Value| {
        let counting = counted.get(fact["id"].as_str()?)?;
        Some((key(fact), (fact["percent"].as_f64(), counting.clone())))
    };
    answers.iter().filter_map(known).collect()
}

fn trends(nights: &[(String, NightFacts)]) -> BTreeMap<String, Vec<Night>> {
    let keys: BTreeSet<&String> = nights.iter().flat_map(|(_, known)| known.keys()).collect();
    keys.into_iter().map(|key| (key.clone(), curve(key, nights))).collect()
}

/// A fact has a percentage, or none, for every night.
fn curve(key: &str, nights: &[(String, NightFacts)]) -> Vec<Night> {
    let mut curve = Vec::new();
    let mut before: Option<&Counting> = None;
    for (date, known) in nights {
        let told = known.get(key).and_then(|(percent, counting)| Some(((*percent)?, counting)));
        let is_counted_anew = told.is_some_and(|(_, now)| before.is_some_and(|before| before != now));
        before = told.map(|(_, now)| now).or(before);
        curve.push(Night { date: date.clone(), percent: told.map(|(percent, _)| percent), is_counted_anew });
    }
    curve
}

#[cfg(test)]
mod tests {
    use orgcensus_lake::testing;
    use serde_json::json;

    use super::*;

    fn commit(organization_id: &str, date: &str, is_complete: bool) -> Commit {
        let run_id = format!("run-{organization_id}-{date}");
        Commit { run_id, ..testing::commit(1, organization_id, date, is_complete) }
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

    fn row(organization_id: &str, id: &str, counts: Option<(u64, u64)>, thresholds: Option<&str>) -> Object {
        let row = json!({
            "organization_id": organization_id, "question_id": id, "is_answered": counts.is_some(),
            "population": if counts.is_some() { "users" } else { "" },
            "definition": if counts.is_some() { "study" } else { "" },
            "numerator": counts.map(|it| it.0), "denominator": counts.map(|it| it.1),
            "thresholds": thresholds, "text_sha256": "ab",
        });
        row.as_object().cloned().unwrap()
    }

    #[test]
    fn several_organizations_are_counted_together_if_each_has_answered_alike() {
        let both = BTreeSet::from(["o-a", "o-b"]);
        let percent = |rows: &[Object], organizations: &BTreeSet<&str>| {
            known(rows, organizations).get("F3 users study").map(|(percent, _)| *percent)
        };
        let [one, other] = [row("o-a", "F3", Some((1, 3)), None), row("o-b", "F3", Some((1, 5)), None)];
        assert_eq!(percent(&[one.clone(), other.clone()], &both), Some(Some(25.0)));
        assert_eq!(percent(&[one.clone(), other.clone()], &BTreeSet::from(["o-a"])), Some(Some(33.3)));
        assert_eq!(percent(std::slice::from_ref(&one), &both), None, "one has no facts");
        assert_eq!(percent(&[one.clone(), row("o-b", "F3", None, None)], &both), None, "one was not answered");
        let other_days = row("o-b", "F3", Some((1, 5)), Some("idle_days 60"));
        assert_eq!(percent(&[one, other_days], &both), None, "counted otherwise");
        assert_eq!(percent(&[row("o-a", "F3", Some((0, 0)), None)], &BTreeSet::from(["o-a"])), Some(None));
    }

    #[test]
    fn a_percentage_has_the_digit_that_ask_gives() {
        let percents = [(1, 3), (2, 3), (1, 8), (1, 16), (0, 7), (7, 7)].map(percent);
        assert_eq!(percents, [33.3, 66.7, 12.5, 6.3, 0.0, 100.0].map(Some));
    }

    #[test]
    fn a_night_that_does_not_say_is_a_gap_and_where_it_was_counted_anew_is_marked() {
        let night = |percent: f64, thresholds: Option<&str>, text_sha256: &str| {
            let thresholds = thresholds.map(str::to_owned);
            let counting = Counting { thresholds, text_sha256: text_sha256.to_owned() };
            NightFacts::from([("F3 users study".to_owned(), (Some(percent), counting))])
        };
        let nights = [
            ("1".to_owned(), night(1.0, None, "ab")),
            ("2".to_owned(), NightFacts::new()),
            ("3".to_owned(), night(3.0, None, "ab")),
            ("4".to_owned(), night(4.0, Some("idle_days 60"), "ab")),
            ("5".to_owned(), NightFacts::new()),
            ("6".to_owned(), night(6.0, Some("idle_days 60"), "cd")),
        ];
        let curves = trends(&nights);
        let told: Vec<_> = curves["F3 users study"].iter().map(|it| (it.percent, it.is_counted_anew)).collect();
        let expected = [
            (Some(1.0), false),
            (None, false),
            (Some(3.0), false),
            (Some(4.0), true),
            (None, false),
            (Some(6.0), true),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn the_answers_of_today_are_counted_as_their_questions_are() {
        let question = orgcensus_answers::select(&["F9"]).unwrap()[0].clone();
        let answers = [
            json!({"id": "F9", "population": "users", "definition": "study", "percent": 13.5}),
            json!({"id": "F3", "error": "find table x"}),
        ];
        let known = known_today(&answers, std::slice::from_ref(&question));
        assert_eq!(known, NightFacts::from([("F9 users study".to_owned(), (Some(13.5), question.counting()))]));
    }
}
