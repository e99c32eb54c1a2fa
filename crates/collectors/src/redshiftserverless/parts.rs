//! What namespaces and workgroups of Redshift Serverless have in common: calls for the policy and the tags of each. An
//! account has at most some dozens of them.

use std::collections::BTreeMap;

use orgcensus_collect::{Optional, Read, Session, read as reads};
use serde::Deserialize;
use serde_json::json;

use crate::items::{self, Answer, given};

pub(super) const POLICY: Read<ItsPolicy> = reads("redshiftserverless", "GetResourcePolicy");
pub(super) const TAGS: Read<Tags> = reads("redshiftserverless", "ListTagsForResource");

/// How the service says that there is no such thing; of a policy, also that a thing has none.
const NOT_FOUND: &[&str] = &["ResourceNotFoundException"];

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ItsPolicy {
    resource_policy: Document,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Document {
    policy: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Tags {
    tags: Vec<Tag>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Tag {
    key: String,
    value: String,
}

/// The policy of the thing with this ARN.
pub(super) async fn policy_of(session: &Session, arn: &str) -> Answer<Option<String>> {
    let answer = POLICY.send(session, json!({"resourceArn": arn})).await.optional(NOT_FOUND)?;
    answer.map(|it| given(it.resource_policy.policy, &POLICY.call().name(), "policy")).transpose()
}

/// The tags of the thing with this ARN.
pub(super) async fn tags_of(session: &Session, arn: &str) -> Answer<BTreeMap<String, String>> {
    let answer = TAGS.send(session, json!({"resourceArn": arn})).await?;
    Ok(answer.tags.into_iter().map(|tag| (tag.key, tag.value)).collect())
}

/// Whether a listed thing went away: of what is there, the service says its tags. A policy that was read says the
/// contrary.
pub(super) fn is_gone(tags: &Answer<BTreeMap<String, String>>, policies: &[&Answer<Option<String>>]) -> bool {
    items::is_gone(NOT_FOUND, tags) && !policies.iter().any(|policy| matches!(policy, Ok(Some(_))))
}
