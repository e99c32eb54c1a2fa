//! Resource policies of every kind. Each kind has a known verdict, so no policy engine is needed to find it.

mod act;
mod identity;
mod kind;
mod named;
mod resource;
mod shared_with;
mod trust;
mod verdict;

pub(crate) use act::{ACTS, Act, Far, Opens, Rights, rights_of_aws};
pub(crate) use identity::{Gives, IdentityKind, gives_of_aws};
pub(crate) use kind::{Kind, any_kind};
pub(crate) use named::Named;
pub(crate) use resource::{ResourcePolicy, Subject};
pub(crate) use shared_with::{SharedWith, Sharing};
pub(crate) use trust::{Trust, TrustKind, trust};
pub(crate) use verdict::Verdict;

use serde_json::{Value, json};

/// A policy document with these statements.
pub(crate) fn document(statements: Vec<Value>) -> String {
    json!({ "Version": "2012-10-17", "Statement": statements }).to_string()
}
