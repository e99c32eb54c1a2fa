//! Who made a change: the one event that fits it, by its name, by what it was about and by its time.
//!
//! An event fits if its time lies between the moments at which the two nights read the row, with some slack. A run may
//! take hours, so these are no run's moments but those of the tasks that brought the row. What happened after the events
//! were read is not known: where the row was read later, by more than the slack, no event is named.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Field, TimeUnit, TimestampMillisecondType};
use arrow::error::ArrowError;
use orgcensus_lake::{Lake, Wanted};

use super::by_account::ByAccount;
use super::found::Found;
use super::heard::{Heard, failed, text};
use super::made_by::{MadeBy, NoActor};
use super::times::Times;
use crate::Result;
use crate::cells::text_cell;
use crate::diff::{ACTIVITY, GLOBAL, TableReader, TwoManifests};

/// An event may be as much older or newer than the two rows. CloudTrail gives an event within about as much time.
pub(crate) const SLACK_MILLIS: i64 = 900_000;

/// An event that did something.
#[derive(Debug, PartialEq, Eq)]
struct Event {
    id: String,
    name: String,
    region: String,
    at_millis: i64,
    actor_arn: Option<String>,
    resources: Vec<String>,
}

/// The events of an organization, account after account: only those of one account are in memory.
pub(crate) struct Actors {
    rows: ByAccount,
    heard: Arc<Heard>,
    /// The names that are looked for.
    names: BTreeSet<&'static str>,
    /// When the rows of the table were read, both times, and when the events.
    read: [Times; 2],
    asked: Times,
    account_id: String,
    events: Vec<Event>,
}

impl Actors {
    /// Opens the newer snapshot's events, to look for those of these names that changed a table's rows. The events and
    /// the table rest on these collectors; on all, if none are named. If some accounts are wanted, nobody asks for changes
    /// of others. `begun` is when the runs began, by the clock of their tasks. None if nothing is to be looked for, or
    /// nowhere, or if the snapshots are the other way round: then no event comes after the older one.
    pub(crate) fn open(
        lake: &Lake,
        [from, to]: &TwoManifests,
        begun: [Option<i64>; 2],
        heard: &Arc<Heard>,
        names: BTreeSet<&'static str>,
        (of_events, of_table): (Option<&BTreeSet<String>>, Option<&BTreeSet<String>>),
        accounts: Option<&Wanted>,
    ) -> Result<Option<Self>> {
        let is_looked_for = !names.is_empty() && from.captured_at <= to.captured_at;
        let Some(activity) = to.table(ACTIVITY).filter(|_| is_looked_for) else { return Ok(None) };
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
        let rows = ByAccount::new(TableReader::new(lake, activity, fields, accounts)?);
        let was = Times::open(lake, from, begun[0], of_table, accounts)?;
        let read = [was, Times::open(lake, to, begun[1], of_table, accounts)?];
        let (asked, heard) = (Times::open(lake, to, begun[1], of_events, accounts)?, Arc::clone(heard));
        Ok(Some(Self { rows, heard, names, read, asked, account_id: String::new(), events: Vec::new() }))
    }

    /// Adds the event to what one event alone can have made, or why there is none. What is found must come account after
    /// account.
    pub(crate) async fn find(&mut self, found: &mut [Found]) -> Result<()> {
        let mut wanted: Vec<&mut Found> = found.iter_mut().filter(|it| it.is_made()).collect();
        wanted.sort_by(|one, other| one.account_id.cmp(&other.account_id));
        for it in wanted {
            let (Some(account_id), Some(region), Some(made_by)) = (&it.account_id, &it.region, &it.made_by) else {
                continue;
            };
            if !self.heard.is_whole(account_id) {
                it.no_actor = Some(NoActor::ReadSinceLater);
                continue;
            }
            self.turn_to(account_id).await?;
            match self.maker(region, made_by) {
                Ok(event) => {
                    it.actor_arn.clone_from(&event.actor_arn);
                    it.event_time = Some(text(event.at_millis).map_err(failed)?);
                    it.event_id = Some(event.id.clone());
                    it.no_actor = event.actor_arn.is_none().then_some(NoActor::NotSaid);
                }
                Err(why) => it.no_actor = Some(why),
            }
        }
        Ok(())
    }

    /// Reads the events of an account, which comes after the one before it, and when it was read.
    async fn turn_to(&mut self, account_id: &str) -> Result<()> {
        if self.account_id == account_id {
            return Ok(());
        }
        account_id.clone_into(&mut self.account_id);
        let Self { rows, heard, names, read: [was, now], asked, events, .. } = self;
        for times in [was, now, asked] {
            times.turn_to(account_id).await?;
        }
        events.clear();
        rows.turn_to(account_id, |columns, row| {
            let is_read = |region: &str| heard.is_read(account_id, region);
            events.extend(event(columns, row, names, is_read)?);
            Ok(())
        })
        .await
    }

    /// The event that made a change in a row of this region; why there is none, if it may have been another one.
    fn maker(&self, region: &str, made_by: &MadeBy) -> Result<&Event, NoActor> {
        let [[since, _], [_, until]] = [self.read[0].of(region), self.read[1].of(region)];
        let event = the_one(&self.events, made_by, [since - SLACK_MILLIS, until + SLACK_MILLIS]);
        let is_unread = |why: NoActor| why == NoActor::NoneFits && !self.is_read(region);
        let event = event.map_err(|why| if is_unread(why) { NoActor::NotRead } else { why })?;
        // A later one that fits would be recorded in the same place.
        let [asked_at, _] = self.asked.of(&event.region);
        if until - SLACK_MILLIS <= asked_at { Ok(event) } else { Err(NoActor::RowReadLater) }
    }

    /// Whether all events were read where a change of this region is recorded; of what has no region, in any.
    fn is_read(&self, region: &str) -> bool {
        let is_there = |it: &str| region == GLOBAL || region == it;
        self.asked.regions().any(|it| is_there(it) && self.heard.is_read(&self.account_id, it))
    }
}

/// The event of a row, if it did something that is looked for, where all events were read.
fn event(
    columns: &[ArrayRef],
    row: usize,
    names: &BTreeSet<&'static str>,
    is_read: impl Fn(&str) -> bool,
) -> Result<Option<Event>, ArrowError> {
    let [_, region, id, name, actor_arn, time, is_failed, resources] = columns else { return Ok(None) };
    let (name, id) = (text_cell(name, row)?.unwrap_or_default(), text_cell(id, row)?.unwrap_or_default());
    let (time, is_failed) = (time.as_primitive::<TimestampMillisecondType>(), is_failed.as_boolean());
    let has_worked = is_failed.is_valid(row) && !is_failed.value(row);
    let region = region.as_string::<i32>().value(row);
    if !has_worked || time.is_null(row) || !names.contains(name.as_str()) || !is_read(region) {
        return Ok(None);
    }
    let (region, at_millis, actor_arn) = (region.to_owned(), time.value(row), text_cell(actor_arn, row)?);
    Ok(Some(Event { id, name, region, at_millis, actor_arn, resources: texts(resources, row)? }))
}

/// The texts of a list; none of a null.
fn texts(lists: &ArrayRef, row: usize) -> Result<Vec<String>, ArrowError> {
    let Some(list) = lists.as_list_opt::<i32>().filter(|lists| lists.is_valid(row)) else { return Ok(Vec::new()) };
    let values = list.value(row);
    let texts = (0..values.len()).map(|at| text_cell(&values, at)).collect::<Result<Vec<_>, _>>()?;
    Ok(texts.into_iter().flatten().collect())
}

/// The event that fits, if it is one alone.
fn the_one<'e>(events: &'e [Event], made_by: &MadeBy, [since, until]: [i64; 2]) -> Result<&'e Event, NoActor> {
    let fits = |event: &&Event| {
        let names = |about: &String| event.resources.iter().any(|resource| is_name_of(resource, about));
        let is_then = (since..=until).contains(&event.at_millis);
        is_then && made_by.events.contains(&event.name.as_str()) && made_by.about.iter().all(names)
    };
    let mut fitting = events.iter().filter(fits);
    let first = fitting.next().ok_or(NoActor::NoneFits)?;
    if fitting.next().is_none() { Ok(first) } else { Err(NoActor::SeveralFit) }
}

/// Whether a resource of an event is this one. IAM's events name users and roles without their paths.
fn is_name_of(resource: &str, about: &str) -> bool {
    resource == about || (about.starts_with("arn:") && about.rsplit('/').next() == Some(resource))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: &str, name: &str, resources: &[&str]) -> Event {
        let resources = resources.iter().map(|&it| it.to_owned()).collect();
        let (id, name, region) = (id.to_owned(), name.to_owned(), "global".to_owned());
        Event { id, name, region, at_millis: 0, actor_arn: None, resources }
    }

    fn the_only(events: &[Event], names: &[&'static str], about: &[&str]) -> Result<String, NoActor> {
        let about = about.iter().map(|&it| it.to_owned()).collect();
        the_one(events, &MadeBy { events: names.to_vec(), about }, [0, 0]).map(|event| event.id.clone())
    }

    fn fitting(events: &[Event], names: &[&'static str], about: &[&str]) -> Option<String> {
        the_only(events, names, about).ok()
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
        assert_eq!(the_only(&events, attached, &[user]), Err(NoActor::SeveralFit));
        assert_eq!(the_only(&events, &["DeleteUser"], &[user]), Err(NoActor::NoneFits));
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
