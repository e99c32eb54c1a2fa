//! Administrators of every sort, and identities that may make themselves administrator. They are put into accounts on
//! purpose, two sorts in each.

use super::permissions::Permissions;
use super::policies::{ManagedPolicy, customer_policy};
use super::roles::Role;
use super::users::{Group, User};
use crate::place::Place;
use crate::policies::IdentityKind;

/// A sort of identity that occurs on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Inline,
    Managed,
    ThroughGroup,
    CutByBoundary,
    KeptByBoundary,
    SavedByDeny,
    NotSavedByDeny,
    ByPassingRoles,
    ByPolicyVersion,
    ByOwnPolicy,
}

const SORTS: [Sort; 10] = [
    Sort::Inline,
    Sort::Managed,
    Sort::ThroughGroup,
    Sort::CutByBoundary,
    Sort::KeptByBoundary,
    Sort::SavedByDeny,
    Sort::NotSavedByDeny,
    Sort::ByPassingRoles,
    Sort::ByPolicyVersion,
    Sort::ByOwnPolicy,
];

/// Gives rights to identities that an account has already. The number of users, groups and roles stays as it was.
/// Returns the policies that were made for this.
pub(super) fn plant(
    place: &Place<'_>,
    users: &mut [User],
    groups: &mut [Group],
    roles: &mut [Role],
) -> Vec<ManagedPolicy> {
    let mut policies = Vec::new();
    let first = usize::try_from(place.account.index % 5).unwrap_or_default() * 2;
    let mut policy = |name: &str, kind: IdentityKind| {
        let policy = customer_policy(place, name, kind);
        let arn = policy.arn.clone();
        policies.push(policy);
        arn
    };
    for sort in SORTS.into_iter().skip(first).take(2) {
        match sort {
            // The user that gets rights through a group is the first user. The last two roles belong to the account
            // itself.
            Sort::ThroughGroup => {
                let (Some(group), Some(user)) = (groups.first_mut(), users.first_mut()) else { continue };
                group.permissions = inline(&[IdentityKind::Everything]);
                user.permissions = inline(&[IdentityKind::Bucket]);
                user.groups = vec![group.name.clone()];
            }
            Sort::ByOwnPolicy => {
                let Some(user) = users.first_mut() else { continue };
                user.permissions = inline(&[IdentityKind::WriteOwnPolicy]);
                user.groups = Vec::new();
            }
            sort => {
                let place = roles.len().saturating_sub(1 + usize::from((sort as usize).is_multiple_of(2)));
                let Some(role) = roles.get_mut(place) else { continue };
                role.permissions = permissions(sort, &mut policy);
            }
        }
    }
    policies
}

fn permissions(sort: Sort, policy: &mut impl FnMut(&str, IdentityKind) -> String) -> Permissions {
    use IdentityKind::{AllButIam, DenyBuckets, DenyIam, Everything, MakeFunctions, PassRoles, WriteVersions};
    let all = inline(&[Everything]);
    match sort {
        Sort::Managed => Permissions { attached: vec![policy("all", Everything)], ..Permissions::default() },
        Sort::CutByBoundary => Permissions { boundary: Some(policy("no-iam", AllButIam)), ..all },
        Sort::KeptByBoundary => Permissions { boundary: Some(policy("wide-boundary", Everything)), ..all },
        Sort::SavedByDeny => Permissions { attached: vec![policy("no-iam-at-all", DenyIam)], ..all },
        Sort::NotSavedByDeny => inline(&[Everything, DenyBuckets]),
        Sort::ByPassingRoles => {
            Permissions { attached: vec![policy("pass-to-lambda", PassRoles)], ..inline(&[MakeFunctions]) }
        }
        Sort::ByPolicyVersion => inline(&[WriteVersions]),
        Sort::Inline | Sort::ThroughGroup | Sort::ByOwnPolicy => all,
    }
}

fn inline(kinds: &[IdentityKind]) -> Permissions {
    let named = |(number, kind): (usize, &IdentityKind)| (format!("planted-{number}"), kind.document());
    Permissions { inline: kinds.iter().enumerate().map(named).collect(), ..Permissions::default() }
}
