//! Rules by what they watch, so that each table is read once.

use std::collections::VecDeque;

use crate::diff::ACTIVITY;
use crate::rule::{Rule, Watched};

/// Rules that look at the same rows in the same way.
pub(crate) struct Group {
    pub(crate) table: &'static str,
    pub(crate) rests_on: Vec<&'static str>,
    pub(crate) rules: Vec<(Rule, Watched)>,
}

/// Rules by what they look for, in the order of their first ones; those that look for events come last.
pub(crate) fn groups(rules: &[Rule]) -> VecDeque<Group> {
    let mut groups = VecDeque::<Group>::new();
    for rule in rules {
        for watched in rule.looks_for() {
            let with = (rule.clone(), watched.clone());
            let is_of = |group: &&mut Group| group.table == watched.table && group.rests_on == watched.rests_on;
            match groups.iter_mut().find(is_of) {
                Some(group) => group.rules.push(with),
                None => {
                    let (table, rests_on) = (watched.table, watched.rests_on.clone());
                    groups.push_back(Group { table, rests_on, rules: vec![with] });
                }
            }
        }
    }
    let (events, mut others): (VecDeque<Group>, VecDeque<Group>) =
        groups.into_iter().partition(|group| group.table == ACTIVITY);
    others.extend(events);
    others
}

/// Why a rule that needs an event could not look for it.
pub(crate) fn not_collected(rule: &Rule) -> String {
    format!("{}: CloudTrail's activity is not collected", rule.event.unwrap_or(ACTIVITY))
}
