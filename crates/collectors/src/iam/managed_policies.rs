//! Managed policies and their versions.

use aws_sdk_iam::types::{ManagedPolicyDetail, PolicyVersion as VersionDetail};
use orgcensus_collect::kinds::IAM_MANAGED_POLICY;
use orgcensus_collect::{Error, Policy, Rows, timestamp};
use orgcensus_row::{Row, Timestamp};
use serde::Serialize;

use super::detail::{CALL, count, document, is_aws_managed, name_or_last, own_arn};
use crate::items::Unread;

/// One managed policy: the account's own, and those of AWS that are attached or bound in the account. Its documents are in
/// policy_documents, by version.
#[derive(Debug, Serialize, Row)]
#[row(table = "iam_managed_policies", key = "arn")]
pub struct ManagedPolicy {
    /// The policy's ARN.
    pub arn: String,
    /// The policy's name.
    pub policy_name: String,
    /// The policy's unique id, ANPA….
    pub policy_id: Option<String>,
    /// The policy's path, / by default.
    pub path: Option<String>,
    /// Whether the policy is AWS's, not the account's.
    pub is_aws_managed: bool,
    /// The version that is in force.
    pub default_version_id: Option<String>,
    /// How many versions the policy has; of AWS's policies, as many as AWS still lists.
    pub version_count: i32,
    /// How many users, groups and roles the policy is attached to.
    pub attachment_count: Option<i32>,
    /// Whether the policy is attached to anything.
    pub is_attached: Option<bool>,
    /// How many users and roles the policy bounds.
    pub permissions_boundary_usage_count: Option<i32>,
    /// Whether the policy may be attached; null when AWS did not say.
    pub is_attachable: Option<bool>,
    /// The policy's description.
    pub description: Option<String>,
    /// When the policy was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Days since then.
    pub age_days: Option<i32>,
    /// When the policy was last changed (UTC).
    pub updated_at: Option<Timestamp>,
    /// Days since then.
    pub updated_days: Option<i32>,
}

/// One version of a managed policy; of AWS's policies only the one in force. Its document is in policy_documents.
#[derive(Debug, Serialize, Row)]
#[row(table = "iam_policy_versions", key = "policy_arn, version_id")]
pub struct PolicyVersion {
    /// The policy's ARN.
    pub policy_arn: String,
    /// The version, v1.
    pub version_id: String,
    /// Whether this version is in force.
    pub is_default_version: bool,
    /// When the version was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Days since then.
    pub age_days: Option<i32>,
}

/// Adds a policy with its versions and their documents. One of AWS's that nothing in the account uses is left out, as
/// are AWS's old versions, which nobody can put in force again. The argument says whether it may be attached, because
/// the SDK returns false for a flag that is missing in the answer.
pub(super) async fn push(
    rows: &mut Rows<'_>,
    mut detail: ManagedPolicyDetail,
    is_attachable: Option<bool>,
) -> Result<(), Error> {
    if !is_of_interest(&detail) {
        return Ok(());
    }
    let tables = [ManagedPolicy::TABLE, PolicyVersion::TABLE];
    let Some(arn) = own_arn(rows, detail.arn.take(), tables) else { return Ok(()) };
    let mut unread = Unread::default();
    unread.value("IsAttachable", is_attachable);
    unread.value("DefaultVersionId", detail.default_version_id.as_ref());
    unread.count(rows, ManagedPolicy::TABLE, CALL);
    let mut versions = detail.policy_version_list.take().unwrap_or_default();
    let policy = ManagedPolicy { is_attachable, ..managed_policy(arn, detail, &versions, rows.captured_at()) };
    for version in &mut versions {
        version.is_default_version |= version.version_id.is_some() && version.version_id == policy.default_version_id;
    }
    for mut detail in versions.into_iter().filter(|it| it.is_default_version || !policy.is_aws_managed) {
        let text = document(rows, detail.document.take());
        let mut unread = Unread::default();
        let version = policy_version(detail, &policy.arn, rows.captured_at(), &mut unread);
        unread.count(rows, PolicyVersion::TABLE, CALL);
        let (name, is_in_force) = (version.version_id.as_str(), version.is_default_version);
        rows.policy(Policy { name, is_in_force, ..Policy::of(&policy.arn, IAM_MANAGED_POLICY, text) }).await?;
        rows.push(version).await?;
    }
    rows.push(policy).await
}

fn is_of_interest(detail: &ManagedPolicyDetail) -> bool {
    let is_used = |count: Option<i32>| count != Some(0);
    !is_aws_managed(detail.arn.as_deref().unwrap_or_default())
        || is_used(detail.attachment_count)
        || detail.permissions_boundary_usage_count.is_some_and(|count| count > 0)
}

fn managed_policy(
    arn: String,
    detail: ManagedPolicyDetail,
    versions: &[VersionDetail],
    captured_at: Timestamp,
) -> ManagedPolicy {
    let created_at = detail.create_date.as_ref().and_then(timestamp);
    let updated_at = detail.update_date.as_ref().and_then(timestamp);
    ManagedPolicy {
        policy_name: name_or_last(detail.policy_name, &arn),
        is_aws_managed: is_aws_managed(&arn),
        arn,
        policy_id: detail.policy_id,
        path: detail.path,
        default_version_id: detail.default_version_id,
        version_count: count(versions),
        attachment_count: detail.attachment_count,
        is_attached: detail.attachment_count.map(|count| count > 0),
        permissions_boundary_usage_count: detail.permissions_boundary_usage_count,
        is_attachable: None,
        description: detail.description,
        created_at,
        age_days: created_at.map(|at| at.days_until(captured_at)),
        updated_at,
        updated_days: updated_at.map(|at| at.days_until(captured_at)),
    }
}

/// A version's row. One without an id still has a document.
fn policy_version(
    detail: VersionDetail,
    policy_arn: &str,
    captured_at: Timestamp,
    unread: &mut Unread,
) -> PolicyVersion {
    let created_at = detail.create_date.as_ref().and_then(timestamp);
    PolicyVersion {
        policy_arn: policy_arn.to_owned(),
        version_id: unread.value("VersionId", detail.version_id).unwrap_or_default(),
        is_default_version: detail.is_default_version,
        created_at,
        age_days: created_at.map(|at| at.days_until(captured_at)),
    }
}
