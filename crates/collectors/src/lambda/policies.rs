//! The policy of a function, a version or an alias: GetPolicy and GetResourcePolicy, called by the collectors of these.
//!
//! Permissions (AddPermission) and whole documents (PutResourcePolicy) replace each other, so both calls should give one
//! policy. AWS does not promise that. Where they differ, both are kept.

use orgcensus_collect::kinds::LAMBDA_FUNCTION;
use orgcensus_collect::{Error, Optional, Policy, Read, Rows, Session, read as reads};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::items::{Answer, given, policy_text};

pub(super) const PERMISSIONS: Read<ItsPolicy> = reads("lambda", "GetPolicy");
pub(super) const WHOLE: Read<ItsPolicy> = reads("lambda", "GetResourcePolicy");

/// How Lambda says that there is no such function, version or alias, or that it has no policy.
pub(super) const GONE: &[&str] = &["ResourceNotFoundException"];

/// The name of a policy that only GetResourcePolicy gives, or could not give.
const WHOLE_NAME: &str = "resource_policy";

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct ItsPolicy {
    pub(super) policy: Option<String>,
}

/// What both calls gave.
pub(super) struct Policies {
    permissions: Answer<Option<String>>,
    whole: Answer<Option<String>>,
}

/// Reads the policy of a function, or of its version or alias that the qualifier names.
pub(super) async fn read(session: &Session, function_name: &str, qualifier: Option<&str>, arn: &str) -> Policies {
    let input = json!({"FunctionName": function_name, "Qualifier": qualifier});
    let permissions = text(&PERMISSIONS, session, input).await;
    Policies { permissions, whole: text(&WHOLE, session, json!({"ResourceArn": arn})).await }
}

async fn text(call: &Read<ItsPolicy>, session: &Session, input: Value) -> Answer<Option<String>> {
    let answer = call.send(session, input).await.optional(GONE)?;
    answer.map(|it| given(it.policy, &call.call().name(), "Policy")).transpose()
}

/// Adds what was read: one policy, or two if they differ.
pub(super) async fn push(rows: &mut Rows<'_>, arn: &str, policies: Policies) -> Result<(), Error> {
    let Policies { permissions, whole } = policies;
    let is_one = match (&permissions, &whole) {
        (_, Ok(None)) => true,
        (Ok(Some(one)), Ok(Some(other))) => is_alike(one, other),
        _ => false,
    };
    let text = policy_text(rows, permissions)?;
    rows.policy(Policy::of(arn, LAMBDA_FUNCTION, text)).await?;
    if !is_one {
        let text = policy_text(rows, whole)?;
        rows.policy(Policy { name: WHOLE_NAME, ..Policy::of(arn, LAMBDA_FUNCTION, text) }).await?;
    }
    Ok(())
}

/// Whether two documents differ at most in their blanks and in the order of their members.
fn is_alike(one: &str, other: &str) -> bool {
    let read = |text: &str| serde_json::from_str::<Value>(text).ok();
    one == other || read(one).is_some_and(|it| read(other) == Some(it))
}
