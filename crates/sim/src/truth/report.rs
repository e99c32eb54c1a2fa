//! Counts what part C asks of the credential report, and which roles are not used (S10).

use super::misconfigurations::Misconfigurations;
use crate::clock::Clock;
use crate::place::Place;
use crate::services::iam::{Iam, Key, Role, User, password_max_age_days};

/// Id, population and definition of the rows that exist even if there is nothing to count.
pub(super) const ALWAYS: [(&str, &str, &str); 17] = [
    ("C1", "users_with_password", "no_information"),
    ("C1", "users_with_password", "over_90_days"),
    ("C2", "users_with_active_key", "lake"),
    ("C3", "active_keys", "never_used"),
    ("C3", "active_keys", "over_90_days"),
    ("C4", "accounts", "active"),
    ("C4", "accounts", "active_or_not"),
    ("C5", "root_users", "lake"),
    ("C6", "console_users", "lake"),
    ("C7", "users_with_password", "lake"),
    ("C8", "active_keys", "lake"),
    ("C9", "users_with_two_keys", "both_in_use"),
    ("C9", "users_with_two_keys", "one_idle"),
    ("S10", "reserved_roles", "lake"),
    ("S10", "roles", "lake"),
    ("S10", "service_linked_roles", "lake"),
    ("S10", "young_roles", "lake"),
];

/// Counts an account's users, its root user and its roles.
pub(super) fn count(place: &Place<'_>, counts: &mut Misconfigurations, iam: &Iam) {
    let clock = place.organization.clock;
    let expires = password_max_age_days(place).is_some();
    for user in &iam.users {
        password(counts, clock, user, expires);
        keys(counts, clock, user);
    }
    counts.one("C4", "accounts", "active", iam.has_root_key());
    counts.one("C4", "accounts", "active_or_not", iam.root.key.is_some());
    // The simulated root users all have a password.
    counts.one("C5", "root_users", "lake", !iam.root.has_mfa);
    for it in &iam.roles {
        role(counts, clock, it);
    }
}

fn password(counts: &mut Misconfigurations, clock: Clock, user: &User, expires: bool) {
    let Some(password) = &user.password else { return };
    let is_idle = clock.age_days(password.used_millis.unwrap_or(password.changed_millis)) > 90;
    counts.one("C1", "users_with_password", "no_information", password.used_millis.is_none());
    counts.one("C1", "users_with_password", "over_90_days", is_idle);
    counts.one("C1", path(user), "by_path", is_idle);
    counts.one("C6", "console_users", "lake", !user.has_mfa);
    counts.one("C7", "users_with_password", "lake", !expires);
}

/// The paths that users have.
fn path(user: &User) -> &'static str {
    match user.path.as_str() {
        "/people/" => "/people/",
        "/machines/eu/" => "/machines/eu/",
        _ => "/",
    }
}

fn keys(counts: &mut Misconfigurations, clock: Clock, user: &User) {
    let age = |key: &Key| clock.age_days(key.created_millis);
    let is_idle = |key: &Key| clock.age_days(key.used_millis.unwrap_or(key.created_millis)) > 90;
    let is_in_use = |key: &Key| key.used_millis.is_some_and(|millis| clock.age_days(millis) <= 30);
    let active: Vec<&Key> = user.keys.iter().filter(|key| key.is_active).collect();
    for key in &active {
        counts.one("C3", "active_keys", "never_used", key.used_millis.is_none());
        counts.one("C3", "active_keys", "over_90_days", is_idle(key));
        counts.one("C8", "active_keys", "lake", age(key) > 90);
    }
    if !active.is_empty() {
        counts.one("C2", "users_with_active_key", "lake", user.password.is_none());
    }
    if let [first, second] = active[..] {
        let is_rotation = age(first).min(age(second)) <= 30;
        let are_used = is_in_use(first) && is_in_use(second);
        counts.one("C9", "users_with_two_keys", "both_in_use", are_used && !is_rotation);
        counts.one("C9", "users_with_two_keys", "one_idle", is_idle(first) != is_idle(second));
    }
}

fn role(counts: &mut Misconfigurations, clock: Clock, role: &Role) {
    let is_young = clock.age_days(role.created_millis) <= 90;
    let is_unused = match role.used_millis {
        Some(millis) => clock.age_days(millis) > 90,
        None => !is_young,
    };
    if role.path.starts_with("/aws-service-role/") {
        counts.one("S10", "service_linked_roles", "lake", is_unused);
    } else if is_young {
        counts.one("S10", "young_roles", "lake", role.used_millis.is_none());
    } else {
        counts.one("S10", "roles", "lake", is_unused);
    }
}
