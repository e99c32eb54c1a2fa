//! IAM users and the groups they are in.

use std::collections::BTreeMap;

use aws_sdk_iam::types::UserDetail;
use orgcensus_collect::kinds::IAM_USER;
use orgcensus_collect::{Error, Rows, timestamp};
use orgcensus_row::{Row, Timestamp};
use serde::Serialize;

use super::detail::{count, name_or_last, own_arn, tags};
use super::principal::{InlinePolicy, Policies, PolicyAttachment, Principal};

/// One IAM user. How it signs in is in iam_credential_report.
#[derive(Debug, Serialize, Row)]
#[row(table = "iam_users", key = "arn")]
pub struct User {
    /// The user's ARN.
    pub arn: String,
    /// The user's name.
    pub user_name: String,
    /// The user's unique id, AIDA…; it is never used again.
    pub user_id: Option<String>,
    /// The user's path, / by default.
    pub path: Option<String>,
    /// When the user was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Days since then.
    pub age_days: Option<i32>,
    /// Names of the groups that the user is in.
    pub group_names: Vec<String>,
    /// How many groups the user is in.
    pub group_count: i32,
    /// ARNs of the managed policies attached to the user itself.
    pub attached_policy_arns: Vec<String>,
    /// How many managed policies are attached to the user itself.
    pub attached_policy_count: i32,
    /// Names of the policies written into the user itself.
    pub inline_policy_names: Vec<String>,
    /// How many policies are written into the user itself.
    pub inline_policy_count: i32,
    /// Whether the user has policies of its own, beside those of its groups.
    pub has_direct_policies: bool,
    /// The policy that bounds what the user may be allowed; null without one.
    pub permissions_boundary_arn: Option<String>,
    /// Whether there is such a policy.
    pub has_permissions_boundary: bool,
    /// The user's tags; null when the answer has none.
    pub tags: Option<BTreeMap<String, String>>,
}

/// One user in one group.
#[derive(Debug, Serialize, Row)]
#[row(table = "iam_group_memberships", key = "user_arn, group_name")]
pub struct GroupMembership {
    /// The user's ARN.
    pub user_arn: String,
    /// The user's name.
    pub user_name: String,
    /// The group's name, unique in its account.
    pub group_name: String,
}

/// Adds a user with its memberships and policies.
pub(super) async fn push(rows: &mut Rows<'_>, mut detail: UserDetail) -> Result<(), Error> {
    let tables = [User::TABLE, GroupMembership::TABLE, InlinePolicy::TABLE, PolicyAttachment::TABLE];
    let Some(arn) = own_arn(rows, detail.arn.take(), tables) else { return Ok(()) };
    let policies = Policies::new(detail.user_policy_list.take(), detail.attached_managed_policies.take());
    let user = user(arn, detail, &policies, rows.captured_at());
    for group_name in &user.group_names {
        let (user_arn, user_name) = (user.arn.clone(), user.user_name.clone());
        rows.push(GroupMembership { user_arn, user_name, group_name: group_name.clone() }).await?;
    }
    let (arn, name) = (user.arn.as_str(), user.user_name.as_str());
    policies.push(rows, &Principal { arn, kind: "user", resource: IAM_USER, name, table: User::TABLE }).await?;
    rows.push(user).await
}

fn user(arn: String, detail: UserDetail, policies: &Policies, captured_at: Timestamp) -> User {
    let created_at = detail.create_date.as_ref().and_then(timestamp);
    let mut group_names = detail.group_list.unwrap_or_default();
    group_names.sort();
    let (inline_policy_count, attached_policy_count) = policies.counts();
    let boundary = detail.permissions_boundary;
    User {
        user_name: name_or_last(detail.user_name, &arn),
        arn,
        user_id: detail.user_id,
        path: detail.path,
        created_at,
        age_days: created_at.map(|at| at.days_until(captured_at)),
        group_count: count(&group_names),
        group_names,
        attached_policy_count,
        inline_policy_count,
        has_direct_policies: inline_policy_count > 0 || attached_policy_count > 0,
        attached_policy_arns: policies.attached_arns(),
        inline_policy_names: policies.inline_names(),
        has_permissions_boundary: boundary.is_some(),
        permissions_boundary_arn: boundary.and_then(|it| it.permissions_boundary_arn),
        tags: tags(detail.tags),
    }
}
