//! The rights of each identity, from the kinds of its policies.

use super::parts::IdentityTruth;
use crate::account::Account;
use crate::organization::Organization;
use crate::policies::{Gives, IdentityKind, gives_of_aws};
use crate::services::iam::{Iam, Permissions, Role};
use crate::services::identity_center::{PermissionSet, permission_sets as permission_sets_of};

/// The rights that a boundary leaves.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Leaves {
    Everything,
    AllButIam,
    Nothing,
}

/// The identities of an account that can be seen.
pub(super) fn identities(account: &Account, iam: &Iam) -> Vec<IdentityTruth> {
    let group = |name: &String| iam.groups.iter().find(|group| group.name == *name);
    let users = iam.users.iter().map(|user| {
        let of_groups = user.groups.iter().filter_map(group).map(|group| gives(iam, &group.permissions));
        let all = of_groups.fold(gives(iam, &user.permissions), Gives::and);
        truth(account, &user.arn, all, leaves(iam, &user.permissions))
    });
    let groups = iam.groups.iter().map(|it| truth(account, &it.arn, gives(iam, &it.permissions), Leaves::Everything));
    users.chain(groups).chain(iam.roles.iter().map(|it| role(account, iam, it))).collect()
}

fn role(account: &Account, iam: &Iam, it: &Role) -> IdentityTruth {
    truth(account, &it.arn, gives(iam, &it.permissions), leaves(iam, &it.permissions))
}

/// Whether a role is administrator, or may make itself one.
pub(crate) fn is_over_broad(account: &Account, iam: &Iam, it: &Role) -> bool {
    let truth = role(account, iam, it);
    truth.is_administrator == Some(true) || truth.may_escalate == Some(true)
}

/// The permission sets. If a set names policies of the accounts' own, it may do what those policies allow.
pub(super) fn permission_sets(organization: &Organization) -> Vec<IdentityTruth> {
    let truth = |set: PermissionSet| {
        let is_administrator = match set.name {
            "AdministratorAccess" | "Everything" => Some(true),
            "Unused" => Some(false),
            _ => None,
        };
        IdentityTruth {
            arn: set.arn,
            account_id: organization.management_id(),
            is_administrator,
            allows_everything: is_administrator,
            writes_iam: is_administrator,
            passes_roles: is_administrator,
            reads_all_data: is_administrator,
            may_escalate: is_administrator.map(|_| false),
        }
    };
    permission_sets_of(organization).into_iter().map(truth).collect()
}

fn gives(iam: &Iam, permissions: &Permissions) -> Gives {
    let inline = permissions.inline.iter().map(|(_, document)| of_document(document));
    let attached = permissions.attached.iter().map(|arn| of_managed(iam, arn));
    inline.chain(attached).fold(Gives::default(), Gives::and)
}

fn of_document(document: &str) -> Gives {
    IdentityKind::of(document).map(IdentityKind::gives).unwrap_or_default()
}

fn of_managed(iam: &Iam, arn: &str) -> Gives {
    let Some(policy) = iam.policies.iter().find(|policy| policy.arn == arn) else { return Gives::default() };
    if policy.is_aws {
        return gives_of_aws(&policy.name);
    }
    let default = policy.versions.iter().find(|version| version.is_default);
    default.map(|version| of_document(&version.document)).unwrap_or_default()
}

fn leaves(iam: &Iam, permissions: &Permissions) -> Leaves {
    match permissions.boundary.as_ref().map(|arn| of_managed(iam, arn)) {
        None | Some(Gives { everything: true, .. }) => Leaves::Everything,
        Some(Gives { all_but_iam: true, .. }) => Leaves::AllButIam,
        Some(_) => Leaves::Nothing,
    }
}

fn truth(account: &Account, arn: &str, has: Gives, leaves: Leaves) -> IdentityTruth {
    let keeps_iam = leaves == Leaves::Everything && !has.denies_iam;
    let keeps_rest = leaves != Leaves::Nothing;
    let is_administrator = has.everything && keeps_iam;
    let passes_roles = (has.everything || has.passes_roles) && keeps_iam;
    // An identity that may do everything but IAM may change functions that have a role, and so on.
    let takes_over = (has.everything || has.all_but_iam) && keeps_rest;
    let by_function = passes_roles && (has.makes_functions || has.all_but_iam);
    let by_policy = (has.writes_versions || has.writes_own_policy) && keeps_iam;
    IdentityTruth {
        arn: arn.to_owned(),
        account_id: account.id.clone(),
        is_administrator: Some(is_administrator),
        allows_everything: Some(has.everything),
        writes_iam: Some((has.everything || has.writes_versions) && keeps_iam),
        passes_roles: Some(passes_roles),
        reads_all_data: Some((has.everything || has.all_but_iam || has.reads_all_objects) && keeps_rest),
        may_escalate: Some(!is_administrator && (takes_over || by_function || by_policy)),
    }
}
