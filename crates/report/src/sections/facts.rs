//! The yearly study's facts: its values of 2022 beside one's own, and how those went.

use orgcensus_answers::ask_json;
use serde_json::Value;

use super::Declared;
use crate::Result;
use crate::asked::Asked;
use crate::lists;
use crate::model::{Block, Cell, Column, Row, Table};
use crate::past::{Past, key};

pub(crate) const SECTION: Declared = Declared {
    id: "facts",
    title: "Facts, beside a study of 600 organizations in 2022",
    is_brief: true,
    read: |asked| Box::pin(read(asked)),
};

static COLUMNS: [Column; 11] = [
    Column::text("id", "question"),
    Column::text("fact", "fact"),
    Column::text("population", "of"),
    Column::text("definition", "counted as"),
    Column::number("numerator", "are so"),
    Column::number("denominator", "of so many"),
    Column::number("unknown_count", "not known"),
    Column::number("percent", "here"),
    Column::number("study_2022_percent", "study, 2022"),
    Column::number("coverage_percent", "coverage"),
    Column::text("trend", "trend"),
];

async fn read(asked: &Asked) -> Result<Vec<Block>> {
    let (table, facts) = table(asked, "facts-table", "Share by share", &["F"]).await?;
    let past = Past::read(asked, &["F"], &facts).await?;
    let rows = table.rows.into_iter().map(|row| with_trend(row, &past)).collect();
    let mut blocks = vec![
        Block::Words(
            "What is not known is in neither number. Coverage is how many of the tasks that a fact rests on are \
             complete. The facts of one organization alone are 0 or 100 %: its accounts stand beside it. Where a \
             fact is counted in two ways, study is as the study counted in 2022, and lake is as this census does: by \
             all that decides in AWS."
                .to_owned(),
        ),
        Block::Table(Table { rows, ..table }),
    ];
    blocks.extend(gaps(&past).into_iter().map(Block::Words));
    if !asked.part.is_whole() && asked.options.past_max > 0 {
        let words = "How the facts went is known of the whole organization alone.";
        blocks.push(Block::Words(words.to_owned()));
    }
    Ok(blocks)
}

/// Why the curves have gaps.
fn gaps(past: &Past) -> Vec<String> {
    let mut gaps: Vec<String> =
        past.unread.iter().map(|(date, why)| format!("The trend has a gap on {date}: could not {why}")).collect();
    match &past.without[..] {
        [] => {}
        [date] => gaps.push(format!("The trend has a gap on {date}: its snapshot has no table facts")),
        [first, .., last] => {
            let count = past.without.len();
            gaps.push(format!("The trend has gaps: {count} snapshots from {first} to {last} have no table facts"));
        }
    }
    gaps
}

/// The shares of some questions, and the answers that they are made of. The last column is empty.
pub(crate) async fn table(asked: &Asked, id: &'static str, title: &str, ids: &[&str]) -> Result<(Table, Vec<Value>)> {
    let questions = asked.questions(ids)?;
    let answers = ask_json(&asked.snapshot, &questions.iter().collect::<Vec<_>>()).await?;
    let facts = answers.as_array().cloned().unwrap_or_default();
    let statements = questions.iter().map(|question| {
        let sql = question.statement_within(asked.snapshot.rests_on(), asked.snapshot.extent());
        format!("-- {}: {}\n{};", question.id, question.filled(question.title), asked.dated(&sql))
    });
    let rows: Vec<Row> = facts.iter().map(row).collect();
    let table = Table {
        id,
        title: title.to_owned(),
        columns: COLUMNS.to_vec(),
        count: rows.len() as u64,
        rows,
        is_whole: true,
        sql: Some(statements.collect::<Vec<_>>().join("\n\n")),
        command: Some(format!("orgcensus ask {}", ids.join(" "))),
        ..Table::default()
    };
    Ok((table, facts))
}

fn row(fact: &Value) -> Row {
    if let Some(error) = fact["error"].as_str() {
        let why = [Cell::Words(words(fact, "id")), Cell::Name(format!("not answered: could not {error}"))];
        let rest = COLUMNS[why.len()..].iter().map(|_| Cell::Nothing);
        return Row { key: Some(key(fact)), cells: why.into_iter().chain(rest).collect() };
    }
    let cells = COLUMNS.iter().map(|column| match (column.name, column.kind) {
        ("fact", _) => Cell::Words(match fact["caveat"].as_str() {
            Some(caveat) => format!("{}. {caveat}", words(fact, "fact")),
            None => words(fact, "fact"),
        }),
        ("study_2022_percent", _) => Cell::Words(study(fact)),
        ("percent" | "coverage_percent", _) => match &fact[column.name] {
            Value::Null => Cell::Nothing,
            percent => Cell::Percent(percent.to_string()),
        },
        // A population may be a type of AWS's of tomorrow, so it is a name.
        (name, kind) => lists::cell(fact.get(name), kind),
    });
    Row { key: Some(key(fact)), cells: cells.collect() }
}

fn words(fact: &Value, name: &str) -> String {
    fact[name].as_str().unwrap_or_default().to_owned()
}

/// `11.0 %, in its text 10.0 %`
fn study(fact: &Value) -> String {
    let percent = |name: &str| fact[name].as_f64().map(|it| format!("{it:.1} %"));
    match (percent("study_2022_percent"), percent("study_2022_text_percent")) {
        (Some(table), Some(text)) => format!("{table}, in its text {text}"),
        (None, Some(text)) => format!("in its text {text}"),
        (table, None) => table.unwrap_or_default(),
    }
}

fn with_trend(mut row: Row, past: &Past) -> Row {
    let trend = row.key.as_ref().and_then(|key| past.trends.get(key));
    if let (Some(cell), Some(trend)) = (row.cells.last_mut(), trend) {
        *cell = Cell::Trend(trend.clone());
    }
    row
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::Night;

    #[test]
    fn a_fact_is_a_row_with_the_numbers_of_ask() {
        let fact = json!({
            "id": "F9", "fact": "Users", "population": "users", "definition": "study", "numerator": 31,
            "denominator": 229, "unknown_count": 0, "percent": 13.5, "study_2022_percent": 11.0,
            "study_2022_text_percent": 10.0, "coverage_percent": 94.7, "caveat": null,
        });
        let row = row(&fact);
        assert_eq!(row.key.as_deref(), Some("F9 users study"));
        assert_eq!(row.cells.len(), COLUMNS.len());
        assert_eq!(row.cells[4..6], [Cell::Number("31".into()), Cell::Number("229".into())]);
        assert_eq!(row.cells[7], Cell::Percent("13.5".into()));
        assert_eq!(row.cells[8], Cell::Words("11.0 %, in its text 10.0 %".into()));
        let nights = vec![Night { date: "d".into(), percent: None, is_counted_anew: false }];
        let past = Past { trends: [("F9 users study".to_owned(), nights.clone())].into(), ..Past::default() };
        assert_eq!(with_trend(row, &past).cells[10], Cell::Trend(nights));
    }

    #[test]
    fn a_gap_says_why() {
        let of = |without: &[&str]| {
            let without = without.iter().map(|&date| date.to_owned()).collect();
            gaps(&Past { unread: vec![("d".to_owned(), "read x".to_owned())], without, ..Past::default() })
        };
        assert_eq!(of(&[]), ["The trend has a gap on d: could not read x"]);
        assert_eq!(of(&["e"])[1], "The trend has a gap on e: its snapshot has no table facts");
        assert_eq!(of(&["e", "f", "g"])[1], "The trend has gaps: 3 snapshots from e to g have no table facts");
    }

    #[test]
    fn what_was_not_answered_says_so() {
        let row = row(&json!({"id": "F3", "error": "find table x; the snapshot has y"}));
        assert_eq!(row.cells[1], Cell::Name("not answered: could not find table x; the snapshot has y".into()));
        assert_eq!(row.cells.len(), COLUMNS.len());
    }
}
