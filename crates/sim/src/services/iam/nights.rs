//! What changes in IAM from night to night, in the showcase account. A night's changes are declared here, and apply to
//! what the night before left. In four nights each of them is made at least once, whatever the seed.

use super::credentials::{Device, DeviceKind, OtherCredentials};
use super::permissions::Permissions;
use super::policies::{ManagedPolicy, customer_policy};
use super::users::{Key, Password, Root, User};
use crate::clock::DAY_MILLIS;
use crate::credentials::MANAGEMENT_USER;
use crate::place::Place;
use crate::policies::IdentityKind;
use crate::truth::ChangeTruth;

/// Whom a change of root is about.
const ROOT: &str = "root";

/// Every change of one night, in its order.
const CHANGES: [Change; 10] = [
    Change::UserAdded,
    Change::UserRemoved,
    Change::KeyMade,
    Change::KeysDeactivated,
    Change::MfaRemoved,
    Change::PolicyMade,
    Change::RootUsed,
    Change::RootHardened,
    Change::RootKeyMade,
    Change::RootMfaRemoved,
];

/// One change. It falls to the first user that fits; if none does, nothing changes.
#[derive(Debug, Clone, Copy)]
enum Change {
    /// A person with a password and without a device.
    UserAdded,
    /// The person who was added two nights before.
    UserRemoved,
    /// An active key of a user with fewer than two.
    KeyMade,
    /// All keys of a user without a password; of another one, if there is none.
    KeysDeactivated,
    /// The device of a user with a password.
    MfaRemoved,
    /// From the second night on, a policy that allows everything and that nobody has.
    PolicyMade,
    /// By its password.
    RootUsed,
    /// In every other night, from the second on, root gets a hardware token in the place of what it had, and has no key.
    RootHardened,
    /// In the nights after that an access key of root.
    RootKeyMade,
    /// In the same nights the token is taken away.
    RootMfaRemoved,
}

impl Change {
    fn name(self) -> &'static str {
        match self {
            Self::UserAdded => "user_added",
            Self::UserRemoved => "user_removed",
            Self::KeyMade => "key_made",
            Self::KeysDeactivated => "keys_deactivated",
            Self::MfaRemoved => "mfa_removed",
            Self::PolicyMade => "policy_made",
            Self::RootUsed => "root_used",
            Self::RootHardened => "root_hardened",
            Self::RootKeyMade => "root_key_made",
            Self::RootMfaRemoved => "root_mfa_removed",
        }
    }
}

/// What the nights change.
pub(super) struct Changed<'a> {
    pub(super) users: &'a mut Vec<User>,
    pub(super) policies: &'a mut Vec<ManagedPolicy>,
    pub(super) root: &'a mut Root,
}

/// Makes the changes of all nights up to the settings' own, and says what they were.
pub(super) fn apply(place: &Place<'_>, changed: &mut Changed<'_>) -> Vec<ChangeTruth> {
    let organization = place.organization;
    if !organization.is_showcase(place.account) {
        return Vec::new();
    }
    // The first night takes somebody's device, so somebody has one.
    if find(changed.users, has_second_factor).is_none() {
        changed.users.push(guarded(place));
    }
    let mut changes = Vec::new();
    for night in 1..=organization.settings.night {
        for change in CHANGES {
            if let Some(who) = make(place, change, night, changed) {
                let account_id = place.account.id.clone();
                changes.push(ChangeTruth { night, account_id, change: change.name(), who });
            }
        }
    }
    changes
}

/// Makes one change, and says whom it is about.
fn make(place: &Place<'_>, change: Change, night: u32, changed: &mut Changed<'_>) -> Option<String> {
    let Changed { users, policies, root } = changed;
    let at = at(place, night);
    match change {
        Change::UserAdded => {
            let user = added(place, night, at);
            let name = user.name.clone();
            users.push(user);
            Some(name)
        }
        Change::UserRemoved => {
            let name = name_of(night.checked_sub(2).filter(|night| *night > 0)?);
            users.retain(|user| user.name != name);
            Some(name)
        }
        Change::KeyMade => {
            let user = find(users, |user| user.keys.len() < 2)?;
            user.keys.push(key(place, "iam-night-key", night, at));
            Some(user.name.clone())
        }
        Change::KeysDeactivated => {
            let is_there = find(users, is_machine).is_some();
            let fits: fn(&User) -> bool = if is_there { is_machine } else { has_active_key };
            let user = find(users, fits)?;
            user.keys.iter_mut().for_each(|key| key.is_active = false);
            Some(user.name.clone())
        }
        Change::MfaRemoved => {
            let user = find(users, has_second_factor)?;
            (user.has_mfa, user.others.device) = (false, None);
            Some(user.name.clone())
        }
        Change::PolicyMade => {
            let policy = (night > 1).then(|| policy(place, night, at))?;
            let name = policy.name.clone();
            policies.push(policy);
            Some(name)
        }
        Change::RootUsed | Change::RootHardened | Change::RootKeyMade | Change::RootMfaRemoved => {
            is_made_of_root(place, change, night, root).then(|| ROOT.to_owned())
        }
    }
}

/// Makes one change of root, if it is one of this night's.
fn is_made_of_root(place: &Place<'_>, change: Change, night: u32, root: &mut Root) -> bool {
    let at = at(place, night);
    let is_hardened = night.is_multiple_of(2);
    match change {
        Change::RootUsed => root.password_used_millis = Some(at),
        Change::RootHardened if is_hardened => {
            (root.has_mfa, root.has_virtual_mfa, root.key) = (true, false, None);
        }
        Change::RootKeyMade if !is_hardened && night > 1 => {
            root.key = Some(key(place, "iam-night-root-key", night, at));
        }
        Change::RootMfaRemoved if !is_hardened && night > 1 => root.has_mfa = false,
        _ => return false,
    }
    true
}

/// Half a day before that night's census.
fn at(place: &Place<'_>, night: u32) -> i64 {
    place.organization.clock.first_millis + i64::from(night) * DAY_MILLIS - DAY_MILLIS / 2
}

/// The first user that fits, but for the one that takes the census.
fn find(users: &mut [User], fits: fn(&User) -> bool) -> Option<&mut User> {
    users.iter_mut().find(|it| it.name != MANAGEMENT_USER && fits(it))
}

fn has_second_factor(user: &User) -> bool {
    user.password.is_some() && user.has_mfa
}

fn has_active_key(user: &User) -> bool {
    user.keys.iter().any(|key| key.is_active)
}

fn is_machine(user: &User) -> bool {
    user.password.is_none() && has_active_key(user)
}

fn name_of(night: u32) -> String {
    format!("night-{night}")
}

fn added(place: &Place<'_>, night: u32, at: i64) -> User {
    let (name, path) = (name_of(night), "/people/");
    let mut dice = place.organization.dice(&["iam-night-user", &place.account.id, &name]);
    User {
        arn: place.iam_arn(&format!("user{path}{name}")),
        name,
        path: path.to_owned(),
        id: format!("AIDA{}", dice.base32(17)),
        created_millis: at,
        groups: Vec::new(),
        permissions: Permissions::default(),
        tags: Vec::new(),
        password: Some(Password { changed_millis: at, used_millis: None }),
        has_mfa: false,
        keys: Vec::new(),
        others: OtherCredentials::default(),
    }
}

/// The person with a device who is there in the first night, if nobody else is.
fn guarded(place: &Place<'_>) -> User {
    let mut dice = place.organization.dice(&["iam-night-guarded", &place.account.id]);
    let (made_millis, used_millis) = (place.days_ago(40, &mut dice), place.days_ago(10, &mut dice));
    let user = added(place, 0, made_millis);
    let serial_number = place.iam_arn(&format!("mfa/{}", user.name));
    let device = Device { kind: DeviceKind::Virtual, serial_number, enabled_millis: made_millis };
    User {
        password: Some(Password { changed_millis: made_millis, used_millis: Some(used_millis) }),
        has_mfa: true,
        others: OtherCredentials { device: Some(device), ..OtherCredentials::default() },
        ..user
    }
}

/// A policy that allows everything, new in this night.
fn policy(place: &Place<'_>, night: u32, at: i64) -> ManagedPolicy {
    let mut policy = customer_policy(place, &name_of(night), IdentityKind::Everything);
    policy.created_millis = at;
    policy.versions.iter_mut().for_each(|version| version.created_millis = at);
    policy
}

fn key(place: &Place<'_>, dice: &str, night: u32, at: i64) -> Key {
    let mut dice = place.organization.dice(&[dice, &place.account.id, &night.to_string()]);
    Key {
        id: format!("AKIA{}", dice.base32(16)),
        is_active: true,
        created_millis: at,
        used_millis: None,
        used_region: "N/A",
        used_service: "N/A",
    }
}

#[cfg(test)]
mod tests {
    use super::{CHANGES, Change};
    use crate::testing::quiet;
    use crate::{ChangeTruth, Settings, Simulation};

    fn changes(night: u32) -> Vec<ChangeTruth> {
        Simulation::new(quiet(3, 4).at_night(night)).truth().changes
    }

    #[test]
    fn each_night_adds_its_changes_to_those_of_the_nights_before() {
        assert_eq!(changes(0), Vec::new(), "the first night");
        let (first, third) = (changes(1), changes(3));
        assert_eq!(third[..first.len()], first[..]);
        let names =
            |night: u32| -> Vec<&str> { third.iter().filter(|it| it.night == night).map(|it| it.change).collect() };
        assert!(names(1).contains(&"user_added") && names(1).contains(&"root_used"), "{third:?}");
        assert!(!names(2).contains(&"user_removed") && names(3).contains(&"user_removed"), "{third:?}");
        let removed = third.iter().find(|it| it.change == "user_removed").unwrap();
        assert_eq!((removed.night, removed.who.as_str()), (3, "night-1"));
    }

    #[test]
    fn whatever_the_seed_each_change_is_made_in_four_nights() {
        for accounts in [1, 4] {
            for seed in 1..=20 {
                let made = Simulation::new(quiet(accounts, seed).at_night(3)).truth().changes;
                for change in CHANGES.map(Change::name) {
                    assert!(made.iter().any(|it| it.change == change), "{accounts} {seed} {change}: {made:?}");
                }
                // Rules look for these between two nights of which both had a credential report, the third has none.
                assert!(
                    made.iter().any(|it| it.night == 1 && it.change == "mfa_removed"),
                    "{accounts} {seed}: {made:?}"
                );
                let last = ["policy_made", "root_key_made", "root_mfa_removed", "root_used", "user_added"];
                let is_last = |change: &&str| made.iter().any(|it| it.night == 3 && it.change == *change);
                assert!(last.iter().all(is_last), "{accounts} {seed}: {made:?}");
            }
        }
    }

    #[test]
    fn root_is_hardened_before_its_key_is_made_and_its_device_removed() {
        let cells = |night: u32| Simulation::new(quiet(1, 5).at_night(night)).truth().cells;
        let of_root = |night: u32| {
            let cells = cells(night);
            ["mfa_type = 'other'", "mfa_type = 'none'", "has_access_key"]
                .map(|condition| cells[format!("iam_root_users WHERE {condition}").as_str()])
        };
        assert_eq!(of_root(2), [1, 0, 0]);
        assert_eq!(of_root(3), [0, 1, 1]);
        assert_eq!(of_root(4), [1, 0, 0]);
    }

    #[test]
    fn all_else_stays_as_it_was() {
        let settings = quiet(3, 4);
        let (first, later) =
            (Simulation::new(settings.clone()).truth(), Simulation::new(settings.clone().at_night(5)).truth());
        assert_eq!(later.resources, first.resources);
        assert_eq!(later.tables["iam_users"], first.tables["iam_users"] + 2, "five were added, three are gone");
        assert_eq!(later.tables["iam_roles"], first.tables["iam_roles"]);
        let at = |settings: &Settings| settings.now_millis;
        assert_eq!(at(&settings.clone().at_night(5)) - at(&settings), 5 * 86_400_000);
        assert_eq!(settings.clone().at_night(5).at_night(0), settings);
    }
}
