//! Counts what an account's IAM holds: users with their credentials, groups, roles, policies and the root user.

use super::misconfigurations::Misconfigurations;
use super::planted::Planted;
use super::tally::Tally;
use super::{credentials, identities, report};
use crate::clock::Clock;
use crate::place::Place;
use crate::samples::Sampled;
use crate::services::iam::{Iam, Key, ROLES_CANNOT, User, password_strength};

/// Counts the IAM of an account.
pub(crate) fn count_iam(place: &Place<'_>, tally: &mut Tally) {
    let (organization, clock) = (place.organization, place.organization.clock);
    let iam = Iam::of(place);
    for it in &iam.users {
        user(tally, clock, it);
    }
    tally.accounts_with_root_key += u64::from(iam.has_root_key());
    let is_recent = |millis: i64| clock.age_days(millis) <= 30;
    let root_key_used = iam.root.key.as_ref().and_then(|key| key.used_millis);
    let was_used = iam.root.password_used_millis.into_iter().chain(root_key_used).any(is_recent);
    tally.accounts_with_root_used += u64::from(was_used);
    tally.misconfigurations.one("E4", "accounts", "last_30_days", was_used);
    rows(tally, &iam);
    credentials::count(tally, organization, &iam);
    roles(place, tally, &iam);
    tally.changes.extend(iam.changes.iter().cloned());
    tally.identities.extend(identities::identities(place.account, &iam));
    misconfigurations(place, &mut tally.misconfigurations, &iam);
    report::count(place, &mut tally.misconfigurations, &iam);
}

fn rows(tally: &mut Tally, iam: &Iam) {
    tally.rows("iam_users", iam.users.len());
    tally.rows("iam_groups", iam.groups.len());
    tally.rows("iam_roles", iam.roles.len());
    tally.rows("iam_managed_policies", iam.policies.len());
    let of_aws = || iam.policies.iter().filter(|policy| policy.is_aws);
    tally.cell("iam_managed_policies WHERE is_aws_managed", of_aws().count());
    // For AWS's policies only the version in force is kept.
    let own = iam.policies.iter().filter(|policy| !policy.is_aws);
    tally.rows("iam_policy_versions", own.map(|policy| policy.versions.len()).sum::<usize>() + of_aws().count());
    tally.rows("iam_group_memberships", iam.users.iter().map(|user| user.groups.len()).sum());
    // The credential report has a row for the root user too.
    tally.rows("iam_credential_report", iam.users.len() + 1);
}

fn roles(place: &Place<'_>, tally: &mut Tally, iam: &Iam) {
    for role in &iam.roles {
        for outsider in &role.trust.outsiders {
            tally.lists.add("G3", [&role.arn, outsider]);
        }
        let (named, sampled) = (role.trust.named.clone(), Some(Sampled { name: "iam_roles", cannot: ROLES_CANNOT }));
        let known = Planted::known(role.arn.clone(), role.trust.verdict);
        tally.resource(place, None, Planted { named, sampled, ..known });
    }
}

fn user(tally: &mut Tally, clock: Clock, user: &User) {
    let is_idle = |created: i64, used: Option<i64>, days: i64| clock.age_days(used.unwrap_or(created)) > days;
    let active: Vec<&Key> = user.keys.iter().filter(|key| key.is_active).collect();
    let any = |test: &dyn Fn(&Key) -> bool| u64::from(active.iter().any(|key| test(key)));
    let idle_password =
        user.password.as_ref().is_some_and(|password| is_idle(password.changed_millis, password.used_millis, 90));
    let idle_key = any(&|key| is_idle(key.created_millis, key.used_millis, 90));
    tally.users += 1;
    tally.users_with_active_key += any(&|_| true);
    tally.users_inactive += idle_key.max(u64::from(idle_password));
    tally.users_key_over_90_days += any(&|key| clock.age_days(key.created_millis) > 90);
    tally.users_key_old_and_idle +=
        any(&|key| clock.age_days(key.created_millis) > 365 && is_idle(key.created_millis, key.used_millis, 30));
    tally.users_console_without_mfa += u64::from(user.password.is_some() && !user.has_mfa);
}

/// Counts the misconfigurations of an account's users, of its root user and of its password policy.
fn misconfigurations(place: &Place<'_>, counts: &mut Misconfigurations, iam: &Iam) {
    for it in &iam.users {
        misconfigurations_of_user(place.organization.clock, counts, it);
    }
    counts.one("B1", "root_users", "lake", !iam.root.has_mfa);
    let strength = password_strength(place);
    counts.one("B2", "accounts", "no_policy", strength.is_none());
    counts.one("B2", "accounts", "weak", strength != Some(true));
}

fn misconfigurations_of_user(clock: Clock, counts: &mut Misconfigurations, user: &User) {
    let age = |millis: i64| clock.age_days(millis);
    let active: Vec<&Key> = user.keys.iter().filter(|key| key.is_active).collect();
    let password = user.password.iter().map(|it| age(it.used_millis.unwrap_or(it.changed_millis)));
    let keys = active.iter().map(|key| age(key.used_millis.unwrap_or(key.created_millis)));
    let idle_days = password.chain(keys).max().unwrap_or_default();
    if user.password.is_some() {
        counts.one("B1", "console_users", "lake", !user.has_mfa);
    }
    counts.one("B3", "users", "over_45_days", idle_days > 45);
    counts.one("B3", "users", "over_90_days", idle_days > 90);
    let has_inline = !user.permissions.inline.is_empty();
    let has_policies = has_inline || !user.permissions.attached.is_empty();
    counts.one("B4", "users", "lake", has_policies);
    counts.one("E2", "users", "directly", has_policies);
    counts.one("E2", "users", "inline", has_inline);
    let is_old = |key: &&Key| age(key.created_millis) > 90;
    for key in &active {
        counts.one("B5", "active_keys", "lake", is_old(key));
        counts.one("E3", "active_keys", "over_90_days", is_old(key));
        let idle_days = age(key.used_millis.unwrap_or(key.created_millis));
        counts.one("E3", "active_keys", "unused_45_days", idle_days > 45);
    }
    if !active.is_empty() {
        counts.one("B5", "users_with_active_key", "lake", active.iter().any(is_old));
        let in_use = active.iter().filter(|key| key.used_millis.is_some_and(|millis| age(millis) <= 30)).count();
        counts.one("E3", "users_with_active_key", "two_keys_in_use", in_use > 1);
        counts.one("E3", "users_with_active_key", "console_and_key", user.password.is_some());
    }
}
