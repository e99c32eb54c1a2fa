//! The class of a principal: where those who are let in stand.

use std::fmt;

use serde::Serialize;

/// Where those who are let in stand. Ordered from the narrowest to the widest, so that the union of two is the
/// greater and the intersection is at most the lesser (R2: external only if every bound admits someone outside).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// No one: a deleted identity, a condition that never matches, a grant that is denied.
    Nobody,
    /// An AWS service.
    Service,
    /// The account that owns the resource.
    SameAccount,
    /// Another account of the organization, or one that is trusted.
    InOrg,
    /// Users of an identity provider.
    Federated,
    /// Cannot be told with the facts at hand.
    Unknown,
    /// Someone outside the organization.
    External,
    /// Anyone.
    Public,
}

impl Class {
    /// The class's name in tables and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Class::Nobody => "nobody",
            Class::Service => "service",
            Class::SameAccount => "same_account",
            Class::InOrg => "in_org",
            Class::Federated => "federated",
            Class::Unknown => "unknown",
            Class::External => "external",
            Class::Public => "public",
        }
    }

    /// Whether those of the class stand outside; `None` when it cannot be told.
    pub(crate) fn is_external(self) -> Option<bool> {
        match self {
            Class::External | Class::Public => Some(true),
            Class::Unknown | Class::Federated => None,
            Class::Nobody | Class::Service | Class::SameAccount | Class::InOrg => Some(false),
        }
    }

    /// Whether another account of the organization is among those of the class; `None` when it cannot be told.
    pub(crate) fn is_in_org(self) -> Option<bool> {
        match self {
            Class::InOrg | Class::Public => Some(true),
            Class::Unknown => None,
            _ => Some(false),
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
