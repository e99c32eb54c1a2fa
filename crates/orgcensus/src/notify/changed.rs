//! What the rules of change find between the previous complete snapshot and the one that a run published.

use std::cmp::Reverse;
use std::time::Duration;

use orgcensus_answers::{Accepted, Changes, Found, Priority, Rule, Snapshot, Told, Which, rules};
use orgcensus_lake::{Commit, Lake, before_run};

use crate::accepting;
use crate::args::Accepting;
use crate::config::Config;

/// How long looking for changes may take. Ten thousand accounts take minutes.
const TIMEOUT: Duration = Duration::from_secs(15 * 60);

/// What changed.
pub(super) struct Changed {
    /// The snapshot before.
    pub(super) since: Commit,
    /// How much was found, by priority.
    pub(super) told: Told,
    /// What is told one by one: the most important first, at most the stated number.
    pub(super) each: Vec<Found>,
    /// The lowest priority that is told one by one; none if nothing is.
    pub(super) floor: Option<Priority>,
}

/// Why there are no changes to tell.
#[derive(Debug)]
pub(super) enum Missing {
    /// The run has published nothing.
    NoSnapshot,
    /// It is the organization's first complete snapshot.
    First,
    /// They could not be read.
    Unread(String),
}

impl Missing {
    /// In words that name nothing of the lake.
    pub(super) fn words(&self) -> &'static str {
        match self {
            Self::NoSnapshot => "no snapshot was published",
            Self::First => "there is no earlier complete snapshot",
            Self::Unread(_) => "they could not be read: the run's log says why",
        }
    }
}

impl Changed {
    /// How many changes would be told one by one, were there room.
    pub(super) fn reached(&self) -> u64 {
        self.floor.map_or(0, |floor| self.told.seen(floor))
    }
}

/// Looks for changes; those of a priority, or of a higher one, are kept to be told one by one, at most so many. What
/// somebody accepts is not told one by one.
pub(super) async fn read(
    config: &Config,
    lake: &Lake,
    run_id: &str,
    floor: Option<Priority>,
    each_max: usize,
) -> Result<Changed, Missing> {
    let looking = tokio::time::timeout(TIMEOUT, look(config, lake, run_id, floor, each_max)).await;
    looking.unwrap_or_else(|_elapsed| {
        Err(Missing::Unread(format!("looking for changes took longer than {} s", TIMEOUT.as_secs())))
    })
}

async fn look(
    config: &Config,
    lake: &Lake,
    run_id: &str,
    floor: Option<Priority>,
    each_max: usize,
) -> Result<Changed, Missing> {
    let unread =
        |error: &dyn std::error::Error| Missing::Unread(format!("could not {}", orgcensus_aws::with_causes(error)));
    let commits = lake.commits().await.map_err(|error| unread(&error))?;
    let since = previous(&commits, run_id).ok_or(Missing::First)?.clone();
    let priorities = config.priorities();
    let rules = rules().map_err(|error| unread(&error))?;
    let rules: Vec<Rule> = rules.iter().map(|it| it.with_priority(&priorities)).collect();
    let rules: Vec<&Rule> = rules.iter().collect();
    let (from, to) = (Which::Run(since.run_id.clone()), Which::Run(run_id.to_owned()));
    let opened = Changes::open(lake, Some(&from), &to, &rules, false).await;
    let mut changes = opened.map_err(|error| unread(&error))?;
    let (mut told, mut each) = (Told::default(), Vec::new());
    if let Some(exceptions) = accepting::read(config, &Accepting::default()).map_err(|error| unread(&error))? {
        let snapshot = Snapshot::open(lake, &to).await.map_err(|error| unread(&error))?;
        changes = changes.accepting(Accepted::of(&snapshot, &exceptions).await.map_err(|error| unread(&error))?);
    }
    while let Some(found) = changes.next_active(&mut told).await.map_err(|error| unread(&error))? {
        each.extend(found.into_iter().filter(|it| it.is_seen() && floor.is_some_and(|floor| it.priority >= floor)));
        keep(&mut each, each_max);
    }
    Ok(Changed { since, told, each, floor })
}

/// The newest complete snapshot of the run's organization before it.
fn previous<'a>(commits: &'a [Commit], run_id: &str) -> Option<&'a Commit> {
    let own = commits.iter().find(|it| it.run_id == run_id)?;
    before_run(commits, &own.organization_id, &own.run_id, own.captured_at)
}

/// Keeps the most important ones; of equal ones those that were found first.
fn keep(each: &mut Vec<Found>, max: usize) {
    each.sort_by_key(|it| Reverse(it.priority));
    each.truncate(max);
}

#[cfg(test)]
mod tests {
    use orgcensus_answers::Change;
    use orgcensus_lake::testing;
    use orgcensus_row::Timestamp;

    use super::*;

    fn commit(n: u32, organization_id: &str, at: i64, is_complete: bool) -> Commit {
        Commit { captured_at: Timestamp(at), ..testing::commit(n, organization_id, "2026-11-22", is_complete) }
    }

    #[test]
    fn the_snapshot_before_is_the_newest_complete_one_of_the_organization() {
        let commits = [
            commit(1, "o-1", 10, true),
            commit(2, "o-1", 20, true),
            commit(3, "o-1", 30, false),
            commit(4, "o-2", 35, true),
            commit(5, "o-1", 40, false),
            commit(6, "o-1", 50, true),
        ];
        let found = |run_id: &str| previous(&commits, run_id).map(|it| it.n);
        assert_eq!(found("run-5"), Some(2), "not the incomplete one, nor another organization's, nor a later one");
        assert_eq!((found("run-6"), found("run-1"), found("run-4"), found("run-7")), (Some(2), None, None, None));
    }

    #[test]
    fn the_most_important_changes_are_kept() {
        let found = |rule_id, priority| Found::of(rule_id, priority, Change::Appeared, "o-1");
        let mut each = vec![
            found("D1", Priority::Info),
            found("D2", Priority::Warning),
            found("D8", Priority::Critical),
            found("D4", Priority::Warning),
        ];
        keep(&mut each, 3);
        assert_eq!(each.iter().map(|it| it.rule_id.as_str()).collect::<Vec<_>>(), ["D8", "D2", "D4"]);
        keep(&mut each, 0);
        assert!(each.is_empty());
    }
}
