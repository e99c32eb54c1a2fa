//! Counts the eight common misconfigurations of IAM (part B).

use super::{Fact, IdentityTruth};
use crate::clock::Clock;
use crate::place::Place;
use crate::services::iam::{Iam, Key, User, password_strength};
use std::collections::BTreeMap;

/// Id, population and definition of the rows that exist even if there is nothing to count.
const ALWAYS: [(&str, &str, &str); 14] = [
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
];

/// A share: how many subjects are so, of how many.
#[derive(Debug)]
pub(crate) struct Misconfigurations(BTreeMap<(&'static str, &'static str, &'static str), (u64, u64)>);

impl Default for Misconfigurations {
    fn default() -> Self {
        Self(ALWAYS.into_iter().map(|key| (key, (0, 0))).collect())
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

    /// Counts the users of an account, its root user and its password policy.
    pub(super) fn account(&mut self, place: &Place<'_>, iam: &Iam) {
        for user in &iam.users {
            self.user(place.organization.clock, user);
        }
        self.one("B1", "root_users", "lake", !iam.root.has_mfa);
        let strength = password_strength(place);
        self.one("B2", "accounts", "no_policy", strength.is_none());
        self.one("B2", "accounts", "weak", strength != Some(true));
    }

    /// Counts identities, except the roles that services made for themselves.
    pub(super) fn identities<'a>(&mut self, identities: impl Iterator<Item = &'a IdentityTruth>) {
        for it in identities.filter(|it| !it.arn.contains(":role/aws-service-role/")) {
            self.one("B7", "identities", "administrator", it.is_administrator == Some(true));
            self.one("B7", "identities", "allows_everything", it.allows_everything == Some(true));
            self.one("B7", "identities", "may_escalate", it.may_escalate == Some(true));
        }
    }

    fn user(&mut self, clock: Clock, user: &User) {
        let age = |millis: i64| clock.age_days(millis);
        let active: Vec<&Key> = user.keys.iter().filter(|key| key.is_active).collect();
        let password = user.password.iter().map(|it| age(it.used_millis.unwrap_or(it.changed_millis)));
        let keys = active.iter().map(|key| age(key.used_millis.unwrap_or(key.created_millis)));
        let idle_days = password.chain(keys).max().unwrap_or_default();
        if user.password.is_some() {
            self.one("B1", "console_users", "lake", !user.has_mfa);
        }
        self.one("B3", "users", "over_45_days", idle_days > 45);
        self.one("B3", "users", "over_90_days", idle_days > 90);
        self.one("B4", "users", "lake", !user.permissions.inline.is_empty() || !user.permissions.attached.is_empty());
        let is_old = |key: &&Key| age(key.created_millis) > 90;
        for key in &active {
            self.one("B5", "active_keys", "lake", is_old(key));
        }
        if !active.is_empty() {
            self.one("B5", "users_with_active_key", "lake", active.iter().any(is_old));
        }
    }

    /// Counts one more subject of a population.
    pub(crate) fn one(&mut self, id: &'static str, of: &'static str, definition: &'static str, is_so: bool) {
        let (numerator, denominator) = self.0.entry((id, of, definition)).or_default();
        *numerator += u64::from(is_so);
        *denominator += 1;
    }
}
