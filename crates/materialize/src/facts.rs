//! `facts`: the shares of the questions, as `orgcensus ask` gives them of this snapshot. One row a share and night
//! makes a trend, and no row has a name in it.

use std::sync::Arc;

use futures::future::BoxFuture;
use orgcensus_answers::{Counting, Error, Exceptions, Kind, Population, Question, Snapshot, Which, ask_json};
use orgcensus_crawl::{Failed, Materialization, Materialize};
use orgcensus_lake::{Lake, sha256};
use orgcensus_row::{Row, Table, table};
use serde::Serialize;
use serde_json::Value;

use crate::worker::{BOUNDS, Rows, add, of_no_account, send};

/// Columns whose values are AWS's words. A population by any other column is called by what somebody has chosen: the
/// path of a user.
const AWS_WORDS: [&str; 3] = ["log_source", "resource_type", "service"];

/// One share of a question, as `orgcensus ask` gives it of this snapshot. It names no account, no resource and no
/// person, so that it can be given away: account_id, account_name and ou_path are empty. A trend is the rows of all
/// snapshots with one question, population, definition, thresholds and text_sha256; a snapshot without the table is a
/// gap.
#[derive(Debug, Clone, PartialEq, Serialize, Row)]
#[row(table = "facts", key = "question_id, population, definition")]
pub struct Fact {
    /// The question, F3.
    pub question_id: String,
    /// Of what it is a share, users_with_password; a hash where the population is called by what somebody in the
    /// organization has chosen, as the path of users; empty if the question was not answered.
    pub population: String,
    /// What tells the share from others of the same population: study, lake, over_90_days; empty if the question was
    /// not answered.
    pub definition: String,
    /// Whether the question was answered: false if its query failed, and then nothing is known.
    pub is_answered: bool,
    /// How many are so; null if the question was not answered.
    pub numerator: Option<i64>,
    /// How many of the numerator are accepted exceptions; null if the configuration names no file of exceptions, or if
    /// the question was not answered.
    pub accepted_count: Option<i64>,
    /// How many are so or are not; null if the question was not answered.
    pub denominator: Option<i64>,
    /// Of how many it is not known, which are in neither of the two; null if the question was not answered.
    pub unknown_count: Option<i64>,
    /// How many of the planned tasks that the question rests on are complete, in percent; null if none was planned,
    /// or if the question was not answered.
    pub coverage_percent: Option<f64>,
    /// The thresholds in force, by name, idle_days 90; null if the question has none.
    pub thresholds: Option<String>,
    /// The SHA-256 of what makes the numbers: the question's query with its thresholds' names, its populations and
    /// conditions. Where it changes, a trend breaks.
    pub text_sha256: String,
}

/// The materialization.
pub(crate) struct Facts {
    pub(crate) questions: Arc<[Question]>,
    pub(crate) exceptions: Option<Exceptions>,
}

impl Materialization for Facts {
    fn table(&self) -> Table {
        table::<Fact>()
    }

    fn make<'a>(&'a self, to: &'a mut Materialize<'_>) -> BoxFuture<'a, Result<(), Failed>> {
        Box::pin(async move {
            let (lake, questions) = (to.lake().clone(), Arc::clone(&self.questions));
            let (run_id, organization_id) = (to.commit().run_id.clone(), to.commit().organization_id.clone());
            let exceptions = self.exceptions.clone();
            let work = move |rows| answer(lake, run_id, organization_id, questions, exceptions, rows);
            let unanswered = add(to, work).await?;
            for words in unanswered {
                to.warn(&words);
            }
            Ok(())
        })
    }
}

/// Asks each question for its shares. Gives a sentence about each that was not answered.
async fn answer(
    lake: Lake,
    run_id: String,
    organization_id: String,
    questions: Arc<[Question]>,
    exceptions: Option<Exceptions>,
    rows: Rows<Fact>,
) -> Result<Vec<String>, Failed> {
    let mut snapshot = Snapshot::open_within(&lake, &Which::Run(run_id), BOUNDS).await?;
    if let Some(exceptions) = &exceptions {
        snapshot = snapshot.accepting(exceptions).await?;
    }
    let mut unanswered = Vec::new();
    for question in questions.iter().filter(|it| !it.is_list()) {
        let told = Told::of(question);
        let facts = match ask_json(&snapshot, &[question]).await {
            Ok(answer) => told.facts(question, &organization_id, &answer),
            // Then no other question is answered either.
            Err(error @ Error::Lake(_)) => return Err(error.into()),
            Err(error) => Err(error.to_string()),
        };
        let facts = facts.unwrap_or_else(|why| {
            unanswered.push(format!("facts: {} was not answered: could not {why}", question.id));
            vec![told.unanswered(question)]
        });
        send(&rows, facts.into_iter().map(of_no_account).collect()).await?;
    }
    Ok(unanswered)
}

/// What all rows of a question have.
struct Told {
    counting: Counting,
}

impl Told {
    fn of(question: &Question) -> Self {
        Self { counting: question.counting() }
    }

    /// The rows of an answer; why there are none, if there is an error in it.
    fn facts(&self, question: &Question, organization_id: &str, answer: &Value) -> Result<Vec<Fact>, String> {
        let rows = answer.as_array().map(Vec::as_slice).unwrap_or_default();
        if let Some(why) = rows.iter().find_map(|row| row.get("error")) {
            return Err(why.as_str().unwrap_or_default().to_owned());
        }
        let fact = |row: &Value| {
            let text = |column: &str| row.get(column).and_then(Value::as_str).unwrap_or_default().to_owned();
            let number = |column: &str| row.get(column).and_then(Value::as_i64);
            let (population, definition) = (text("population"), text("definition"));
            let is_named = is_named_by_somebody(question, &population, &definition);
            Fact {
                population: if is_named { hidden(organization_id, &population) } else { population },
                definition,
                is_answered: true,
                numerator: number("numerator"),
                accepted_count: number("accepted_count"),
                denominator: number("denominator"),
                unknown_count: number("unknown_count"),
                coverage_percent: row.get("coverage_percent").and_then(Value::as_f64),
                ..self.unanswered(question)
            }
        };
        Ok(rows.iter().map(fact).collect())
    }

    fn unanswered(&self, question: &Question) -> Fact {
        Fact {
            question_id: question.id.to_string(),
            population: String::new(),
            definition: String::new(),
            is_answered: false,
            numerator: None,
            accepted_count: None,
            denominator: None,
            unknown_count: None,
            coverage_percent: None,
            thresholds: self.counting.thresholds.clone(),
            text_sha256: self.counting.text_sha256.clone(),
        }
    }
}

/// Whether a population is called by what somebody in the organization has chosen.
fn is_named_by_somebody(question: &Question, population: &str, definition: &str) -> bool {
    let Kind::Fact { shares, .. } = &question.kind else { return false };
    let mut is_named = false;
    for share in shares.iter().filter(|it| question.filled(it.definition) == definition) {
        match share.of {
            Population::Subjects(own) | Population::Organizations(own) if own == population => return false,
            Population::Each(column) if !AWS_WORDS.contains(&column) => is_named = true,
            _ => {}
        }
    }
    is_named
}

/// A word that stands for a name in every night, and not in another organization.
fn hidden(organization_id: &str, name: &str) -> String {
    sha256(format!("{organization_id} {name}").as_bytes()).chars().take(16).collect()
}

#[cfg(test)]
mod tests;
