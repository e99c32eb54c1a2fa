//! Who made the changes of a thing, by the rules of change and the events that fit, as `changes` says it.
//!
//! A rule knows which events make what it finds. Rules are asked only where a row that they watch has changed, and only
//! of nights that read events: so `activity` is read for few nights, and of few accounts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use datafusion::prelude::SessionContext;
use orgcensus_lake::Lake;

use super::event::Event;
use super::night::{Night, accounts};
use crate::changes::{About, NoActor, found_about};
use crate::diff::{ACTIVITY, ACTIVITY_WINDOWS, Change};
use crate::rule::{Find, Rule};
use crate::{Found, Result, Subject};

/// Why there is no actor where no rule finds the change, or none that knows its events.
const NO_RULE: &str = "no rule of change knows which event makes it";

/// Why there is none where the event of a rule fits that reads other columns which have changed too.
const SEVERAL_COLUMNS: &str = "an event fits, and may have changed another column";

/// Nights by their dates.
type Nights = BTreeMap<String, Arc<Night>>;

/// The rules that know which events make what they find, ready for one thing.
pub(crate) struct Makers {
    lake: Lake,
    subject: Arc<Subject>,
    engine: SessionContext,
    rules: Vec<Rule>,
}

impl Makers {
    pub(crate) fn new(lake: &Lake, subject: &Arc<Subject>, rules: &[Rule]) -> Self {
        let knows = |rule: &&Rule| rule.watches.as_ref().is_some_and(|it| !it.made_by.is_empty());
        // What rules find among events is no change of a row.
        let of_rows = |rule: &Rule| Rule { event: None, heard: None, ..rule.clone() };
        let rules = rules.iter().filter(knows).map(of_rows).collect();
        Self { lake: lake.clone(), subject: Arc::clone(subject), engine: SessionContext::new(), rules }
    }

    /// The tables whose rows are looked at again, and those of what happened.
    pub(crate) fn tables(&self) -> BTreeSet<&'static str> {
        let watched = self.rules.iter().flat_map(Rule::looks_for).map(|watched| watched.table);
        watched.chain([ACTIVITY, ACTIVITY_WINDOWS]).collect()
    }

    /// Adds to what a night shows who made it, or why nobody is named. Older nights are those with which its rows were
    /// compared.
    pub(crate) async fn name(&self, older: &Nights, to: &Night, events: &mut [Event]) -> Result<()> {
        let has_rows = |table: &str| to.manifest.table(table).is_some_and(|it| it.rows > 0);
        let has_events = has_rows(ACTIVITY) || has_rows(ACTIVITY_WINDOWS);
        let mut by_night = BTreeMap::<String, Vec<&mut Event>>::new();
        for event in events.iter_mut().filter(|it| is_change(it)) {
            event.actor_reason = Some(if has_events { NO_RULE.to_owned() } else { NoActor::NotRead.to_string() });
            by_night.entry(event.previous_snapshot_date.clone().unwrap_or_default()).or_default().push(event);
        }
        if !has_events {
            return Ok(());
        }
        for (date, events) in by_night {
            if let Some(from) = older.get(&date) {
                self.name_since(from, to, events).await?;
            }
        }
        Ok(())
    }

    /// The same of what has changed since one night.
    async fn name_since(&self, from: &Night, to: &Night, events: Vec<&mut Event>) -> Result<()> {
        let may_find = |rule: &&Rule| events.iter().any(|event| may_find(rule, event));
        let rules: Vec<Rule> = self.rules.iter().filter(may_find).cloned().collect();
        if rules.is_empty() {
            return Ok(());
        }
        let of = events.iter().map(|event| event.account_id.clone()).collect();
        let accounts = accounts(&self.lake, [&from.manifest, &to.manifest], of).await?;
        let about = About { subject: Arc::clone(&self.subject), accounts };
        let manifests = [from.manifest.clone(), to.manifest.clone()];
        let found = found_about(&self.lake, &self.engine, manifests, &rules, about).await?;
        let are_sure: Vec<bool> = found.iter().map(|it| is_sure(it, &events)).collect();
        for event in events {
            let of_event = found.iter().zip(&are_sure).filter(|(it, _)| is_of(it, event));
            let (told, unsure): (Vec<_>, Vec<_>) =
                of_event.partition(|(it, is_sure)| **is_sure || it.event_id.is_none());
            take(event, &told.into_iter().map(|(it, _)| it).collect::<Vec<_>>());
            if event.event_id.is_none() && !unsure.is_empty() {
                event.actor_reason = Some(SEVERAL_COLUMNS.to_owned());
            }
        }
        Ok(())
    }
}

/// Whether somebody may have made it. What is only seen, or not seen, or not known, is no change.
fn is_change(event: &Event) -> bool {
    [Change::Appeared, Change::Changed, Change::Gone].iter().any(|it| it.as_str() == event.change)
}

/// Whether the rule may find it: an event that it cannot find need not be read.
fn may_find(rule: &Rule, event: &Event) -> bool {
    let Some(watched) = rule.watches.as_ref().filter(|it| it.table == event.table_name) else { return false };
    match &event.column_name {
        Some(column) if !watched.sets.is_empty() => watched.sets.contains(&column.as_str()),
        Some(column) => {
            [Some(watched.is_so), watched.when].into_iter().flatten().any(|it| it.contains(column.as_str()))
        }
        None if event.change == Change::Appeared.as_str() => watched.finds.contains(&Find::Appeared),
        None => watched.finds.contains(&Find::Gone),
    }
}

/// Whether it is known which column the event of a rule changed: the rule says which it changes, or one alone has
/// changed of those that it reads.
fn is_sure(found: &Found, events: &[&mut Event]) -> bool {
    let is_said = found.row.as_ref().is_some_and(|row| row.are_sets_said);
    is_said || events.iter().filter(|event| is_of(found, event)).count() <= 1
}

/// Whether a rule found this change: in this row, in a column that the rule's event can change.
fn is_of(found: &Found, event: &Event) -> bool {
    let Some(row) = &found.row else { return false };
    let is_row = row.table == event.table_name
        && row.row_key == event.row_key
        && found.account_id.as_ref() == Some(&event.account_id)
        && found.region.as_ref() == Some(&event.region);
    let is_set = event.column_name.as_ref().is_none_or(|column| row.sets.contains(column));
    is_row && is_set && found.is_made() && found.change.as_str() == event.change
}

/// Takes the actor of what the rules found; if they name two events, nobody knows which it was.
fn take(event: &mut Event, found: &[&Found]) {
    let mut named: Vec<&Found> = found.iter().copied().filter(|it| it.event_id.is_some()).collect();
    named.sort_by(|one, other| one.event_id.cmp(&other.event_id));
    named.dedup_by(|one, other| one.event_id == other.event_id);
    let why = match named.as_slice() {
        [] if found.is_empty() => return,
        [] => Some(found.iter().find_map(|it| it.no_actor).unwrap_or(NoActor::NotRead)),
        [one] => {
            event.actor_arn.clone_from(&one.actor_arn);
            event.event_time.clone_from(&one.event_time);
            event.event_id.clone_from(&one.event_id);
            one.no_actor
        }
        _ => Some(NoActor::SeveralFit),
    };
    event.actor_reason = why.map(|why| why.to_string());
}
