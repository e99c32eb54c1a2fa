//! The rows of the inventory.

use orgcensus_row::{Row, Timestamp};
use serde::Serialize;

/// A resource of the account, whatever its type. Its own table, if it has one, says more of it.
#[derive(Debug, Clone, Serialize, Row)]
#[row(table = "resources", key = "arn", resource = "none")]
pub struct InventoryResource {
    /// Its ARN.
    pub arn: String,
    /// Its type, sqs_queue.
    pub resource_type: String,
    /// Its name; null if resources of its type have none, if it was not read, and if only its policy is read.
    pub name: Option<String>,
    /// When it was made (UTC); null if AWS does not say it of its type, or if it was not read.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made; null where created_at is null.
    pub age_days: Option<i32>,
    /// The value of the tag that the configuration names as that of the owner; null if it names none, or the resource
    /// has no such tag, or its tags were not read.
    pub owner: Option<String>,
    /// Whether anyone can reach it, as resource_access says; null if it cannot be told, or its type has no policy that
    /// is read.
    pub is_public: Option<bool>,
    /// Whether someone outside the organization can, anyone included; null as is_public.
    pub is_external: Option<bool>,
    /// Whether another account of the organization can; null as is_public.
    pub is_in_org: Option<bool>,
    /// Whether the list of tagged resources is all that tells of it. Then its type is that of its ARN, and others of its
    /// type that never had a tag are missing.
    pub is_listed_only: bool,
}

/// A tag of a resource. A resource whose tags were not read has none here.
#[derive(Debug, Clone, Serialize, Row)]
#[row(table = "resource_tags", key = "arn, tag_key")]
pub struct ResourceTag {
    /// The resource's ARN.
    pub arn: String,
    /// The resource's type, sqs_queue.
    pub resource_type: String,
    /// The tag's key.
    pub tag_key: String,
    /// The tag's value.
    pub tag_value: String,
}
