//! IAM groups.

use aws_sdk_iam::types::GroupDetail;
use orgcensus_collect::kinds::IAM_GROUP;
use orgcensus_collect::{Error, Rows, timestamp};
use orgcensus_row::{Row, Timestamp};
use serde::Serialize;

use super::detail::{count, name_or_last};
use super::principal::{Policies, Principal};

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
    let policies = Policies::new(detail.group_policy_list.take(), detail.attached_managed_policies.take());
    let group = group(detail, &policies, rows.captured_at());
    policies
        .push(rows, &Principal { arn: &group.arn, kind: "group", resource: IAM_GROUP, name: &group.group_name })
        .await?;
    rows.push(group).await
}

fn group(detail: GroupDetail, policies: &Policies, captured_at: Timestamp) -> Group {
    let arn = detail.arn.unwrap_or_default();
    let created_at = detail.create_date.as_ref().and_then(timestamp);
    let (attached, inline) = (policies.attached_arns(), policies.inline_names());
    Group {
        group_name: name_or_last(detail.group_name, &arn),
        arn,
        group_id: detail.group_id,
        path: detail.path,
        created_at,
        age_days: created_at.map(|at| at.days_until(captured_at)),
        attached_policy_count: count(&attached),
        attached_policy_arns: attached,
        inline_policy_count: count(&inline),
        inline_policy_names: inline,
    }
}
