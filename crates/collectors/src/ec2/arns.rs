//! ARNs of what EC2 describes without one.

use orgcensus_collect::Session;

/// The ARN of something in this region: of the account that owns it, or of this one if AWS did not say who owns it.
pub(super) fn owned(session: &Session, owner: Option<&str>, resource: &str) -> String {
    let owner = owner.unwrap_or(session.account_id());
    format!("arn:{}:ec2:{}:{owner}:{resource}", session.partition(), session.region())
}
