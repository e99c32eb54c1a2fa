//! One account's identities and their policies, as the staged tables have them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use orgcensus_collect::PolicyDocumentRef;
use orgcensus_collectors::iam::groups::GroupRef;
use orgcensus_collectors::iam::principal::PolicyAttachmentRef;
use orgcensus_collectors::iam::roles::RoleRef;
use orgcensus_collectors::iam::users::{GroupMembershipRef, UserRef};
use orgcensus_collectors::identity_center::permission_set_policies::PermissionSetPolicyRef;
use orgcensus_collectors::identity_center::permission_sets::PermissionSetRef;
use orgcensus_policy::Document;
use orgcensus_policy::identity::{IdentityPolicy, Through};
use orgcensus_row::Timestamp;

use super::aws_managed_policies::{AwsManagedPolicies, is_of_aws};

/// The kinds of identities.
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

/// One identity, as its table has it.
#[derive(Debug)]
pub(super) struct KnownIdentity {
    pub(super) arn: String,
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) has_boundary: Option<bool>,
    pub(super) boundary_arn: Option<String>,
    pub(super) role: Role,
}

impl KnownIdentity {
    /// An identity of which only kind, ARN and name are known yet.
    fn new(kind: Kind, arn: &str, name: &str) -> Self {
        let (arn, name) = (arn.to_owned(), name.to_owned());
        Self { arn, name, kind, has_boundary: None, boundary_arn: None, role: Role::default() }
    }
}

/// The properties that only roles have.
#[derive(Debug, Clone, Default)]
pub(super) struct Role {
    pub(super) is_service_linked: bool,
    pub(super) is_identity_center: bool,
    pub(super) age_days: Option<i32>,
    pub(super) last_used_at: Option<Timestamp>,
    pub(super) last_used_days: Option<i32>,
    pub(super) last_used_region: Option<String>,
}

/// One account's identities and policies.
#[derive(Default)]
pub(crate) struct Account {
    identities: BTreeMap<String, KnownIdentity>,
    groups: HashMap<String, String>,
    groups_of: HashMap<String, Vec<String>>,
    attached: HashMap<String, Vec<String>>,
    boundaries: HashMap<String, String>,
    inline: HashMap<String, BTreeMap<String, Option<Arc<IdentityPolicy>>>>,
    managed: HashMap<String, (String, Option<Arc<IdentityPolicy>>)>,
    /// The trust policies of roles; `None` if a policy was not read.
    trust: BTreeMap<String, Option<Document>>,
}

/// A policy that an identity has, in the words of `policy_statements`.
pub(super) struct HeldPolicy {
    pub(super) is_inline: bool,
    /// The ARN of the group that gives the policy to the identity; `None` if the identity has it itself.
    pub(super) group_arn: Option<String>,
    pub(super) resource_arn: String,
    pub(super) policy_name: String,
    pub(super) policy: Option<Arc<IdentityPolicy>>,
}

impl HeldPolicy {
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
    pub(super) fn identities(&self) -> impl Iterator<Item = &KnownIdentity> {
        self.identities.values()
    }

    /// The roles with their trust policies.
    pub(super) fn trusted(&self) -> impl Iterator<Item = (&str, Option<&KnownIdentity>, Option<&Document>)> {
        self.trust.iter().map(|(arn, trust)| (arn.as_str(), self.identities.get(arn), trust.as_ref()))
    }

    /// The policies of the identity: its own first, then its groups'.
    pub(super) fn policies(&self, identity: &KnownIdentity, aws_managed: &AwsManagedPolicies) -> Vec<HeldPolicy> {
        let mut policies = self.policies_of(&identity.arn, None, aws_managed);
        for group in self.groups_of.get(&identity.arn).into_iter().flatten() {
            match self.groups.get(group) {
                Some(arn) => policies.extend(self.policies_of(arn, Some(arn), aws_managed)),
                // If the group has no row, its policies are not known and may allow anything.
                None => policies.push(HeldPolicy {
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

    fn policies_of(&self, arn: &str, group_arn: Option<&str>, aws_managed: &AwsManagedPolicies) -> Vec<HeldPolicy> {
        let group_arn = || group_arn.map(str::to_owned);
        let inline = self.inline.get(arn).into_iter().flatten().map(|(name, policy)| HeldPolicy {
            is_inline: true,
            group_arn: group_arn(),
            resource_arn: arn.to_owned(),
            policy_name: name.clone(),
            policy: policy.clone(),
        });
        let managed = self.attached.get(arn).into_iter().flatten().map(|policy_arn| {
            let (policy_name, policy) = self.managed(policy_arn, aws_managed);
            HeldPolicy {
                is_inline: false,
                group_arn: group_arn(),
                resource_arn: policy_arn.clone(),
                policy_name,
                policy,
            }
        });
        inline.chain(managed).collect()
    }

    /// The version in force of a managed policy, and its content.
    pub(super) fn managed(&self, arn: &str, aws_managed: &AwsManagedPolicies) -> (String, Option<Arc<IdentityPolicy>>) {
        let (version, policy) = self.managed.get(arn).cloned().unwrap_or_default();
        (version, policy.or_else(|| is_of_aws(arn).then(|| aws_managed.find(arn)).flatten()))
    }

    /// The ARN of the identity's permissions boundary.
    pub(super) fn boundary_arn<'a>(&'a self, identity: &'a KnownIdentity) -> Option<&'a str> {
        identity.boundary_arn.as_deref().or_else(|| self.boundaries.get(&identity.arn).map(String::as_str))
    }

    fn add(&mut self, identity: KnownIdentity) {
        self.identities.entry(identity.arn.clone()).or_insert(identity);
    }

    pub(super) fn user(&mut self, row: &UserRef<'_>) {
        self.add(KnownIdentity {
            has_boundary: Some(row.has_permissions_boundary),
            boundary_arn: row.permissions_boundary_arn.map(str::to_owned),
            ..KnownIdentity::new(Kind::User, row.arn, row.user_name)
        });
    }

    pub(super) fn group(&mut self, row: &GroupRef<'_>) {
        self.add(KnownIdentity {
            has_boundary: Some(false),
            ..KnownIdentity::new(Kind::Group, row.arn, row.group_name)
        });
        self.groups.insert(row.group_name.to_owned(), row.arn.to_owned());
    }

    pub(super) fn role(&mut self, row: &RoleRef<'_>) {
        let role = Role {
            is_service_linked: row.is_service_linked,
            is_identity_center: row.is_identity_center,
            age_days: row.age_days,
            last_used_at: row.last_used_at,
            last_used_days: row.last_used_days,
            last_used_region: row.last_used_region.map(str::to_owned),
        };
        self.add(KnownIdentity {
            has_boundary: Some(row.has_permissions_boundary),
            boundary_arn: row.permissions_boundary_arn.map(str::to_owned),
            role,
            ..KnownIdentity::new(Kind::Role, row.arn, row.role_name)
        });
    }

    pub(super) fn permission_set(&mut self, row: &PermissionSetRef<'_>) {
        let name = row.permission_set_name.unwrap_or_default();
        let has_boundary = row.has_permissions_boundary;
        self.add(KnownIdentity { has_boundary, ..KnownIdentity::new(Kind::PermissionSet, row.arn, name) });
        // If the set's managed policies could not all be read, the missing ones may allow anything.
        if row.managed_policy_count.is_none() || row.customer_managed_policy_count.is_none() {
            push_once(&mut self.attached, row.arn, "");
        }
    }

    pub(super) fn permission_set_policy(&mut self, row: &PermissionSetPolicyRef<'_>) {
        let set = row.permission_set_arn;
        // A customer managed policy has another ARN in each account, and perhaps another text.
        let own = || {
            let partition = set.split(':').nth(1).unwrap_or("aws");
            format!("arn:{partition}:iam::*:policy{}{}", row.policy_path, row.policy_name)
        };
        let arn = row.policy_arn.map_or_else(own, str::to_owned);
        if row.is_permissions_boundary {
            self.boundaries.insert(set.to_owned(), arn);
        } else {
            push_once(&mut self.attached, set, &arn);
        }
    }

    pub(super) fn membership(&mut self, row: &GroupMembershipRef<'_>) {
        push_once(&mut self.groups_of, row.user_arn, row.group_name);
    }

    pub(super) fn attachment(&mut self, row: &PolicyAttachmentRef<'_>) {
        push_once(&mut self.attached, row.principal_arn, row.policy_arn);
    }

    /// Adds a role's trust policy; `None` if it was not read.
    pub(crate) fn trust(&mut self, role_arn: String, document: Option<Document>) {
        self.trust.entry(role_arn).or_insert(document);
    }

    /// Adds a policy of identities, inline or managed.
    pub(crate) fn document(&mut self, row: &PolicyDocumentRef<'_>, aws_managed: &mut AwsManagedPolicies) {
        let (arn, name) = (row.resource_arn, row.policy_name.to_owned());
        match row.policy_kind {
            _ if row.state == "absent" => {}
            "inline" => {
                let policies = self.inline.entry(arn.to_owned()).or_default();
                policies.entry(name).or_insert_with(|| row.document.and_then(IdentityPolicy::parse).map(Arc::new));
            }
            "managed" if row.is_in_force && !self.managed.contains_key(arn) => {
                let policy = match row.document {
                    Some(text) if is_of_aws(arn) => aws_managed.take_in(arn, text),
                    other => other.and_then(IdentityPolicy::parse).map(Arc::new),
                };
                self.managed.insert(arn.to_owned(), (name, policy));
            }
            _ => {}
        }
    }
}

/// Adds an item, unless the list has it already: pages may repeat items.
fn push_once(lists: &mut HashMap<String, Vec<String>>, of: &str, what: &str) {
    let list = lists.entry(of.to_owned()).or_default();
    if !list.iter().any(|it| it == what) {
        list.push(what.to_owned());
    }
}
