//! What the detector of an administrator shows of its members: GetFindingsStatistics by account, of all severities, and
//! where that names another account, of each band of them.

use std::collections::BTreeSet;

use orgcensus_collect::Session;
use orgcensus_row::Row;
use serde::Serialize;
use serde_json::{Value, json};

use super::STATISTICS;
use super::described::ByAccount;
use crate::items::{Answer, Unread};

/// Findings about one member, as its administrator in that region shows them. They are the same findings that the member
/// has itself: security_finding_counts counts each once.
#[derive(Debug, Serialize, Row)]
#[row(table = "guardduty_member_findings", key = "member_account_id")]
pub struct MemberFindings {
    /// The account that they are about.
    pub member_account_id: String,
    /// The administrator's detector, which shows them.
    pub detector_id: String,
    /// Findings of severity 9 to 10 about the member that are not archived. Null: GuardDuty names the 100 members that
    /// have most, and this is not among them.
    pub critical_count: Option<i64>,
    /// The same of severity 7 to 8.9.
    pub high_count: Option<i64>,
    /// The same of severity 4 to 6.9.
    pub medium_count: Option<i64>,
    /// The same of severity below 4.
    pub low_count: Option<i64>,
}

/// The most accounts that an answer names: those with most findings.
const MOST: usize = 100;

/// The findings about others that a detector shows; none where it administers nobody.
pub(super) async fn read(session: &Session, id: &str, unread: &mut Unread) -> Answer<Vec<MemberFindings>> {
    let all = by_account(session, id, None, unread).await?;
    let is_other = |account_id: &&String| *account_id != session.account_id();
    if !all.counts.keys().any(|account_id| is_other(&account_id)) {
        return Ok(Vec::new());
    }
    let critical = by_account(session, id, Some(json!({"greaterThanOrEqual": 9})), unread).await?;
    let high = by_account(session, id, Some(json!({"greaterThanOrEqual": 7, "lessThan": 9})), unread).await?;
    let medium = by_account(session, id, Some(json!({"greaterThanOrEqual": 4, "lessThan": 7})), unread).await?;
    let low = by_account(session, id, Some(json!({"lessThan": 4})), unread).await?;
    let named = [&all, &critical, &high, &medium, &low].into_iter().flat_map(|it| it.counts.keys());
    let members: BTreeSet<&String> = named.filter(is_other).collect();
    let member = |account_id: &String| MemberFindings {
        member_account_id: account_id.clone(),
        detector_id: id.to_owned(),
        critical_count: critical.of(account_id),
        high_count: high.of(account_id),
        medium_count: medium.of(account_id),
        low_count: low.of(account_id),
    };
    Ok(members.into_iter().map(member).collect())
}

async fn by_account(session: &Session, id: &str, severity: Option<Value>, unread: &mut Unread) -> Answer<ByAccount> {
    let mut criterion = json!({"service.archived": {"equals": ["false"]}});
    if let Some(severity) = severity {
        criterion["severity"] = severity;
    }
    let input = json!({
        "DetectorId": id,
        "groupBy": "ACCOUNT",
        "maxResults": MOST,
        "findingCriteria": {"criterion": criterion},
    });
    Ok(STATISTICS.send(session, input).await?.by_account(MOST, unread))
}

impl ByAccount {
    /// How many are about an account that has findings. None: it is not known.
    fn of(&self, account_id: &str) -> Option<i64> {
        self.counts.get(account_id).copied().or(self.is_whole.then_some(0))
    }
}
