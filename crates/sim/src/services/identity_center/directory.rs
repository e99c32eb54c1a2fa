//! The directory: users, groups and memberships.

use crate::organization::Organization;

/// The groups; the last has no members.
const GROUPS: [&str; 4] = ["administrators", "developers", "auditors", "empty"];

/// A directory has as many users as the organization has accounts, but not more than this number, and a few in
/// addition.
const MOST_USERS: u64 = 120;

/// A user.
#[derive(Debug)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) is_enabled: bool,
    pub(crate) is_external: bool,
    pub(crate) created_millis: i64,
}

/// A group.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) id: String,
    pub(crate) name: &'static str,
}

/// A user in a group.
#[derive(Debug)]
pub(crate) struct Membership {
    pub(crate) id: String,
    pub(crate) group_id: String,
    pub(crate) user_id: String,
}

/// The users.
pub(crate) fn users(organization: &Organization) -> Vec<User> {
    let count = 5 + organization.settings.accounts.min(MOST_USERS);
    let user = |number: u64| {
        let mut dice = organization.dice(&["directory-user", &number.to_string()]);
        let first = dice.pick(&["alice", "bob", "carla", "deniz", "erik", "fatima"]);
        let age = dice.between(1, 600);
        User {
            id: dice.uuid(),
            name: format!("{first}.{number}"),
            is_enabled: !dice.chance(0.1),
            is_external: dice.chance(0.8),
            created_millis: organization.clock.days_ago(age, &mut dice),
        }
    };
    (0..count).map(user).collect()
}

/// The groups.
pub(crate) fn groups(organization: &Organization) -> Vec<Group> {
    let mut dice = organization.dice(&["directory-groups"]);
    GROUPS.iter().map(|name| Group { id: dice.uuid(), name }).collect()
}

/// The memberships: each user is in one group, some users are in two.
pub(crate) fn memberships(organization: &Organization) -> Vec<Membership> {
    let groups = groups(organization);
    let filled = groups.len() - 1;
    let mut dice = organization.dice(&["directory-memberships"]);
    let mut memberships = Vec::new();
    for (number, user) in users(organization).into_iter().enumerate() {
        let more = usize::from(dice.chance(0.3));
        for step in 0..=more {
            let group_id = groups[(number + step) % filled].id.clone();
            memberships.push(Membership { id: dice.uuid(), group_id, user_id: user.id.clone() });
        }
    }
    memberships
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::quiet;

    #[test]
    fn every_group_but_the_last_has_members_and_nobody_is_in_one_twice() {
        let organization = Organization::new(quiet(12, 1));
        let (groups, memberships) = (groups(&organization), memberships(&organization));
        let members = |group: &Group| memberships.iter().filter(|it| it.group_id == group.id).count();
        assert!(groups[..3].iter().all(|group| members(group) > 0) && members(&groups[3]) == 0);
        let mut pairs: Vec<_> = memberships.iter().map(|it| (&it.group_id, &it.user_id)).collect();
        pairs.sort();
        pairs.dedup();
        assert_eq!(pairs.len(), memberships.len());
    }
}
