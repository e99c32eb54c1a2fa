//! For the tests of this crate and of those above it: the rows of a small organization, with the columns that are read
//! here alone.
//!
//! No feature: with one, everything above this crate would be compiled twice, for the program and for the tests.

use std::collections::BTreeMap;

use orgcensus_row::Row;
use serde::Serialize;

/// An account.
#[derive(Debug, Serialize, Row)]
#[row(table = "accounts", key = "arn")]
pub struct Account {
    /// Its ARN.
    pub arn: String,
    /// Its unit.
    pub ou_id: Option<String>,
    /// Whether it is the management account.
    pub is_management: bool,
}

/// A unit.
#[derive(Debug, Serialize, Row)]
#[row(table = "organizational_units", key = "ou_id")]
pub struct Unit {
    /// Its id.
    pub ou_id: String,
    /// What it is in.
    pub parent_id: Option<String>,
    /// Whether it is the root.
    pub is_root: bool,
}

/// A policy.
#[derive(Debug, Serialize, Row)]
#[row(table = "organization_policies", key = "policy_id")]
pub struct OrganizationPolicy {
    /// Its id.
    pub policy_id: String,
    /// Its type.
    pub policy_type: String,
    /// What it says.
    pub document: Option<String>,
}

/// Where it is attached.
#[derive(Debug, Serialize, Row)]
#[row(table = "organization_policy_targets", key = "policy_id, target_id")]
pub struct Target {
    /// Its id.
    pub policy_id: String,
    /// Its name.
    pub policy_name: Option<String>,
    /// Its type.
    pub policy_type: String,
    /// Whether it is AWS's.
    pub is_aws_managed: bool,
    /// Whether the type is on.
    pub is_type_enabled: bool,
    /// To what.
    pub target_id: String,
}

/// A user.
#[derive(Debug, Serialize, Row)]
#[row(table = "iam_users", key = "arn")]
pub struct User {
    /// Its ARN.
    pub arn: String,
    /// Its groups.
    pub group_names: Vec<String>,
    /// Its managed policies.
    pub attached_policy_arns: Vec<String>,
    /// Its own policies.
    pub inline_policy_names: Vec<String>,
    /// Its boundary.
    pub permissions_boundary_arn: Option<String>,
    /// Whether it has one.
    pub has_permissions_boundary: bool,
    /// Its tags.
    pub tags: Option<BTreeMap<String, String>>,
}

/// A role.
#[derive(Debug, Serialize, Row)]
#[row(table = "iam_roles", key = "arn")]
pub struct Role {
    /// Its ARN.
    pub arn: String,
    /// Its managed policies.
    pub attached_policy_arns: Vec<String>,
    /// Its own policies.
    pub inline_policy_names: Vec<String>,
    /// Its boundary.
    pub permissions_boundary_arn: Option<String>,
    /// Whether it has one.
    pub has_permissions_boundary: bool,
    /// Its tags.
    pub tags: Option<BTreeMap<String, String>>,
}

/// A policy of a resource or an identity.
#[derive(Debug, Serialize, Row)]
#[row(table = "policy_documents", key = "resource_arn, policy_kind, policy_name")]
pub struct Document {
    /// On what.
    pub resource_arn: String,
    /// Its kind.
    pub policy_kind: String,
    /// Its name.
    pub policy_name: String,
    /// Whether it was read.
    pub state: String,
    /// What it says.
    pub document: Option<String>,
    /// Whether it counts.
    pub is_in_force: bool,
}

/// A bucket.
#[derive(Debug, Serialize, Row)]
#[row(table = "s3_buckets", key = "arn")]
pub struct Bucket {
    /// Its ARN.
    pub arn: String,
    /// Whether ACLs count.
    pub object_ownership: Option<String>,
}
