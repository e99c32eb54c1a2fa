//! The actions of the members' role, by version. A role that was deployed for an older version of the program lacks the
//! actions that were added since. Its tag says its version, so that what is refused for this reason has a name.

use std::collections::BTreeMap;

use orgcensus_collect::{Call, Collector};
use serde::{Deserialize, Serialize};

use crate::outcome::Outcome;
use crate::task_record::TaskRecord;

/// Why a task was refused: the role was deployed before the action was added to it.
const OUTDATED: &str = "role_outdated";

/// Since which version the role has each of its actions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleActions(BTreeMap<String, u32>);

/// Accounts whose role is older than the newest version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolesBehind {
    /// How many.
    pub accounts: u64,
    /// The oldest version that one of them has.
    pub oldest: u32,
}

impl RoleActions {
    /// Reads lines of an action, a tab and a version. Other lines say nothing.
    pub fn parse(text: &str) -> Self {
        let line = |line: &str| {
            let (action, since) = line.split_once('\t')?;
            Some((action.to_owned(), since.parse().ok()?))
        };
        Self(text.lines().filter_map(line).collect())
    }

    /// The newest version.
    pub fn newest(&self) -> u32 {
        self.0.values().copied().max().unwrap_or_default()
    }

    /// The actions, each with the version since which the role has it.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u32)> {
        self.0.iter().map(|(action, since)| (action.as_str(), *since))
    }

    /// The actions that a role of this version lacks.
    pub fn missing(&self, version: u32) -> Vec<&str> {
        self.iter().filter(|(_, since)| *since > version).map(|(action, _)| action).collect()
    }

    /// Says of each of an account's tasks that was refused an action which its role is too old to have. Gives the role's
    /// version if it is not the newest. Nothing is said if the version is not known.
    pub(crate) fn explain(&self, collectors: &[Collector], tasks: &mut [TaskRecord]) -> Option<u32> {
        let version = tasks.iter().find_map(|task| task.role_version)?;
        let missing = self.missing(version);
        for task in tasks.iter_mut().filter(|task| matches!(task.outcome, Outcome::Denied | Outcome::Partial)) {
            if refused_action(collectors, task).is_some_and(|action| missing.contains(&action.as_str())) {
                task.reason = Some(OUTDATED.to_owned());
            }
        }
        (version < self.newest()).then_some(version)
    }
}

/// The action of the call that failed first in a task.
fn refused_action(collectors: &[Collector], task: &TaskRecord) -> Option<String> {
    let operation = task.error_operation.as_deref()?;
    let collector = collectors.iter().find(|collector| collector.name == task.collector)?;
    collector.calls.iter().find(|call| call.name() == operation).map(Call::action)
}

impl RolesBehind {
    /// An account whose role has this version.
    pub(crate) fn one(version: u32) -> Self {
        Self { accounts: 1, oldest: version }
    }

    /// The sum of two counts.
    pub(crate) fn sum(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        match (one, other) {
            (Some(one), Some(other)) => {
                Some(Self { accounts: one.accounts + other.accounts, oldest: one.oldest.min(other.oldest) })
            }
            (one, other) => one.or(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::{Runs, Scope, call};

    use super::*;

    const KEYS: Collector = Collector {
        name: "kms_keys",
        scope: Scope::Region,
        runs: Runs::Always,
        calls: &[call("kms", "ListKeys"), call("kms", "ListGrants").needs("kms:Grants")],
        resources: &[],
        tables: &[],
        collect: |_, _| Box::pin(async { Ok(()) }),
    };

    fn task(outcome: Outcome, operation: &str, role_version: Option<u32>) -> TaskRecord {
        let error_operation = Some(operation.to_owned());
        TaskRecord { error_operation, role_version, ..TaskRecord::untried(KEYS.name, "global", outcome) }
    }

    fn actions() -> RoleActions {
        RoleActions::parse("kms:Grants\t3\nkms:ListKeys\t1\nno line\nsqs:ListQueues\t2\n")
    }

    #[test]
    fn a_version_lacks_what_was_added_after_it() {
        assert_eq!(actions().newest(), 3);
        assert_eq!(actions().missing(1), ["kms:Grants", "sqs:ListQueues"]);
        assert_eq!((actions().missing(2), actions().missing(3).len()), (vec!["kms:Grants"], 0));
        assert_eq!(RoleActions::default().newest(), 0);
    }

    #[test]
    fn only_what_the_role_is_too_old_for_has_the_reason() {
        let explained = |version: Option<u32>| {
            let mut tasks = [
                task(Outcome::Denied, "kms:ListGrants", version),
                task(Outcome::Partial, "kms:ListGrants", None),
                task(Outcome::Denied, "kms:ListKeys", None),
                task(Outcome::DeniedByScp, "kms:ListGrants", None),
                task(Outcome::Denied, "sts:AssumeRole", None),
            ];
            let behind = actions().explain(&[KEYS], &mut tasks);
            assert!(tasks.iter().all(|task| task.outcome.is_planned()));
            (behind, tasks.map(|task| task.reason.is_some_and(|reason| reason == "role_outdated")))
        };
        assert_eq!(explained(Some(2)), (Some(2), [true, true, false, false, false]));
        assert_eq!(explained(Some(3)), (None, [false; 5]), "the newest role is refused for another reason");
        assert_eq!(explained(None), (None, [false; 5]), "a role without a version");
    }

    #[test]
    fn accounts_behind_are_counted_and_the_oldest_role_is_named() {
        let sum = RolesBehind::sum(Some(RolesBehind::one(2)), Some(RolesBehind { accounts: 3, oldest: 1 }));
        assert_eq!(sum, Some(RolesBehind { accounts: 4, oldest: 1 }));
        assert_eq!(RolesBehind::sum(None, sum), sum);
        assert_eq!(RolesBehind::sum(None, None), None);
    }
}
