//! Who is administrator.

use super::held::PassedTo;
use super::permissions::{Given, Permissions};
use super::resource::Scope;

/// The rights with which an administrator can give itself the rights that it lacks, and the resources that they are on.
pub(super) const WRITES_POLICIES: &[(&str, &str)] = &[
    ("iam:AttachGroupPolicy", "iam::{a}:group/*"),
    ("iam:AttachRolePolicy", "iam::{a}:role/*"),
    ("iam:AttachUserPolicy", "iam::{a}:user/*"),
    ("iam:CreatePolicyVersion", "iam::{a}:policy/*"),
    ("iam:PutGroupPolicy", "iam::{a}:group/*"),
    ("iam:PutRolePolicy", "iam::{a}:role/*"),
    ("iam:PutUserPolicy", "iam::{a}:user/*"),
    ("iam:SetDefaultPolicyVersion", "iam::{a}:policy/*"),
];

/// Whether an identity is administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Administrator {
    /// By these of its policies.
    By(Vec<usize>),
    /// If a condition holds.
    Conditionally,
    /// It would be administrator, but a Deny without conditions prevents it.
    Saved,
    /// No.
    Not,
}

/// Whether an identity with these permissions is administrator.
pub(super) fn administrator(permissions: &Permissions<'_>) -> Administrator {
    let broad = permissions.broad();
    if broad.is_empty() {
        return Administrator::Not;
    }
    let writes = |permissions: &Permissions<'_>, is_meant: &dyn Fn(&Given) -> bool| {
        WRITES_POLICIES.iter().any(|(action, on)| {
            let given = permissions.given(action, on, false, PassedTo::Nothing);
            given.is_some_and(|given| given.scope == Scope::Every && is_meant(&given))
        })
    };
    let by: Vec<usize> = broad.iter().filter(|(_, conditional)| !conditional).map(|(index, _)| *index).collect();
    if !by.is_empty() && writes(permissions, &|given| !given.is_conditional) {
        Administrator::By(by)
    } else if writes(permissions, &|_| true) {
        Administrator::Conditionally
    } else if !by.is_empty() && writes(&permissions.undenied(), &|given| !given.is_conditional) {
        Administrator::Saved
    } else {
        Administrator::Not
    }
}
