//! Shipped questions put to a snapshot.

use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use serde_json::{Map, Value, json};

use crate::exceptions::{Beside, Counts, resolved};
use crate::extent::ACCOUNT;
use crate::tasks::Tasks;
use crate::{Answer, Error, Format, Question, Result, Snapshot, format};

/// Asks one question: its rows as they come, since a list may be long.
pub async fn ask(snapshot: &Snapshot, question: &Question) -> Result<Answer> {
    if question.is_list() {
        return ask_cases(snapshot, question).await;
    }
    if snapshot.extent().is_some() && !question.names_accounts() {
        return Err(Error::NotOfAccounts { id: question.id.to_owned() });
    }
    let answer = snapshot.query(&question.statement_within(snapshot.rests_on(), snapshot.extent())).await?;
    match snapshot.accepted() {
        Some(accepted) => Ok(answer.beside(Beside::Counts(Counts::of(snapshot, question, accepted).await?))),
        None => Ok(answer),
    }
}

/// Asks for the cases of one question: the subjects that are so or may be so; for a list, its rows. Where the snapshot
/// has exceptions, each case says its state.
pub async fn ask_cases(snapshot: &Snapshot, question: &Question) -> Result<Answer> {
    let answer = plain_cases(snapshot, question).await?;
    match snapshot.accepted() {
        Some(accepted) => {
            let (id, accepted) = (question.id.to_owned(), Arc::clone(accepted));
            Ok(answer.beside(Beside::Cases { id, accepted }))
        }
        None => Ok(answer),
    }
}

/// The same, and then those of an older snapshot that are none any more. The snapshot must have exceptions, if only an
/// empty list of them, since the rows tell each other apart by their state.
pub async fn ask_cases_since(snapshot: &Snapshot, older: Option<&Snapshot>, question: &Question) -> Result<Answer> {
    let answer = ask_cases(snapshot, question).await?;
    match older.filter(|_| snapshot.accepted().is_some()) {
        Some(older) => Ok(answer.and_then(resolved(snapshot, older, question).await?)),
        None => Ok(answer),
    }
}

/// The cases as the query gives them.
pub(crate) async fn plain_cases(snapshot: &Snapshot, question: &Question) -> Result<Answer> {
    let answer = snapshot.query(&question.cases()).await?;
    match snapshot.extent() {
        None => Ok(answer),
        Some(_) if answer.schema().column_with_name(ACCOUNT).is_none() => {
            Err(Error::NotOfAccounts { id: question.id.to_owned() })
        }
        Some(extent) => Ok(answer.within(extent)),
    }
}

/// How much of the planned tasks that the question rests on is complete, in percent; `None` when none was planned.
pub async fn coverage_percent(snapshot: &Snapshot, question: &Question) -> Result<Option<f64>> {
    percent(snapshot, &question.coverage_within(snapshot.rests_on(), snapshot.extent())).await
}

/// How much of the planned tasks that these tables rest on is complete, in percent; `None` when none was planned.
pub async fn coverage_of(snapshot: &Snapshot, tables: &[String]) -> Result<Option<f64>> {
    let collectors = snapshot.rests_on().of_tables(tables);
    let tasks = Tasks { collectors: collectors.as_deref(), extent: snapshot.extent() };
    percent(snapshot, &tasks.coverage()).await
}

async fn percent(snapshot: &Snapshot, sql: &str) -> Result<Option<f64>> {
    let rows = rows(&snapshot.query(sql).await?.collect().await?)?;
    Ok(rows.first().and_then(|row| row.get("coverage_percent")).and_then(Value::as_f64))
}

/// Asks questions and gives one array of objects, each with `id`: an object for each row of facts, and one for each
/// list, with all its `rows`. A question whose table the snapshot does not have is an object with `error`: what was not
/// asked must not look like nothing found.
pub async fn ask_json(snapshot: &Snapshot, questions: &[&Question]) -> Result<Value> {
    let mut answers = Vec::new();
    for question in questions {
        let objects = if question.is_list() {
            list(snapshot, None, question).await.map(|it| vec![it])
        } else {
            facts(snapshot, question).await
        };
        answers.extend(or_said(question, objects)?);
    }
    Ok(Value::Array(answers))
}

/// Asks for the cases of questions and gives one array: an object for each question, with all its `rows`.
pub async fn cases_json(snapshot: &Snapshot, questions: &[&Question]) -> Result<Value> {
    cases_json_since(snapshot, None, questions).await
}

/// The same, with the cases of an older snapshot that are none any more, as `ask_cases_since` has them.
pub async fn cases_json_since(snapshot: &Snapshot, older: Option<&Snapshot>, questions: &[&Question]) -> Result<Value> {
    let mut answers = Vec::new();
    for question in questions {
        let objects = list(snapshot, older, question).await.map(|it| vec![it]);
        answers.extend(or_said(question, objects)?);
    }
    Ok(Value::Array(answers))
}

/// If the snapshot has no answer, because it does not have a table or a column, the answer says so instead.
fn or_said(question: &Question, objects: Result<Vec<Value>>) -> Result<Vec<Value>> {
    match objects {
        Err(error) => Ok(vec![json!({"id": question.id, "error": error.unanswered()?})]),
        objects => objects,
    }
}

async fn facts(snapshot: &Snapshot, question: &Question) -> Result<Vec<Value>> {
    let rows = rows(&ask(snapshot, question).await?.collect().await?)?;
    Ok(rows.into_iter().map(Value::Object).collect())
}

async fn list(snapshot: &Snapshot, older: Option<&Snapshot>, question: &Question) -> Result<Value> {
    let rows = rows(&ask_cases_since(snapshot, older, question).await?.collect().await?)?;
    let coverage_percent = coverage_percent(snapshot, question).await?;
    let (id, title) = (question.id, question.filled(question.title));
    Ok(json!({"id": id, "title": title, "coverage_percent": coverage_percent, "rows": rows}))
}

pub(crate) fn rows(batches: &[RecordBatch]) -> Result<Vec<Map<String, Value>>> {
    let mut bytes = Vec::new();
    format(batches, Format::Json, &mut bytes)?;
    serde_json::from_slice(&bytes).map_err(|error| Error::Write(error.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::question_file::QuestionFile;
    use crate::{Which, questions, select, testing};

    async fn open(which: Which) -> (tempfile::TempDir, Snapshot) {
        let (folder, lake) = testing::lake().await;
        let snapshot = Snapshot::open(&lake, &which).await.unwrap();
        (folder, snapshot)
    }

    async fn answers(snapshot: &Snapshot, ids: &[&str]) -> Vec<Value> {
        let answers = ask_json(snapshot, &select(ids).unwrap()).await.unwrap();
        answers.as_array().cloned().unwrap()
    }

    fn cells(row: &Value, names: &[&str]) -> String {
        let cell = |name: &&str| row[*name].as_str().map_or_else(|| row[*name].to_string(), str::to_owned);
        names.iter().map(cell).collect::<Vec<_>>().join(" ")
    }

    /// Two organizations, so that no accounts stand beside them.
    #[tokio::test]
    async fn the_facts_of_two_organizations_cell_by_cell() {
        let columns = ["id", "population", "definition", "numerator", "denominator", "unknown_count", "percent"];
        let columns = [&columns[..], &["study_2022_percent", "study_2022_text_percent", "coverage_percent"]].concat();
        let (_folder, snapshot) = open(Which::Newest).await;
        let rows = answers(&snapshot, &["F"]).await;
        let lines: Vec<_> = rows.iter().map(|row| cells(row, &columns)).collect();
        assert_eq!(lines.join("\n"), FACTS);
    }

    #[tokio::test]
    async fn all_facts_have_the_same_columns_of_the_same_types() {
        let (_folder, snapshot) = open(Which::Newest).await;
        let (text, whole, real) = ("Utf8", "Int64", "Float64");
        let columns = [
            ("id", text),
            ("fact", text),
            ("population", text),
            ("definition", text),
            ("numerator", whole),
            ("denominator", whole),
            ("unknown_count", whole),
            ("percent", real),
            ("study_2022_percent", real),
            ("study_2022_text_percent", real),
            ("coverage_percent", real),
            ("caveat", text),
        ];
        for question in questions().unwrap().iter().filter(|it| it.part == "F") {
            let schema = ask(&snapshot, question).await.unwrap().schema();
            let found: Vec<_> =
                schema.fields().iter().map(|it| (it.name().as_str(), it.data_type().to_string())).collect();
            let found: Vec<_> = found.iter().map(|(name, data_type)| (*name, data_type.as_str())).collect();
            assert_eq!(found, columns, "{}", question.id);
        }
    }

    #[tokio::test]
    async fn cases_are_one_object_with_the_subjects() {
        let (_folder, snapshot) = open(Which::Newest).await;
        let answers = cases_json(&snapshot, &select(&["F9", "F13"]).unwrap()).await.unwrap();
        assert_eq!(answers.as_array().unwrap().len(), 2);
        assert_eq!((&answers[0]["id"], &answers[0]["coverage_percent"]), (&"F9".into(), &66.7.into()));
        let names = |rows: &Value, column: &str| {
            rows.as_array().unwrap().iter().map(|row| cells(row, &[column, "is_so"])).collect::<Vec<_>>()
        };
        assert_eq!(names(&answers[0]["rows"], "user_name"), ["used-90-days-ago true"]);
        assert_eq!(names(&answers[1]["rows"], "arn"), ["i-2 true", "i-4 null"], "what is not known is shown as well");
    }

    #[tokio::test]
    async fn a_table_that_is_not_there_is_said() {
        let (_folder, snapshot) = open(Which::Date("2026-11-21".into())).await;
        let rows = answers(&snapshot, &["F3"]).await;
        let error = "find table coverage, iam_credential_report; the snapshot has accounts";
        assert_eq!(rows, [json!({"id": "F3", "error": error})]);
    }

    #[tokio::test]
    async fn a_column_that_another_version_writes_is_said() {
        let (_folder, snapshot) = open(Which::Newest).await;
        let list = "-- id: X1\n-- title: Buckets\n-- key: arn\n-- rests on: s3_buckets\n\
            SELECT arn, written_later FROM s3_buckets ORDER BY arn NULLS LAST\n";
        let question = QuestionFile::parse("x", list).unwrap().questions.remove(0);
        let answer = cases_json(&snapshot, &[&question]).await.unwrap();
        assert_eq!(answer, json!([{"id": "X1", "error": "find column written_later: the snapshot does not have it"}]));
    }

    #[tokio::test]
    async fn a_list_is_one_object_with_all_rows_and_what_it_rests_on() {
        let (_folder, snapshot) = open(Which::Newest).await;
        let list = "-- id: X1\n-- title: Buckets\n-- key: arn\n-- rests on: s3_buckets\n\
            SELECT arn FROM s3_buckets WHERE arn < 'b' ORDER BY arn NULLS LAST\n";
        let mut question = QuestionFile::parse("x", list).unwrap().questions.remove(0);
        let answers = ask_json(&snapshot, &[&question]).await.unwrap();
        assert_eq!(answers, json!([{"id": "X1", "title": "Buckets", "coverage_percent": 50.0, "rows": []}]));
        question.rests_on.clear();
        assert_ne!(coverage_percent(&snapshot, &question).await.unwrap(), Some(50.0), "all tasks");
    }

    /// id, population, definition, numerator, denominator, unknown, percent, the study's percent, its text's, coverage.
    const FACTS: &str = "\
F1 organizations study 1 2 0 50.0 41.0 null 100.0
F2 organizations_100_or_more study 0 2 0 0.0 0.6 null 100.0
F2 organizations_10_or_more study 1 2 0 50.0 5.0 6.0 100.0
F3 users study 2 9 0 22.2 39.0 40.0 66.7
F4 organizations study 1 2 0 50.0 70.0 null 66.7
F5 users study 2 9 0 22.2 25.0 null 66.7
F5 users_with_active_key study 2 4 0 50.0 25.0 null 66.7
F6 users study 3 9 0 33.3 60.0 null 66.7
F7 users_with_active_key study 3 4 0 75.0 76.0 75.0 66.7
F8 organizations study 1 2 0 50.0 40.0 null 66.7
F9 users study 1 9 0 11.1 11.0 10.0 66.7
F10 organizations study 1 2 0 50.0 9.0 10.0 66.7
F11 accounts study 1 3 0 33.3 3.0 null 66.7
F12 organizations study 1 2 0 50.0 23.0 25.0 66.7
F13 instances study 1 2 1 50.0 93.0 null 100.0
F14 organizations_with_ec2 study 1 1 0 100.0 95.0 null 100.0
F15 buckets lake 3 3 2 100.0 null 2.0 75.0
F15 buckets study 2 4 1 50.0 null 2.0 75.0
F15 organizations_with_s3 lake 1 1 1 100.0 36.0 null 75.0
F15 organizations_with_s3 study 1 1 1 100.0 36.0 null 75.0
F16 organizations_with_sns lake 0 1 0 0.0 15.0 null null
F16 organizations_with_sns study 1 1 0 100.0 15.0 null null
F17 organizations_with_sqs lake 0 0 0 null 18.0 null null
F17 organizations_with_sqs study 0 0 0 null 18.0 null null";
}
