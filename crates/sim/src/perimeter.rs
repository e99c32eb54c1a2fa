//! The resource control policies that let only the organization's own identities in, and services.

use crate::account::Account;
use crate::organization::Organization;

/// The resource control policies that let in only the organization's own identities and services: name, actions, and
/// the targets that they are attached to.
pub(crate) fn perimeters(organization: &Organization) -> [(&'static str, &'static [&'static str], Vec<String>); 2] {
    let held = organization.held_id();
    let targets = organization.unit_ids(&["Security"]).into_iter().chain(held).collect();
    [
        ("perimeter", &["s3:*", "sqs:*", "sts:AssumeRole"], targets),
        ("keys", &["kms:*"], organization.unit_ids(&["Production"])),
    ]
}

/// Whether a resource control policy protects the account's resources of this service: only the organization's own
/// identities and services may reach them.
pub(crate) fn is_in_perimeter(organization: &Organization, account: &Account, service: &str) -> bool {
    let path = organization.path_ids(account.unit);
    let has = |target: &String| *target == account.id || path.contains(&target.as_str());
    let is_of_service = |action: &&str| action.split(':').next() == Some(service);
    perimeters(organization).iter().any(|(_, actions, targets)| {
        actions.iter().any(is_of_service) && targets.iter().any(has) && !account.is_management()
    })
}
