//! The cases that stand below each question's query: a small lake in, the answer out. One test runs them all.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{ArrayRef, new_null_array};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::record_batch::RecordBatch;
use datafusion::common::ScalarValue;
use datafusion::datasource::MemTable;
use datafusion::prelude::SessionContext;
use serde_json::Value;

use crate::question_file::QuestionFile;
use crate::questions::FILES;
use crate::{Format, Kind, Population, Question, RestsOn, column_type, format};

/// Every table's columns with their types, as the lake has them.
pub(crate) const COLUMNS: &str = include_str!("../../row/data/columns.tsv");

/// A table's rows as they are written.
#[derive(Debug, Default, Clone)]
struct Written {
    columns: Vec<&'static str>,
    rows: Vec<Vec<&'static str>>,
}

/// A small lake and the answers that it must give.
#[derive(Debug)]
struct Case {
    line: usize,
    tables: BTreeMap<&'static str, Written>,
    answers: Vec<&'static str>,
}

fn cases(file: &str, lines: &[(usize, &'static str)]) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut table = "";
    for &(line, text) in lines {
        if text.starts_with("case: ") {
            cases.push(Case { line, tables: BTreeMap::new(), answers: Vec::new() });
            continue;
        }
        let case = cases.last_mut().expect("the first line begins a case");
        if let Some(row) = text.strip_prefix("  ") {
            let written = case.tables.get_mut(table).unwrap_or_else(|| panic!("{file}:{line}: a row of no table"));
            written.rows.push(row.split(", ").collect());
            assert_eq!(written.columns.len(), written.rows[written.rows.len() - 1].len(), "{file}:{line}: its cells");
        } else if let Some(answer) = text.strip_prefix("answer: ") {
            case.answers.push(answer);
        } else {
            let (name, columns) = text.split_once(": ").unwrap_or_else(|| panic!("{file}:{line}: no table: columns"));
            table = name;
            let columns = columns.split(", ").collect();
            case.tables.insert(name, Written { columns, rows: Vec::new() });
        }
    }
    cases
}

impl Case {
    /// The organizations and accounts of its rows.
    fn places(&self) -> BTreeSet<[&'static str; 2]> {
        let mut places = BTreeSet::new();
        for table in self.tables.values() {
            for row in &table.rows {
                let cell =
                    |name, otherwise| table.columns.iter().position(|it| *it == name).map_or(otherwise, |at| row[at]);
                places.insert([cell("organization_id", "o-1"), cell("account_id", "1")]);
            }
        }
        places
    }

    /// Adds what a case does not say: its organizations and accounts exist, and all of their tasks are complete.
    fn completed(&self) -> BTreeMap<&'static str, Written> {
        let places = self.places();
        let organizations: BTreeSet<_> = places.iter().map(|[organization, _]| *organization).collect();
        let with = |columns: &[&'static str], rows: Vec<Vec<&'static str>>| Written { columns: columns.to_vec(), rows };
        let mut tables = self.tables.clone();
        let rows = organizations.into_iter().map(|it| vec![it]).collect();
        tables.entry("organizations").or_insert(with(&["organization_id"], rows));
        let rows = places.iter().map(|place| place.to_vec()).collect();
        tables.entry("accounts").or_insert(with(&["organization_id", "account_id"], rows));
        let columns = ["organization_id", "account_id", "collector", "is_planned", "is_complete"];
        let rows = places.iter().map(|[o, a]| vec![*o, *a, "any", "true", "true"]).collect();
        tables.entry("coverage").or_insert(with(&columns, rows));
        tables
    }
}

/// The batch of a table: the columns that the lake has, all of them nullable.
fn batch(table: &str, written: &Written) -> RecordBatch {
    let columns = COLUMNS.lines().map(|line| line.split('\t').collect::<Vec<_>>()).filter(|words| words[0] == table);
    let mut fields = Vec::new();
    let mut arrays: Vec<ArrayRef> = Vec::new();
    for words in columns {
        let data_type = column_type::parse(words[2]).expect(words[2]);
        let at = written.columns.iter().position(|it| *it == words[1]);
        let cells = written.rows.iter().map(|row| at.map_or(stamp(words[1]), |at| row[at]));
        arrays.push(array(&data_type, &cells.collect::<Vec<_>>()));
        fields.push(Field::new(words[1], data_type, true));
    }
    for column in &written.columns {
        assert!(fields.iter().any(|it| it.name() == column), "{table} has no column {column}");
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).unwrap()
}

/// The value of a column that the case does not write.
fn stamp(column: &str) -> &'static str {
    match column {
        "organization_id" => "o-1",
        "account_id" => "1",
        _ => "null",
    }
}

pub(crate) fn array(data_type: &DataType, cells: &[&str]) -> ArrayRef {
    if cells.iter().all(|cell| *cell == "null") {
        return new_null_array(data_type, cells.len());
    }
    let value = |cell: &&str| match *cell {
        "null" => ScalarValue::try_from(data_type).unwrap(),
        text => ScalarValue::try_from_string(text.to_owned(), data_type).unwrap(),
    };
    ScalarValue::iter_to_array(cells.iter().map(value)).unwrap()
}

async fn rows(context: &SessionContext, sql: &str) -> Vec<Value> {
    let answer = context.sql(sql).await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
    let schema = Arc::new(answer.schema().as_arrow().clone());
    let mut batches = answer.collect().await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
    batches.push(RecordBatch::new_empty(schema));
    let mut bytes = Vec::new();
    format(&batches, Format::Json, &mut bytes).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

fn cell(row: &Value, name: &str) -> String {
    row[name].as_str().map_or_else(|| row[name].to_string(), str::to_owned)
}

/// `F9 users study: 1 of 3, 1 unknown`
fn share(row: &Value) -> String {
    let [id, population, definition] = ["id", "population", "definition"].map(|name| cell(row, name));
    let [numerator, denominator, unknown] =
        ["numerator", "denominator", "unknown_count"].map(|name| row[name].as_u64().unwrap());
    let unknown = if unknown == 0 { String::new() } else { format!(", {unknown} unknown") };
    format!("{id} {population} {definition}: {numerator} of {denominator}{unknown}")
}

/// Asks a question; gives what each of its rows says.
async fn ask(context: &SessionContext, question: &Question) -> Vec<String> {
    let rows = rows(context, &question.statement(&RestsOn::default())).await;
    match &question.kind {
        Kind::Fact { .. } => rows.iter().map(share).collect(),
        Kind::List { key } => {
            let line = |row: &Value| key.iter().map(|name| cell(row, name)).collect::<Vec<_>>().join(", ");
            rows.iter().map(line).collect()
        }
    }
}

/// Runs a case. Gives what all questions of the file answered.
async fn run(name: &str, file: &QuestionFile, case: &Case) -> Vec<String> {
    let context = SessionContext::new_with_config(crate::snapshot::settings());
    let tables = case.completed();
    let read = file.questions[0].tables.iter().map(String::as_str).chain(["accounts", "coverage", "organizations"]);
    for table in read.collect::<BTreeSet<_>>() {
        let batch = batch(table, tables.get(table).unwrap_or(&Written::default()));
        let table_of = MemTable::try_new(batch.schema(), vec![vec![batch]]).unwrap();
        context.register_table(table, Arc::new(table_of)).unwrap();
    }
    let mut found = Vec::new();
    for question in &file.questions {
        found.extend(ask(&context, question).await);
        assert_cases(name, case, question, &rows(&context, &question.cases()).await);
    }
    if file.questions[0].is_list() {
        assert_eq!(found, case.answers, "{name}:{}", case.line);
    }
    for answer in &case.answers {
        assert!(found.iter().any(|it| it == answer), "{name}:{}: {answer:?} is none of {found:#?}", case.line);
    }
    found
}

/// Checks that a fact has as many cases as each of its shares counts: the subjects that are so, and those that are
/// unknown.
fn assert_cases(name: &str, case: &Case, question: &Question, rows: &[Value]) {
    let Kind::Fact { shares, .. } = &question.kind else { return };
    for share in shares {
        let Population::Subjects(population) = share.of else { continue };
        let is_within = |row: &&Value| share.within.is_none_or(|within| row[within] == true);
        let is_in = |value: &Value| rows.iter().filter(is_within).filter(|row| row[share.is_so] == *value).count();
        let said = format!("{} {population} {}: ", question.id, question.filled(share.definition));
        for answer in case.answers.iter().filter_map(|it| it.strip_prefix(said.as_str())) {
            let numerator = answer.split(' ').next().unwrap();
            let unknown = answer.split_once(", ").map_or("0", |(_, unknown)| unknown.split(' ').next().unwrap());
            let counted = [is_in(&Value::Bool(true)), is_in(&Value::Null)].map(|it| it.to_string());
            assert_eq!(counted, [numerator, unknown], "{name}:{}: cases of {said}", case.line);
        }
    }
}

#[tokio::test]
async fn every_question_answers_its_cases() {
    for &(name, text) in FILES {
        let file = QuestionFile::parse(name, text).unwrap();
        let cases = cases(name, &file.cases);
        assert!(!cases.is_empty(), "{name} has no case");
        for question in file.questions.iter().filter(|it| it.is_list()) {
            let is_tried = |case: &Case| !case.answers.is_empty();
            assert!(cases.iter().any(is_tried), "{name}: no case of {} has a row", question.id);
        }
        let named = |answer: &str| answer.split_once(": ").map(|(share, _)| share.to_owned());
        let mut answered = BTreeSet::new();
        let mut tried = BTreeSet::new();
        for case in &cases {
            answered.extend(run(name, &file, case).await.iter().filter_map(|it| named(it)));
            tried.extend(case.answers.iter().filter_map(|it| named(it)));
        }
        // The row of accounts stands beside the row of organizations: if one is right, so is the other.
        let untried = answered.difference(&tried).filter(|share| !share.contains(" accounts"));
        assert_eq!(untried.collect::<Vec<_>>(), Vec::<&String>::new(), "{name}: no case says these");
    }
}
