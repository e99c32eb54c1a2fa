//! What a rule found, as a row, and how much of it there is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;

use super::made_by::{MadeBy, NoActor};
use crate::cells::{batch_of_texts, schema_of_texts};
use crate::diff::Change;
use crate::rule::{Priority, Rule};
use crate::{CaseState, Result};

/// What a rule found: one row of the table that it watches; or a place where it could not look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The rule.
    pub rule_id: String,
    /// How much it matters.
    pub priority: Priority,
    /// What the rule finds.
    pub title: String,
    /// What happened to the row: `appeared`, `gone` or `changed`; `still` for a state that lasts; `unknown` if a value
    /// that decides was not read; `not_seen` if one snapshot may have missed the row, or the whole place.
    pub change: Change,
    /// The organization.
    pub organization_id: String,
    /// The row's account; none if it is about the whole organization.
    pub account_id: Option<String>,
    /// The account's name; none if it is about a place where the rule could not look.
    pub account_name: Option<String>,
    /// The row's region.
    pub region: Option<String>,
    /// What it is about: an ARN, or the row's key. None for the account itself, and for a place.
    pub resource: Option<String>,
    /// What the rule shows of the older row; none if there is none.
    pub was: Option<String>,
    /// What the rule shows of the newer row; none if there is none.
    pub now: Option<String>,
    /// Why it is `unknown` or `not_seen`: the snapshot, the collector and its outcome.
    pub reason: Option<String>,
    /// Who did it. None: no activity was read, or not exactly one event fits; or the event does not say.
    pub actor_arn: Option<String>,
    /// When it was done (UTC), by the event. None where there is no event.
    pub event_time: Option<String>,
    /// The event's id. None where there is no event.
    pub event_id: Option<String>,
    /// What is known of the event; none if no event is looked for.
    pub(crate) made_by: Option<MadeBy>,
    /// Why nobody is named; none where no event was looked for, and where somebody is named.
    pub(crate) no_actor: Option<NoActor>,
    /// Which row it is; none for a place where the rule could not look.
    pub(crate) row: Option<FoundRow>,
}

/// The row in which a rule found something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FoundRow {
    /// Its table.
    pub(crate) table: &'static str,
    /// Its natural key, as `diff` says it.
    pub(crate) row_key: Option<String>,
    /// The columns that an event of the rule can change.
    pub(crate) sets: Arc<BTreeSet<String>>,
    /// Whether the rule says so, and that one event can change several of them. Otherwise they are those by which it
    /// decides, and if several have changed nobody knows which of them its event changed.
    pub(crate) are_sets_said: bool,
}

/// The columns, all of them text.
const COLUMNS: [&str; 15] = [
    "rule_id",
    "priority",
    "title",
    "change",
    "organization_id",
    "account_id",
    "account_name",
    "region",
    "resource",
    "was",
    "now",
    "reason",
    "actor_arn",
    "event_time",
    "event_id",
];

pub(crate) fn schema() -> SchemaRef {
    schema_of_texts(&COLUMNS)
}

impl Found {
    /// Says that a rule could not look at a place, an account and a region; at nothing, if there is none.
    pub(crate) fn not_seen(
        rule: &Rule,
        organization_id: &str,
        place: Option<&(String, String)>,
        reason: String,
    ) -> Self {
        Self {
            title: rule.title.to_owned(),
            account_id: place.map(|(account_id, _)| account_id.clone()),
            region: place.map(|(_, region)| region.clone()),
            reason: Some(reason),
            ..Self::of(rule.id, rule.priority, Change::NotSeen, organization_id)
        }
    }

    /// What happened, and nothing else of it.
    pub fn of(rule_id: &str, priority: Priority, change: Change, organization_id: &str) -> Self {
        Self {
            rule_id: rule_id.to_owned(),
            priority,
            title: String::new(),
            change,
            organization_id: organization_id.to_owned(),
            account_id: None,
            account_name: None,
            region: None,
            resource: None,
            was: None,
            now: None,
            reason: None,
            actor_arn: None,
            event_time: None,
            event_id: None,
            made_by: None,
            no_actor: None,
            row: None,
        }
    }

    fn cells(&self) -> [Option<&str>; 15] {
        [
            Some(&self.rule_id),
            Some(self.priority.as_str()),
            Some(&self.title),
            Some(self.change.as_str()),
            Some(&self.organization_id),
            self.account_id.as_deref(),
            self.account_name.as_deref(),
            self.region.as_deref(),
            self.resource.as_deref(),
            self.was.as_deref(),
            self.now.as_deref(),
            self.reason.as_deref(),
            self.actor_arn.as_deref(),
            self.event_time.as_deref(),
            self.event_id.as_deref(),
        ]
    }

    /// Whether it is a change for which an event is looked for.
    pub(crate) fn is_made(&self) -> bool {
        self.made_by.is_some() && matches!(self.change, Change::Appeared | Change::Gone | Change::Changed)
    }

    /// Whether it was seen, and not only that nobody knows.
    pub fn is_seen(&self) -> bool {
        !matches!(self.change, Change::Unknown | Change::NotSeen)
    }
}

/// What was found, as one batch.
pub(crate) fn batch(found: &[Found]) -> Result<RecordBatch> {
    Ok(batch_of_texts(schema(), found.iter().map(Found::cells))?)
}

/// How much was found of each priority, and of how much nobody knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    seen: BTreeMap<Priority, u64>,
    accepted: BTreeMap<Priority, u64>,
    unseen: BTreeMap<Priority, u64>,
}

impl Told {
    /// Counts one, by what exceptions say of it.
    pub fn add(&mut self, found: &Found, state: Option<CaseState>) {
        let counts = match (found.is_seen(), state) {
            (false, _) => &mut self.unseen,
            (true, Some(CaseState::Accepted)) => &mut self.accepted,
            (true, _) => &mut self.seen,
        };
        *counts.entry(found.priority).or_default() += 1;
    }

    /// How much was found of this priority and of those above it, without what is accepted.
    pub fn seen(&self, floor: Priority) -> u64 {
        self.seen.range(floor..).map(|(_, count)| count).sum()
    }

    /// How much of this priority and of those above it was found and is accepted.
    pub fn accepted(&self, floor: Priority) -> u64 {
        self.accepted.range(floor..).map(|(_, count)| count).sum()
    }

    /// How many rows of this priority and of those above it are unknown or not seen.
    pub fn unseen(&self, floor: Priority) -> u64 {
        self.unseen.range(floor..).map(|(_, count)| count).sum()
    }

    /// From critical down: a priority, how much was found of it, and how many of its rows are unknown or not seen.
    pub fn by_priority(&self) -> impl Iterator<Item = (Priority, u64, u64)> {
        let of = |counts: &BTreeMap<Priority, u64>, it: Priority| counts.get(&it).copied().unwrap_or_default();
        Priority::ALL.into_iter().rev().map(move |it| (it, of(&self.seen, it), of(&self.unseen, it)))
    }
}
