//! Lists whose first rows are the worst. A page has the first rows of a list alone, and they must not be those of the
//! accounts with the smallest numbers: what is severe comes first, and of equals each account has one in turn.

use std::collections::BTreeSet;

use orgcensus_answers::{Kind, Question, coverage_percent};

use crate::Result;
use crate::asked::{Asked, Object, first, number, text};
use crate::lists::{ROWS_MAX, described, rows};
use crate::model::{Column, Table};

/// How a list is told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rank<'a> {
    pub(crate) columns: &'a [Column],
    /// What comes first, in words, and what one must know to read the list.
    pub(crate) note: &'a str,
    /// What it is about, as a column and in words, where that has several rows: `target_arn`, `instances`.
    pub(crate) subject: Option<(&'static str, &'static str)>,
    /// An expression. The rows in which it is smallest come first. The list's own columns are `listed.is_public`.
    pub(crate) severity: &'a str,
    pub(crate) beside: Option<Beside>,
}

/// Columns of another table beside a list's own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Beside {
    /// A snapshot may be without it. Then the list has none of these columns, and is in its own order.
    pub(crate) table: &'static str,
    /// `identity_access.is_administrator AS is_role_administrator`
    pub(crate) columns: &'static str,
    /// `LEFT JOIN identity_access ON …`, which finds one row at most.
    pub(crate) join: &'static str,
}

/// A shipped list, or the cases of a fact.
pub(crate) async fn question(asked: &Asked, id: &'static str, rank: &Rank<'_>) -> Result<Table> {
    if rank.beside.is_some_and(|beside| !asked.snapshot.has_table(beside.table)) {
        return crate::lists::question(asked, id, rank.columns).await;
    }
    let questions = asked.questions(&[id])?;
    let sql = questions[0].cases();
    let listed = Listed { sql: &sql, key: key(&questions[0]), rows_max: ROWS_MAX, count: None };
    cases(asked, &questions[0], rank, &listed).await
}

/// The cases of a shipped question, by a statement of them.
pub(crate) async fn cases(asked: &Asked, question: &Question, rank: &Rank<'_>, listed: &Listed<'_>) -> Result<Table> {
    let table = told(asked, described(asked, question, rank.columns), rank, listed).await?;
    if table.error.is_some() {
        return Ok(table);
    }
    Ok(Table { coverage_percent: coverage_percent(&asked.snapshot, question).await?, ..table })
}

/// The columns that name a row of a question's cases.
pub(crate) fn key(question: &Question) -> &[&'static str] {
    match &question.kind {
        Kind::List { key } => key,
        Kind::Fact { subject, .. } => subject,
    }
}

/// A list by a statement of our own, without its order. `key` names a row.
pub(crate) async fn own(
    asked: &Asked,
    id: &'static str,
    title: &str,
    sql: &str,
    key: &[&'static str],
    rank: &Rank<'_>,
) -> Result<Table> {
    let table = Table { id, title: title.to_owned(), columns: rank.columns.to_vec(), ..Table::default() };
    told(asked, table, rank, &Listed { sql, key, rows_max: ROWS_MAX, count: None }).await
}

/// The rows of a list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listed<'a> {
    /// Their statement.
    pub(crate) sql: &'a str,
    /// The columns that name one.
    pub(crate) key: &'a [&'a str],
    /// How many are told.
    pub(crate) rows_max: usize,
    /// How many there are, if that is known already. Then nobody counts in how many accounts they are, or of what.
    pub(crate) count: Option<u64>,
}

/// How many rows a list has, in how many accounts, of how many subjects.
#[derive(Debug, Default)]
struct Counted {
    rows: u64,
    accounts: Option<u64>,
    subjects: Option<u64>,
}

async fn told(asked: &Asked, table: Table, rank: &Rank<'_>, listed: &Listed<'_>) -> Result<Table> {
    let Listed { sql: listed, key, rows_max, count } = *listed;
    let sql = asked.own(&statement(rank, listed, key));
    let table = Table { sql: Some(asked.dated(&sql)), ..table };
    // All rows are counted apart, so that the engine need not sort more than are shown.
    let answer = match asked.snapshot.query(&format!("{sql}\nLIMIT {rows_max}")).await {
        Ok(answer) => answer,
        Err(error) => return Ok(Table { error: Some(error.unanswered()?), ..table }),
    };
    let (objects, _) = first(answer, rows_max).await?;
    let counted = match count {
        Some(rows) => Counted { rows, ..Counted::default() },
        None => counted(asked, rank, listed).await?,
    };
    let count = counted.rows;
    let title = match (rank.subject, counted.subjects) {
        (Some((_, of)), Some(subjects)) => format!("{} ({of}: {subjects})", table.title),
        _ => table.title,
    };
    let note = match cut(&objects, count, counted.accounts) {
        Some(cut) => format!("{} {cut}", rank.note),
        None => rank.note.to_owned(),
    };
    Ok(Table { title, rows: rows(&objects, rank.columns), count, note: Some(note), ..table })
}

async fn counted(asked: &Asked, rank: &Rank<'_>, listed: &str) -> Result<Counted> {
    let counted = asked.rows(&asked.own(&counts(rank, listed))).await?;
    let counted = |name| counted.first().map_or(0, |row| number(row, name));
    Ok(Counted {
        rows: counted("row_count"),
        accounts: Some(counted("account_count")),
        subjects: Some(counted("subject_count")),
    })
}

/// What is not here, in words; none if all is.
fn cut(objects: &[Object], count: u64, accounts: Option<u64>) -> Option<String> {
    let shown: BTreeSet<&str> = objects.iter().map(|object| text(object, "account_id")).collect();
    let left_out = count.saturating_sub(objects.len() as u64);
    let shown = match accounts {
        Some(accounts) => format!("{} of the {accounts} accounts with rows have some here", shown.len()),
        None => format!("{} accounts have some here", shown.len()),
    };
    (left_out > 0)
        .then(|| format!("Of equals each account has one in turn: {shown}, and {left_out} rows are left out."))
}

/// The list, the worst first. The table's own key makes the order the same each time.
fn statement(rank: &Rank<'_>, listed: &str, key: &[&str]) -> String {
    let (columns, join) = match &rank.beside {
        Some(beside) => (format!(",\n      {}", beside.columns), format!("\n    {}", beside.join)),
        None => (String::new(), String::new()),
    };
    let (severity, key) = (rank.severity, key.join(", "));
    format!(
        "SELECT ranked.*
FROM (
  SELECT
    rated.*,
    ROW_NUMBER() OVER (PARTITION BY account_id, severity ORDER BY {key}) AS turn
  FROM (
    SELECT
      listed.*{columns},
      {severity} AS severity
    FROM (
{listed}
    ) AS listed{join}
  ) AS rated
) AS ranked
WHERE true{{among}}
ORDER BY severity, turn, account_id, {key}"
    )
}

fn counts(rank: &Rank<'_>, listed: &str) -> String {
    let (subject, _) = rank.subject.unwrap_or(("account_id", "accounts"));
    format!(
        "SELECT
  COUNT(*) AS row_count,
  COUNT(DISTINCT account_id) AS account_count,
  COUNT(DISTINCT {subject}) AS subject_count
FROM (
{listed}
) AS listed
WHERE true{{among}}"
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const RANK: Rank<'static> = Rank {
        columns: &[Column::text("arn", "what")],
        note: "First comes what is open.",
        subject: Some(("arn", "things")),
        severity: "CASE WHEN listed.is_open THEN 0 ELSE 1 END",
        beside: None,
    };

    #[test]
    fn what_was_cut_is_said_by_accounts_and_rows() {
        let row = |id: &str| json!({ "account_id": id }).as_object().cloned().unwrap();
        let rows = [row("1"), row("2"), row("1")];
        let words = cut(&rows, 500, Some(40)).unwrap();
        assert!(words.contains("2 of the 40 accounts") && words.contains("497 rows are left out"), "{words}");
        assert!(cut(&rows, 4, None).unwrap().contains(" 2 accounts have some here, and 1 rows are left out"));
        assert_eq!(cut(&rows, 3, Some(2)), None);
    }

    #[test]
    fn severity_comes_before_accounts_and_the_key_ends_the_order() {
        let sql = statement(&RANK, "SELECT arn, account_id, is_open FROM things", &["arn", "ordinal"]);
        assert!(sql.ends_with("WHERE true{among}\nORDER BY severity, turn, account_id, arn, ordinal"), "{sql}");
        assert!(sql.contains("PARTITION BY account_id, severity ORDER BY arn, ordinal"), "{sql}");
        let beside = Beside {
            table: "others",
            columns: "others.is_so AS is_so",
            join: "LEFT JOIN others ON others.arn = listed.arn",
        };
        let sql = statement(&Rank { beside: Some(beside), ..RANK }, "SELECT arn FROM things", &["arn"]);
        assert!(sql.contains("listed.*,\n      others.is_so AS is_so,\n      CASE"), "{sql}");
        assert!(sql.contains(") AS listed\n    LEFT JOIN others ON others.arn = listed.arn\n  ) AS rated"), "{sql}");
    }
}
