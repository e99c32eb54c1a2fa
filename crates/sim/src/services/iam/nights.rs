//! What changes in IAM from night to night, in the showcase account. A night's changes are declared here, and apply to
//! what the night before left. In four nights each of them is made at least once, whatever the seed.

use super::credentials::{Device, DeviceKind, OtherCredentials};
use super::permissions::Permissions;
use super::policies::{ManagedPolicy, customer_policy};
use super::roles::Role;
use super::users::{Key, Password, Root, User};
use crate::credentials::MANAGEMENT_USER;
use crate::place::Place;
use crate::policies::IdentityKind;
use crate::truth::ChangeTruth;

/// Whom a change of root is about.
const ROOT: &str = "root";

/// The path of the roles of which one changes.
const ROLE_PATH: &str = "/show/";

/// Every change of one night, in its order.
const CHANGES: [Change; 13] = [
    Change::UserAdded,
    Change::UserRemoved,
    Change::UserReplaced,
    Change::KeyMade,
    Change::KeysDeactivated,
    Change::MfaRemoved,
    Change::PolicyMade,
    Change::PolicyAttached,
    Change::TrustChanged,
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
    /// From the third night on, the person who was added the night before, removed and made again under the same name.
    UserReplaced,
    /// An active key of a user with fewer than two.
    KeyMade,
    /// All keys of a user without a password; of another one, if there is none.
    KeysDeactivated,
    /// The device of a user with a password.
    MfaRemoved,
    /// From the second night on, a policy that allows everything and that nobody has.
    PolicyMade,
    /// From the second night on, one of AWS's to the person who was added.
    PolicyAttached,
    /// From the second night on, the text of a role's trust policy, which means what it meant.
    TrustChanged,
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
            Self::UserReplaced => "user_replaced",
            Self::KeyMade => "key_made",
            Self::KeysDeactivated => "keys_deactivated",
            Self::MfaRemoved => "mfa_removed",
            Self::PolicyMade => "policy_made",
            Self::PolicyAttached => "policy_attached",
            Self::TrustChanged => "trust_changed",
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
    pub(super) roles: &'a mut [Role],
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
    let Changed { users, policies, roles, root } = changed;
    let at = place.organization.clock.changes_millis(night);
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
        Change::UserReplaced => {
            let user = made_again(place, night.checked_sub(1).filter(|night| *night > 1)?, at);
            let name = user.name.clone();
            *users.iter_mut().find(|it| it.name == name)? = user;
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
        Change::PolicyAttached => {
            let name = (night > 1).then(|| name_of(night))?;
            let user = users.iter_mut().find(|user| user.name == name)?;
            user.permissions.attached.push(attached_policy(place));
            Some(name)
        }
        Change::TrustChanged => {
            let role = roles.iter_mut().find(|role| night > 1 && role.path == ROLE_PATH)?;
            role.trust.document.push('\n');
            Some(role.name.clone())
        }
        Change::RootUsed | Change::RootHardened | Change::RootKeyMade | Change::RootMfaRemoved => {
            make_of_root(place, change, night, root).then(|| ROOT.to_owned())
        }
    }
}

/// Makes one change of root, and says whether it is one of this night's.
fn make_of_root(place: &Place<'_>, change: Change, night: u32, root: &mut Root) -> bool {
    let at = place.organization.clock.changes_millis(night);
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

/// The person who was added in this night, made again later: another one, by the id.
fn made_again(place: &Place<'_>, night: u32, at: i64) -> User {
    let user = added(place, night, at);
    let mut dice = place.organization.dice(&["iam-night-user-again", &place.account.id, &user.name]);
    User { id: format!("AIDA{}", dice.base32(17)), ..user }
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

/// The policy of AWS's that is attached to a user.
pub(crate) fn attached_policy(place: &Place<'_>) -> String {
    place.organization.arn("iam", "", "aws", "policy/ReadOnlyAccess")
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
mod tests;
