//! `changes`: rules of change.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use orgcensus_answers::{Events, Priority, Which};

use super::{Accepting, Place, Shown};

pub(super) const CHANGES_HELP: &str = "\
Examples:
  orgcensus changes
  orgcensus changes D8 D9 --since 2026-11-21 --format json
  orgcensus changes --fail-on critical
  orgcensus changes --list
  orgcensus changes --sql --events trail_activity

Rows are matched as `orgcensus diff` matches them. The column change says:
  appeared  the older snapshot saw that it was not there
  gone      all tasks that the rule rests on were complete there, both times
  changed   it was there, and is now as the rule says, or no longer
  still     it was so and is so; only with --states, of rules that look for
            states
  unknown   a value that decides was not read
  not_seen  one snapshot may have missed it. A row without a resource is a
            place where the rule could not look; without an account, it could
            not look at all: reason says why
The column state says active or accepted (`orgcensus exceptions --help`), and nothing where a rule could not look.
What an account that left, or a region that was switched off, took along is no deletion: `orgcensus diff` tells it.";

/// `changes`
#[derive(Debug, Args)]
pub(crate) struct Changes {
    #[command(flatten)]
    pub(crate) place: Place,
    /// The older snapshot: newest, a date (YYYY-MM-DD) or a run id [default: the newest complete one of an earlier date]
    #[arg(long, visible_alias = "since", value_name = "SNAPSHOT")]
    pub(crate) from: Option<Which>,
    /// The newer snapshot.
    #[arg(long, value_name = "SNAPSHOT", default_value = "newest")]
    pub(crate) to: Which,
    /// Fail where one of the snapshots is incomplete, instead of warning.
    #[arg(long)]
    pub(crate) require_complete: bool,
    #[command(flatten)]
    pub(crate) shown: Shown,
    /// Also tell what was so before and is so still: weak password policies.
    #[arg(long)]
    pub(crate) states: bool,
    /// End with exit code 8 if something of this priority or of a higher one is found: critical, high (error), medium
    /// (warning), low (notice and info). What is unknown or not seen is no finding, and what is accepted does not count.
    #[arg(long, value_name = "PRIORITY", hide_possible_values = true)]
    pub(crate) fail_on: Option<FailOn>,
    #[command(flatten)]
    pub(crate) accepting: Accepting,
    /// Print the ids, priorities and titles instead of asking, and beside a configuration's priority the shipped one.
    #[arg(long, conflicts_with_all = ["fail_on", "states"])]
    pub(crate) list: bool,
    /// Print statements for Athena instead of asking: what the rules of events find in `activity`, and who made the
    /// changes that are published with the newer snapshot.
    #[arg(long, conflicts_with_all = ["fail_on", "states", "list"])]
    pub(crate) sql: bool,
    /// Where these statements find events: the table of the collector, or the view over the organization's own trail that
    /// `catalog print --trail` prints. Only Athena reads the view [default: activity]
    #[arg(long, value_name = "NAME", requires = "sql")]
    pub(crate) events: Option<EventsNamed>,
    /// Also the rules of this folder's .sql files, which have the form of the shipped ones [default: none, or the
    /// configuration's]
    #[arg(long, value_name = "DIR")]
    pub(crate) rules: Option<PathBuf>,
    /// Ids of rules. A part's letter means all rules of the part; no id means all rules.
    #[arg(value_name = "ID")]
    pub(crate) ids: Vec<String>,
}

/// A table or a view with events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum EventsNamed {
    /// What the collector `cloudtrail_activity` has read.
    Activity,
    /// What an organization's own trail has.
    TrailActivity,
}

impl From<EventsNamed> for Events {
    fn from(named: EventsNamed) -> Self {
        match named {
            EventsNamed::Activity => Self::Activity,
            EventsNamed::TrailActivity => Self::TrailActivity,
        }
    }
}

/// The lowest priority that ends the command with an exit code of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Critical alone.
    Critical,
    /// Error, and worse.
    #[value(alias = "error")]
    High,
    /// Warning, and worse.
    #[value(alias = "warning")]
    Medium,
    /// Anything.
    #[value(aliases = ["notice", "info"])]
    Low,
}

impl From<FailOn> for Priority {
    fn from(fail_on: FailOn) -> Self {
        match fail_on {
            FailOn::Critical => Self::Critical,
            FailOn::High => Self::Error,
            FailOn::Medium => Self::Warning,
            FailOn::Low => Self::Info,
        }
    }
}
