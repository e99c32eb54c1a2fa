//! One organization, night after night: what was last seen of each row, and what became of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use orgcensus_lake::Lake;

use super::event::{Event, SEEN};
use super::makers::Makers;
use super::night::{Cell, Night, Row, RowId, accounts};
use crate::diff::{Both, Change, Judge, Place, Side, is_derived, other_keys, values_as};
use crate::{RestsOn, Result};

/// What happened until a night.
pub(crate) struct Story {
    pub(crate) organization_id: String,
    /// The night before.
    previous: Option<Arc<Night>>,
    rows: BTreeMap<RowId, LastSeen>,
}

/// A row as it was last seen.
struct LastSeen {
    row: Row,
    night: Arc<Night>,
    /// Whether the nights since then may have missed it.
    is_unseen: bool,
}

impl Story {
    pub(crate) fn of(organization_id: &str) -> Self {
        Self { organization_id: organization_id.to_owned(), previous: None, rows: BTreeMap::new() }
    }

    /// What the next night shows, with who made it.
    pub(crate) async fn advance(&mut self, lake: &Lake, makers: &Makers, mut night: Night) -> Result<Vec<Event>> {
        let mut rows = std::mem::take(&mut night.rows);
        let night = Arc::new(night);
        let mut judges = Judges::new(lake, &night);
        let mut events = Vec::new();
        let known = self.rows.values().map(|it| &it.night).chain(&self.previous);
        let older = known.map(|it| (it.manifest.snapshot_date.clone(), Arc::clone(it))).collect();
        let ids: BTreeSet<RowId> = self.rows.keys().chain(rows.keys()).cloned().collect();
        for id in ids {
            let known = self.rows.remove(&id);
            let row = rows.remove(&id);
            let last = match (known, row) {
                (Some(known), Some(row)) => {
                    both(&mut judges, &id, &known, &row, &mut events).await?;
                    Some(LastSeen { row, night: Arc::clone(&night), is_unseen: false })
                }
                (None, Some(row)) => {
                    events.push(found(&mut judges, self.previous.as_ref(), &id, &row).await?);
                    Some(LastSeen { row, night: Arc::clone(&night), is_unseen: false })
                }
                (Some(known), None) => lost(&mut judges, &id, known, &mut events).await?,
                (None, None) => None,
            };
            if let Some(last) = last {
                self.rows.insert(id, last);
            }
        }
        makers.name(&older, &night, &mut events).await?;
        self.previous = Some(night);
        Ok(events)
    }
}

/// A row that was not known. In the first snapshot, and where the night before may have missed it, it is only seen.
async fn found(judges: &mut Judges<'_>, previous: Option<&Arc<Night>>, id: &RowId, row: &Row) -> Result<Event> {
    let (change, reason) = match previous {
        None => (SEEN, Some("it is the first snapshot".to_owned())),
        Some(from) => match judges.judge(from, id).await? {
            Err(reason) => (SEEN, Some(reason)),
            Ok(judge) => match judge.found(place(id)) {
                (Change::NotSeen, reason) => (SEEN, reason),
                (change, reason) => (change.as_str(), reason),
            },
        },
    };
    Ok(Event { change, reason, ..event(judges.to, previous, id, row) })
}

/// A row that was known and is there.
async fn both(judges: &mut Judges<'_>, id: &RowId, known: &LastSeen, row: &Row, events: &mut Vec<Event>) -> Result<()> {
    let same = event(judges.to, Some(&known.night), id, row);
    if known.is_unseen {
        events.push(Event { change: SEEN, ..same.clone() });
    }
    for (name, now) in &row.cells {
        // A column that only one version has is no change.
        let Some(was) = known.row.cells.get(name).filter(|was| was.differs(now)) else { continue };
        let (change, reason) = judges.value(&known.night, id, was, now).await?;
        let change = change.as_str();
        let (column_name, was, now) = (Some(name.clone()), was.text.clone(), now.text.clone());
        events.push(Event { change, column_name, was, now, reason, ..same.clone() });
    }
    Ok(())
}

/// A row that was known and is not there. It is known further if this night may have missed it, which is told once.
async fn lost(
    judges: &mut Judges<'_>,
    id: &RowId,
    known: LastSeen,
    events: &mut Vec<Event>,
) -> Result<Option<LastSeen>> {
    let (change, reason) = match judges.judge(&known.night, id).await? {
        Ok(judge) => judge.lost(place(id)),
        Err(reason) => (Change::NotSeen, Some(reason)),
    };
    if change != Change::NotSeen || !known.is_unseen {
        let lost = event(judges.to, Some(&known.night), id, &known.row);
        events.push(Event { change: change.as_str(), reason, ..lost });
    }
    Ok((change == Change::NotSeen).then_some(LastSeen { is_unseen: true, ..known }))
}

fn place((_, account_id, region, _): &RowId) -> Place<'_> {
    Place { account_id, region }
}

/// An event of a row, which says nothing yet.
fn event(to: &Night, from: Option<&Arc<Night>>, id: &RowId, row: &Row) -> Event {
    let (table_name, account_id, region, row_key) = id.clone();
    Event {
        snapshot_date: to.manifest.snapshot_date.clone(),
        previous_snapshot_date: from.map(|night| night.manifest.snapshot_date.clone()),
        change: SEEN,
        table_name,
        organization_id: to.manifest.organization_id.clone(),
        account_id,
        account_name: row.account_name.clone(),
        region,
        row_key,
        column_name: None,
        was: None,
        now: None,
        reason: None,
        actor_arn: None,
        event_time: None,
        event_id: None,
        actor_reason: None,
    }
}

/// The judges of one night's tables, by the older night and the account.
struct Judges<'a> {
    lake: &'a Lake,
    to: &'a Night,
    /// What the two nights saw, of all accounts or of one: read once for all tables.
    known: BTreeMap<(u32, Option<String>), Arc<Both>>,
    /// What the tables of both rest on.
    rests_on: BTreeMap<u32, RestsOn>,
    judges: BTreeMap<(u32, String, Option<String>), Judge>,
}

impl<'a> Judges<'a> {
    fn new(lake: &'a Lake, to: &'a Night) -> Self {
        Self { lake, to, known: BTreeMap::new(), rests_on: BTreeMap::new(), judges: BTreeMap::new() }
    }

    /// The judge of a row between an older night and this one, or why its rows cannot be matched.
    async fn judge(&mut self, from: &Night, (table, account_id, ..): &RowId) -> Result<Result<&Judge, String>> {
        let tables = match [&from.manifest, &self.to.manifest].map(|it| it.table(table)) {
            [None, _] => return Ok(Err(format!("{}: the snapshot has no such table", Side::From))),
            [_, None] => return Ok(Err(format!("{}: the snapshot has no such table", Side::To))),
            [Some(older), Some(newer)] => [older, newer],
        };
        if tables[0].key != tables[1].key {
            return Ok(Err(other_keys(tables)));
        }
        for (night, side) in [(from, Side::From), (self.to, Side::To)] {
            if !night.naming.contains(table) {
                return Ok(Err(format!("{side}: the table does not say yet whose its rows are")));
            }
        }
        // A derived row may rest on facts of any account, any other on tasks of its own account and the organization's.
        let is_derived = is_derived(tables);
        let account_id = (!is_derived).then(|| account_id.clone());
        let key = (from.commit.n, table.clone(), account_id);
        let judge = match self.judges.remove(&key) {
            Some(judge) => judge,
            None => self.open(from, table, key.2.as_deref()).await?,
        };
        Ok(Ok(&*self.judges.entry(key).or_insert(judge)))
    }

    /// The judge of a table, by how the tasks of both nights ended: all of them, or those of an account and of the
    /// organization.
    async fn open(&mut self, from: &Night, table: &str, account_id: Option<&str>) -> Result<Judge> {
        let manifests = [&from.manifest, &self.to.manifest];
        let of = (from.commit.n, account_id.map(str::to_owned));
        // What is known of all accounts is known of one.
        let known = match self.known.get(&(of.0, None)).or_else(|| self.known.get(&of)) {
            Some(known) => Arc::clone(known),
            None => {
                let wanted = match account_id {
                    Some(account_id) => accounts(self.lake, manifests, [account_id.to_owned()].into()).await?,
                    None => None,
                };
                let known = Arc::new(Both::read_within(self.lake, manifests, wanted.as_ref()).await?);
                self.known.insert(of, Arc::clone(&known));
                known
            }
        };
        let rests_on = self.rests_on.entry(from.commit.n).or_insert_with(|| RestsOn::of(manifests));
        Ok(Judge::new(&known, table, rests_on.of_table(table), account_id.is_none()))
    }

    /// What two different values are called, and why nobody knows.
    async fn value(&mut self, from: &Night, id: &RowId, was: &Cell, now: &Cell) -> Result<(Change, Option<String>)> {
        let null = match (&was.text, &now.text) {
            (None, Some(_)) => Side::From,
            (Some(_), None) => Side::To,
            _ => return Ok((Change::Changed, None)),
        };
        let (short, has_verdicts) = match self.judge(from, id).await? {
            Ok(judge) => (judge.short(null, place(id)), judge.has_verdicts()),
            Err(reason) => (Some(reason), false),
        };
        let change = values_as(true, has_verdicts && now.is_boolean, short.is_some());
        let reason = || short.unwrap_or_else(|| "null says that it is not known".to_owned());
        Ok((change, (change == Change::Unknown).then(reason)))
    }
}
