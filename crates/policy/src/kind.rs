//! What a policy is attached to, as a rule of evaluation.

/// What a policy is attached to, as a rule of evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum PolicyKind {
    /// On a resource, naming principals.
    #[default]
    Resource,
    /// On a role: who may assume it.
    Trust,
    /// On an S3 access point.
    AccessPoint,
    /// On a VPC endpoint: it narrows what passes, and lets nobody in (V6).
    VpcEndpoint,
    /// An access control list, written as statements.
    Acl,
    /// On a user, group or role: what it may do. It has no principals.
    Inline,
    /// A managed policy's version. It has no principals.
    Managed,
    /// A control policy of the organization: what its accounts may do, or have done to them, at most. It lets nobody in.
    Control,
    /// An image's launch permissions, written as statements.
    LaunchPermission,
    /// A snapshot's attribute that says who may restore it, written as statements.
    SnapshotAttribute,
    /// A share of Resource Access Manager, written as statements.
    Ram,
    /// A grant beside the policy, of a KMS key or of S3 Access Grants, written as statements.
    Grant,
    /// Another share with accounts, written as statements.
    Share,
}

impl PolicyKind {
    /// Every kind.
    pub const ALL: [PolicyKind; 13] = [
        Self::Resource,
        Self::Trust,
        Self::AccessPoint,
        Self::VpcEndpoint,
        Self::Acl,
        Self::Inline,
        Self::Managed,
        Self::Control,
        Self::LaunchPermission,
        Self::SnapshotAttribute,
        Self::Ram,
        Self::Grant,
        Self::Share,
    ];

    /// The kind's name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Resource => "resource",
            Self::Trust => "trust",
            Self::AccessPoint => "access_point",
            Self::VpcEndpoint => "endpoint",
            Self::Acl => "acl",
            Self::Inline => "inline",
            Self::Managed => "managed",
            Self::Control => "control",
            Self::LaunchPermission => "launch_permission",
            Self::SnapshotAttribute => "snapshot_attribute",
            Self::Ram => "ram",
            Self::Grant => "grant",
            Self::Share => "share",
        }
    }

    /// The kind with this name.
    pub fn named(name: &str) -> Option<PolicyKind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Whether it is no policy at AWS, but a share whose statements this program writes.
    pub fn is_share(self) -> bool {
        matches!(self, Self::LaunchPermission | Self::SnapshotAttribute | Self::Ram | Self::Grant | Self::Share)
    }

    /// Whether it is on something that others may reach, and so part of who can reach it.
    pub fn is_on_resource(self) -> bool {
        !matches!(self, Self::Inline | Self::Managed | Self::Control)
    }

    /// Whether the policy names who is let in.
    pub(crate) fn has_principals(self) -> bool {
        self.is_on_resource() && self != Self::VpcEndpoint
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_policies_are_read_back() {
        assert!(PolicyKind::ALL.into_iter().all(|kind| PolicyKind::named(kind.as_str()) == Some(kind)));
    }
}
