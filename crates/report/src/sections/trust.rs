//! Can the rest be trusted: how much was seen, what was not, and by whom it was denied.

use orgcensus_lake::Commit;

use super::Declared;
use crate::asked::{Asked, Object, first, number, text};
use crate::lists::{self, own};
use crate::model::{Block, Cell, Column, Row, Table, Tone};
use crate::{Result, names, words};

pub(crate) const SECTION: Declared =
    Declared { id: "trust", title: "Can it be trusted", is_brief: true, read: |asked| Box::pin(read(asked)) };

const COUNTS: &str = "SELECT COUNT(*) AS planned_count, COUNT(*) FILTER (WHERE is_complete) AS complete_count
FROM coverage
WHERE is_planned{among}";

const OUTCOMES: &str = "SELECT
  outcome,
  is_planned,
  COUNT(DISTINCT account_id) AS account_count,
  COUNT(*) AS task_count
FROM coverage
WHERE outcome IS NOT NULL{among}
GROUP BY outcome, is_planned
ORDER BY is_planned DESC, task_count DESC, outcome";

const UNSEEN_ACCOUNTS: &str = "SELECT
  account_id,
  account_name,
  ou_path,
  MIN(outcome) FILTER (WHERE outcome <> 'unread') AS outcome,
  MAX(error_code) AS error_code,
  COUNT(*) FILTER (WHERE is_planned) AS planned_count,
  COUNT(*) FILTER (WHERE NOT is_planned) AS other_count
FROM coverage
WHERE outcome IS NOT NULL{among}
GROUP BY account_id, account_name, ou_path
HAVING COUNT(*) FILTER (WHERE is_complete) = 0
ORDER BY account_id";

/// Accounts that were to be read. Those that are closed are not.
const UNENTERED: &str = "SELECT account_id
FROM coverage
WHERE is_planned{among}
GROUP BY account_id
HAVING COUNT(*) FILTER (WHERE is_complete) = 0
ORDER BY account_id";

/// Accounts that a sentence names.
const ACCOUNTS_NAMED: usize = 5;

const DENIED: &str = "SELECT
  outcome,
  MIN(account_id) AS account_id,
  COUNT(DISTINCT account_id) AS account_count,
  error_operation,
  error_code,
  collector,
  reason,
  COUNT(DISTINCT region) AS region_count,
  COUNT(*) AS task_count,
  MIN(error_message) AS example
FROM coverage
WHERE is_planned AND NOT is_complete AND outcome <> 'role_not_assumable'{among}
GROUP BY outcome, error_operation, error_code, collector, reason
ORDER BY task_count DESC, outcome, collector, error_operation, error_code, reason";

const REGIONS: &str = "SELECT
  region,
  COUNT(*) AS planned_count,
  COUNT(*) FILTER (WHERE is_complete) AS complete_count
FROM coverage
WHERE is_planned{among}
GROUP BY region
HAVING COUNT(*) FILTER (WHERE is_complete) < COUNT(*)
ORDER BY region";

async fn read(asked: &Asked) -> Result<Vec<Block>> {
    let counts = asked.rows(&asked.own(COUNTS)).await?;
    let count = |name| counts.first().map_or(0, |row| number(row, name));
    let (planned, complete) = (count("planned_count"), count("complete_count"));
    let commits = asked.snapshot.commits();
    let is_seen = asked.part.is_whole() || complete as f64 >= asked.options.min_coverage * planned as f64;
    let is_good = commits.iter().all(|commit| commit.is_complete) && planned > 0 && is_seen;
    let mut blocks = vec![verdict(is_good, planned, complete)];
    blocks.extend(unentered(asked).await?);
    if let Some(part) = asked.part.words() {
        let words = "The report is about a part of the organization, and its numbers are that part's";
        blocks.push(Block::Words(format!("{words}: {part}.")));
    }
    blocks.extend(commits.iter().map(|commit| Block::Words(identity(commit))));
    blocks.push(Block::Table(outcomes(asked).await?));
    let columns = [
        Column::account(),
        Column::text("account_name", "name"),
        Column::text("ou_path", "unit"),
        Column::words("outcome", "why", "outcome"),
        Column::text("error_code", "AWS said"),
        Column::number("planned_count", "planned tasks"),
        Column::number("other_count", "others, which count nowhere"),
    ];
    let title = "Accounts of which nothing was seen";
    blocks.push(Block::Table(own(asked, "unseen-accounts", title, UNSEEN_ACCOUNTS, &columns).await?));
    let columns = [
        Column::words("outcome", "outcome", "outcome"),
        Column { head: "account, or one of them", ..Column::account() },
        Column::number("account_count", "accounts"),
        Column::text("error_operation", "call"),
        Column::text("error_code", "AWS said"),
        Column::text("collector", "what was not seen"),
        Column::words("reason", "reason", "task"),
        Column::number("region_count", "regions"),
        Column::number("task_count", "tasks"),
        Column::text("example", "for example"),
    ];
    let title = "What was not seen in accounts that were entered, and by whom it was denied";
    blocks.push(Block::Table(own(asked, "denied", title, DENIED, &columns).await?));
    let columns = [
        Column::text("region", "region"),
        Column::number("planned_count", "planned tasks"),
        Column::number("complete_count", "complete"),
    ];
    let title = "Regions that were not seen whole";
    blocks.push(Block::Table(own(asked, "regions", title, REGIONS, &columns).await?));
    Ok(blocks)
}

/// That nothing is known of accounts which are in use, whatever the percentage is.
async fn unentered(asked: &Asked) -> Result<Option<Block>> {
    let answer = asked.snapshot.query(&asked.own(UNENTERED)).await?;
    let (rows, count) = first(answer, ACCOUNTS_NAMED).await?;
    Ok((count > 0).then(|| Block::Verdict { tone: Tone::Bad, words: unentered_words(&rows, count) }))
}

fn unentered_words(rows: &[Object], count: u64) -> String {
    let mut named: Vec<String> = rows.iter().map(|row| text(row, "account_id").to_owned()).collect();
    match count - rows.len() as u64 {
        0 => {}
        more => named.push(format!("{more} more")),
    }
    let accounts = match count {
        1 => "1 account that is in use".to_owned(),
        _ => format!("{count} accounts that are in use"),
    };
    let named = named.join(", ");
    format!(
        "Nothing was seen of {accounts}: {named}. Lists have them as not known, and no number counts what is there."
    )
}

fn verdict(is_good: bool, planned: u64, complete: u64) -> Block {
    let tone = match (is_good, planned == complete) {
        (true, true) => Tone::Good,
        (true, false) => Tone::Unsure,
        (false, _) => Tone::Bad,
    };
    Block::Verdict { tone, words: verdict_words(is_good, planned, complete) }
}

fn verdict_words(is_good: bool, planned: u64, complete: u64) -> String {
    let percent = percent(planned, complete);
    let seen = format!("{complete} of {planned} planned tasks are complete ({percent})");
    match (is_good, planned == complete) {
        (true, true) => format!("Whole: {seen}."),
        (true, false) => format!("Enough was seen: {seen}. What was not is below, and each number says its own part."),
        (false, _) => format!("Not enough was seen: {seen}. Nothing found here proves that there is nothing."),
    }
}

/// With one digit. What is not whole is never 100.
fn percent(planned: u64, complete: u64) -> String {
    if planned == 0 {
        return "none was planned".to_owned();
    }
    let percent = (1e3 * complete as f64 / planned as f64).round() / 10.0;
    format!("{:.1} %", if complete < planned { percent.min(99.9) } else { percent })
}

fn identity(commit: &Commit) -> String {
    let Commit { organization_id, snapshot_date, run_id, .. } = commit;
    let complete = if commit.is_complete { "complete" } else { "below the coverage that was asked for" };
    format!("Organization {organization_id}, snapshot of {snapshot_date}, run {run_id}: {complete}.")
}

async fn outcomes(asked: &Asked) -> Result<Table> {
    let columns = [
        Column::text("outcome", "outcome"),
        Column::text("meaning", "what it means"),
        Column::flag("is_planned", "counts as planned"),
        Column::number("account_count", "accounts"),
        Column::number("task_count", "tasks"),
    ];
    let sql = asked.own(OUTCOMES);
    let objects = asked.rows(&sql).await?;
    let row = |object: &Object| {
        let outcome = text(object, "outcome");
        let cells = columns.iter().map(|column| match column.name {
            // One of a later version has none.
            "meaning" => Cell::Words(words::meaning("outcome", outcome).unwrap_or_default().to_owned()),
            name => lists::cell(object.get(name), column.kind),
        });
        Row { key: Some(names::shown(outcome).whole()), cells: cells.collect() }
    };
    let rows: Vec<Row> = objects.iter().map(row).collect();
    Ok(Table {
        id: "outcomes",
        title: "How the tasks ended: each is an account, a region and what was read there".to_owned(),
        columns: columns.to_vec(),
        count: rows.len() as u64,
        rows,
        is_whole: true,
        sql: Some(asked.dated(&sql)),
        ..Table::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_whole_is_never_100_percent() {
        assert_eq!(percent(3000, 2999), "99.9 %");
        assert_eq!(percent(3, 3), "100.0 %");
        assert_eq!(percent(0, 0), "none was planned");
        assert!(verdict_words(true, 3, 3).starts_with("Whole: 3 of 3 "));
        assert!(verdict_words(true, 3, 2).starts_with("Enough was seen: 2 of 3 planned tasks are complete (66.7 %)."));
        assert!(verdict_words(false, 3, 3).starts_with("Not enough was seen"));
    }

    #[test]
    fn only_what_is_whole_is_good() {
        let tone = |is_good, complete| match verdict(is_good, 3, complete) {
            Block::Verdict { tone, .. } => tone,
            other => panic!("{other:?}"),
        };
        assert_eq!([tone(true, 3), tone(true, 2), tone(false, 2)], [Tone::Good, Tone::Unsure, Tone::Bad]);
    }

    #[test]
    fn accounts_that_were_not_entered_are_named() {
        let row = |id: &str| Object::from_iter([("account_id".to_owned(), id.into())]);
        let words = unentered_words(&[row("1"), row("2")], 9);
        assert!(words.starts_with("Nothing was seen of 9 accounts that are in use: 1, 2, 7 more."), "{words}");
        let words = unentered_words(&[row("1")], 1);
        assert!(words.starts_with("Nothing was seen of 1 account that is in use: 1."), "{words}");
    }
}
