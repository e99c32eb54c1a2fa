//! Rows about resources and the principals that their policies let in.

use std::collections::BTreeSet;

use orgcensus_row::Row;
use serde::Serialize;

/// One principal that one allowing statement of one resource's policy names, after its conditions and before any Deny.
#[derive(Debug, Clone, Serialize, Row)]
#[row(table = "policy_principals", key = "resource_arn, policy_kind, policy_name, ordinal, principal")]
pub struct PolicyPrincipal {
    /// The ARN of what the policy is attached to.
    pub resource_arn: String,
    /// The resource's type, sqs_queue.
    pub resource_type: String,
    /// resource, trust or acl.
    pub policy_kind: String,
    /// The policy's name; empty if a resource has only one policy.
    pub policy_name: String,
    /// The statement's place in the document, from 0.
    pub ordinal: i32,
    /// The principal as written, AWS:arn:aws:iam::111122223333:root.
    pub principal: String,
    /// same_account, in_org, external, public, service, federated, unknown or nobody.
    pub principal_class: String,
    /// The account that the principal belongs to; null if there is none, or more than one.
    pub principal_account_id: Option<String>,
    /// Whether the principal includes someone outside the organization; null if it cannot be told.
    pub is_external: Option<bool>,
    /// Whether the account, role or user exists: false for a deleted identity's id, and for an identity that its
    /// account of the organization does not have. Null if it cannot be told: services, foreign accounts, accounts whose
    /// identities were not all read.
    pub is_living: Option<bool>,
    /// Condition keys that bound who is let in.
    pub bounded_by: Vec<String>,
    /// What the statement's actions can do, in AWS's words: List, Read, Write, Permissions management, Tagging; Unknown
    /// if AWS's reference does not have the action.
    pub access_levels: Vec<String>,
    /// Further findings: service_unscoped, network_restricted; dangling_principal is a deleted identity's id,
    /// dead_principal an ARN of the organization that does not exist.
    pub flags: Vec<String>,
}

/// Who can reach one resource by its policies and its ACL, after everything that blocks them, in three answers. Null if
/// it is not known. An access point of S3, also one of several regions, lets in those whom its policy and its bucket's
/// both let in: the bucket may leave it to its access points, or grant the same. Who gets in so reaches the bucket too.
/// The policies of a bucket of another account are not known, nor are the access points of another account to which a
/// bucket leaves it. What is behind an access point of S3 Object Lambda is not weighed.
#[derive(Debug, Clone, Serialize, Row)]
#[row(table = "resource_access", key = "resource_arn")]
pub struct ResourceAccess {
    /// The resource's ARN.
    pub resource_arn: String,
    /// Its type, sqs_queue.
    pub resource_type: String,
    /// The account that owns it.
    pub resource_account_id: String,
    /// Whether anyone can reach it; null if a policy, an ACL or a block could not be read, and for the URL of a
    /// function that only one of two permissions opens, if the URL is older than October 2025 or of unknown age.
    pub is_public: Option<bool>,
    /// Whether someone outside the organization can, anyone included; null if it cannot be told.
    pub is_external: Option<bool>,
    /// Whether another account of the organization can; null if it cannot be told.
    pub is_in_org: Option<bool>,
    /// Whether anyone could if nothing blocked its policies and its ACL: no gate, no resource control policy, and no
    /// bucket behind an access point.
    pub is_policy_public: Option<bool>,
    /// AWS's own verdict on the policy, without ACL and blocks, and without the bucket behind an access point. AWS
    /// gives one only for S3 buckets and access points. Null if it gives none, or if it could not be read.
    pub aws_is_public: Option<bool>,
    /// Whether a resource control policy of the organization, other than AWS's own, binds the account. If it takes
    /// something away, flags have denied_by_rcp. Null if the organization's policies were not read.
    pub has_rcp: Option<bool>,
    /// Whether it has a policy or an ACL; null if that could not be read.
    pub has_policy: Option<bool>,
    /// What blocks its policies: restrict_public_buckets, ignore_public_acls …
    pub gated_by: Vec<String>,
    /// Further findings: service_unscoped, denied, denied_by_rcp …; policies_unread, guardrails_unread: not all was read;
    /// open_by_access_point: an access point opens the bucket; wider_than_bucket: an access point lets in more than its
    /// bucket does.
    pub flags: Vec<String>,
    /// The reasons for the answers, in words.
    pub reasons: Vec<String>,
}

/// The words in their order, without duplicates.
pub(crate) fn words<'w>(words: impl Iterator<Item = &'w str>) -> Vec<String> {
    words.collect::<BTreeSet<_>>().into_iter().map(str::to_owned).collect()
}
