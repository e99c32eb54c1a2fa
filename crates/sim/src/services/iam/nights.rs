//! What changes in IAM from night to night, in the showcase account. A night's changes are declared here, and apply to
//! what the night before left.

use super::credentials::OtherCredentials;
use super::permissions::Permissions;
use super::users::{Key, Password, Root, User};
use crate::clock::DAY_MILLIS;
use crate::credentials::MANAGEMENT_USER;
use crate::place::Place;
use crate::truth::ChangeTruth;

/// Every change of one night, in its order.
const CHANGES: [Change; 6] = [
    Change::UserAdded,
    Change::UserRemoved,
    Change::KeyMade,
    Change::KeysDeactivated,
    Change::MfaRemoved,
    Change::RootUsed,
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
    /// All keys of a user without a password.
    KeysDeactivated,
    /// The device of a user with a password.
    MfaRemoved,
    /// By its password.
    RootUsed,
}

impl Change {
    fn name(self) -> &'static str {
        match self {
            Self::UserAdded => "user_added",
            Self::UserRemoved => "user_removed",
            Self::KeyMade => "key_made",
            Self::KeysDeactivated => "keys_deactivated",
            Self::MfaRemoved => "mfa_removed",
            Self::RootUsed => "root_used",
        }
    }
}

/// Makes the changes of all nights up to the settings' own, and says what they were.
pub(super) fn apply(place: &Place<'_>, users: &mut Vec<User>, root: &mut Root) -> Vec<ChangeTruth> {
    let organization = place.organization;
    if !organization.is_showcase(place.account) {
        return Vec::new();
    }
    let mut changes = Vec::new();
    for night in 1..=organization.settings.night {
        for change in CHANGES {
            if let Some(who) = make(place, change, night, users, root) {
                let account_id = place.account.id.clone();
                changes.push(ChangeTruth { night, account_id, change: change.name(), who });
            }
        }
    }
    changes
}

/// Makes one change, and says whom it is about.
fn make(place: &Place<'_>, change: Change, night: u32, users: &mut Vec<User>, root: &mut Root) -> Option<String> {
    // Half a day before that night's census.
    let at = place.organization.clock.first_millis + i64::from(night) * DAY_MILLIS - DAY_MILLIS / 2;
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
            user.keys.push(key(place, night, at));
            Some(user.name.clone())
        }
        Change::KeysDeactivated => {
            let user = find(users, |user| user.password.is_none() && user.keys.iter().any(|key| key.is_active))?;
            user.keys.iter_mut().for_each(|key| key.is_active = false);
            Some(user.name.clone())
        }
        Change::MfaRemoved => {
            let user = find(users, |user| user.password.is_some() && user.has_mfa)?;
            (user.has_mfa, user.others.device) = (false, None);
            Some(user.name.clone())
        }
        Change::RootUsed => {
            root.password_used_millis = Some(at);
            Some("root".to_owned())
        }
    }
}

/// The first user that fits, but for the one that takes the census.
fn find(users: &mut [User], fits: fn(&User) -> bool) -> Option<&mut User> {
    users.iter_mut().find(|it| it.name != MANAGEMENT_USER && fits(it))
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

fn key(place: &Place<'_>, night: u32, at: i64) -> Key {
    let mut dice = place.organization.dice(&["iam-night-key", &place.account.id, &night.to_string()]);
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
