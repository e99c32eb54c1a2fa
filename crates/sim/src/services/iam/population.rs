//! What IAM holds for an account, made from the seed.

use super::policies::ManagedPolicy;
use super::providers::{OidcProvider, SamlProvider, ServerCertificate};
use super::roles::{InstanceProfile, Role};
use super::users::{Group, Root, User};
use super::{credentials, nights, planted, policies, providers, roles, users};
use crate::place::Place;
use crate::truth::ChangeTruth;
use std::collections::BTreeMap;

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
    /// What was changed since the first night.
    pub(crate) changes: Vec<ChangeTruth>,
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
        roles.extend(roles::sample(place));
        let mut root = users::root(place);
        let mut changed =
            nights::Changed { users: &mut users, policies: &mut policies, roles: &mut roles, root: &mut root };
        let changes = nights::apply(place, &mut changed);
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
            root,
            spare_devices: credentials::spare_devices(place),
            empty_profiles: providers::empty_profiles(place),
            oidc_providers: providers::oidc_providers(place, &roles),
            saml_providers: providers::saml_providers(place, &roles),
            server_certificates: providers::server_certificates(place),
            users,
            groups,
            roles,
            policies,
            changes,
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
