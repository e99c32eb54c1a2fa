//! Whether anybody hears of what a service finds: whether the rules on the buses to which it publishes together match
//! every event that it declares, and tell somebody.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use orgcensus_policy::event_class;

use crate::three_valued::{all, any};

/// The events that services declare, by the names of their files. What GuardDuty finds and Security Hub passes on,
/// `securityhub_guardduty_high`, is among Security Hub's.
pub(super) const CLASSES: [&str; 7] = [
    "access_analyzer_external",
    "access_analyzer_unused",
    "cloudtrail_insight",
    "guardduty_high",
    "inspector_high",
    "macie_high",
    "securityhub_high",
];

/// A rule on a bus to which a service publishes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Listener<'r> {
    pub(super) pattern: &'r str,
    /// Whether what it matches is told to somebody. None: it is not known.
    pub(super) is_live: Option<bool>,
}

/// One class of a service's events, and the rules that may match them.
#[derive(Debug)]
pub(super) struct Asked<'r> {
    pub(super) class: &'static str,
    /// Whether the service makes such events at all. None: it is not known.
    pub(super) is_made: Option<bool>,
    pub(super) listeners: Vec<Listener<'r>>,
    /// Whether these are all rules on all buses to which the service publishes.
    pub(super) are_all: bool,
}

/// What is heard of a service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Heard {
    /// Whether all of its events are. None: it declares none, or it is not known.
    pub(super) is_heard: Option<bool>,
    /// If it is not known that all are, the patterns of live rules that match some of them.
    pub(super) partly: Vec<String>,
}

impl Heard {
    /// What is heard of the classes of one service.
    pub(super) fn of(asked: &[Asked<'_>]) -> Self {
        let made: Vec<&Asked<'_>> = asked.iter().filter(|it| it.is_made != Some(false)).collect();
        if made.is_empty() {
            return Self::default();
        }
        let is_heard = all(made.iter().map(|it| it.is_heard()));
        if is_heard == Some(true) {
            return Self { is_heard, partly: Vec::new() };
        }
        let partly: BTreeSet<&str> = made.iter().flat_map(|it| it.partly()).collect();
        Self { is_heard, partly: partly.into_iter().map(str::to_owned).collect() }
    }

    /// The same where another service passes on what this one finds, if it does: being heard of either is enough.
    pub(super) fn or_passed_on(self, is_passed_on: Option<bool>, passed_on: &Self) -> Self {
        let is_heard = any([self.is_heard, all([is_passed_on, passed_on.is_heard])]);
        let partly = if is_heard == Some(true) { Vec::new() } else { self.partly };
        Self { is_heard, partly }
    }
}

impl Asked<'_> {
    fn is_heard(&self) -> Option<bool> {
        let class = event_class(self.class)?;
        let certain = class.heard(&self.patterns(|is_live| is_live == Some(true)));
        if certain.is_heard == Some(true) {
            return Some(true);
        }
        // What is not known may add to it: a rule, a target, whether there are such events.
        let possible = class.heard(&self.patterns(|is_live| is_live != Some(false)));
        let is_certain = self.are_all && self.is_made == Some(true);
        possible.is_heard.filter(|is_heard| is_certain && !is_heard)
    }

    fn patterns(&self, is_wanted: fn(Option<bool>) -> bool) -> Vec<&str> {
        self.listeners.iter().filter(|it| is_wanted(it.is_live)).map(|it| it.pattern).collect()
    }

    /// The patterns of live rules that match events of the class.
    fn partly(&self) -> Vec<&str> {
        let mut patterns = self.patterns(|is_live| is_live == Some(true));
        patterns.retain(|pattern| matches_some(self.class, pattern));
        patterns
    }
}

/// Whether a rule's pattern may match an event that a service declares. One that is not understood may.
pub(super) fn may_match(pattern: &str) -> bool {
    let is_open = |name: &&str| event_class(name).is_some_and(|class| !class.heard(&[pattern]).unread.is_empty());
    CLASSES.iter().any(|name| matches_some(name, pattern) || is_open(name))
}

/// Whether a pattern matches some events of a class, or all of them.
fn matches_some(class: &str, pattern: &str) -> bool {
    event_class(class).is_some_and(|class| {
        let hearing = class.heard(&[pattern]);
        hearing.is_heard == Some(true) || !hearing.partly.is_empty()
    })
}

/// Whether a rule tells somebody what it matches: it is on, and one of its targets lives.
pub(super) fn is_rule_live(
    is_enabled: Option<bool>,
    targets: impl IntoIterator<Item = Option<bool>>,
    are_targets_read: bool,
) -> Option<bool> {
    let unread = (!are_targets_read).then_some(None);
    all([is_enabled, any(targets.into_iter().chain(unread))])
}

/// Whether a topic tells somebody what it is sent: somebody subscribes to it, and it lets EventBridge publish.
pub(super) fn is_topic_live(confirmed_subscriptions: Option<i64>, lets_in: Option<bool>) -> Option<bool> {
    all([confirmed_subscriptions.map(|count| count > 0), lets_in])
}
