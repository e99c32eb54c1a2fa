//! Cases that somebody accepts: by which exceptions, until when, and which of these have expired or do nothing.

use std::collections::BTreeSet;

use orgcensus_answers::{Hold, Question, Use, ask_json, uses};
use serde_json::Value;

use super::Declared;
use crate::Result;
use crate::asked::Asked;
use crate::lists;
use crate::model::{Block, Cell, Column, Kind, Row, State, Table, Tone};
use crate::past::key;

pub(crate) const SECTION: Declared =
    Declared { id: "exceptions", title: "Accepted exceptions", is_brief: false, read: |asked| Box::pin(read(asked)) };

static COLUMNS: [Column; 10] = [
    Column::text("questions", "questions and rules"),
    Column::text("account", "account"),
    Column::text("resource", "resource"),
    Column::text("principal", "principal"),
    Column::text("state", "state"),
    Column::number("case_count", "cases"),
    Column::text("reason", "why"),
    Column::text("accepted_by", "by"),
    Column::text("accepted_until", "until"),
    Column::text("remark", "to look at"),
];

static COUNTS: [Column; 5] = [
    Column::text("id", "question"),
    Column::text("fact", "fact"),
    Column::text("population", "of"),
    Column::number("numerator", "are so"),
    Column::number("accepted_count", "of them accepted"),
];

async fn read(asked: &Asked) -> Result<Vec<Block>> {
    let Some(accepted) = asked.snapshot.accepted() else {
        let words = "No file of exceptions was given: every case is active.";
        return Ok(vec![Block::Words(words.to_owned())]);
    };
    let all = accepted.exceptions().all();
    let ids: BTreeSet<&str> = all.iter().flat_map(|exception| &exception.of).map(String::as_str).collect();
    let named = |question: &Question| ids.contains(question.id);
    let questions: Vec<Question> = asked.questions(&[] as &[&str])?.into_iter().filter(named).collect();
    let uses = uses(&asked.lake, &asked.snapshot, &questions, &[]).await?;
    let words = format!(
        "Cases that somebody accepts are counted everywhere above. Each exception holds as of {}, the day of the \
         snapshot. Cases of rules are counted by orgcensus exceptions alone.",
        accepted.on()
    );
    let (ended, living): (Vec<&Use>, Vec<&Use>) = uses.iter().partition(|it| it.hold == Hold::Expired);
    let expired = "Expired: their cases are active again";
    Ok(vec![
        Block::Words(words),
        Block::Table(table("exceptions-table", "Exceptions", &living)),
        Block::Table(table("expired-table", expired, &ended)),
        Block::Table(counts(asked, &questions).await?),
    ])
}

fn table(id: &'static str, title: &str, uses: &[&Use]) -> Table {
    let rows: Vec<Row> = uses.iter().take(lists::ROWS_MAX).map(|it| row(it)).collect();
    Table {
        id,
        title: title.to_owned(),
        columns: COLUMNS.to_vec(),
        rows,
        count: uses.len() as u64,
        command: Some("orgcensus exceptions --format json".to_owned()),
        ..Table::default()
    }
}

fn row(it: &Use) -> Row {
    let exception = &it.exception;
    let name = |text: Option<&str>| text.map_or(Cell::Nothing, |text| Cell::Name(text.to_owned()));
    let patterns = [&exception.account, &exception.resource, &exception.principal];
    let [account, resource, principal] = patterns.map(|it| name(it.as_ref().map(orgcensus_answers::Pattern::as_str)));
    let remark = it.remark();
    Row {
        key: None,
        cells: vec![
            Cell::Words(exception.of.join(", ")),
            account,
            resource,
            principal,
            Cell::State(state(it)),
            it.case_count.map_or(Cell::Nothing, |count| Cell::Number(count.to_string())),
            name(Some(&exception.reason)),
            name(Some(&exception.by)),
            Cell::Words(exception.until.to_string()),
            name(remark.as_deref()),
        ],
    }
}

fn state(it: &Use) -> State {
    match (it.hold, it.remark()) {
        (Hold::Expired, _) => State { word: "expired", tone: Tone::Bad },
        (Hold::NotYet, _) => State { word: "not yet", tone: Tone::Unsure },
        (_, Some(_)) => State { word: "to look at", tone: Tone::Unsure },
        (_, None) => State { word: "holds", tone: Tone::Good },
    }
}

/// The shares of which some are accepted.
async fn counts(asked: &Asked, questions: &[Question]) -> Result<Table> {
    let facts: Vec<&Question> = questions.iter().filter(|question| !question.is_list()).collect();
    let answers = ask_json(&asked.snapshot, &facts).await?;
    let is_some = |fact: &&Value| fact["accepted_count"].as_u64().is_some_and(|count| count > 0);
    let rows: Vec<Row> = answers.as_array().into_iter().flatten().filter(is_some).map(count).collect();
    Ok(Table {
        id: "accepted-counts",
        title: "Shares of which some are accepted".to_owned(),
        columns: COUNTS.to_vec(),
        count: rows.len() as u64,
        rows,
        note: Some("What is accepted is in both numbers of a share.".to_owned()),
        ..Table::default()
    })
}

fn count(fact: &Value) -> Row {
    let cell = |column: &Column| match column.kind {
        Kind::Number => lists::cell(fact.get(column.name), Kind::Number),
        _ => Cell::Name(fact[column.name].as_str().unwrap_or_default().to_owned()),
    };
    Row { key: Some(key(fact)), cells: COUNTS.iter().map(cell).collect() }
}

#[cfg(test)]
mod tests {
    use orgcensus_answers::Exceptions;
    use serde_json::json;

    use super::*;

    fn used(hold: Hold, lapsed_count: u64) -> Use {
        let text = "[[exception]]\nof = \"F9\"\naccount = \"1*\"\nreason = \"<b>\"\nby = \"ana\"\nuntil = 2027-03-31\n";
        let exception = Exceptions::parse(text, "x.toml", &["F9"]).unwrap().all()[0].clone();
        Use { exception, hold, case_count: Some(3), lapsed_count, unused_since: None, unread: None }
    }

    #[test]
    fn an_exception_is_a_row_whose_words_are_names() {
        let row = row(&used(Hold::InForce, 0));
        assert_eq!(row.cells.len(), COLUMNS.len());
        assert_eq!(row.cells[1..4], [Cell::Name("1*".into()), Cell::Nothing, Cell::Nothing]);
        assert_eq!(row.cells[4], Cell::State(State { word: "holds", tone: Tone::Good }));
        assert_eq!(row.cells[5..7], [Cell::Number("3".into()), Cell::Name("<b>".into())]);
        assert_eq!(row.cells[9], Cell::Nothing);
    }

    #[test]
    fn what_has_expired_or_been_replaced_is_not_good() {
        let words = [used(Hold::Expired, 3), used(Hold::NotYet, 3), used(Hold::InForce, 1)].map(|it| state(&it).word);
        assert_eq!(words, ["expired", "not yet", "to look at"]);
        let told = row(&used(Hold::Expired, 3));
        let expected = "it expired on 2027-03-31: 3 of its cases are active again";
        assert_eq!(told.cells[9], Cell::Name(expected.into()));
    }

    #[test]
    fn a_share_has_both_counts() {
        let fact = json!({
            "id": "F9", "fact": "Users", "population": "users", "definition": "study", "numerator": 31,
            "accepted_count": 2,
        });
        let row = count(&fact);
        assert_eq!(row.key.as_deref(), Some("F9 users study"));
        assert_eq!(row.cells[3..], [Cell::Number("31".into()), Cell::Number("2".into())]);
    }
}
