//! All accounts, the most exposed first. Of very many, their units.

use std::collections::BTreeMap;

use orgcensus_answers::{Line, ask_cases};

use super::Declared;
use crate::Result;
use crate::asked::{Asked, Object, first, number, text};
use crate::model::{Block, Cell, Column, Row, Table};

pub(crate) const SECTION: Declared =
    Declared { id: "accounts", title: "Accounts", is_brief: false, read: |asked| Box::pin(read(asked)) };

/// Accounts that have a row each. Beyond, units have.
const ACCOUNTS_MAX: usize = 2_000;

/// Accounts that a unit names.
const WORST_SHOWN: usize = 20;

/// The threshold of G10 that leaves no account out.
const ALL: (&str, u32) = ("listed_accounts", u32::MAX);

/// Only the accounts of the part.
const ACCOUNTS: &str = "SELECT
  accounts.account_id,
  accounts.account_name,
  accounts.ou_path,
  accounts.status,
  COUNT(coverage.collector) AS planned_count,
  COUNT(coverage.collector) FILTER (WHERE coverage.is_complete) AS complete_count
FROM accounts
LEFT JOIN coverage ON coverage.account_id = accounts.account_id AND coverage.is_planned
GROUP BY accounts.account_id, accounts.account_name, accounts.ou_path, accounts.status
ORDER BY accounts.account_id";

/// What is known of an account.
#[derive(Debug, Clone, Default, PartialEq)]
struct Account {
    id: String,
    name: String,
    unit: String,
    status: String,
    planned: u64,
    complete: u64,
    points: u64,
    public: u64,
    external: u64,
    administrators: u64,
    /// The points of the list of ten minutes that have a case here, with their number.
    red: Vec<(&'static str, u64)>,
}

impl Account {
    /// Whether nothing of it was seen: then its numbers are not 0, they are not known.
    fn is_unseen(&self) -> bool {
        self.complete == 0 && [self.points, self.public, self.external, self.administrators] == [0; 4]
    }
}

async fn read(asked: &Asked) -> Result<Vec<Block>> {
    let exposure = exposure(asked).await?;
    let red = red(&asked.points);
    let is_meant = |row: &&Object| asked.snapshot.extent().is_none_or(|extent| extent.has(text(row, "account_id")));
    let rows = asked.rows(ACCOUNTS).await?;
    let account = |row: &Object| account(row, &exposure, &red);
    let mut accounts: Vec<Account> = rows.iter().filter(is_meant).map(account).collect();
    accounts.sort_by(|a, b| (b.points, b.is_unseen(), &a.id).cmp(&(a.points, a.is_unseen(), &b.id)));
    let sql = Some(asked.dated(ACCOUNTS));
    let table = if accounts.len() <= ACCOUNTS_MAX { of_accounts(&accounts) } else { of_units(&accounts) };
    let words = "Follow an account's number to see the lists above for it alone. An account of which nothing was seen \
                 has no points, and is not known to be safe.";
    Ok(vec![Block::Words(words.to_owned()), Block::Table(Table { sql, ..table })])
}

/// The points of every account that has some, by its id. What they are made of may not be there: then there are none.
async fn exposure(asked: &Asked) -> Result<BTreeMap<String, Object>> {
    let questions = asked.questions_with(&["G10"], ALL.0, ALL.1)?;
    let rows = match ask_cases(&asked.snapshot, &questions[0]).await {
        Ok(answer) => first(answer, usize::MAX).await?.0,
        Err(error) => error.unanswered().map(|_| Vec::new())?,
    };
    Ok(rows.into_iter().map(|row| (text(&row, "account_id").to_owned(), row)).collect())
}

/// By account: the points that have a case there, with their number.
fn red(points: &[Line]) -> BTreeMap<&str, Vec<(&'static str, u64)>> {
    let mut red: BTreeMap<&str, Vec<(&'static str, u64)>> = BTreeMap::new();
    for line in points {
        for place in line.standing.iter().flat_map(|standing| &standing.places) {
            let of_account = red.entry(&place.id).or_default();
            match of_account.last_mut().filter(|(id, _)| *id == line.id) {
                Some((_, count)) => *count += place.case_count,
                None => of_account.push((line.id, place.case_count)),
            }
        }
    }
    red
}

fn account(
    row: &Object,
    exposure: &BTreeMap<String, Object>,
    red: &BTreeMap<&str, Vec<(&'static str, u64)>>,
) -> Account {
    let id = text(row, "account_id");
    let points = |name| exposure.get(id).map_or(0, |row| number(row, name));
    Account {
        id: id.to_owned(),
        name: text(row, "account_name").to_owned(),
        unit: text(row, "ou_path").to_owned(),
        status: text(row, "status").to_owned(),
        planned: number(row, "planned_count"),
        complete: number(row, "complete_count"),
        points: points("exposure_points"),
        public: points("public_count"),
        external: points("external_count"),
        administrators: points("administrator_count"),
        red: red.get(id).cloned().unwrap_or_default(),
    }
}

fn of_accounts(accounts: &[Account]) -> Table {
    let columns = [
        Column::account(),
        Column::text("account_name", "name"),
        Column::text("ou_path", "unit"),
        Column::text("status", "status"),
        Column::number("planned_count", "planned tasks"),
        Column::number("complete_count", "complete"),
        Column::number("exposure_points", "points"),
        Column::number("public_count", "public resources"),
        Column::number("external_count", "not public, reached from outside"),
        Column::number("administrator_count", "administrators"),
        Column::text("red", "red points, with their cases"),
    ];
    let row = |it: &Account| {
        let red: Vec<_> = it.red.iter().map(|(id, count)| format!("{id} {count}")).collect();
        let [planned, complete] = [it.planned, it.complete].map(cell);
        let known = |count| if it.is_unseen() { Cell::Unknown } else { cell(count) };
        let [points, public, external, administrators] =
            [it.points, it.public, it.external, it.administrators].map(known);
        let [name, unit, status] = [&it.name, &it.unit, &it.status].map(|it| Cell::Name(it.clone()));
        let account = Cell::Account(it.id.clone());
        let red = Cell::Words(red.join(", "));
        let cells = vec![account, name, unit, status, planned, complete, points, public, external, administrators, red];
        Row { key: Some(it.id.clone()), cells }
    };
    Table {
        id: "accounts-table",
        title: "Accounts, the most exposed first".to_owned(),
        columns: columns.to_vec(),
        rows: accounts.iter().map(row).collect(),
        count: accounts.len() as u64,
        ..Table::default()
    }
}

fn of_units(accounts: &[Account]) -> Table {
    let columns = [
        Column::text("ou_path", "unit"),
        Column::number("account_count", "accounts"),
        Column::number("unseen_count", "of them not seen"),
        Column::number("planned_count", "planned tasks"),
        Column::number("complete_count", "complete"),
        Column::number("exposure_points", "points"),
        Column::number("public_count", "public resources"),
        Column::text("worst", "its most exposed accounts, with their points"),
    ];
    let mut units: BTreeMap<&str, Vec<&Account>> = BTreeMap::new();
    for account in accounts {
        units.entry(&account.unit).or_default().push(account);
    }
    let sum = |accounts: &[&Account], of: fn(&Account) -> u64| accounts.iter().map(|it| of(it)).sum::<u64>();
    let row = |(unit, accounts): (&str, Vec<&Account>)| {
        let worst: Vec<_> = accounts.iter().take(WORST_SHOWN).map(|it| format!("{} {}", it.id, it.points)).collect();
        let cells = vec![
            Cell::Name(unit.to_owned()),
            cell(accounts.len() as u64),
            cell(accounts.iter().filter(|it| it.is_unseen()).count() as u64),
            cell(sum(&accounts, |it| it.planned)),
            cell(sum(&accounts, |it| it.complete)),
            cell(sum(&accounts, |it| it.points)),
            cell(sum(&accounts, |it| it.public)),
            Cell::Words(worst.join(", ")),
        ];
        Row { key: Some(unit.to_owned()), cells }
    };
    let note = format!(
        "{} accounts are too many for a row each. `--account` and `--unit` write a report of some.",
        accounts.len()
    );
    let rows: Vec<Row> = units.into_iter().map(row).collect();
    Table {
        id: "accounts-table",
        title: "Units, and their most exposed accounts".to_owned(),
        columns: columns.to_vec(),
        count: rows.len() as u64,
        rows,
        note: Some(note),
        ..Table::default()
    }
}

fn cell(count: u64) -> Cell {
    Cell::Number(count.to_string())
}

#[cfg(test)]
mod tests {
    use orgcensus_answers::{Place, Standing};

    use super::*;

    fn line(id: &'static str, places: &[(&str, u64)]) -> Line {
        let place = |(id, case_count): &(&str, u64)| Place {
            id: (*id).into(),
            name: None,
            region: None,
            case_count: *case_count,
        };
        let standing = Standing {
            case_count: 0,
            unknown_count: None,
            coverage_percent: None,
            is_whole: false,
            places: places.iter().map(place).collect(),
            error: None,
        };
        Line { id, title: None, state: "red", questions: Vec::new(), standing: Some(standing) }
    }

    #[test]
    fn an_account_has_the_cases_of_all_its_regions() {
        let points = [line("E1", &[("1", 2), ("2", 1)]), line("E8", &[("1", 3), ("1", 4)])];
        let red = red(&points);
        assert_eq!(red["1"], [("E1", 2), ("E8", 7)]);
        assert_eq!(red["2"], [("E1", 1)]);
    }

    #[test]
    fn an_account_that_was_not_seen_has_no_0() {
        let account = |id: &str, planned, complete| Account { id: id.into(), planned, complete, ..Account::default() };
        let table = of_accounts(&[account("1", 370, 0), account("2", 370, 370)]);
        assert_eq!(table.rows[0].cells[5..10], [cell(0), Cell::Unknown, Cell::Unknown, Cell::Unknown, Cell::Unknown]);
        assert_eq!(table.rows[1].cells[5..10], [cell(370), cell(0), cell(0), cell(0), cell(0)]);
        let units = of_units(&[account("1", 370, 0), account("2", 370, 370)]);
        assert_eq!(units.rows[0].cells[1..3], [cell(2), cell(1)]);
    }

    #[test]
    fn of_very_many_accounts_their_units_are_shown() {
        let account = |number: u64| Account {
            id: format!("{number:012}"),
            unit: format!("Root/{}", number % 2),
            points: 10_000 - number,
            ..Account::default()
        };
        let accounts: Vec<_> = (0..3_000).map(account).collect();
        let table = of_units(&accounts);
        assert_eq!((table.count, table.rows[0].key.as_deref()), (2, Some("Root/0")));
        let Some(Cell::Words(worst)) = table.rows[1].cells.last() else { panic!("{table:?}") };
        assert!(worst.starts_with("000000000001 9999, 000000000003 9997, "), "{worst}");
        assert_eq!(worst.split(", ").count(), 20);
        let table = of_accounts(&accounts[..2_000]);
        assert_eq!((table.rows.len(), table.rows[0].cells.len()), (2_000, table.columns.len()));
    }
}
