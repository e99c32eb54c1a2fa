//! Policies of what CloudFront shares, by GetResourcePolicy.

use orgcensus_collect::{Optional, Read, Session, read as reads};
use serde::Deserialize;
use serde_json::json;

use crate::items::{Answer, given_if_set};

pub(super) const POLICY: Read<ItsPolicy> = reads("cloudfront", "GetResourcePolicy");

/// How CloudFront says that something has no policy. It says the same of what went away.
const NO_POLICY: &[&str] = &["EntityNotFound"];

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct ItsPolicy {
    policy_document: Option<String>,
}

/// The policy of one thing, if the account owns it. Without an ARN it is unread.
pub(super) async fn policy_of(session: &Session, arn: Option<&str>) -> Option<Answer<Option<String>>> {
    if arn.is_some_and(|arn| is_of_other(session, arn)) {
        return None;
    }
    let answer = POLICY.send(session, json!({"ResourceArn": arn})).await.optional(NO_POLICY);
    Some(given_if_set(answer, |it| it.policy_document, &POLICY.call().name(), "PolicyDocument"))
}

/// Whether another account owns it and shares it with this one: its policy is read there.
pub(super) fn is_of_other(session: &Session, arn: &str) -> bool {
    arn.split(':').nth(4).is_some_and(|owner| owner != session.account_id())
}
