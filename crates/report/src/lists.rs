//! Tables of rows as they are: the answers of shipped lists, the cases of facts, and statements of our own.

use orgcensus_answers::{Question, ask_cases, coverage_percent};
use serde_json::Value;

use crate::asked::{Asked, Object, first};
use crate::model::{Cell, Column, Kind, Row, Table};
use crate::{Error, Result};

/// Rows of a list that are in a report. The command beside it gives all.
pub(crate) const ROWS_MAX: usize = 200;

/// A shipped list, or the cases of a fact: its first rows with these columns of theirs.
pub(crate) async fn question(asked: &Asked, id: &'static str, columns: &[Column]) -> Result<Table> {
    let questions = asked.questions(&[id])?;
    let question = &questions[0];
    let table = described(asked, question, columns);
    match answered(asked, question).await {
        Ok((objects, count, coverage_percent)) => {
            Ok(Table { rows: rows(&objects, columns), count, coverage_percent, ..table })
        }
        Err(Error::Answers(error)) => Ok(Table { error: Some(error.unanswered()?), ..table }),
        Err(error) => Err(error),
    }
}

/// A shipped list without its rows.
pub(crate) fn described(asked: &Asked, question: &Question, columns: &[Column]) -> Table {
    let cases = if question.is_list() { "" } else { " --cases" };
    Table {
        id: question.id,
        title: question.filled(question.title),
        columns: columns.to_vec(),
        sql: Some(asked.dated(&question.cases())),
        command: Some(format!("orgcensus ask {}{cases} --format json", question.id)),
        ..Table::default()
    }
}

async fn answered(asked: &Asked, question: &Question) -> Result<(Vec<Object>, u64, Option<f64>)> {
    let (objects, count) = first(ask_cases(&asked.snapshot, question).await?, ROWS_MAX).await?;
    Ok((objects, count, coverage_percent(&asked.snapshot, question).await?))
}

/// A list by a statement of our own, in which `{among}` stands behind a condition.
pub(crate) async fn own(asked: &Asked, id: &'static str, title: &str, sql: &str, columns: &[Column]) -> Result<Table> {
    let sql = asked.own(sql);
    let table = Table {
        id,
        title: title.to_owned(),
        columns: columns.to_vec(),
        sql: Some(asked.dated(&sql)),
        ..Table::default()
    };
    match asked.snapshot.query(&sql).await {
        Ok(answer) => {
            let (objects, count) = first(answer, ROWS_MAX).await?;
            Ok(Table { rows: rows(&objects, columns), count, ..table })
        }
        Err(error) => Ok(Table { error: Some(error.unanswered()?), ..table }),
    }
}

pub(crate) fn rows(objects: &[Object], columns: &[Column]) -> Vec<Row> {
    let cells = |object: &Object| columns.iter().map(|column| cell(object.get(column.name), column.kind)).collect();
    objects.iter().map(|object| Row { key: None, cells: cells(object) }).collect()
}

/// A value of an answer. In a list everything may be a name that someone chose.
pub(crate) fn cell(value: Option<&Value>, kind: Kind) -> Cell {
    match (value.unwrap_or(&Value::Null), kind) {
        (Value::Null, Kind::Flag) => Cell::Unknown,
        (Value::Null, _) => Cell::Nothing,
        (Value::Bool(it), _) => Cell::Flag(*it),
        (Value::Number(it), _) => Cell::Number(it.to_string()),
        // What is about the whole organization. A link to nowhere has no name.
        (Value::String(id), Kind::Account) if id.is_empty() => Cell::Nothing,
        (Value::String(id), Kind::Account) => Cell::Account(id.clone()),
        (Value::String(text), _) => Cell::Name(text.clone()),
        (Value::Array(items), _) => match items.is_empty() {
            true => Cell::Nothing,
            false => Cell::Name(items.iter().map(words).collect::<Vec<_>>().join(", ")),
        },
        (object @ Value::Object(_), _) => Cell::Name(object.to_string()),
    }
}

fn words(item: &Value) -> String {
    item.as_str().map_or_else(|| item.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn null_is_unknown_where_yes_or_no_is_asked() {
        let columns = [
            Column::account(),
            Column::flag("is_public", "public"),
            Column::text("flags", "flags"),
            Column::number("from_port", "from"),
            Column::text("missing", "missing"),
        ];
        let object = json!({
            "account_id": "111122223333", "is_public": null, "flags": ["a", "<b>"], "from_port": 22, "other": 1,
        });
        let rows = rows(&[object.as_object().cloned().unwrap()], &columns);
        let cells = [
            Cell::Account("111122223333".into()),
            Cell::Unknown,
            Cell::Name("a, <b>".into()),
            Cell::Number("22".into()),
            Cell::Nothing,
        ];
        assert_eq!(rows, [Row { key: None, cells: cells.to_vec() }]);
        assert_eq!(cell(Some(&json!([])), Kind::Text), Cell::Nothing);
        assert_eq!(cell(Some(&json!("")), Kind::Account), Cell::Nothing);
        assert_eq!(cell(Some(&json!(false)), Kind::Flag), Cell::Flag(false));
        assert_eq!(cell(Some(&json!(13.0)), Kind::Number), Cell::Number("13.0".into()), "as ask prints it");
    }
}
