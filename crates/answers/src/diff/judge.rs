//! Judges what is missing in one of two snapshots, by the tasks that the table rests on.
//!
//! A row of a collected table rests on the tasks in its account and region; if the table's collectors run only once for
//! the organization, on theirs. A derived row may rest on facts of any account, and no derivation names them. So it is
//! gone only if the tasks in all accounts were complete.

use std::collections::{BTreeSet, HashSet};
use std::sync::{Arc, OnceLock};

use super::columns::{ACTIVITY, RUN_TABLES};
use super::ended::{Ended, Says, Side, fact, found, looked, lost};
use super::fate::{Change, Missing, found_as, lost_as};
use super::known::{Both, ORGANIZATION, Place};

/// Whether a row would have been seen; if not, why.
type Seen = Result<(), String>;

/// A place where not all was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unseen {
    /// The account and the region; none for the whole organization.
    pub(crate) place: Option<(String, String)>,
    /// The snapshot, the collector and its outcome.
    pub(crate) reason: String,
}

/// Judges the rows of one table.
#[derive(Debug)]
pub(crate) struct Judge {
    both: Arc<Both>,
    collectors: Vec<u16>,
    is_derived: bool,
    /// Whether the table tells of the run itself, of which all is known.
    is_of_run: bool,
    /// Whether its rows are events, which are new whatever the older snapshot saw.
    is_of_events: bool,
    /// For a derived table: whether all facts were seen, both times.
    facts: OnceLock<Seen>,
}

impl Judge {
    /// The judge of a table that rests on these collectors, on all if none are named.
    pub(crate) fn new(both: &Arc<Both>, table: &str, collectors: Option<&BTreeSet<String>>, is_derived: bool) -> Self {
        let mut collectors = both.collectors(collectors);
        if is_derived {
            // Every derivation knows the accounts and the tree.
            collectors.extend(both.collectors(Some(&BTreeSet::from([ORGANIZATION.to_owned()]))));
            collectors.sort_unstable();
            collectors.dedup();
        }
        let (is_of_run, is_of_events) = (RUN_TABLES.contains(&table), table == ACTIVITY);
        Self { both: Arc::clone(both), collectors, is_derived, is_of_run, is_of_events, facts: OnceLock::new() }
    }

    /// What became of a row that the newer snapshot lacks, and why nobody knows.
    pub(crate) fn lost(&self, place: Place<'_>) -> (Change, Option<String>) {
        let seen = if self.is_derived { self.facts().clone() } else { self.seen(self.tasks(place), lost) };
        decided(lost_as, self.missing(Side::To, place, &seen), seen)
    }

    /// What a row is that the older snapshot lacks, and why nobody knows.
    pub(crate) fn found(&self, place: Place<'_>) -> (Change, Option<String>) {
        if self.is_of_events {
            return (Change::Appeared, None);
        }
        let seen = self.seen(self.tasks(place), found);
        decided(found_as, self.missing(Side::From, place, &seen), seen)
    }

    /// Why a null in a row of this snapshot may be a value that was not read; none if it was read.
    pub(crate) fn short(&self, side: Side, place: Place<'_>) -> Option<String> {
        if self.is_of_run {
            return None;
        }
        if self.is_derived {
            return self.facts().clone().err();
        }
        let tasks = self.tasks(place);
        let is_short = |collector: &&u16| {
            let [from, to] = self.both.ends(tasks, **collector);
            if side == Side::From { from.is_short() } else { to.is_short() }
        };
        let short = self.collectors.iter().find(is_short)?;
        Some(self.both.words(side, tasks, *short))
    }

    /// Where a rule that finds nothing says nothing, since one of the snapshots did not see all; of events only the
    /// newer one matters. A derived table is seen in all places or in none.
    pub(crate) fn unseen(&self) -> Vec<Unseen> {
        if self.is_of_run {
            return Vec::new();
        }
        if self.is_derived {
            let facts = self.facts().clone();
            return facts.err().map(|reason| Unseen { place: None, reason }).into_iter().collect();
        }
        let (mut unseen, mut has_task) = (Vec::new(), false);
        for (account_id, region) in self.both.places() {
            let place = Place { account_id, region };
            let tasks = self.both.tasks(place);
            for &collector in &self.collectors {
                let says = match self.both.ends(tasks, collector) {
                    [_, Ended::Complete] if self.is_of_events => Says::Seen,
                    [from, to] => looked(from, to),
                };
                has_task = has_task || says != Says::Nothing;
                let Says::NotSeen(side) = says else { continue };
                if !self.both.is_account_out(side, account_id) && !self.both.is_region_off(side, place) {
                    let reason = self.both.words(side, tasks, collector);
                    unseen.push(Unseen { place: Some((account_id.to_owned(), region.to_owned())), reason });
                    break;
                }
            }
        }
        if !has_task {
            unseen.push(Unseen { place: None, reason: "no task of this table was complete".to_owned() });
        }
        unseen
    }

    /// Whether the older snapshot was asked for the table, in whatever place.
    pub(crate) fn was_asked(&self) -> bool {
        self.both.places().into_iter().any(|(account_id, region)| {
            let tasks = self.both.tasks(Place { account_id, region });
            self.collectors.iter().any(|&collector| self.both.ends(tasks, collector)[0] != Ended::NotRun)
        })
    }

    /// Whether a null of a boolean says that nobody knows.
    pub(crate) fn has_verdicts(&self) -> bool {
        self.is_derived
    }

    fn missing(&self, side: Side, place: Place<'_>, seen: &Seen) -> Missing {
        Missing {
            is_account_out: self.both.is_account_out(side, place.account_id),
            is_region_off: self.both.is_region_off(side, place),
            is_seen: self.is_of_run || seen.is_ok(),
        }
    }

    /// The tasks that could have brought a row of this place.
    fn tasks(&self, place: Place<'_>) -> [&[u16]; 2] {
        let own = self.both.tasks(place);
        let runs = |collector: &u16| self.both.ends(own, *collector) != [Ended::NotRun; 2];
        if self.collectors.iter().any(runs) { own } else { self.both.organization_tasks() }
    }

    fn seen(&self, tasks: [&[u16]; 2], says: fn(Ended, Ended) -> Says) -> Seen {
        let mut is_seen = false;
        for &collector in &self.collectors {
            let [from, to] = self.both.ends(tasks, collector);
            match says(from, to) {
                Says::Nothing => {}
                Says::Seen => is_seen = true,
                Says::NotSeen(side) => return Err(self.both.words(side, tasks, collector)),
            }
        }
        if is_seen { Ok(()) } else { Err("no task of this table was complete there".to_owned()) }
    }

    /// Whether all facts of the organization were seen, both times. An account that has left or joined, and a region
    /// that was switched on or off, has them in one snapshot alone, and nothing of it was missed.
    fn facts(&self) -> &Seen {
        self.facts.get_or_init(|| {
            let mut judged = HashSet::new();
            for (account_id, region) in self.both.places() {
                let place = Place { account_id, region };
                let is_out = |side| self.both.is_account_out(side, account_id) || self.both.is_region_off(side, place);
                let numbers = self.both.numbers(place);
                if is_out(Side::From) || is_out(Side::To) || !judged.insert(numbers) {
                    continue;
                }
                let tasks = self.both.tasks_by(numbers);
                for &collector in &self.collectors {
                    let [from, to] = self.both.ends(tasks, collector);
                    if let Says::NotSeen(side) = fact(from, to) {
                        let words = self.both.words(side, tasks, collector);
                        return Err(format!("{words} in {account_id} {region}"));
                    }
                }
            }
            Ok(())
        })
    }
}

fn decided(decide: fn(Missing) -> Change, missing: Missing, seen: Seen) -> (Change, Option<String>) {
    let change = decide(missing);
    (change, seen.err().filter(|_| change == Change::NotSeen))
}

#[cfg(test)]
mod tests;
