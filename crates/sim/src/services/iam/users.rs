//! Users, groups and the root user, with their credentials.

use super::credentials::OtherCredentials;
use super::permissions::{Permissions, some_permissions};
use crate::clock::Clock;
use crate::credentials::{MANAGEMENT_ACCESS_KEY, MANAGEMENT_USER, MANAGEMENT_USER_ID};
use crate::dice::{Dice, some_tags};
use crate::place::Place;
use crate::rates::Rates;

/// An access key.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) is_active: bool,
    pub(crate) created_millis: i64,
    pub(crate) used_millis: Option<i64>,
    pub(crate) used_region: &'static str,
    pub(crate) used_service: &'static str,
}

/// A console password.
#[derive(Debug, Clone)]
pub(crate) struct Password {
    pub(crate) changed_millis: i64,
    pub(crate) used_millis: Option<i64>,
}

/// A user.
#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) created_millis: i64,
    pub(crate) groups: Vec<String>,
    pub(crate) permissions: Permissions,
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) password: Option<Password>,
    pub(crate) has_mfa: bool,
    pub(crate) keys: Vec<Key>,
    pub(crate) others: OtherCredentials,
}

/// A group.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) created_millis: i64,
    pub(crate) permissions: Permissions,
}

/// The root user.
#[derive(Debug, Clone)]
pub(crate) struct Root {
    pub(crate) created_millis: i64,
    pub(crate) has_mfa: bool,
    /// Whether that is a virtual device; no list shows another device.
    pub(crate) has_virtual_mfa: bool,
    pub(crate) password_used_millis: Option<i64>,
    pub(crate) key: Option<Key>,
}

const FIRST_NAMES: [&str; 8] = ["ana", "bo", "chidi", "dagny", "emre", "fumiko", "grace", "hugo"];
const LAST_NAMES: [&str; 6] = ["silva", "o-neil", "okafor", "berg", "sato", "weiss"];
const MACHINES: [&str; 5] = ["deploy-bot", "backup", "ci+runner", "terraform", "ses-smtp"];

pub(super) fn groups(place: &Place<'_>, choices: &[&str]) -> Vec<Group> {
    let mut dice = place.dice("iam-groups");
    let names = ["developers", "administrators", "readers"];
    let count = usize::try_from(dice.some(0, 3)).unwrap_or_default();
    let group = |name: &&str| Group {
        name: (*name).to_owned(),
        path: "/".to_owned(),
        id: format!("AGPA{}", dice.base32(17)),
        arn: place.iam_arn(&format!("group/{name}")),
        created_millis: place.days_ago(account_age(place), &mut dice),
        permissions: Permissions { boundary: None, ..some_permissions(place.organization, choices, &mut dice) },
    };
    names.iter().take(count).map(group).collect()
}

pub(super) fn users(place: &Place<'_>, groups: &[Group], choices: &[&str]) -> Vec<User> {
    let mut dice = place.dice("iam-users");
    let count = dice.count(place.organization.settings.rates.users);
    let mut users: Vec<_> = (0..count).map(|number| user(place, groups, choices, number, &mut dice)).collect();
    if place.account.is_management() {
        users.push(census_user(place));
    }
    users
}

fn user(place: &Place<'_>, groups: &[Group], choices: &[&str], number: u64, dice: &mut Dice) -> User {
    let (rates, clock) = (&place.organization.settings.rates, place.organization.clock);
    let has_password = dice.chance(rates.console_password);
    let name = if has_password {
        format!("{}.{}{number}", dice.pick(&FIRST_NAMES), dice.pick(&LAST_NAMES))
    } else {
        format!("{}-{number}", dice.pick(&MACHINES))
    };
    let path = dice.pick(&["/", "/", "/people/", "/machines/eu/"]).to_owned();
    let password = has_password.then(|| password(rates, clock, dice));
    let mut keys = keys(rates, clock, dice);
    make_twins(place, &name, &mut keys);
    let oldest = keys.iter().map(|key| key.created_millis).chain(password.as_ref().map(|it| it.changed_millis));
    let created_millis = oldest.min().unwrap_or_else(|| clock.days_ago(dice.between(0, 2000), dice));
    let has_mfa = if has_password { !dice.chance(rates.console_without_mfa) } else { dice.chance(0.05) };
    User {
        id: format!("AIDA{}", dice.base32(17)),
        arn: place.iam_arn(&format!("user{path}{name}")),
        others: OtherCredentials::of(place, &name, has_mfa),
        name,
        path,
        created_millis,
        groups: groups.iter().filter(|_| dice.chance(0.4)).map(|group| group.name.clone()).collect(),
        permissions: some_permissions(place.organization, choices, dice),
        tags: some_tags(dice),
        password,
        has_mfa,
        keys,
    }
}

/// Some users' two keys were made in the same second, so that the credential report cannot tell them apart.
fn make_twins(place: &Place<'_>, user: &str, keys: &mut [Key]) {
    if let [first, second] = keys
        && first.created_millis < second.created_millis
        && place.organization.dice(&["iam-twin-keys", &place.account.id, user]).chance(0.2)
    {
        second.created_millis = first.created_millis;
    }
}

/// The user that starts the census.
fn census_user(place: &Place<'_>) -> User {
    let mut dice = place.organization.dice(&["census-user"]);
    let created_millis = place.days_ago(20, &mut dice);
    let key = Key {
        id: MANAGEMENT_ACCESS_KEY.to_owned(),
        is_active: true,
        created_millis,
        used_millis: Some(place.organization.clock.now_millis),
        used_region: "us-east-1",
        used_service: "sts",
    };
    User {
        name: MANAGEMENT_USER.to_owned(),
        path: "/".to_owned(),
        id: MANAGEMENT_USER_ID.to_owned(),
        arn: place.iam_arn(&format!("user/{MANAGEMENT_USER}")),
        created_millis,
        groups: Vec::new(),
        permissions: Permissions::default(),
        tags: Vec::new(),
        password: None,
        has_mfa: false,
        keys: vec![key],
        others: OtherCredentials::default(),
    }
}

pub(super) fn root(place: &Place<'_>) -> Root {
    let mut dice = place.dice("iam-root");
    let (rates, clock) = (&place.organization.settings.rates, place.organization.clock);
    let age = account_age(place);
    let was_used = dice.chance(rates.root_used);
    let used_days = if was_used { dice.between(0, 30.min(age)) } else { dice.between(31, age.max(31)) };
    let key = dice.chance(rates.root_key).then(|| {
        let idle_days = dice.between(31, 900);
        Key { used_millis: Some(clock.days_ago(idle_days, &mut dice)), ..key(clock, true, 901, None, &mut dice) }
    });
    let was_ever_used = was_used || (age > 31 && dice.chance(0.7));
    let has_mfa = dice.chance(0.85);
    Root {
        created_millis: place.account.joined_millis,
        has_mfa,
        has_virtual_mfa: has_mfa && place.dice("iam-root-mfa").chance(0.6),
        password_used_millis: was_ever_used.then(|| clock.days_ago(used_days, &mut dice)),
        key,
    }
}

fn password(rates: &Rates, clock: Clock, dice: &mut Dice) -> Password {
    if dice.chance(rates.password_inactive) {
        let age = dice.pick(&[91, 92, 200, 400, 900]);
        let used = dice.chance(0.7).then(|| dice.between(91, age));
        return Password {
            changed_millis: clock.days_ago(age, dice),
            used_millis: used.map(|days| clock.days_ago(days, dice)),
        };
    }
    let age = dice.between(0, 700);
    let is_never_used = age <= 90 && dice.chance(0.2);
    let used = (!is_never_used).then(|| if dice.chance(0.1) { 90.min(age) } else { dice.between(0, 90.min(age)) });
    Password { changed_millis: clock.days_ago(age, dice), used_millis: used.map(|days| clock.days_ago(days, dice)) }
}

/// No key, one or two. The rates decide whether the first key is active, how old it is and how long it was not used.
fn keys(rates: &Rates, clock: Clock, dice: &mut Dice) -> Vec<Key> {
    let mut keys = Vec::new();
    if dice.chance(rates.active_key) {
        let (age, used) = active_key_days(rates, dice);
        keys.push(key(clock, true, age, used, dice));
        if dice.chance(0.2) {
            let is_active = dice.chance(0.5);
            let used = dice.between(0, 5);
            keys.push(key(clock, is_active, 6, Some(used), dice));
        }
    } else if dice.chance(0.2) {
        let age = dice.between(100, 1200);
        keys.push(key(clock, false, age, dice.chance(0.5).then_some(99), dice));
    }
    keys
}

/// The age of an active key and how long ago it was used, in days. Some values lie exactly on a threshold.
fn active_key_days(rates: &Rates, dice: &mut Dice) -> (i64, Option<i64>) {
    if !dice.chance(rates.key_over_90_days) {
        let age = if dice.chance(0.1) { 90 } else { dice.between(0, 90) };
        return (age, dice.chance(0.8).then(|| dice.between(0, age)));
    }
    if !dice.chance(rates.key_over_365_days) {
        let age = if dice.chance(0.1) { dice.pick(&[91, 365]) } else { dice.between(91, 365) };
        return if dice.chance(rates.key_inactive) {
            (age, dice.chance(0.7).then(|| dice.between(91, age)))
        } else {
            (age, Some(dice.between(0, 90)))
        };
    }
    let age = if dice.chance(0.1) { 366 } else { dice.between(366, 1500) };
    if !dice.chance(rates.old_key_idle) {
        return (age, Some(if dice.chance(0.1) { 30 } else { dice.between(0, 30) }));
    }
    match dice.weighted(&[(0, 15), (1, 60), (2, 25)]) {
        0 => (age, Some(dice.between(31, 90))),
        1 => (age, Some(dice.between(91, age))),
        _ => (age, None),
    }
}

fn key(clock: Clock, is_active: bool, age_days: i64, used_days: Option<i64>, dice: &mut Dice) -> Key {
    Key {
        id: format!("AKIA{}", dice.base32(16)),
        is_active,
        created_millis: clock.days_ago(age_days, dice),
        used_millis: used_days.map(|days| clock.days_ago(days, dice)),
        used_region: dice.pick(&["us-east-1", "eu-west-1", "N/A"]),
        used_service: dice.pick(&["s3", "ec2", "sts", "dynamodb"]),
    }
}

fn account_age(place: &Place<'_>) -> i64 {
    place.organization.clock.age_days(place.account.joined_millis).max(1)
}
