//! What changed since the previous complete snapshot, by the rules of change: how much, what, who did it, and where
//! nobody could look.

mod actor;
mod compared;
mod seen;

use orgcensus_answers::Priority;

use super::Declared;
use crate::Result;
use crate::asked::{Asked, Object, number, text};
use crate::lists::{self, own};
use crate::model::{Block, Cell, Column, Row, State, Table, Tone};
use actor::{ReadPlaces, who};
use compared::Compared;
use seen::{Change, FoundChanges};

pub(crate) const SECTION: Declared =
    Declared { id: "changes", title: "What changed", is_brief: true, read: |asked| Box::pin(read(asked)) };

/// The list, by which the summary at the top knows it.
pub(super) const LIST: &str = "changes-table";

/// Their counts.
pub(super) const COUNTED: &str = "change-counts";

/// Rows of a part, and those that are about the whole organization: they hold in every part.
const COUNTS: &str = "SELECT
  priority,
  COUNT(*) FILTER (WHERE change NOT IN ('unknown', 'not_seen')) AS change_count,
  COUNT(*) FILTER (WHERE change IN ('unknown', 'not_seen')) AS unseen_count
FROM changes
WHERE (account_id = '' OR account_id <> ''{among})
GROUP BY priority
ORDER BY priority";

const UNSEEN: &str = "SELECT
  change,
  account_id,
  account_name,
  region,
  reason,
  COUNT(DISTINCT rule_id) AS rule_count,
  COUNT(DISTINCT rule_id) FILTER (WHERE priority = 'critical') AS critical_count,
  MIN(resource) AS example
FROM changes
WHERE change IN ('unknown', 'not_seen') AND (account_id = '' OR account_id <> ''{among})
GROUP BY change, account_id, account_name, region, reason
ORDER BY critical_count DESC, rule_count DESC, account_id, region, reason, change";

static COLUMNS: [Column; 13] = [
    Column::text("priority", "priority"),
    Column::text("title", "what is found"),
    Column::words("change", "change", "change"),
    Column::account(),
    Column::text("account_name", "name"),
    Column::text("resource", "resource"),
    Column::text("actor_arn", "who did it"),
    Column::text("event_time", "when (UTC)"),
    Column::text("was", "was"),
    Column::text("now", "is"),
    Column::text("region", "region"),
    Column::text("rule_id", "rule"),
    Column::text("exception", "accepted"),
];

static COUNT_COLUMNS: [Column; 4] = [
    Column::text("priority", "priority"),
    Column::number("change_count", "changes"),
    Column::number("accepted_count", "of them accepted"),
    Column::number("unseen_count", "rows that say: not known, not seen"),
];

static UNSEEN_COLUMNS: [Column; 8] = [
    Column::words("change", "what is said", "change"),
    Column::account(),
    Column::text("account_name", "name"),
    Column::text("region", "region"),
    Column::text("reason", "why"),
    Column::number("rule_count", "rules"),
    Column::number("critical_count", "of them critical"),
    Column::text("example", "for example"),
];

async fn read(asked: &Asked) -> Result<Vec<Block>> {
    let compared = Compared::read(asked).await?;
    let mut blocks = compared.blocks(asked.snapshot.commits());
    // Where nothing was compared an empty list would say that nothing has changed.
    if !compared.is_any() {
        return Ok(blocks);
    }
    let seen = FoundChanges::read(asked).await?;
    let counts = counts(asked, &seen).await?;
    let list = list(asked, &seen).await?;
    blocks.extend([Block::Table(counts), Block::Table(list)]);
    let title = "Where nobody could look, or a value that decides was not read";
    let unseen = own(asked, "unseen-changes", title, UNSEEN, &UNSEEN_COLUMNS).await?;
    let note = "What is not seen may have changed. Rows without an account are about the whole organization.";
    blocks.push(Block::Table(Table { note: Some(note.to_owned()), ..unseen }));
    Ok(blocks)
}

/// How much of each priority, also where it is nothing.
async fn counts(asked: &Asked, seen: &FoundChanges) -> Result<Table> {
    let sql = asked.own(COUNTS);
    let rows = count_rows(&asked.rows(&sql).await?, seen);
    Ok(Table {
        id: COUNTED,
        title: "Changes by priority".to_owned(),
        columns: COUNT_COLUMNS.to_vec(),
        count: rows.len() as u64,
        rows,
        is_whole: true,
        sql: Some(asked.dated(&sql)),
        ..Table::default()
    })
}

fn count_rows(counted: &[Object], seen: &FoundChanges) -> Vec<Row> {
    let known = Priority::ALL.map(Priority::as_str);
    // One of a later version is not left out.
    let others = counted.iter().map(|row| text(row, "priority")).filter(|word| !known.contains(word));
    let row = |word: &str| {
        let found = counted.iter().find(|row| text(row, "priority") == word);
        let count = |name| Cell::Number(found.map_or(0, |row| number(row, name)).to_string());
        let accepted = Cell::Number(seen.accepted_count(word).to_string());
        Row {
            key: Some(word.to_owned()),
            cells: vec![priority(word), count("change_count"), accepted, count("unseen_count")],
        }
    };
    // From the most urgent on.
    known.into_iter().rev().chain(others).map(row).collect()
}

/// The first of them: those that nobody accepts, the most urgent first, then those that somebody does.
async fn list(asked: &Asked, seen: &FoundChanges) -> Result<Table> {
    let shown: Vec<&Change> = seen.all().take(lists::ROWS_MAX).collect();
    let read_places = ReadPlaces::of(asked, shown.iter().map(|it| &it.row)).await?;
    Ok(Table {
        id: LIST,
        title: "Changes, the most urgent first; those that somebody accepts are last".to_owned(),
        columns: COLUMNS.to_vec(),
        rows: shown.into_iter().map(|it| row(it, &read_places)).collect(),
        count: seen.count,
        sql: Some(asked.dated(&asked.own(seen::SEEN))),
        ..Table::default()
    })
}

fn row(change: &Change, read_places: &ReadPlaces) -> Row {
    let cells = COLUMNS.iter().map(|column| match column.name {
        "priority" => priority(text(&change.row, "priority")),
        "actor_arn" => who(&change.row, read_places),
        "exception" => change.exception.clone().map_or(Cell::Nothing, Cell::Name),
        name => lists::cell(change.row.get(name), column.kind),
    });
    Row { key: None, cells: cells.collect() }
}

fn priority(word: &str) -> Cell {
    match Priority::parse(word) {
        Ok(it @ (Priority::Critical | Priority::Error)) => Cell::State(State { word: it.as_str(), tone: Tone::Bad }),
        Ok(it) => Cell::Words(it.as_str().to_owned()),
        Err(_) => Cell::Name(word.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    pub(super) fn object(value: Value) -> Object {
        value.as_object().cloned().expect("an object")
    }

    #[test]
    fn each_priority_has_a_count_also_if_it_is_none() {
        let counted = [
            object(json!({"priority": "critical", "change_count": 3, "unseen_count": 4})),
            object(json!({"priority": "<new>", "change_count": 1, "unseen_count": 0})),
        ];
        let mut seen = FoundChanges::default();
        seen.add(object(json!({"priority": "critical"})), (true, Some("accepted by ana".into())));
        let rows = count_rows(&counted, &seen);
        let keys: Vec<_> = rows.iter().filter_map(|row| row.key.as_deref()).collect();
        assert_eq!(keys, ["critical", "error", "warning", "notice", "info", "<new>"]);
        let number = |text: &str| Cell::Number(text.into());
        assert_eq!(rows[0].cells[1..], [number("3"), number("1"), number("4")]);
        assert_eq!(rows[1].cells[1..], [number("0"), number("0"), number("0")]);
        assert_eq!(rows[5].cells[..2], [Cell::Name("<new>".into()), number("1")]);
    }

    #[test]
    fn a_change_says_what_who_when_and_who_accepts_it() {
        let found = json!({
            "priority": "critical", "rule_id": "D9", "title": "A rule", "change": "appeared", "account_id": "1",
            "account_name": "<b>", "region": "eu-west-1", "resource": "arn", "was": null, "now": "x",
            "actor_arn": "arn:ana", "event_time": "2026-11-22T01:02:03Z",
        });
        let change = Change { row: object(found), exception: Some("accepted by ana".into()) };
        let row = row(&change, &ReadPlaces::default());
        assert_eq!(row.cells[0], Cell::State(State { word: "critical", tone: Tone::Bad }));
        let name = |text: &str| Cell::Name(text.into());
        assert_eq!(row.cells[3..7], [Cell::Account("1".into()), name("<b>"), name("arn"), name("arn:ana")]);
        assert_eq!(row.cells[7..9], [name("2026-11-22T01:02:03Z"), Cell::Nothing]);
        assert_eq!(row.cells.last(), Some(&name("accepted by ana")));
    }
}
