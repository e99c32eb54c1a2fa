//! IAM policy documents: statements, principals, and who can reach what they protect.
//!
//! Pure: no IO, no AWS SDK, no clock. Text goes in ([`Document::parse`] never fails and never panics), and a
//! [`Verdict`] comes out once the [`Facts`] are known: which accounts, organizations, networks and buckets are ours.
//! The rules are numbered (P parsing, C conditions, R principals, D deny, V verdicts); tests carry their numbers.
//!
//! Where the rules leave room the engine fails closed: what it cannot prove bounded counts as not bounded.
//!
//! [`EventPattern`] is the same for rules of EventBridge: which events they match, and whether they match all of an
//! [`EventClass`].

mod access_point;
mod arn;
mod arn_value;
mod bound;
mod catalogue;
mod certain;
mod cidr;
mod class;
mod deny;
mod document;
pub mod evaluation;
mod event;
mod explain;
mod facts;
mod federated;
mod flag;
mod function_url;
mod gate;
mod glob;
mod grant;
mod guardrail;
pub mod identity;
mod issuer;
mod json;
mod kind;
pub mod kinds;
mod level;
mod limit;
mod line;
mod operator;
mod part;
mod principal;
mod reach;
mod reader;
mod resource_kind;
mod s3;
mod sensitive;
mod standing;
mod statement;
mod target;
mod value;
mod verdict;

pub use access_point::{AccessPoint, BucketBehind, access_point_accounts};
pub use arn::is_arn;
pub use catalogue::{actions, services};
pub use class::Class;
pub use document::{Document, MAX_DOCUMENT_BYTES, decode};
pub use event::{EventClass, EventPattern, Hearing, PatternError, event_class};
pub use explain::{Context, Explainer, Explanation};
pub use facts::{Facts, OrganizationFacts};
pub use flag::Flag;
pub use function_url::url_created_at;
pub use gate::Gate;
pub use grant::{Grant, statement_grants};
pub use guardrail::{Guardrail, Guardrails};
pub use kind::PolicyKind;
pub use level::{AccessLevel, AccessLevels};
pub use limit::{Dimension, Limit};
pub use line::{LineError, Lines, MAX_LINE_BYTES, read_policy};
pub use resource_kind::ResourceKind;
pub use s3::{AclGrant, AclGrantee, PublicAccessBlock, s3_public};
pub use sensitive::Sensitive;
pub use statement::{Condition, Effect, PrincipalKind, PrincipalValue, Statement};
pub use target::Target;
pub use verdict::{AclAccess, Policies, Verdict, verdict};
