//! Who enters which account through IAM Identity Center: assignments joined to the directory and to what permission
//! sets allow. The directory and the assignments are in memory, each text once; the rows are written account by
//! account.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use orgcensus_collectors::identity_center::account_assignments::AccountAssignment;
use orgcensus_collectors::identity_center::directory::{Group, Membership, User};
use orgcensus_collectors::identity_center::permission_sets::PermissionSet;
use orgcensus_crawl::{Derivation, Derive, Derived, Error};
use orgcensus_row::{GLOBAL, Row, Table, table};
use serde::Serialize;

use crate::identity::IdentityAccess;

/// The derivation.
pub(crate) const PEOPLE: Derivation = Derivation {
    name: "identity_center_access",
    reads: READS,
    reads_previous: &[],
    writes: &[Derived { table: table::<IdentityCenterAccess>(), rests_on: READS }],
    run: |derive| Box::pin(run(derive)),
};

const READS: &[Table] = &[
    table::<AccountAssignment>(),
    table::<Group>(),
    table::<IdentityAccess>(),
    table::<Membership>(),
    table::<PermissionSet>(),
    table::<User>(),
];

/// How an assignment names a user, and a group.
const USER: &str = "USER";
const GROUP: &str = "GROUP";

/// One person who may enter the row's account through IAM Identity Center, with one permission set, by oneself or by
/// one group. The row's account, its name and its unit are those of the account that is entered. An assignment whose
/// user or members are not known has one row without a person.
#[derive(Debug, Clone, Serialize, Row)]
#[row(table = "identity_center_access", key = "permission_set_arn, principal_type, principal_id, user_id")]
pub struct IdentityCenterAccess {
    /// The permission set's ARN.
    pub permission_set_arn: String,
    /// Its name; null if it was not read.
    pub permission_set_name: Option<String>,
    /// Whether the permission set makes administrator, as identity_access says; null if that is not known.
    pub is_administrator: Option<bool>,
    /// USER or GROUP: how the permission set is assigned.
    pub principal_type: String,
    /// The id of that user or group in the directory.
    pub principal_id: String,
    /// The name of the group; null without a group, or if it is gone or was not read.
    pub group_name: Option<String>,
    /// How many members the group has; null without a group, or if they were not read.
    pub group_member_count: Option<i32>,
    /// The person's id in the directory; empty for a group of which no member is known: it is empty, gone, or was not
    /// read.
    pub user_id: String,
    /// The name to sign in with; null if the user is gone from the directory, or was not read.
    pub user_name: Option<String>,
    /// The name to show.
    pub display_name: Option<String>,
    /// The primary email address.
    pub primary_email: Option<String>,
    /// Whether the user can sign in; null if AWS does not say.
    pub is_user_enabled: Option<bool>,
}

/// What is known of a person.
#[derive(Debug, Clone, Default)]
struct Person {
    user_name: Option<String>,
    display_name: Option<String>,
    primary_email: Option<String>,
    is_enabled: Option<bool>,
}

/// What is known of a group.
#[derive(Debug, Default)]
struct Members {
    group_name: Option<String>,
    member_count: Option<i32>,
    user_ids: Vec<Arc<str>>,
}

/// What is known of a permission set.
#[derive(Debug, Clone, Default)]
struct Set {
    name: Option<String>,
    is_administrator: Option<bool>,
}

/// Who has which permission set.
#[derive(Debug)]
struct Assigned {
    set_arn: Arc<str>,
    principal_type: Arc<str>,
    principal_id: Arc<str>,
}

/// The directory and the permission sets.
#[derive(Debug, Default)]
struct Directory {
    texts: HashSet<Arc<str>>,
    people: HashMap<Arc<str>, Person>,
    groups: HashMap<Arc<str>, Members>,
    sets: HashMap<Arc<str>, Set>,
}

async fn run(derive: &mut Derive<'_>) -> Result<(), Error> {
    let mut directory = Directory::default();
    directory.read(derive)?;
    tokio::task::yield_now().await;
    let mut accounts: BTreeMap<String, Vec<Assigned>> = BTreeMap::new();
    derive.staged::<AccountAssignment>()?.each(|_, it| {
        let assigned = directory.assigned(it.permission_set_arn, it.principal_type, it.principal_id);
        accounts.entry(it.target_account_id.to_owned()).or_default().push(assigned);
    })?;
    let mut rows = derive.rows::<IdentityCenterAccess>()?;
    for (account_id, assigned) in accounts {
        let stamp = derive.stamp(&account_id, GLOBAL);
        derive.extend(&mut rows, &stamp, assigned.iter().flat_map(|it| directory.rows(it)))?;
        derive.stage(&mut rows, &stamp)?;
        tokio::task::yield_now().await;
    }
    Ok(())
}

impl Directory {
    fn read(&mut self, derive: &mut Derive<'_>) -> Result<(), Error> {
        derive.staged::<User>()?.each(|_, it| {
            let person = Person {
                user_name: it.user_name.map(str::to_owned),
                display_name: it.display_name.map(str::to_owned),
                primary_email: it.primary_email.map(str::to_owned),
                is_enabled: it.is_enabled,
            };
            let user_id = self.text(it.user_id);
            self.people.insert(user_id, person);
        })?;
        derive.staged::<Group>()?.each(|_, it| {
            let group_id = self.text(it.group_id);
            let group = self.groups.entry(group_id).or_default();
            (group.group_name, group.member_count) = (it.group_name.map(str::to_owned), it.member_count);
        })?;
        derive.staged::<Membership>()?.each(|_, it| {
            let Some(user_id) = it.user_id.map(|user_id| self.text(user_id)) else { return };
            let group_id = self.text(it.group_id);
            self.groups.entry(group_id).or_default().user_ids.push(user_id);
        })?;
        derive.staged::<PermissionSet>()?.each(|_, it| {
            let arn = self.text(it.arn);
            self.sets.entry(arn).or_default().name = it.permission_set_name.map(str::to_owned);
        })?;
        derive.staged::<IdentityAccess>()?.each(|_, it| {
            if it.identity_type == "permission_set" {
                let arn = self.text(it.identity_arn);
                self.sets.entry(arn).or_default().is_administrator = it.is_administrator;
            }
        })
    }

    /// The text, which is kept once.
    fn text(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.texts.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = text.into();
        self.texts.insert(Arc::clone(&new));
        new
    }

    fn assigned(&mut self, set_arn: &str, principal_type: &str, principal_id: &str) -> Assigned {
        Assigned {
            set_arn: self.text(set_arn),
            principal_type: self.text(principal_type),
            principal_id: self.text(principal_id),
        }
    }

    /// The rows of one assignment: one for each person, at least one.
    fn rows<'d>(&'d self, assigned: &'d Assigned) -> impl Iterator<Item = IdentityCenterAccess> + use<'d> {
        let is_group = &*assigned.principal_type == GROUP;
        let group = self.groups.get(&assigned.principal_id).filter(|_| is_group);
        let members = group.map(|group| group.user_ids.as_slice()).unwrap_or_default();
        let alone = (&*assigned.principal_type == USER).then_some(&*assigned.principal_id);
        let nobody = if members.is_empty() { Some(alone.unwrap_or_default()) } else { None };
        let set = self.sets.get(&assigned.set_arn).cloned().unwrap_or_default();
        members.iter().map(|user_id| &**user_id).chain(nobody).map(move |user_id| {
            let person = self.people.get(user_id).cloned().unwrap_or_default();
            IdentityCenterAccess {
                permission_set_arn: assigned.set_arn.to_string(),
                permission_set_name: set.name.clone(),
                is_administrator: set.is_administrator,
                principal_type: assigned.principal_type.to_string(),
                principal_id: assigned.principal_id.to_string(),
                group_name: group.and_then(|group| group.group_name.clone()),
                group_member_count: group.and_then(|group| group.member_count),
                user_id: user_id.to_owned(),
                user_name: person.user_name,
                display_name: person.display_name,
                primary_email: person.primary_email,
                is_user_enabled: person.is_enabled,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory() -> Directory {
        let mut directory = Directory::default();
        for (user_id, user_name) in [("u-1", "ana"), ("u-2", "ben")] {
            let person = Person { user_name: Some(user_name.to_owned()), is_enabled: Some(true), ..Person::default() };
            let user_id = directory.text(user_id);
            directory.people.insert(user_id, person);
        }
        let user_ids = ["u-1", "u-2", "u-gone"].map(|it| directory.text(it)).to_vec();
        let operators = Members { group_name: Some("operators".to_owned()), member_count: Some(3), user_ids };
        let empty = Members { group_name: Some("empty".to_owned()), member_count: Some(0), user_ids: Vec::new() };
        directory.groups = [("g-ops".into(), operators), ("g-empty".into(), empty)].into();
        directory.sets =
            [("ps-1".into(), Set { name: Some("Everything".to_owned()), is_administrator: Some(true) })].into();
        directory
    }

    /// Person, name, group and administrator of a row.
    type Told = (String, Option<String>, Option<String>, Option<bool>);

    /// The rows of one assignment.
    fn told(set: &str, kind: &str, id: &str) -> Vec<Told> {
        let mut directory = directory();
        let assigned = directory.assigned(set, kind, id);
        let told = |it: IdentityCenterAccess| (it.user_id, it.user_name, it.group_name, it.is_administrator);
        directory.rows(&assigned).map(told).collect()
    }

    fn row(user_id: &str, user_name: Option<&str>, group: Option<&str>) -> Told {
        (user_id.to_owned(), user_name.map(str::to_owned), group.map(str::to_owned), Some(true))
    }

    #[test]
    fn every_member_of_a_group_is_a_person_also_one_who_is_gone() {
        let expected = [
            row("u-1", Some("ana"), Some("operators")),
            row("u-2", Some("ben"), Some("operators")),
            row("u-gone", None, Some("operators")),
        ];
        assert_eq!(told("ps-1", "GROUP", "g-ops"), expected);
        assert_eq!(told("ps-1", "USER", "u-2"), [row("u-2", Some("ben"), None)]);
    }

    #[test]
    fn an_assignment_has_a_row_where_nobody_is_known() {
        assert_eq!(told("ps-1", "GROUP", "g-empty"), [row("", None, Some("empty"))]);
        assert_eq!(told("ps-1", "GROUP", "g-gone"), [row("", None, None)]);
        assert_eq!(told("ps-1", "ROBOT", "u-1"), [row("", None, None)]);
        // A set of which nothing was read.
        assert_eq!(told("ps-2", "USER", "u-3"), [("u-3".to_owned(), None, None, None)]);
    }
}
