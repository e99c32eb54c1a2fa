//! Who one value of a bound lets through.

use crate::arn::is_account;
use crate::class::Class;
use crate::facts::Facts;

/// Who one value of a bound lets through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reach {
    /// The value is not fixed: it bounds nothing (C11).
    Anyone,
    /// AWS services.
    Service,
    /// An account, or the identities in it whose ARN matches.
    Account {
        /// The account.
        id: String,
        /// The pattern of ARNs; `None` is the whole account.
        arn: Option<String>,
    },
    /// The account that owns the resource (C15).
    ResourceAccount,
    /// An organization.
    Organization(String),
    /// The organization that owns the resource (C15).
    ResourceOrganization,
    /// A VPC or a VPC endpoint.
    Vpc(String),
    /// The account that owns a bucket (C13).
    Bucket(String),
    /// One identity by its unique id.
    UniqueId(String),
    /// A place outside: a network or an endpoint.
    Place,
    /// Fixed, but its owner cannot be told.
    Unresolved,
}

impl Reach {
    /// The class of those let through.
    pub(crate) fn class(&self, facts: &Facts) -> Class {
        match self {
            Reach::Anyone => Class::Public,
            Reach::Service => Class::Service,
            Reach::Account { id, .. } => facts.account(id),
            Reach::ResourceAccount => Class::SameAccount,
            Reach::Organization(id) => facts.organization(id),
            Reach::ResourceOrganization => Class::InOrg,
            Reach::Vpc(id) => facts.vpc(id),
            Reach::Bucket(name) => facts.owner(&facts.organization.bucket_owners, name),
            Reach::UniqueId(id) if is_account(id) => facts.account(id),
            Reach::UniqueId(id) => facts.owner(&facts.organization.unique_ids, id),
            Reach::Place => Class::External,
            Reach::Unresolved => Class::Unknown,
        }
    }
}
