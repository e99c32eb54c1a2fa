//! What part of an organization a report is about: all of it, some accounts, some units.

use std::collections::{BTreeMap, BTreeSet};

use orgcensus_answers::{Extent, Snapshot, nearest_in_words};

use crate::asked::{Object, text};
use crate::{Error, Result, asked};

/// Some accounts and units; the whole organization, if none are named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Part {
    /// Accounts by their ids.
    pub accounts: BTreeSet<String>,
    /// Organizational units by their ids or paths, `ou-ab12-cd34` or `Root/Workloads`, with all below them.
    pub units: BTreeSet<String>,
    /// A unit by its id, alone: the accounts that are directly in it.
    pub alone: Option<Unit>,
}

/// A unit that has accounts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unit {
    /// `ou-ab12-cd34`, or the root's `r-ab12`; empty for accounts of which it is not known.
    pub id: String,
    /// `Root/Workloads`.
    pub path: String,
}

const ACCOUNTS: &str = "SELECT account_id, ou_path, ou_id, ou_id_path FROM accounts ORDER BY account_id";

impl Part {
    /// One unit, without those below it.
    pub fn of_unit(unit: Unit) -> Self {
        Self { alone: Some(unit), ..Self::default() }
    }

    /// Whether it is the whole organization.
    pub fn is_whole(&self) -> bool {
        self.accounts.is_empty() && self.units.is_empty() && self.alone.is_none()
    }

    /// The part in words, as a title has it.
    pub(crate) fn words(&self) -> Option<String> {
        let named = |what: &str, names: &BTreeSet<String>| {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            (!names.is_empty()).then(|| format!("{what} {}", names.join(", ")))
        };
        let alone = self.alone.as_ref().map(|unit| format!("accounts directly in unit {} {}", unit.path, unit.id));
        let all = [named("account", &self.accounts), named("unit", &self.units), alone];
        (!self.is_whole()).then(|| all.into_iter().flatten().collect::<Vec<_>>().join("; "))
    }

    /// The snapshot, asked for this part. What is named must be there.
    pub(crate) async fn of(&self, snapshot: &Snapshot) -> Result<Snapshot> {
        let rows = accounts(snapshot).await?;
        let missing = |what, column: &str, named: &BTreeSet<String>, is_there: fn(&Object, &str) -> bool| {
            let missing = named.iter().find(|name| !rows.iter().any(|row| is_there(row, name)));
            missing.map_or(Ok(()), |wanted| {
                let all: BTreeSet<&str> = rows.iter().map(|row| text(row, column)).collect();
                let known = nearest_in_words(wanted, all).unwrap_or_else(|| format!("accounts.{column} has all"));
                Err(Error::NoSuchPart { what, wanted: wanted.clone(), known })
            })
        };
        missing("account", "account_id", &self.accounts, is_account)?;
        missing("unit", "ou_path", &self.units, is_below)?;
        Ok(within(snapshot, self.extent(&rows)))
    }

    /// The accounts; none, if all are meant.
    fn extent(&self, rows: &[Object]) -> Option<Extent> {
        let is_meant = |row: &&Object| {
            self.accounts.iter().any(|id| is_account(row, id))
                || self.units.iter().any(|unit| is_below(row, unit))
                || self.alone.as_ref().is_some_and(|unit| text(row, "ou_id") == unit.id)
        };
        (!self.is_whole()).then(|| rows.iter().filter(is_meant).map(|row| text(row, "account_id")).collect())
    }
}

impl Unit {
    /// Every unit that has accounts directly in it, so that each account is in one of them.
    pub async fn all(snapshot: &Snapshot) -> Result<Vec<Self>> {
        let mut units = BTreeMap::new();
        for row in accounts(snapshot).await? {
            units.entry(text(&row, "ou_id").to_owned()).or_insert_with(|| text(&row, "ou_path").to_owned());
        }
        Ok(units.into_iter().map(|(id, path)| Self { id, path }).collect())
    }
}

fn within(snapshot: &Snapshot, extent: Option<Extent>) -> Snapshot {
    match extent {
        Some(extent) => snapshot.within(extent),
        None => snapshot.clone(),
    }
}

async fn accounts(snapshot: &Snapshot) -> Result<Vec<Object>> {
    let answer = snapshot.query(ACCOUNTS).await?;
    Ok(asked::first(answer, usize::MAX).await?.0)
}

fn is_account(row: &Object, id: &str) -> bool {
    text(row, "account_id") == id
}

/// Whether the account is in the unit or below it. A unit is named by its id or its path.
fn is_below(row: &Object, unit: &str) -> bool {
    let path = text(row, "ou_path");
    let is_in = path.strip_prefix(unit).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    is_in || text(row, "ou_id_path").split('/').any(|id| id == unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, path: &str, unit: &str) -> Object {
        let row = serde_json::json!({
            "account_id": id, "ou_path": path, "ou_id": unit, "ou_id_path": format!("r-1/{unit}"),
        });
        row.as_object().cloned().unwrap()
    }

    fn rows() -> [Object; 3] {
        [
            row("1", "Root/Work", "ou-1-work"),
            row("2", "Root/Work/Prod", "ou-1-prod"),
            row("3", "Root/Workers", "ou-1-w"),
        ]
    }

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    fn meant(part: &Part) -> Vec<String> {
        let extent = part.extent(&rows()).unwrap();
        ["1", "2", "3"].into_iter().filter(|id| extent.has(id)).map(str::to_owned).collect()
    }

    #[test]
    fn a_unit_is_all_below_it_and_none_that_begins_like_it() {
        assert_eq!(meant(&Part { units: set(&["Root/Work"]), ..Part::default() }), ["1", "2"]);
        assert_eq!(meant(&Part { units: set(&["ou-1-prod"]), ..Part::default() }), ["2"]);
        assert_eq!(meant(&Part { units: set(&["r-1"]), ..Part::default() }), ["1", "2", "3"]);
        assert_eq!(meant(&Part { units: set(&["Root/Work"]), accounts: set(&["3"]), alone: None }), ["1", "2", "3"]);
        let alone = Unit { id: "ou-1-work".into(), path: "Root/Work".into() };
        assert_eq!(meant(&Part::of_unit(alone)), ["1"]);
        assert_eq!(meant(&Part { accounts: set(&["9"]), ..Part::default() }), Vec::<String>::new());
    }

    #[test]
    fn a_part_says_what_it_is() {
        assert_eq!((Part::default().words(), Part::default().extent(&rows())), (None, None));
        let part = Part { units: set(&["Root/Work"]), accounts: set(&["3", "4"]), alone: None };
        assert_eq!(part.words().unwrap(), "account 3, 4; unit Root/Work");
    }
}
