//! Actions that users and roles last used. AWS tells of some actions of some services, in the same answer as of services.

use aws_sdk_iam::types::TrackedActionLastAccessed as Listed;
use orgcensus_collect::timestamp;
use orgcensus_row::{Row, Timestamp};
use serde::Serialize;

use crate::items::{Unread, action_of, word};

/// One action that AWS tracks and that a user or role may use by its policies, and when it last did. Only actions that
/// manage resources are tracked, and not all of them: iam:PassRole is not, and no action that reads or writes data.
/// What has no row here is not tracked, so nobody knows whether it is used.
#[derive(Debug, Serialize, Row)]
#[row(table = "iam_action_last_accessed", key = "principal_arn, service_namespace, action")]
pub struct ActionLastAccessed {
    /// The ARN of the user or role.
    pub principal_arn: String,
    /// user or role.
    pub principal_type: String,
    /// The service as policies name it, s3.
    pub service_namespace: String,
    /// The action as policies name it, s3:CreateBucket.
    pub action: String,
    /// Whether AWS saw it used.
    pub is_used: bool,
    /// When the action was last used (UTC); null when AWS saw no use.
    pub last_accessed_at: Option<Timestamp>,
    /// Days since then.
    pub last_accessed_days: Option<i32>,
    /// The region of the last use.
    pub last_accessed_region: Option<String>,
}

/// The row. None: the action has no name.
pub(super) fn action_last_accessed(
    (arn, kind, service_namespace): (&str, &str, &str),
    listed: Listed,
    now: Timestamp,
    unread: &mut Unread,
) -> Option<ActionLastAccessed> {
    let name = unread.value("ActionName", listed.action_name.as_deref().and_then(word))?;
    let last_accessed_at = listed.last_accessed_time.as_ref().and_then(timestamp);
    Some(ActionLastAccessed {
        principal_arn: arn.to_owned(),
        principal_type: kind.to_owned(),
        service_namespace: service_namespace.to_owned(),
        action: action_of(service_namespace, name),
        is_used: last_accessed_at.is_some(),
        last_accessed_at,
        last_accessed_days: last_accessed_at.map(|at| at.days_until(now)),
        last_accessed_region: listed.last_accessed_region,
    })
}
