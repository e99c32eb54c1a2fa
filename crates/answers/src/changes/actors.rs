//! Who made a change: the one event that fits it, by its name, by what it was about and by its time.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Field, TimeUnit, TimestampMillisecondType};
use arrow::error::ArrowError;
use orgcensus_lake::{Lake, TableEntry};

use super::found::Found;
use super::heard::{Heard, text};
use crate::cells::text_cell;
use crate::diff::{ACTIVITY, TableReader};
use crate::{Error, Result};

/// An event may be as much older or newer than the two snapshots: a snapshot is no moment.
const SLACK_MILLIS: i64 = 900_000;

/// By what an event is known that may have made a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MadeBy {
    /// Its names: CreateUser.
    pub(crate) events: Vec<&'static str>,
    /// What it was about, all of it: ARNs, ids, names. Empty: the account.
    pub(crate) about: Vec<String>,
}

/// An event that did something.
#[derive(Debug, PartialEq, Eq)]
struct Event {
    id: String,
    name: String,
    at_millis: i64,
    actor_arn: Option<String>,
    resources: Vec<String>,
}

/// The events of an organization, account after account: only those of one account are in memory.
pub(crate) struct Actors {
    reader: TableReader,
    heard: Arc<Heard>,
    /// The names that are looked for, and when.
    names: BTreeSet<&'static str>,
    between: [i64; 2],
    account_id: String,
    events: Vec<Event>,
    /// What was read and belongs to later accounts, from this row on.
    rest: Option<(Vec<ArrayRef>, usize)>,
}

impl Actors {
    /// Opens the newer snapshot's events, to look for those of these names between two moments.
    pub(crate) fn open(
        lake: &Lake,
        table: &TableEntry,
        heard: Arc<Heard>,
        names: BTreeSet<&'static str>,
        [from, to]: [i64; 2],
    ) -> Result<Self> {
        let text = |name: &str| Field::new(name, DataType::Utf8, true);
        let list = DataType::List(Arc::new(Field::new("element", DataType::Utf8, true)));
        let fields = vec![
            text("account_id"),
            text("region"),
            text("event_id"),
            text("event_name"),
            text("actor_arn"),
            Field::new("event_time", DataType::Timestamp(TimeUnit::Millisecond, None), true),
            Field::new("is_failed", DataType::Boolean, true),
            Field::new("resources", list, true),
        ];
        let reader = TableReader::new(lake, table, fields)?;
        let between = [from - SLACK_MILLIS, to + SLACK_MILLIS];
        Ok(Self { reader, heard, names, between, account_id: String::new(), events: Vec::new(), rest: None })
    }

    /// Adds the event to what one event alone can have made. What is found must come account after account.
    pub(crate) async fn find(&mut self, found: &mut [Found]) -> Result<()> {
        let mut wanted: Vec<&mut Found> = found.iter_mut().filter(|it| it.is_made()).collect();
        wanted.sort_by(|one, other| one.account_id.cmp(&other.account_id));
        for it in wanted {
            let (Some(account_id), Some(made_by)) = (&it.account_id, &it.made_by) else { continue };
            if !self.heard.is_whole(account_id) {
                continue;
            }
            self.turn_to(account_id).await?;
            if let Some(event) = the_one(&self.events, made_by) {
                it.actor_arn.clone_from(&event.actor_arn);
                it.event_time = Some(text(event.at_millis).map_err(failed)?);
                it.event_id = Some(event.id.clone());
            }
        }
        Ok(())
    }

    /// Reads the events of an account, which comes after the one before it.
    async fn turn_to(&mut self, account_id: &str) -> Result<()> {
        if self.account_id == account_id {
            return Ok(());
        }
        account_id.clone_into(&mut self.account_id);
        self.events.clear();
        loop {
            let next = match self.rest.take() {
                Some(rest) => Some(rest),
                None => self.reader.next().await?.map(|columns| (columns, 0)),
            };
            let Some((columns, first)) = next else { return Ok(()) };
            let accounts = columns[0].as_string::<i32>();
            let is_before = |row: &usize| accounts.value(*row) < account_id;
            let is_own = |row: &usize| accounts.value(*row) == account_id;
            let first = (first..accounts.len()).find(|row| !is_before(row)).unwrap_or(accounts.len());
            let end = (first..accounts.len()).find(|row| !is_own(row)).unwrap_or(accounts.len());
            for row in first..end {
                let event = self.event(&columns, row).map_err(failed)?;
                self.events.extend(event);
            }
            if end < accounts.len() {
                self.rest = Some((columns.clone(), end));
                return Ok(());
            }
        }
    }

    /// The event of a row, if it did something that is looked for, at that time, where all events were read.
    fn event(&self, columns: &[ArrayRef], row: usize) -> Result<Option<Event>, ArrowError> {
        let [_, region, id, name, actor_arn, time, is_failed, resources] = columns else { return Ok(None) };
        let (name, id) = (text_cell(name, row)?.unwrap_or_default(), text_cell(id, row)?.unwrap_or_default());
        let (time, is_failed) = (time.as_primitive::<TimestampMillisecondType>(), is_failed.as_boolean());
        let has_worked = is_failed.is_valid(row) && !is_failed.value(row);
        let is_then = time.is_valid(row) && (self.between[0]..=self.between[1]).contains(&time.value(row));
        if !has_worked || !is_then || !self.names.contains(name.as_str()) {
            return Ok(None);
        }
        if !self.heard.is_read(&self.account_id, region.as_string::<i32>().value(row)) {
            return Ok(None);
        }
        let (at_millis, actor_arn) = (time.value(row), text_cell(actor_arn, row)?);
        Ok(Some(Event { id, name, at_millis, actor_arn, resources: texts(resources, row)? }))
    }
}

/// The texts of a list; none of a null.
fn texts(lists: &ArrayRef, row: usize) -> Result<Vec<String>, ArrowError> {
    let Some(list) = lists.as_list_opt::<i32>().filter(|lists| lists.is_valid(row)) else { return Ok(Vec::new()) };
    let values = list.value(row);
    let texts = (0..values.len()).map(|at| text_cell(&values, at)).collect::<Result<Vec<_>, _>>()?;
    Ok(texts.into_iter().flatten().collect())
}

/// The event that fits; none if several do.
fn the_one<'e>(events: &'e [Event], made_by: &MadeBy) -> Option<&'e Event> {
    let fits = |event: &&Event| {
        let names = |about: &String| event.resources.iter().any(|resource| is_name_of(resource, about));
        made_by.events.contains(&event.name.as_str()) && made_by.about.iter().all(names)
    };
    let mut fitting = events.iter().filter(fits);
    let first = fitting.next()?;
    fitting.next().is_none().then_some(first)
}

/// Whether a resource of an event is this one. IAM's events name users and roles without their paths.
fn is_name_of(resource: &str, about: &str) -> bool {
    resource == about || (about.starts_with("arn:") && about.rsplit('/').next() == Some(resource))
}

fn failed(source: ArrowError) -> Error {
    Error::Table { table: ACTIVITY.to_owned(), source: source.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: &str, name: &str, resources: &[&str]) -> Event {
        let resources = resources.iter().map(|&it| it.to_owned()).collect();
        Event { id: id.to_owned(), name: name.to_owned(), at_millis: 0, actor_arn: None, resources }
    }

    fn fitting(events: &[Event], names: &[&'static str], about: &[&str]) -> Option<String> {
        let about = about.iter().map(|&it| it.to_owned()).collect();
        the_one(events, &MadeBy { events: names.to_vec(), about }).map(|event| event.id.clone())
    }

    #[test]
    fn an_event_fits_by_its_name_and_by_all_that_it_was_about() {
        let events = [
            event("1", "AttachUserPolicy", &["ana", "arn:aws:iam::aws:policy/A"]),
            event("2", "AttachUserPolicy", &["ana", "arn:aws:iam::aws:policy/B"]),
            event("3", "CreateUser", &["ana"]),
            event("4", "UpdateAccountPasswordPolicy", &[]),
        ];
        let (user, policy) = ("arn:aws:iam::1:user/people/ana", "arn:aws:iam::aws:policy/B");
        let attached: &[&'static str] = &["AttachUserPolicy"];
        assert_eq!(fitting(&events, attached, &[user, policy]).as_deref(), Some("2"));
        assert_eq!(fitting(&events, attached, &[user]), None, "two fit");
        assert_eq!(fitting(&events, attached, &["arn:aws:iam::1:user/ben", policy]), None);
        assert_eq!(fitting(&events, &["CreateUser", "CreateGroup"], &[user]).as_deref(), Some("3"));
        assert_eq!(fitting(&events, &["UpdateAccountPasswordPolicy"], &[]).as_deref(), Some("4"), "of the account");
    }

    #[test]
    fn a_name_is_the_end_of_an_arn_and_not_of_another_name() {
        let user = "arn:aws:iam::1:user/people/ana";
        assert!(is_name_of("ana", user) && is_name_of(user, user) && is_name_of("sgr-1", "sgr-1"));
        assert!(!is_name_of("people/ana", user) && !is_name_of("na", user) && !is_name_of("ana", "people/ana"));
    }
}
