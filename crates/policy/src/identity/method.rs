//! A way to more rights.

/// What kind of way it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Category {
    /// Writes the rights of identities, its own or another's.
    WritesPermissions,
    /// Makes or changes the credentials of another identity, or who may use it.
    TakesCredentials,
    /// Gives a role to something new that it then commands.
    PassesRole,
    /// Commands something that has a role already.
    TakesOver,
    /// Assumes roles as it likes.
    AssumesRole,
    /// Writes the permissions of Identity Center, which are those of whole accounts.
    WritesIdentityCenter,
}

impl Category {
    /// The category's name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Category::WritesPermissions => "writes_permissions",
            Category::TakesCredentials => "takes_credentials",
            Category::PassesRole => "passes_role",
            Category::TakesOver => "takes_over",
            Category::AssumesRole => "assumes_role",
            Category::WritesIdentityCenter => "writes_identity_center",
        }
    }
}

/// A known way to more rights: an action on a kind of resource, and what else is needed.
#[derive(Debug, PartialEq, Eq)]
pub struct Method {
    /// Its name in tables.
    pub name: &'static str,
    /// What kind of way it is.
    pub category: Category,
    /// The decisive action. The way leads as far as the right to this action reaches.
    pub action: &'static str,
    /// The resources of that action, `iam::{a}:user/*` for `arn:aws:iam::111122223333:user/*`, or `*`.
    pub(crate) on: &'static str,
    /// Whether the identity's own ARN is enough, or that of a group it is in or a policy it has.
    pub(crate) is_on_itself: bool,
    /// The service that gets the role that is passed.
    pub(crate) passed_to: Option<&'static str>,
    /// What else is needed: one action of each list, on any resource, since the caller chooses what it creates.
    pub(crate) also: &'static [&'static [&'static str]],
    /// Whether it leads further only where there is a permissions boundary.
    pub(crate) needs_boundary: bool,
}

/// Writing rights; one's own too.
pub(super) const fn writes(name: &'static str, action: &'static str, on: &'static str) -> Method {
    Method { is_on_itself: true, ..way(name, Category::WritesPermissions, action, on) }
}

/// Lifting one's own boundary.
pub(super) const fn unbounds(name: &'static str, action: &'static str, on: &'static str) -> Method {
    Method { needs_boundary: true, ..writes(name, action, on) }
}

/// Becoming another identity.
pub(super) const fn takes(name: &'static str, action: &'static str, on: &'static str) -> Method {
    way(name, Category::TakesCredentials, action, on)
}

/// Giving a role to a service, and what is needed there.
pub(super) const fn passes(
    name: &'static str,
    service: &'static str,
    also: &'static [&'static [&'static str]],
) -> Method {
    let method = way(name, Category::PassesRole, "iam:PassRole", "iam::{a}:role/*");
    Method { passed_to: Some(service), also, ..method }
}

/// Commanding what has a role.
pub(super) const fn commands(
    name: &'static str,
    action: &'static str,
    on: &'static str,
    also: &'static [&'static [&'static str]],
) -> Method {
    Method { also, ..way(name, Category::TakesOver, action, on) }
}

/// Assuming roles.
pub(super) const fn assumes(name: &'static str, action: &'static str, on: &'static str) -> Method {
    way(name, Category::AssumesRole, action, on)
}

/// Writing what Identity Center gives.
pub(super) const fn centre(
    name: &'static str,
    action: &'static str,
    on: &'static str,
    also: &'static [&'static [&'static str]],
) -> Method {
    Method { also, ..way(name, Category::WritesIdentityCenter, action, on) }
}

const fn way(name: &'static str, category: Category, action: &'static str, on: &'static str) -> Method {
    Method { name, category, action, on, is_on_itself: false, passed_to: None, also: &[], needs_boundary: false }
}
