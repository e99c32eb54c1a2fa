//! What the staged tables say of one account's identities and their policies.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow::array::{Array, AsArray};
use arrow::datatypes::{Int32Type, TimestampMillisecondType};
use arrow::record_batch::RecordBatch;
use orgcensus_policy::identity::{IdentityPolicy, Through};
use orgcensus_row::Timestamp;

use super::super::{boolean, text};
use super::shelf::{Shelf, is_of_aws};

/// How a table's row is taken up.
pub(super) type Source = fn(&mut Account, &RecordBatch, usize, &mut Shelf);

/// The tables that are read.
pub(super) const SOURCES: &[(&str, Source)] = &[
    ("identity_center_permission_set_policies", Account::permission_set_policy),
    ("identity_center_permission_sets", Account::permission_set),
    ("iam_group_memberships", Account::membership),
    ("iam_groups", Account::group),
    ("iam_policy_attachments", Account::attachment),
    ("iam_roles", Account::role),
    ("iam_users", Account::user),
    ("policy_documents", Account::document),
];

/// What an identity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    User,
    Group,
    Role,
    PermissionSet,
}

impl Kind {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Kind::User => "user",
            Kind::Group => "group",
            Kind::Role => "role",
            Kind::PermissionSet => "permission_set",
        }
    }
}

/// What its table says of an identity.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) arn: String,
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) has_boundary: Option<bool>,
    pub(super) boundary_arn: Option<String>,
    pub(super) role: Role,
}

/// What only roles have.
#[derive(Debug, Clone, Default)]
pub(super) struct Role {
    pub(super) is_service_linked: bool,
    pub(super) is_identity_center: bool,
    pub(super) age_days: Option<i32>,
    pub(super) last_used_at: Option<Timestamp>,
    pub(super) last_used_days: Option<i32>,
    pub(super) last_used_region: Option<String>,
}

/// A trust policy as far as it was read.
#[derive(Debug, Clone)]
pub(super) enum Trust {
    Text(String),
    Unread,
}

/// One account.
#[derive(Default)]
pub(super) struct Account {
    identities: BTreeMap<String, Known>,
    groups: HashMap<String, String>,
    groups_of: HashMap<String, Vec<String>>,
    attached: HashMap<String, Vec<String>>,
    boundaries: HashMap<String, String>,
    inline: HashMap<String, BTreeMap<String, Option<Arc<IdentityPolicy>>>>,
    managed: HashMap<String, (String, Option<Arc<IdentityPolicy>>)>,
    trust: BTreeMap<String, Trust>,
}

/// A policy that an identity has, in the words of `policy_statements`.
pub(super) struct Held {
    pub(super) is_inline: bool,
    /// The ARN of the group through which it has it.
    pub(super) group_arn: Option<String>,
    pub(super) resource_arn: String,
    pub(super) policy_name: String,
    pub(super) policy: Option<Arc<IdentityPolicy>>,
}

impl Held {
    pub(super) fn through(&self) -> Through<'_> {
        match (&self.group_arn, self.is_inline) {
            (Some(arn), _) => Through::Group(arn),
            (None, true) => Through::Inline,
            (None, false) => Through::Managed,
        }
    }
}

impl Account {
    /// The identities, in the order of their ARNs.
    pub(super) fn identities(&self) -> impl Iterator<Item = &Known> {
        self.identities.values()
    }

    /// The roles with their trust policies.
    pub(super) fn trusted(&self) -> impl Iterator<Item = (&str, Option<&Known>, &Trust)> {
        self.trust.iter().map(|(arn, trust)| (arn.as_str(), self.identities.get(arn), trust))
    }

    /// The policies that the identity has, its own first.
    pub(super) fn policies(&self, identity: &Known, shelf: &Shelf) -> Vec<Held> {
        let mut policies = self.policies_of(&identity.arn, None, shelf);
        for group in self.groups_of.get(&identity.arn).into_iter().flatten() {
            match self.groups.get(group) {
                Some(arn) => policies.extend(self.policies_of(arn, Some(arn), shelf)),
                // A group that no row tells of may give anything.
                None => policies.push(Held {
                    is_inline: false,
                    group_arn: Some(group.clone()),
                    resource_arn: group.clone(),
                    policy_name: String::new(),
                    policy: None,
                }),
            }
        }
        policies
    }

    fn policies_of(&self, arn: &str, group_arn: Option<&str>, shelf: &Shelf) -> Vec<Held> {
        let group_arn = || group_arn.map(str::to_owned);
        let inline = self.inline.get(arn).into_iter().flatten().map(|(name, policy)| Held {
            is_inline: true,
            group_arn: group_arn(),
            resource_arn: arn.to_owned(),
            policy_name: name.clone(),
            policy: policy.clone(),
        });
        let managed = self.attached.get(arn).into_iter().flatten().map(|policy_arn| {
            let (policy_name, policy) = self.managed(policy_arn, shelf);
            Held { is_inline: false, group_arn: group_arn(), resource_arn: policy_arn.clone(), policy_name, policy }
        });
        inline.chain(managed).collect()
    }

    /// The version in force of a managed policy, and what it says.
    pub(super) fn managed(&self, arn: &str, shelf: &Shelf) -> (String, Option<Arc<IdentityPolicy>>) {
        let (version, policy) = self.managed.get(arn).cloned().unwrap_or_default();
        (version, policy.or_else(|| is_of_aws(arn).then(|| shelf.find(arn)).flatten()))
    }

    /// The ARN of what bounds the identity.
    pub(super) fn boundary_arn<'a>(&'a self, identity: &'a Known) -> Option<&'a str> {
        identity.boundary_arn.as_deref().or_else(|| self.boundaries.get(&identity.arn).map(String::as_str))
    }

    fn add(&mut self, kind: Kind, name_column: &str, batch: &RecordBatch, row: usize) -> Option<&mut Known> {
        let arn = text(batch, "arn", row)?.to_owned();
        let known = Known {
            name: text(batch, name_column, row).unwrap_or_default().to_owned(),
            kind,
            has_boundary: boolean(batch, "has_permissions_boundary", row),
            boundary_arn: text(batch, "permissions_boundary_arn", row).map(str::to_owned),
            role: Role::default(),
            arn: arn.clone(),
        };
        Some(self.identities.entry(arn).or_insert(known))
    }

    fn user(&mut self, batch: &RecordBatch, row: usize, _: &mut Shelf) {
        self.add(Kind::User, "user_name", batch, row);
    }

    fn group(&mut self, batch: &RecordBatch, row: usize, _: &mut Shelf) {
        let Some(group) = self.add(Kind::Group, "group_name", batch, row) else { return };
        group.has_boundary = Some(false);
        let (name, arn) = (group.name.clone(), group.arn.clone());
        self.groups.insert(name, arn);
    }

    fn role(&mut self, batch: &RecordBatch, row: usize, _: &mut Shelf) {
        let Some(role) = self.add(Kind::Role, "role_name", batch, row) else { return };
        let is = |column: &str| boolean(batch, column, row).unwrap_or(false);
        role.role = Role {
            is_service_linked: is("is_service_linked"),
            is_identity_center: is("is_identity_center"),
            age_days: number(batch, "age_days", row),
            last_used_at: moment(batch, "last_used_at", row),
            last_used_days: number(batch, "last_used_days", row),
            last_used_region: text(batch, "last_used_region", row).map(str::to_owned),
        };
    }

    fn permission_set(&mut self, batch: &RecordBatch, row: usize, _: &mut Shelf) {
        self.add(Kind::PermissionSet, "permission_set_name", batch, row);
        // What could not be read of its managed policies may be anything.
        let Some(arn) = text(batch, "arn", row) else { return };
        for column in ["managed_policy_count", "customer_managed_policy_count"] {
            if batch.column_by_name(column).is_some_and(|counts| counts.is_null(row)) {
                push_once(&mut self.attached, arn, "");
            }
        }
    }

    fn permission_set_policy(&mut self, batch: &RecordBatch, row: usize, _: &mut Shelf) {
        let column = |name| text(batch, name, row);
        let Some(set) = column("permission_set_arn") else { return };
        // One of the accounts' own has another ARN, and perhaps another text, in each.
        let own = || {
            let (path, name) = (column("policy_path").unwrap_or("/"), column("policy_name").unwrap_or_default());
            format!("arn:{}:iam::*:policy{path}{name}", set.split(':').nth(1).unwrap_or("aws"))
        };
        let arn = column("policy_arn").map_or_else(own, str::to_owned);
        if boolean(batch, "is_permissions_boundary", row) == Some(true) {
            self.boundaries.insert(set.to_owned(), arn);
        } else {
            push_once(&mut self.attached, set, &arn);
        }
    }

    fn membership(&mut self, batch: &RecordBatch, row: usize, _: &mut Shelf) {
        if let (Some(user), Some(group)) = (text(batch, "user_arn", row), text(batch, "group_name", row)) {
            push_once(&mut self.groups_of, user, group);
        }
    }

    fn attachment(&mut self, batch: &RecordBatch, row: usize, _: &mut Shelf) {
        if let (Some(identity), Some(policy)) = (text(batch, "principal_arn", row), text(batch, "policy_arn", row)) {
            push_once(&mut self.attached, identity, policy);
        }
    }

    fn document(&mut self, batch: &RecordBatch, row: usize, shelf: &mut Shelf) {
        let column = |name| text(batch, name, row);
        let (Some(arn), Some(kind), Some(state)) = (column("resource_arn"), column("policy_kind"), column("state"))
        else {
            return;
        };
        let (name, document) = (column("policy_name").unwrap_or_default().to_owned(), column("document"));
        match kind {
            _ if state == "absent" => {}
            "trust" => {
                let trust = document.map_or(Trust::Unread, |text| Trust::Text(text.to_owned()));
                self.trust.entry(arn.to_owned()).or_insert(trust);
            }
            "inline" => {
                let policies = self.inline.entry(arn.to_owned()).or_default();
                policies.entry(name).or_insert_with(|| document.and_then(IdentityPolicy::parse).map(Arc::new));
            }
            "managed" if boolean(batch, "is_in_force", row) == Some(true) && !self.managed.contains_key(arn) => {
                let policy = match document {
                    Some(text) if is_of_aws(arn) => shelf.take_in(arn, text),
                    other => other.and_then(IdentityPolicy::parse).map(Arc::new),
                };
                self.managed.insert(arn.to_owned(), (name, policy));
            }
            _ => {}
        }
    }
}

/// A page that repeats something does not double it.
fn push_once(lists: &mut HashMap<String, Vec<String>>, of: &str, what: &str) {
    let list = lists.entry(of.to_owned()).or_default();
    if !list.iter().any(|it| it == what) {
        list.push(what.to_owned());
    }
}

fn number(batch: &RecordBatch, column: &str, row: usize) -> Option<i32> {
    let array = batch.column_by_name(column)?.as_primitive_opt::<Int32Type>()?;
    array.is_valid(row).then(|| array.value(row))
}

fn moment(batch: &RecordBatch, column: &str, row: usize) -> Option<Timestamp> {
    let array = batch.column_by_name(column)?.as_primitive_opt::<TimestampMillisecondType>()?;
    array.is_valid(row).then(|| Timestamp(array.value(row)))
}
