//! What a request comes to, and why.

use serde::Serialize;

/// The result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is allowed, if the caller does what `caller_must` says.
    Allowed,
    /// It is denied, whatever the caller does.
    Denied,
    /// It is allowed under circumstances that nobody knows beforehand.
    Conditional,
    /// Something that decides was not read.
    Unknown,
}

/// What decides about a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// A rule of AWS or of the service, which no policy changes.
    Service,
    /// Service control policies.
    Scp,
    /// Resource control policies.
    Rcp,
    /// Policies of a VPC endpoint.
    Endpoint,
    /// Policies of the identity and of its groups.
    Identity,
    /// The permissions boundary.
    Boundary,
    /// Policies of the session.
    Session,
    /// Policies of the resource: a trust policy too.
    Resource,
    /// The policy of an access point.
    AccessPoint,
    /// S3 Block Public Access.
    PublicAccessBlock,
    /// An ACL.
    Acl,
    /// A grant of a KMS key.
    Grant,
    /// The root user, who may do everything in its account.
    Root,
    /// Conditions of several layers that cannot hold together.
    Conditions,
}

/// A condition that must hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Need {
    /// The key.
    pub key: String,
    /// The operator.
    pub operator: String,
    /// The values.
    pub values: Vec<String>,
}

/// What decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DecidedBy {
    /// The layer.
    pub layer: Layer,
    /// The policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// The statement's place in the policy, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement: Option<usize>,
    /// The statement's `Sid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// Why, in words.
    pub reason: &'static str,
    /// What was taken for granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assumed: Option<&'static str>,
}

impl DecidedBy {
    /// A layer as a whole.
    pub(super) fn layer(layer: Layer, reason: &'static str) -> DecidedBy {
        DecidedBy { layer, policy: None, statement: None, sid: None, reason, assumed: None }
    }
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The result.
    pub result: Outcome,
    /// Under which circumstances, if that is the result: one of the lists must hold whole. The simplest comes first, and
    /// only the first few are listed.
    pub conditions: Vec<Vec<Need>>,
    /// What the caller must do on the simplest way.
    pub caller_must: Vec<Need>,
    /// What decided.
    pub decided_by: DecidedBy,
}

impl Answer {
    /// An answer that depends on no condition.
    pub(super) fn plain(result: Outcome, decided_by: DecidedBy) -> Answer {
        Answer { result, conditions: Vec::new(), caller_must: Vec::new(), decided_by }
    }
}
