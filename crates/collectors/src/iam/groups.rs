//! IAM groups.

use aws_sdk_iam::types::GroupDetail;
use orgcensus_collect::kinds::IAM_GROUP;
use orgcensus_collect::{Error, Rows, timestamp};
use orgcensus_row::{Row, Timestamp};
use serde::Serialize;

use super::detail::{name_or_last, own_arn};
use super::principal::{InlinePolicy, Policies, PolicyAttachment, Principal};

/// One IAM group. Its members are in iam_group_memberships.
#[derive(Debug, Serialize, Row)]
#[row(table = "iam_groups", key = "arn")]
pub struct Group {
    /// The group's ARN.
    pub arn: String,
    /// The group's name, unique in its account.
    pub group_name: String,
    /// The group's unique id, AGPA….
    pub group_id: Option<String>,
    /// The group's path, / by default.
    pub path: Option<String>,
    /// When the group was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Days since then.
    pub age_days: Option<i32>,
    /// ARNs of the managed policies attached to the group.
    pub attached_policy_arns: Vec<String>,
    /// How many managed policies are attached to the group.
    pub attached_policy_count: i32,
    /// Names of the policies written into the group.
    pub inline_policy_names: Vec<String>,
    /// How many policies are written into the group.
    pub inline_policy_count: i32,
}

/// Adds a group with its policies.
pub(super) async fn push(rows: &mut Rows<'_>, mut detail: GroupDetail) -> Result<(), Error> {
    let tables = [Group::TABLE, InlinePolicy::TABLE, PolicyAttachment::TABLE];
    let Some(arn) = own_arn(rows, detail.arn.take(), tables) else { return Ok(()) };
    let policies = Policies::new(detail.group_policy_list.take(), detail.attached_managed_policies.take());
    let group = group(arn, detail, &policies, rows.captured_at());
    let (arn, name) = (group.arn.as_str(), group.group_name.as_str());
    policies.push(rows, &Principal { arn, kind: "group", resource: IAM_GROUP, name, table: Group::TABLE }).await?;
    rows.push(group).await
}

fn group(arn: String, detail: GroupDetail, policies: &Policies, captured_at: Timestamp) -> Group {
    let created_at = detail.create_date.as_ref().and_then(timestamp);
    let (inline_policy_count, attached_policy_count) = policies.counts();
    Group {
        group_name: name_or_last(detail.group_name, &arn),
        arn,
        group_id: detail.group_id,
        path: detail.path,
        created_at,
        age_days: created_at.map(|at| at.days_until(captured_at)),
        attached_policy_count,
        attached_policy_arns: policies.attached_arns(),
        inline_policy_count,
        inline_policy_names: policies.inline_names(),
    }
}
