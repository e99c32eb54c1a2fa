//! People of Identity Center, and by which role they enter an account: that of a permission set, or an ordinary one to
//! which an entitlement leads (E24).

use std::collections::{BTreeMap, BTreeSet};

use crate::Result;
use crate::arn::account_of;
use crate::world::World;

/// How Identity Center calls the role of a permission set: `AWSReservedSSO_name_0123456789abcdef`.
const OF_SET: &str = "AWSReservedSSO_";

/// The collectors without which somebody may be missing.
const COLLECTORS: [&str; 3] =
    ["identity_center_account_assignments", "identity_center_directory", "identity_center_permission_sets"];

/// A person, and the steps to a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) name: String,
    /// `group Admins`, `permission set Reader`.
    pub(crate) steps: Vec<String>,
}

/// A user or a group that is assigned.
#[derive(Debug, Clone)]
struct Assigned {
    is_group: bool,
    id: String,
}

/// Everyone in Identity Center.
#[derive(Debug, Default)]
pub(crate) struct People {
    users: BTreeMap<String, String>,
    groups: BTreeMap<String, String>,
    members: BTreeMap<String, Vec<String>>,
    /// By account and name of the permission set.
    assigned: BTreeMap<(String, String), Vec<Assigned>>,
    /// By the ARN of the role.
    entitled: BTreeMap<String, Vec<Assigned>>,
    /// Whether all assignments of permission sets were read, and all who have them.
    pub(crate) is_complete: bool,
}

/// The name of the permission set whose role this is.
pub(crate) fn permission_set(role: &str) -> Option<&str> {
    let (name, _) = role.rsplit('/').next()?.strip_prefix(OF_SET)?.rsplit_once('_')?;
    Some(name)
}

impl People {
    pub(crate) async fn read(world: &World) -> Result<People> {
        let mut people = People::default();
        let (users, groups, members) = (&mut people.users, &mut people.groups, &mut people.members);
        let mut rows = world.reader("identity_center_users", &["user_id", "user_name", "is_enabled"], None)?;
        rows.each(|cells| {
            if let (Some(id), true) = (cells.text(1), cells.flag(3) != Some(false)) {
                users.insert(id.to_owned(), cells.text(2).unwrap_or(id).to_owned());
            }
        })
        .await?;
        let mut rows = world.reader("identity_center_groups", &["group_id", "group_name"], None)?;
        rows.each(|cells| {
            if let Some(id) = cells.text(1) {
                groups.insert(id.to_owned(), cells.text(2).unwrap_or(id).to_owned());
            }
        })
        .await?;
        let mut rows = world.reader("identity_center_memberships", &["group_id", "user_id"], None)?;
        rows.each(|cells| {
            if let (Some(group), Some(user)) = (cells.text(1), cells.text(2)) {
                members.entry(group.to_owned()).or_default().push(user.to_owned());
            }
        })
        .await?;
        people.assignments(world).await?;
        people.is_complete = true;
        for collector in COLLECTORS {
            people.is_complete &= world.is_complete(collector).await?;
        }
        Ok(people)
    }

    async fn assignments(&mut self, world: &World) -> Result<()> {
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        let mut rows = world.reader("identity_center_permission_sets", &["arn", "permission_set_name"], None)?;
        rows.each(|cells| {
            if let (Some(arn), Some(name)) = (cells.text(1), cells.text(2)) {
                names.insert(arn.to_owned(), name.to_owned());
            }
        })
        .await?;
        let columns = ["permission_set_arn", "target_account_id", "principal_type", "principal_id"];
        let mut rows = world.reader("identity_center_account_assignments", &columns, None)?;
        rows.each(|cells| {
            let name = cells.text(1).and_then(|arn| names.get(arn));
            if let (Some(name), Some(account), Some(id)) = (name, cells.text(2), cells.text(4)) {
                let assigned = Assigned { is_group: cells.text(3) == Some("GROUP"), id: id.to_owned() };
                self.assigned.entry((account.to_owned(), name.clone())).or_default().push(assigned);
            }
        })
        .await?;
        let columns = ["role_arn", "principal_type", "principal_id"];
        let mut rows = world.reader("account_access_entitlements", &columns, None)?;
        rows.each(|cells| {
            if let (Some(role), Some(id)) = (cells.text(1), cells.text(3)) {
                let is_group = cells.text(2).is_some_and(|it| it.to_ascii_uppercase().contains("GROUP"));
                let assigned = Assigned { is_group, id: id.to_owned() };
                self.entitled.entry(role.to_owned()).or_default().push(assigned);
            }
        })
        .await
    }

    /// Those who enter as this role, each once for each way.
    pub(crate) fn of_role(&self, role: &str) -> Vec<Person> {
        let mut found = Vec::new();
        let set = permission_set(role);
        let assigned = set
            .zip(account_of(role))
            .and_then(|(name, account)| self.assigned.get(&(account.to_owned(), name.to_owned())));
        for it in assigned.into_iter().flatten() {
            let step = format!("permission set {}", set.unwrap_or_default());
            found.extend(self.people(it, &step));
        }
        for it in self.entitled.get(role).into_iter().flatten() {
            found.extend(self.people(it, "entitlement"));
        }
        found
    }

    /// A user of the directory, or the members of a group, by this last step.
    pub(crate) fn of_directory(&self, id: &str, is_group: bool, step: &str) -> Vec<Person> {
        self.people(&Assigned { is_group, id: id.to_owned() }, step)
    }

    /// Adds a person whose id is its name.
    #[cfg(test)]
    pub(crate) fn assign(&mut self, account: &str, set: &str, name: &str) {
        self.users.insert(name.to_owned(), name.to_owned());
        let assigned = vec![Assigned { is_group: false, id: name.to_owned() }];
        self.assigned.insert((account.to_owned(), set.to_owned()), assigned);
    }

    fn people(&self, assigned: &Assigned, step: &str) -> Vec<Person> {
        let person = |id: &String, steps: Vec<String>| Some(Person { name: self.users.get(id)?.clone(), steps });
        if !assigned.is_group {
            return person(&assigned.id, vec![step.to_owned()]).into_iter().collect();
        }
        let group = self.groups.get(&assigned.id).unwrap_or(&assigned.id);
        let steps = vec![format!("group {group}"), step.to_owned()];
        let members: BTreeSet<&String> = self.members.get(&assigned.id).into_iter().flatten().collect();
        members.into_iter().filter_map(|id| person(id, steps.clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_enter_by_their_groups_sets_and_entitlements() {
        let role =
            "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_Team_0123456789abcdef";
        assert_eq!(permission_set(role), Some("Ops_Team"));
        let mut people = People::default();
        people.users.insert("u-1".into(), "ana".into());
        people.groups.insert("g-1".into(), "ops".into());
        people.members.insert("g-1".into(), vec!["u-1".into(), "u-disabled".into()]);
        let group = Assigned { is_group: true, id: "g-1".into() };
        people.assigned.insert(("111122223333".into(), "Ops_Team".into()), vec![group]);
        let user = Assigned { is_group: false, id: "u-1".into() };
        people.entitled.insert("arn:aws:iam::111122223333:role/plain".into(), vec![user]);
        let found = people.of_role(role);
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].name.as_str(), found[0].steps.join(", ")),
            ("ana", "group ops, permission set Ops_Team".into())
        );
        let found = people.of_role("arn:aws:iam::111122223333:role/plain");
        assert_eq!(found[0].steps, ["entitlement"]);
        assert!(people.of_role("arn:aws:iam::444455556666:role/plain").is_empty());
    }
}
