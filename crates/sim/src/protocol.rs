//! The wire protocols: how a request names its operation, and how an answer or a refusal is written.

mod json;
mod paging;
mod refusal;
mod request;
mod response;
mod route;
mod usual;
mod xml;

pub(crate) use paging::{Page, page, paged};
pub(crate) use refusal::{OwnError, Problem, Refusal};
pub(crate) use request::{Request, Signature};
pub(crate) use response::{Answer, render, render_refusal};

use serde_json::{Value, json};

/// A list of the IAM, STS and SNS kind: `<member>…</member>` for each element.
pub(crate) fn members(elements: impl IntoIterator<Item = Value>) -> Value {
    json!({ "member": elements.into_iter().collect::<Vec<_>>() })
}

/// A list of the EC2 kind: `<item>…</item>` for each element.
pub(crate) fn items(elements: impl IntoIterator<Item = Value>) -> Value {
    json!({ "item": elements.into_iter().collect::<Vec<_>>() })
}

/// Tags as most services list them.
pub(crate) fn tags(tags: &[(String, String)]) -> Vec<Value> {
    tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect()
}
