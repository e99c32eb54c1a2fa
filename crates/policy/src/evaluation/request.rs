//! What a request is judged by, as far as it was read.

use chrono::{DateTime, Utc};

use crate::document::Document;
use crate::s3::PublicAccessBlock;

/// Things of one kind, as far as they were read. By default there are none.
#[derive(Debug, Clone)]
pub struct Listed<T> {
    /// Those that were read.
    pub items: Vec<T>,
    /// Whether there may be others, which were not read.
    pub has_unread: bool,
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Listed { items: Vec::new(), has_unread: false }
    }
}

impl<T> Listed<T> {
    /// Of these it is not known what there is.
    pub fn unread() -> Self {
        Listed { items: Vec::new(), has_unread: true }
    }

    /// These and no others.
    pub fn of(items: Vec<T>) -> Self {
        Listed { items, has_unread: false }
    }
}

/// A policy that was read.
#[derive(Debug, Clone)]
pub struct NamedPolicy {
    /// How an answer calls it.
    pub name: String,
    /// What it says.
    pub document: Document,
}

/// The organization that a request is made in.
#[derive(Debug, Clone, Default)]
pub struct Organization {
    /// Its id, `o-…`; `None` if it is not known.
    pub id: Option<String>,
    /// Its management account.
    pub management: Option<String>,
    /// Its units, the root among them.
    pub units: Listed<Unit>,
    /// Its accounts.
    pub accounts: Listed<Account>,
    /// Its service control policies, but for `FullAWSAccess`.
    pub scps: Listed<Attachment>,
    /// Its resource control policies.
    pub rcps: Listed<Attachment>,
    /// The root, units and accounts that `FullAWSAccess` is detached from. It is attached to all others.
    pub full_aws_access_detached_from: Listed<String>,
}

/// A unit, or the root.
#[derive(Debug, Clone)]
pub struct Unit {
    /// Its id.
    pub id: String,
    /// The unit that it is in; `None` for the root.
    pub parent: Option<String>,
}

/// An account of the organization.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its id.
    pub id: String,
    /// The unit that it is in; `None` for the root.
    pub unit: Option<String>,
    /// Whether it is the management account.
    pub is_management: bool,
}

/// A policy attached to a root, a unit or an account.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// What it is attached to.
    pub target: String,
    /// How an answer calls it.
    pub name: String,
    /// What it says; `None` if it was not read.
    pub document: Option<Document>,
}

/// What an identity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdentityKind {
    /// A user.
    User,
    /// A role.
    Role,
}

/// A user or a role, with what is attached to it.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Its ARN.
    pub arn: String,
    /// What it is.
    pub kind: IdentityKind,
    /// Its policies and those of its groups.
    pub policies: Listed<NamedPolicy>,
    /// Its permissions boundary, if it has one.
    pub boundary: Option<Listed<NamedPolicy>>,
    /// The policies of the session that asks, if it has any.
    pub session_policy: Option<Listed<NamedPolicy>>,
    /// Its tags.
    pub tags: Listed<(String, String)>,
    /// Whether a role's trust policy lets sessions be tagged: then its own tags do not say those of a session.
    pub may_tag_sessions: bool,
}

/// The resource that a request is about.
#[derive(Debug, Clone)]
pub struct Resource {
    /// Its ARN, if the question does not name a part of it.
    pub arn: Option<String>,
    /// Its account, for ARNs that do not say it.
    pub account: Option<String>,
    /// Whether its account was not read. If it was, and nothing says it, it is the caller's.
    pub has_unread_account: bool,
    /// Its policies; a role's is its trust policy.
    pub policies: Listed<NamedPolicy>,
    /// The grants of a KMS key.
    pub grants: Listed<KeyGrant>,
    /// Block Public Access of a bucket and of its account together; `None` if it was not read.
    pub block_public_access: Option<PublicAccessBlock>,
    /// The access point that the request comes through.
    pub access_point: Option<AccessPoint>,
    /// Its ACL.
    pub acl: Listed<AclEntry>,
    /// Whether the tags of a bucket count in policies; `None` if it was not read.
    pub is_abac: Option<bool>,
    /// Its tags.
    pub tags: Listed<(String, String)>,
    /// The URL of a Lambda function.
    pub function_url: Option<FunctionUrl>,
}

/// A grant of a KMS key.
#[derive(Debug, Clone)]
pub struct KeyGrant {
    /// How an answer calls it.
    pub name: String,
    /// To whom: an ARN, an account, a service.
    pub grantee: String,
    /// What for: `Decrypt`, `GenerateDataKey` …
    pub operations: Vec<String>,
    /// The pairs that the encryption context must have.
    pub context_subset: Vec<(String, String)>,
    /// The pairs that the encryption context must be.
    pub context_equals: Option<Vec<(String, String)>>,
    /// Whether it demands something of the encryption context that was not read.
    pub has_unread_context: bool,
    /// On whose behalf a service must call.
    pub source_arn: Option<String>,
}

/// An access point of a bucket.
#[derive(Debug, Clone)]
pub struct AccessPoint {
    /// Its ARN.
    pub arn: String,
    /// Its account, if the ARN does not say it.
    pub account: Option<String>,
    /// Its policy.
    pub policies: Listed<NamedPolicy>,
    /// The only network that its callers come from.
    pub vpc_id: Option<String>,
}

/// A grant of an ACL.
#[derive(Debug, Clone)]
pub struct AclEntry {
    /// To whom: `AllUsers`, `AuthenticatedUsers`, the URI of a group, an account, a canonical user id.
    pub grantee: String,
    /// What: `READ`, `FULL_CONTROL` …
    pub permission: String,
}

/// The URL of a Lambda function.
#[derive(Debug, Clone)]
pub struct FunctionUrl {
    /// `NONE` or `AWS_IAM`.
    pub auth_type: Option<String>,
    /// When it was made.
    pub created_at: Option<DateTime<Utc>>,
}

/// A VPC endpoint.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Its id, `vpce-…`.
    pub id: String,
    /// Its account.
    pub account: Option<String>,
    /// Its policy; `None` is the one that AWS gives it, which allows everything.
    pub policies: Option<Listed<NamedPolicy>>,
}

/// A VPC of whose endpoints something is known. A request has `aws:SourceVpc` only if it comes by one of them.
#[derive(Debug, Clone)]
pub struct Vpc {
    /// Its id, `vpc-…`.
    pub id: String,
    /// Its endpoints that lead to the service of the action.
    pub endpoints: Listed<Endpoint>,
}

/// What is asked.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// The ARN of a user, a role, a session or a root user; a service's name; `anonymous`.
    pub principal: String,
    /// The action: `s3:GetObject`.
    pub action: String,
    /// The ARN of the resource, or `*`; `None` is the ARN of [`Resource`].
    pub resource: Option<String>,
    /// The condition keys whose values are known. No value: the key is known to be missing.
    pub context: Vec<(String, Vec<String>)>,
    /// When.
    pub at: Option<DateTime<Utc>>,
}

/// A question, and what it is judged by.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The organization.
    pub organization: Organization,
    /// Identities of whose own policies something is known.
    pub identities: Listed<Identity>,
    /// The resource.
    pub resource: Option<Resource>,
    /// VPC endpoints.
    pub endpoints: Listed<Endpoint>,
    /// VPCs. Of another one nobody knows what endpoints it has.
    pub vpcs: Vec<Vpc>,
    /// The question.
    pub question: Question,
}

/// Why a request cannot be judged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: expected {expected}")]
pub struct RequestError {
    /// The part that is not what it should be.
    pub field: String,
    /// What it should be.
    pub expected: &'static str,
}
