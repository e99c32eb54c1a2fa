//! Shipped questions put to a snapshot.

use arrow::record_batch::RecordBatch;
use serde_json::{Map, Value, json};

use crate::{Answer, Error, Format, Question, Result, Shape, Snapshot, format};

/// Asks one question: its rows as they come, since a list may be long.
pub async fn ask(snapshot: &Snapshot, question: &Question) -> Result<Answer> {
    snapshot.query(question.sql).await
}

/// How much of the planned tasks that the question rests on is complete, in percent; `None` when none was planned.
pub async fn coverage_percent(snapshot: &Snapshot, question: &Question) -> Result<Option<f64>> {
    let named: Vec<_> = question.rests_on.iter().map(|collector| format!("'{collector}'")).collect();
    let among = if named.is_empty() { String::new() } else { format!(" AND collector IN ({})", named.join(", ")) };
    let sql = format!(
        "SELECT ROUND(1E2 * COUNT(*) FILTER (WHERE is_complete) / NULLIF(COUNT(*), 0), 1) AS coverage_percent \
         FROM coverage WHERE is_planned{among}"
    );
    let rows = rows(&snapshot.query(&sql).await?.collect().await?)?;
    Ok(rows.first().and_then(|row| row.get("coverage_percent")).and_then(Value::as_f64))
}

/// Asks questions and gives one array of objects, each with `id`: an object for each row of facts, and one for each
/// list, with all its `rows`. A question whose table the snapshot does not have is an object with `error`: what was
/// not asked must not look like nothing found.
pub async fn ask_json(snapshot: &Snapshot, questions: &[&Question]) -> Result<Value> {
    let mut answers = Vec::new();
    for question in questions {
        match objects(snapshot, question).await {
            Ok(objects) => answers.extend(objects),
            Err(error @ Error::UnknownTable { .. }) => {
                answers.push(json!({"id": question.id, "error": error.to_string()}));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(Value::Array(answers))
}

async fn objects(snapshot: &Snapshot, question: &Question) -> Result<Vec<Value>> {
    let mut rows = rows(&ask(snapshot, question).await?.collect().await?)?;
    if question.shape == Shape::List {
        let coverage_percent = coverage_percent(snapshot, question).await?;
        let (id, title) = (question.id, question.title);
        return Ok(vec![json!({"id": id, "title": title, "coverage_percent": coverage_percent, "rows": rows})]);
    }
    for row in rows.iter_mut().filter(|row| !row.contains_key("id")) {
        row.shift_insert(0, "id".to_owned(), question.id.into());
    }
    Ok(rows.into_iter().map(Value::Object).collect())
}

fn rows(batches: &[RecordBatch]) -> Result<Vec<Map<String, Value>>> {
    let mut bytes = Vec::new();
    format(batches, Format::Json, &mut bytes)?;
    serde_json::from_slice(&bytes).map_err(|error| Error::Write(error.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{QUESTIONS, Which, select, testing};

    /// id, population, definition, numerator, denominator, percent, study's percent, coverage.
    const FACTS: &str = "\
F1 organizations study 1 2 50.0 41.0 100.0
F2 organizations_10_or_more study 1 2 50.0 5.5 100.0
F2 organizations_over_100 study 0 2 0.0 0.6 100.0
F3 users study 2 9 22.2 39.0 66.7
F4 organizations study 1 2 50.0 70.0 66.7
F5 users study 2 9 22.2 25.0 66.7
F5 users_with_active_key study 2 4 50.0 25.0 66.7
F6 users study 3 9 33.3 60.0 66.7
F7 users_with_active_key study 3 4 75.0 76.0 66.7
F8 organizations study 1 2 50.0 40.0 66.7
F9 users study 1 9 11.1 11.0 66.7
F10 organizations study 1 2 50.0 9.0 66.7
F11 accounts study 1 3 33.3 3.0 66.7
F12 organizations study 1 2 50.0 23.0 66.7
F13 instances study 1 3 33.3 93.0 100.0
F14 organizations_with_ec2 study 1 1 100.0 95.0 100.0
F15 buckets lake 3 5 60.0 2.0 75.0
F15 buckets study 2 5 40.0 2.0 75.0
F15 organizations_with_s3 lake 1 2 50.0 36.0 75.0
F15 organizations_with_s3 study 1 2 50.0 36.0 75.0
F16 organizations_with_sns lake 0 1 0.0 15.0 null
F16 organizations_with_sns study 1 1 100.0 15.0 null
F17 organizations_with_sqs lake 0 0 null 18.0 null
F17 organizations_with_sqs study 0 0 null 18.0 null";

    const COLUMNS: &[&str] = &[
        "id",
        "fact",
        "population",
        "definition",
        "numerator",
        "denominator",
        "percent",
        "study_percent",
        "coverage_percent",
        "caveat",
    ];

    async fn answers(ids: &[&str]) -> Vec<Value> {
        let (_folder, lake) = testing::lake().await;
        let snapshot = Snapshot::open(&lake, &Which::Newest).await.unwrap();
        let Value::Array(rows) = ask_json(&snapshot, &select(ids).unwrap()).await.unwrap() else { unreachable!() };
        rows
    }

    #[tokio::test]
    async fn the_facts_of_a_known_organization_cell_by_cell() {
        let mut facts = Vec::new();
        for row in answers(&["F"]).await {
            assert_eq!(row.as_object().unwrap().keys().collect::<Vec<_>>(), COLUMNS);
            let cell = |&name: &&str| row[name].as_str().map_or_else(|| row[name].to_string(), str::to_owned);
            let cells: Vec<_> = COLUMNS[..9].iter().filter(|&&name| name != "fact").map(cell).collect();
            facts.push(cells.join(" "));
        }
        assert_eq!(facts.join("\n"), FACTS);
    }

    #[tokio::test]
    async fn a_caveat_counts_what_is_unknown() {
        let rows = answers(&["F15", "F13"]).await;
        let caveat = |index: usize| rows[index]["caveat"].as_str().unwrap();
        assert!(caveat(0).ends_with("counted as not public: 2"), "{}", caveat(0));
        assert!(caveat(1).ends_with("counted as not public: 1"), "{}", caveat(1));
        assert!(caveat(4).ends_with("counted as enforcing: 1"), "{}", caveat(4));
    }

    #[tokio::test]
    async fn all_facts_have_the_same_columns_of_the_same_types() {
        let (_folder, lake) = testing::lake().await;
        let snapshot = Snapshot::open(&lake, &Which::Newest).await.unwrap();
        for question in QUESTIONS.iter().filter(|question| question.part == "F") {
            assert_eq!(question.shape, Shape::Facts);
            let schema = ask(&snapshot, question).await.unwrap().schema();
            let types: Vec<_> = schema.fields().iter().map(|it| it.data_type().to_string()).collect();
            let (text, whole, real) = ("Utf8", "Int64", "Float64");
            assert_eq!(types, [text, text, text, text, whole, whole, real, real, real, text], "{}", question.id);
        }
    }

    #[tokio::test]
    async fn a_table_that_is_not_there_is_said_and_the_id_is_added() {
        let (_folder, lake) = testing::lake().await;
        let snapshot = Snapshot::open(&lake, &Which::Date("2026-11-21".into())).await.unwrap();
        let plain = Question::parse("-- id: X1\n-- part: X\nSELECT account_id FROM accounts");
        let rows = ask_json(&snapshot, &[select(&["F3"]).unwrap()[0], &plain]).await.unwrap();
        let error = "find table coverage, iam_credential_report; the snapshot has accounts";
        assert_eq!(rows, json!([{"id": "F3", "error": error}, {"id": "X1", "account_id": "000000000000"}]));
    }

    #[tokio::test]
    async fn a_list_is_one_object_with_all_rows_and_what_it_rests_on() {
        let (_folder, lake) = testing::lake().await;
        let snapshot = Snapshot::open(&lake, &Which::Newest).await.unwrap();
        let list = "-- id: X1\n-- part: X\n-- title: Buckets\n-- shape: list\n-- rests on: s3_buckets\n";
        let text = format!("{list}SELECT arn FROM s3_buckets WHERE arn < 'b' ORDER BY arn NULLS LAST\n");
        let question = Question::parse(text.leak());
        let answers = ask_json(&snapshot, &[&question]).await.unwrap();
        assert_eq!(answers[0]["id"], "X1");
        assert_eq!(answers[0]["coverage_percent"], 50.0);
        assert_eq!(answers.as_array().unwrap().len(), 1);
        let all = Question::parse("-- id: X2\n-- shape: list\nSELECT 1 AS one");
        assert_ne!(coverage_percent(&snapshot, &all).await.unwrap(), Some(50.0), "all tasks");
    }
}
