//! What an administrator of Inspector sees of its members.

use orgcensus_row::Row;
use serde::Serialize;

use super::Aggregation;
use crate::items::Unread;

/// Findings about one member, as its administrator in that region sees them. They are the same findings that the member
/// has itself: security_finding_counts counts each once.
#[derive(Debug, Serialize, Row)]
#[row(table = "inspector2_member_findings", key = "member_account_id")]
pub struct MemberFindings {
    /// The account that they are about.
    pub member_account_id: String,
    /// Active findings about the member of severity CRITICAL. Null: AWS did not say.
    pub critical_count: Option<i64>,
    /// The same of severity HIGH. Null: AWS did not say.
    pub high_count: Option<i64>,
    /// The same of severity MEDIUM. Null: AWS did not say.
    pub medium_count: Option<i64>,
    /// The same of severity LOW. Null: AWS did not say.
    pub low_count: Option<i64>,
    /// The same of all severities, the untriaged ones among them. Null: AWS did not say.
    pub finding_count: Option<i64>,
}

/// The row of one member. None: AWS did not say whose findings these are.
pub(super) fn findings(it: Aggregation, unread: &mut Unread) -> Option<MemberFindings> {
    let member_account_id = unread.value("accountId", it.account_id)?;
    let counts = unread.value("severityCounts", it.severity_counts).unwrap_or_default();
    Some(MemberFindings {
        member_account_id,
        critical_count: counts.critical,
        high_count: counts.high,
        medium_count: counts.medium,
        low_count: counts.low,
        finding_count: counts.all,
    })
}
