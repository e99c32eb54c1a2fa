//! Rows about resources and those whom their policies let in.

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
    /// The policy's name; empty where a resource has one policy only.
    pub policy_name: String,
    /// The statement's place in the document, from 0.
    pub ordinal: i32,
    /// The principal as written, AWS:arn:aws:iam::111122223333:root.
    pub principal: String,
    /// same_account, in_org, external, public, service, federated, unknown or nobody.
    pub principal_class: String,
    /// The one account that the principal is of; null when it is none or several.
    pub principal_account_id: Option<String>,
    /// Whether someone outside the organization is among them; null when it cannot be told.
    pub is_external: Option<bool>,
    /// Whether the account, role or user is there: false for a deleted identity's id, and for one that its account of the
    /// organization does not have. Null where that cannot be told: services, others' accounts, identities not all read.
    pub is_living: Option<bool>,
    /// Condition keys that bound who is let in.
    pub bounded_by: Vec<String>,
    /// What the statement's actions can do, in AWS's words: List, Read, Write, Permissions management, Tagging; Unknown
    /// where AWS's reference does not have the action.
    pub access_levels: Vec<String>,
    /// What is worth knowing: service_unscoped, network_restricted; dangling_principal is a deleted identity's id,
    /// dead_principal an ARN of the organization that is not there.
    pub flags: Vec<String>,
}

/// Who can reach one resource: all its policies, its ACL and what blocks them, in three answers. Null is not known.
#[derive(Debug, Clone, Serialize, Row)]
#[row(table = "resource_access", key = "resource_arn")]
pub struct ResourceAccess {
    /// The resource's ARN.
    pub resource_arn: String,
    /// Its type, sqs_queue.
    pub resource_type: String,
    /// The account that owns it.
    pub resource_account_id: String,
    /// Whether anyone can reach it; null when a policy, an ACL or a block could not be read, and for a function's URL of
    /// before October 2025, or of unknown age, that only one of its two permissions opens.
    pub is_public: Option<bool>,
    /// Whether someone outside the organization can, anyone included; null when it cannot be told.
    pub is_external: Option<bool>,
    /// Whether another account of the organization can; null when it cannot be told.
    pub is_in_org: Option<bool>,
    /// Whether anyone could if nothing blocked its policies and its ACL: no gate, and no resource control policy.
    pub is_policy_public: Option<bool>,
    /// AWS's own verdict on the policy, without ACL and blocks, where it gives one: of S3 buckets. Null: it gives none,
    /// or it could not be read.
    pub aws_is_public: Option<bool>,
    /// Whether a resource control policy of the organization, other than AWS's own, binds the account. Where it takes
    /// something away, flags have denied_by_rcp. Null: the organization's policies were not read.
    pub has_rcp: Option<bool>,
    /// Whether it has a policy or an ACL; null when that could not be read.
    pub has_policy: Option<bool>,
    /// What blocks its policies: restrict_public_buckets, ignore_public_acls …
    pub gated_by: Vec<String>,
    /// What is worth knowing: service_unscoped, denied …; policies_unread: it may have policies that are not read, so what
    /// is not yes is null; denied_by_rcp: an RCP takes something away; guardrails_unread: RCPs were not all read.
    pub flags: Vec<String>,
    /// What makes it so, in words.
    pub reasons: Vec<String>,
}

/// Words in order, each once.
pub(crate) fn words<'w>(words: impl Iterator<Item = &'w str>) -> Vec<String> {
    words.collect::<BTreeSet<_>>().into_iter().map(str::to_owned).collect()
}
