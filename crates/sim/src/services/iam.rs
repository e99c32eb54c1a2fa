//! IAM: users, groups, roles, managed policies and the root user of an account.

mod answers;
mod credentials;
mod details;
mod last_accessed;
mod lists;
mod password_policy;
mod planted;
mod policies;
mod providers;
mod report;
mod roles;
mod users;

pub(crate) use answers::answer;
pub(crate) use credentials::{DeviceKind, OtherCredentials};
pub(crate) use last_accessed::accesses;
pub(crate) use password_policy::password_strength;
pub(crate) use policies::ManagedPolicy;
pub(crate) use providers::{OidcProvider, SamlProvider, ServerCertificate};
pub(crate) use report::ReportPolls;
pub(crate) use roles::{InstanceProfile, Role, role_id};
pub(crate) use users::{Group, Key, Root, User};

use crate::account::Account;
use crate::dice::Dice;
use crate::organization::Organization;
use std::collections::BTreeMap;

/// The permissions of an identity.
#[derive(Debug, Clone, Default)]
pub(crate) struct Permissions {
    /// Inline policies, by name.
    pub(crate) inline: Vec<(String, String)>,
    /// The ARNs of attached managed policies.
    pub(crate) attached: Vec<String>,
    /// The ARN of the permissions boundary.
    pub(crate) boundary: Option<String>,
}

/// Everything IAM holds of an account.
#[derive(Debug)]
pub(crate) struct Iam {
    pub(crate) root: Root,
    pub(crate) users: Vec<User>,
    pub(crate) groups: Vec<Group>,
    pub(crate) roles: Vec<Role>,
    /// The customer's own policies, and AWS's policies that are attached.
    pub(crate) policies: Vec<ManagedPolicy>,
    /// Serial numbers of virtual MFA devices that belong to nobody.
    pub(crate) spare_devices: Vec<String>,
    /// Instance profiles without a role.
    pub(crate) empty_profiles: Vec<InstanceProfile>,
    pub(crate) oidc_providers: Vec<OidcProvider>,
    pub(crate) saml_providers: Vec<SamlProvider>,
    pub(crate) server_certificates: Vec<ServerCertificate>,
}

impl Iam {
    /// The IAM of this account.
    pub(crate) fn of(organization: &Organization, account: &Account) -> Self {
        let mut policies = policies::customer_policies(organization, account);
        let choices: Vec<&str> = policies.iter().map(|policy| policy.arn.as_str()).collect();
        let mut groups = users::groups(organization, account, &choices);
        let mut users = users::users(organization, account, &groups, &choices);
        let mut roles = roles::roles(organization, account, &choices);
        planted::plant(organization, account, (&mut users, &mut groups, &mut roles), &mut policies);
        let mut uses: BTreeMap<String, (u64, u64)> = BTreeMap::new();
        let all = users.iter().map(|user| &user.permissions);
        let all = all.chain(groups.iter().map(|group| &group.permissions));
        for permissions in all.chain(roles.iter().map(|role| &role.permissions)) {
            for arn in &permissions.attached {
                uses.entry(arn.clone()).or_default().0 += 1;
            }
            if let Some(arn) = &permissions.boundary {
                uses.entry(arn.clone()).or_default().1 += 1;
            }
        }
        policies.extend(policies::aws_policies(organization, uses.keys()));
        for policy in &mut policies {
            (policy.attachments, policy.boundaries) = uses.get(&policy.arn).copied().unwrap_or_default();
        }
        Self {
            root: users::root(organization, account),
            spare_devices: credentials::spare_devices(organization, account),
            empty_profiles: providers::empty_profiles(organization, account),
            oidc_providers: providers::oidc_providers(organization, account, &roles),
            saml_providers: providers::saml_providers(organization, account, &roles),
            server_certificates: providers::server_certificates(organization, account),
            users,
            groups,
            roles,
            policies,
        }
    }

    /// Instance profiles, with a role and without.
    pub(crate) fn profile_count(&self) -> usize {
        self.roles.iter().filter(|role| role.profile.is_some()).count() + self.empty_profiles.len()
    }

    /// The number of the root user's active keys.
    pub(crate) fn has_root_key(&self) -> bool {
        self.root.key.as_ref().is_some_and(|key| key.is_active)
    }
}

/// Permissions by chance: of AWS's policies, of the customer's, inline, bounded or not.
fn some_permissions(organization: &Organization, choices: &[&str], dice: &mut Dice) -> Permissions {
    let mut permissions = Permissions::default();
    if dice.chance(0.5) {
        permissions.attached.push(policies::aws_arn(organization, dice));
    }
    if dice.chance(0.4) && !choices.is_empty() {
        permissions.attached.push(dice.pick(choices).to_owned());
    }
    if dice.chance(0.3) {
        permissions.inline.push((format!("inline-{}", dice.hex(4)), policies::some_document(dice)));
    }
    if dice.chance(0.1) && !choices.is_empty() {
        permissions.boundary = Some(dice.pick(choices).to_owned());
    }
    permissions
}
