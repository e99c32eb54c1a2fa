//! IAM roles and their trust policies.

use std::collections::BTreeMap;

use aws_sdk_iam::types::{InstanceProfile as ProfileDetail, RoleDetail};
use orgcensus_collect::kinds::IAM_ROLE;
use orgcensus_collect::{Error, Policy, Rows, timestamp};
use orgcensus_row::{Row, Timestamp};
use serde::Serialize;

use super::detail::{CALL, document, name_or_last, own_arn, tags};
use super::principal::{InlinePolicy, Policies, PolicyAttachment, Principal};
use crate::items::{Unread, word};

/// One IAM role. Who may assume it is in policy_statements, with the policy_kind trust.
#[derive(Debug, Serialize, Row)]
#[row(table = "iam_roles", key = "arn")]
pub struct Role {
    /// The role's ARN.
    pub arn: String,
    /// The role's name.
    pub role_name: String,
    /// The role's unique id, AROA…; it is never used again.
    pub role_id: Option<String>,
    /// The role's path, / by default.
    pub path: Option<String>,
    /// When the role was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Days since then.
    pub age_days: Option<i32>,
    /// Whether an AWS service made and owns the role (path /aws-service-role/).
    pub is_service_linked: bool,
    /// Whether IAM Identity Center made the role for a permission set (path /aws-reserved/sso.amazonaws.com/).
    pub is_identity_center: bool,
    /// When the role was last used (UTC); null when AWS saw no use in the last 400 days.
    pub last_used_at: Option<Timestamp>,
    /// Days since then; null when AWS saw no use in the last 400 days.
    pub last_used_days: Option<i32>,
    /// The region of the last use.
    pub last_used_region: Option<String>,
    /// ARNs of the instance profiles that hold the role.
    pub instance_profile_arns: Vec<String>,
    /// Whether an instance profile holds the role.
    pub has_instance_profile: bool,
    /// ARNs of the managed policies attached to the role.
    pub attached_policy_arns: Vec<String>,
    /// How many managed policies are attached to the role.
    pub attached_policy_count: i32,
    /// Names of the policies written into the role.
    pub inline_policy_names: Vec<String>,
    /// How many policies are written into the role.
    pub inline_policy_count: i32,
    /// The policy that bounds what the role may be allowed; null without one.
    pub permissions_boundary_arn: Option<String>,
    /// Whether there is such a policy.
    pub has_permissions_boundary: bool,
    /// The role's tags; null when the answer has none.
    pub tags: Option<BTreeMap<String, String>>,
}

/// Adds a role with its trust policy and policies. `own` is the role by which it was read.
pub(super) async fn push(rows: &mut Rows<'_>, mut detail: RoleDetail, own: Option<&str>) -> Result<(), Error> {
    let tables = [Role::TABLE, InlinePolicy::TABLE, PolicyAttachment::TABLE];
    let Some(arn) = own_arn(rows, detail.arn.take(), tables) else { return Ok(()) };
    let policies = Policies::new(detail.role_policy_list.take(), detail.attached_managed_policies.take());
    let profiles = detail.instance_profile_list.take().unwrap_or_default();
    let text = document(rows, detail.assume_role_policy_document.take());
    let mut unread = Unread::default();
    let role = role((arn, detail), &policies, &profiles, rows.captured_at(), &mut unread);
    unread.count(rows, Role::TABLE, CALL);
    if let Some(tags) = role.tags.as_ref().filter(|_| own == Some(role.arn.as_str())) {
        rows.own_role(tags);
    }
    rows.policy(Policy::of(&role.arn, IAM_ROLE, text)).await?;
    let (arn, name) = (role.arn.as_str(), role.role_name.as_str());
    policies.push(rows, &Principal { arn, kind: "role", resource: IAM_ROLE, name, table: Role::TABLE }).await?;
    rows.push(role).await
}

fn role(
    (arn, detail): (String, RoleDetail),
    policies: &Policies,
    profiles: &[ProfileDetail],
    captured_at: Timestamp,
    unread: &mut Unread,
) -> Role {
    // A role's ARN has its path as well.
    let own_path = detail.path.as_deref().or_else(|| arn.split_once(":role").map(|(_, path)| path));
    let is_at = |path: &str| own_path.is_some_and(|it| it.starts_with(path));
    let (is_service_linked, is_identity_center) =
        (is_at("/aws-service-role/"), is_at("/aws-reserved/sso.amazonaws.com/"));
    let created_at = detail.create_date.as_ref().and_then(timestamp);
    let last_used = detail.role_last_used.as_ref();
    let last_used_at = last_used.and_then(|it| it.last_used_date.as_ref()).and_then(timestamp);
    let (inline_policy_count, attached_policy_count) = policies.counts();
    let profile_arn = |it: &ProfileDetail| unread.value("InstanceProfileList.Arn", word(&it.arn));
    let boundary = detail.permissions_boundary;
    Role {
        role_name: name_or_last(detail.role_name, &arn),
        arn,
        role_id: detail.role_id,
        is_service_linked,
        is_identity_center,
        path: detail.path,
        created_at,
        age_days: created_at.map(|at| at.days_until(captured_at)),
        last_used_at,
        last_used_days: last_used_at.map(|at| at.days_until(captured_at)),
        last_used_region: last_used.and_then(|it| it.region.clone()),
        instance_profile_arns: profiles.iter().filter_map(profile_arn).collect(),
        has_instance_profile: !profiles.is_empty(),
        attached_policy_count,
        attached_policy_arns: policies.attached_arns(),
        inline_policy_count,
        inline_policy_names: policies.inline_names(),
        has_permissions_boundary: boundary.is_some(),
        permissions_boundary_arn: boundary.and_then(|it| it.permissions_boundary_arn),
        tags: tags(detail.tags),
    }
}
