//! Permission sets, their policies, and their assignments: who has which set in which account.

use super::directory::{groups, users};
use super::instance;
use crate::organization::Organization;
use serde_json::json;

/// The number of accounts with assignments: enough for several pages. A census makes one call for each set in each
/// account, so with more accounts a large organization would take hours at AWS's rate.
const ASSIGNED_ACCOUNTS: u64 = 60;

/// A permission set.
#[derive(Debug)]
pub(crate) struct PermissionSet {
    pub(crate) arn: String,
    pub(crate) name: &'static str,
    pub(crate) session_duration: &'static str,
    /// The inline policy's document.
    pub(crate) inline: Option<String>,
    /// AWS's managed policies, by path and name after `policy/`.
    pub(crate) managed: &'static [&'static str],
    /// Customer managed policies, which each account has for itself, by path and name.
    pub(crate) customer_managed: &'static [(&'static str, &'static str)],
    /// The customer managed policy that is the set's boundary.
    pub(crate) boundary: Option<&'static str>,
}

/// An assignment.
#[derive(Debug)]
pub(crate) struct Assignment {
    pub(crate) permission_set_arn: String,
    pub(crate) account_id: String,
    pub(crate) principal_type: &'static str,
    pub(crate) principal_id: String,
}

/// The permission sets: an administrator by AWS's policy, an administrator by inline policy, a set with a boundary, a
/// set that reads, and a set without assignments.
pub(crate) fn permission_sets(organization: &Organization) -> Vec<PermissionSet> {
    let instance = instance(organization);
    let mut dice = organization.dice(&["permission-sets"]);
    let mut set = |name| PermissionSet {
        arn: format!("arn:{}:sso:::permissionSet/{}/ps-{}", organization.settings.partition, instance.id, dice.hex(16)),
        name,
        session_duration: "PT1H",
        inline: None,
        managed: &[],
        customer_managed: &[],
        boundary: None,
    };
    let allow = |action: &str| {
        let statement = json!({ "Effect": "Allow", "Action": action, "Resource": "*" });
        Some(json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string())
    };
    vec![
        PermissionSet { managed: &["AdministratorAccess"], session_duration: "PT8H", ..set("AdministratorAccess") },
        PermissionSet { inline: allow("*"), session_duration: "PT1H30M", ..set("Everything") },
        PermissionSet {
            managed: &["PowerUserAccess"],
            customer_managed: &[("/team/", "deploy")],
            boundary: Some("developer-boundary"),
            inline: allow("s3:Get*"),
            ..set("Developer")
        },
        PermissionSet { managed: &["ReadOnlyAccess", "job-function/Billing"], ..set("Auditor") },
        set("Unused"),
    ]
}

/// All assignments: groups in every account that has assignments, and in addition some users.
pub(crate) fn assignments(organization: &Organization) -> Vec<Assignment> {
    let (sets, groups, users) = (permission_sets(organization), groups(organization), users(organization));
    let mut dice = organization.dice(&["assignments"]);
    let mut assignments = Vec::new();
    for index in organization.indices().take_while(|index| *index < ASSIGNED_ACCOUNTS) {
        let mut assign = |set: usize, principal_type, principal_id: &str| {
            assignments.push(Assignment {
                permission_set_arn: sets[set].arn.clone(),
                account_id: organization.account_id(index),
                principal_type,
                principal_id: principal_id.to_owned(),
            });
        };
        assign(0, "GROUP", &groups[0].id);
        if index % 2 == 1 {
            assign(2, "GROUP", &groups[1].id);
            assign(3, "GROUP", &groups[2].id);
        }
        if index % 7 == 1 {
            let user = usize::try_from(dice.between(0, 4)).unwrap_or_default();
            assign(1, "USER", &users[user].id);
            assign(2, "USER", &users[user].id);
        }
    }
    assignments
}
