//! Policies of Verified Access, which are written in Cedar.

use orgcensus_collect::{Error, Language, Policy, ResourceKind, Rows};
use serde::Deserialize;

use crate::items::{Answer, policy_text_of};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ItsPolicy {
    policy_enabled: Option<bool>,
    policy_document: Option<String>,
}

/// Hands over a policy, and says whether it is switched on; `None` where that was not read. If the answer was refused,
/// the table is short of it too.
pub(super) async fn hand_over(
    rows: &mut Rows<'_>,
    table: &'static str,
    (arn, resource): (&str, ResourceKind),
    answer: Answer<ItsPolicy>,
) -> Result<Option<bool>, Error> {
    let is_enabled = answer.as_ref().ok().and_then(|it| it.policy_enabled);
    let document = answer.map(|it| it.policy_document.filter(|text| !text.is_empty()));
    let text = policy_text_of(rows, &[table], document)?;
    let is_in_force = is_enabled != Some(false);
    rows.policy(Policy { language: Language::Cedar, is_in_force, ..Policy::of(arn, resource, text) }).await?;
    Ok(is_enabled)
}
