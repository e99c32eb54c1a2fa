//! The truth about the organization as a whole.

use super::{AccountPolicyTruth, ResourceTruth};
use crate::organization::Organization;
use crate::services::identity_center::{PermissionSet, assignments, groups, memberships, permission_sets, users};
use crate::services::organizations::{
    ENABLED_TYPES, TRUSTED_SERVICES, delegated, of_account, organization_verdict, policies,
};
use std::collections::BTreeMap;

/// The number of rows of each table.
pub(super) fn tables(organization: &Organization) -> BTreeMap<&'static str, usize> {
    let policies = policies(organization);
    let delegated = delegated(organization);
    let sets = permission_sets(organization);
    let named =
        |set: &PermissionSet| set.managed.len() + set.customer_managed.len() + usize::from(set.boundary.is_some());
    BTreeMap::from([
        ("account_policies", account_policies(organization).len()),
        ("delegated_administrators", delegated.len()),
        ("delegated_services", delegated.iter().map(|(_, services)| services.len()).sum()),
        ("identity_center_account_assignments", assignments(organization).len()),
        ("identity_center_groups", groups(organization).len()),
        ("identity_center_instances", 1),
        ("identity_center_memberships", memberships(organization).len()),
        ("identity_center_permission_set_policies", sets.iter().map(named).sum()),
        ("identity_center_permission_sets", sets.len()),
        ("identity_center_users", users(organization).len()),
        ("organization_policies", policies.len()),
        ("organization_policy_targets", policies.iter().map(|policy| policy.targets.len()).sum()),
        ("organization_policy_types", ENABLED_TYPES.len()),
        ("organization_root_access", 1),
        ("organization_services", TRUSTED_SERVICES.len()),
        ("organizational_units", organization.units.len()),
        ("organizations", 1),
    ])
}

/// Which policies each account has, suspended or not.
pub(super) fn account_policies(organization: &Organization) -> Vec<AccountPolicyTruth> {
    let policies = policies(organization);
    let of = |index| {
        let account_id = organization.account_id(index);
        let pairs = of_account(organization, &policies, index).into_iter();
        pairs.map(move |(policy_id, source_id)| AccountPolicyTruth {
            account_id: account_id.clone(),
            policy_id,
            source_id,
        })
    };
    (0..organization.settings.accounts).flat_map(of).collect()
}

/// The organization itself: its resource policy says who can reach it.
pub(super) fn resource(organization: &Organization) -> ResourceTruth {
    let (arn, verdict) = organization_verdict(organization);
    ResourceTruth {
        arn,
        account_id: organization.management_id(),
        is_public: verdict.is_public,
        is_external: verdict.is_external,
        is_in_org: verdict.is_in_org,
        rests_on_networks: false,
    }
}
