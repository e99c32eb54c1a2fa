//! Counts the eight common misconfigurations of IAM (part B), the anti-patterns that are facts (part E), what the security
//! services lack (part S), and the other shares that are counted by id.

use super::parts::{Fact, IdentityTruth};
use super::report;
use std::collections::BTreeMap;

/// Id, population and definition of the rows that exist even if there is nothing to count.
const ALWAYS: [(&str, &str, &str); 23] = [
    ("B1", "console_users", "lake"),
    ("B1", "root_users", "lake"),
    ("B2", "accounts", "no_policy"),
    ("B2", "accounts", "weak"),
    ("B3", "users", "over_45_days"),
    ("B3", "users", "over_90_days"),
    ("B4", "users", "lake"),
    ("B5", "active_keys", "lake"),
    ("B5", "users_with_active_key", "lake"),
    ("B6", "instances", "no_profile"),
    ("B6", "instances_with_profile", "over_broad"),
    ("B7", "identities", "administrator"),
    ("B7", "identities", "allows_everything"),
    ("B7", "identities", "may_escalate"),
    ("E2", "users", "directly"),
    ("E2", "users", "inline"),
    ("E3", "active_keys", "over_90_days"),
    ("E3", "active_keys", "unused_45_days"),
    ("E3", "users_with_active_key", "console_and_key"),
    ("E3", "users_with_active_key", "two_keys_in_use"),
    ("E4", "accounts", "last_30_days"),
    ("E7", "database_instances", "publicly_accessible"),
    ("E7", "database_instances", "reached"),
];

/// A share: how many subjects are so, of how many.
#[derive(Debug)]
pub(crate) struct Misconfigurations(BTreeMap<(&'static str, &'static str, &'static str), (u64, u64)>);

impl Default for Misconfigurations {
    fn default() -> Self {
        Self(ALWAYS.into_iter().chain(report::ALWAYS).map(|key| (key, (0, 0))).collect())
    }
}

impl Misconfigurations {
    /// The shares.
    pub(super) fn facts(&self) -> impl Iterator<Item = Fact> {
        let fact = |(&(id, of, definition), &(numerator, denominator)): (&_, &_)| Fact {
            id,
            of,
            definition,
            numerator,
            denominator,
        };
        self.0.iter().map(fact)
    }

    /// Counts identities, except the roles that services made for themselves.
    pub(super) fn identities<'a>(&mut self, identities: impl Iterator<Item = &'a IdentityTruth>) {
        for it in identities.filter(|it| !it.arn.contains(":role/aws-service-role/")) {
            self.one("B7", "identities", "administrator", it.is_administrator == Some(true));
            self.one("B7", "identities", "allows_everything", it.allows_everything == Some(true));
            self.one("B7", "identities", "may_escalate", it.may_escalate == Some(true));
        }
    }

    /// Counts one more subject of a population.
    pub(crate) fn one(&mut self, id: &'static str, of: &'static str, definition: &'static str, is_so: bool) {
        let (numerator, denominator) = self.0.entry((id, of, definition)).or_default();
        *numerator += u64::from(is_so);
        *denominator += 1;
    }
}
