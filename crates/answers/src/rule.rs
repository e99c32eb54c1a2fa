//! A rule of change: what to look for between two snapshots, and how much it matters.

use std::collections::BTreeMap;
use std::fmt;

use crate::diff::ACTIVITY;

/// How much it matters that a rule found something, in its author's words. The shipped rules have their vendor's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// It is good to know.
    Info,
    /// Somebody may want to look.
    Notice,
    /// Somebody should look.
    Warning,
    /// Something is wrong.
    Error,
    /// Something is wrong that cannot wait.
    Critical,
}

impl Priority {
    /// All of them, the most urgent last.
    pub const ALL: [Self; 5] = [Self::Info, Self::Notice, Self::Warning, Self::Error, Self::Critical];

    /// The column's value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
        }
    }

    /// The priority of a word; the error says which words there are.
    pub fn parse(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|it| it.as_str() == text);
        found.ok_or_else(|| format!("{text:?} is no priority: critical, error, warning, notice or info"))
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not write_str: a list has the words in a column of some width.
        formatter.pad(self.as_str())
    }
}

/// What a rule looks for. A row *is so* if the rule's condition holds of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Find {
    /// A row that is so has appeared.
    Appeared,
    /// A row that was not so is so now.
    Became,
    /// A row that is so now has changed in the way that `when` says.
    Changed,
    /// A row that was so is there and no longer so.
    Ended,
    /// A row that was so is gone.
    Gone,
    /// A row was so and is so. It is a state and no change, and is told only if it is asked for.
    Still,
}

impl Find {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        match text {
            "appeared" => Ok(Self::Appeared),
            "became" => Ok(Self::Became),
            "changed" => Ok(Self::Changed),
            "ended" => Ok(Self::Ended),
            "gone" => Ok(Self::Gone),
            "still" => Ok(Self::Still),
            _ => Err(format!("{text:?} is none of appeared, became, changed, ended, gone, still")),
        }
    }
}

/// A rule of change.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// `D9`.
    pub id: &'static str,
    /// What it finds.
    pub title: &'static str,
    /// How much that matters here.
    pub priority: Priority,
    /// How much that matters as its file says, whatever a configuration says.
    pub shipped_priority: Priority,
    /// What it looks for in the rows of a table; none for a rule that needs an event.
    pub(crate) watches: Option<Watched>,
    /// The event of CloudTrail that it needs, because no other table has a trace of it, or not of all of it.
    pub(crate) event: Option<&'static str>,
    /// What it looks for among these events, besides what it watches.
    pub(crate) heard: Option<Watched>,
}

/// What a rule looks for in the rows of a table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Watched {
    pub(crate) table: &'static str,
    /// The collectors that matter, where they are not all of those that the table rests on.
    pub(crate) rests_on: Vec<&'static str>,
    pub(crate) finds: Vec<Find>,
    /// The column that names the resource; none means the table's key.
    pub(crate) resource: Option<&'static str>,
    /// The columns whose values are told.
    pub(crate) shows: Vec<&'static str>,
    /// A condition on the columns of a row, in SQL. Null is unknown.
    pub(crate) is_so: &'static str,
    /// A condition on a row that is in both snapshots, in SQL, by `was.column` and `now.column`.
    pub(crate) when: Option<&'static str>,
    /// The events of CloudTrail that make such a change. None: it is not known.
    pub(crate) made_by: Vec<&'static str>,
    /// The columns that name what such an event is about. None: the account.
    pub(crate) known_by: Vec<&'static str>,
    /// The columns that one such event can change, some or all at once. None: it is not said.
    pub(crate) sets: Vec<&'static str>,
}

impl Rule {
    /// Its part's letter.
    pub(crate) fn part(&self) -> &'static str {
        self.id.split_at(1).0
    }

    /// The number behind the letter.
    pub(crate) fn number(&self) -> u32 {
        self.id.split_at(1).1.parse().unwrap_or_default()
    }

    /// The same rule with a site's priority, by the ids of rules. Upper and lower case are the same.
    #[must_use]
    pub fn with_priority(&self, priorities: &BTreeMap<String, Priority>) -> Self {
        let named = priorities.iter().find(|(id, _)| id.eq_ignore_ascii_case(self.id));
        Self { priority: named.map_or(self.priority, |(_, priority)| *priority), ..self.clone() }
    }

    /// All that it looks for: in its table, and among events.
    pub(crate) fn looks_for(&self) -> impl Iterator<Item = &Watched> {
        self.watches.iter().chain(&self.heard)
    }

    /// Whether it looks for its event among those that were read.
    pub(crate) fn hears(&self) -> bool {
        self.looks_for().any(|it| it.table == ACTIVITY)
    }

    /// Whether it needs an event to be answered in full.
    pub fn needs_event(&self) -> bool {
        self.event.is_some()
    }
}
