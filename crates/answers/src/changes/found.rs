//! What a rule found, as a row, and how much of it there is.

use std::collections::BTreeMap;

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;

use crate::Result;
use crate::cells::{batch_of_texts, schema_of_texts};
use crate::diff::Change;
use crate::rule::Priority;

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
}

/// The columns, all of them text.
const COLUMNS: [&str; 12] = [
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
];

pub(crate) fn schema() -> SchemaRef {
    schema_of_texts(&COLUMNS)
}

impl Found {
    fn cells(&self) -> [Option<&str>; 12] {
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
        ]
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
    unseen: BTreeMap<Priority, u64>,
}

impl Told {
    /// Counts what was found.
    pub fn add(&mut self, found: &[Found]) {
        for it in found {
            let counts = if it.is_seen() { &mut self.seen } else { &mut self.unseen };
            *counts.entry(it.priority).or_default() += 1;
        }
    }

    /// How much was found of this priority and of those above it.
    pub fn seen(&self, floor: Priority) -> u64 {
        self.seen.range(floor..).map(|(_, count)| count).sum()
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
