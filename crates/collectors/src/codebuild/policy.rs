//! The policy of a project or a report group: GetResourcePolicy.

use orgcensus_collect::{Optional, Read, Session, read as reads};
use serde::Deserialize;
use serde_json::json;

use crate::items::{Answer, given_if_set};

pub(super) const POLICY: Read<ItsPolicy> = reads("codebuild", "GetResourcePolicy");

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ItsPolicy {
    policy: Option<String>,
}

/// The policy of something by its ARN; unread without one. CodeBuild says in the same words that there is no policy and
/// that there is no such thing any more.
pub(super) async fn policy_of(session: &Session, arn: Option<&str>) -> Answer<Option<String>> {
    let answer = POLICY.send(session, json!({"resourceArn": arn})).await.optional(&["ResourceNotFoundException"]);
    given_if_set(answer, |it| it.policy, &POLICY.call().name(), "policy")
}
