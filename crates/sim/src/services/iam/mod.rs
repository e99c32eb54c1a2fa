//! IAM: users, groups, roles, managed policies and the root user of an account.

mod answers;
mod credentials;
mod details;
mod identities;
mod last_accessed;
mod lists;
mod managed;
mod password_policy;
mod planted;
mod policies;
mod providers;
mod report;
mod roles;
mod users;

pub(crate) use credentials::{DeviceKind, OtherCredentials};
pub(crate) use last_accessed::accesses;
pub(crate) use password_policy::password_strength;
pub(crate) use policies::ManagedPolicy;
pub(crate) use providers::{OidcProvider, SamlProvider, ServerCertificate};
pub(crate) use report::ReportPolls;
pub(crate) use roles::{InstanceProfile, Role, role_id};
pub(crate) use users::{Group, Key, Root, User};

use crate::dice::Dice;
use crate::organization::Organization;
use crate::place::Place;
use crate::quotas::each;
use crate::service::{Scope, Service};
use crate::truth::{At, count_iam};
use std::collections::BTreeMap;

pub(crate) static SERVICE: Service = Service {
    scope: Scope::Global,
    // From AWS's page `reference_iam-quotas`; the rates are those that others measured.
    quotas: &[each(&["GetAccountAuthorizationDetails"], f64::MAX, f64::MAX), each(&[], 15.0, 15.0)],
    answers: &[answers::ANSWERS, identities::ANSWERS, managed::ANSWERS],
    counts: Some((At::Account, count_iam)),
    ..Service::named("iam")
};

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

/// Everything that IAM holds for an account.
#[derive(Debug)]
pub(crate) struct Iam {
    pub(crate) root: Root,
    pub(crate) users: Vec<User>,
    pub(crate) groups: Vec<Group>,
    pub(crate) roles: Vec<Role>,
    /// The customer's own policies, and the attached AWS policies.
    pub(crate) policies: Vec<ManagedPolicy>,
    /// Serial numbers of virtual MFA devices that belong to no user.
    pub(crate) spare_devices: Vec<String>,
    /// Instance profiles without a role.
    pub(crate) empty_profiles: Vec<InstanceProfile>,
    pub(crate) oidc_providers: Vec<OidcProvider>,
    pub(crate) saml_providers: Vec<SamlProvider>,
    pub(crate) server_certificates: Vec<ServerCertificate>,
}

impl Iam {
    /// The IAM of this account.
    pub(crate) fn of(place: &Place<'_>) -> Self {
        let place = &place.whole();
        let mut policies = policies::customer_policies(place);
        let choices: Vec<&str> = policies.iter().map(|policy| policy.arn.as_str()).collect();
        let mut groups = users::groups(place, &choices);
        let mut users = users::users(place, &groups, &choices);
        let mut roles = roles::roles(place, &choices);
        policies.extend(planted::plant(place, &mut users, &mut groups, &mut roles));
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
        policies.extend(policies::aws_policies(place.organization, uses.keys()));
        for policy in &mut policies {
            (policy.attachments, policy.boundaries) = uses.get(&policy.arn).copied().unwrap_or_default();
        }
        Self {
            root: users::root(place),
            spare_devices: credentials::spare_devices(place),
            empty_profiles: providers::empty_profiles(place),
            oidc_providers: providers::oidc_providers(place, &roles),
            saml_providers: providers::saml_providers(place, &roles),
            server_certificates: providers::server_certificates(place),
            users,
            groups,
            roles,
            policies,
        }
    }

    /// The number of instance profiles, with and without a role.
    pub(crate) fn profile_count(&self) -> usize {
        self.roles.iter().filter(|role| role.profile.is_some()).count() + self.empty_profiles.len()
    }

    /// Whether the root user has an active key.
    pub(crate) fn has_root_key(&self) -> bool {
        self.root.key.as_ref().is_some_and(|key| key.is_active)
    }
}

/// Permissions by chance: AWS's policies, the customer's policies, inline policies, with or without a boundary.
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
