//! Findings of unused access, which name the identity: ListFindingsV2, for analyzers of that kind alone. Findings of
//! other kinds are counts.

use orgcensus_collect::{Error, Moment, Read, Rows, Session, read as reads};
use orgcensus_row::{Row, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Analyzer;
use crate::items::Unread;

pub(super) const FINDINGS: Read<Page> = reads("accessanalyzer", "ListFindingsV2").needs("access-analyzer:ListFindings");

/// The tables that are short where findings cannot be read.
const TABLES: [&str; 2] = [Analyzer::TABLE, UnusedFinding::TABLE];

/// One finding of unused access, active or archived: a role, a key, a password or permissions of an identity that were
/// not used for as long as the analyzer says (unused_access_age_days). Resolved ones are left out. Its row is the
/// analyzer's, which may be the organization's: the identity's account is in resource_account_id.
#[derive(Debug, Serialize, Row)]
#[row(table = "accessanalyzer_unused_findings", key = "analyzer_arn, finding_id")]
pub struct UnusedFinding {
    /// The analyzer's ARN.
    pub analyzer_arn: String,
    /// The finding's id.
    pub finding_id: String,
    /// UnusedIAMRole, UnusedIAMUserAccessKey, UnusedIAMUserPassword or UnusedPermission. Null: AWS did not say.
    pub finding_type: Option<String>,
    /// The user or role, by ARN. Null: AWS did not say.
    pub resource_arn: Option<String>,
    /// AWS::IAM::Role or AWS::IAM::User.
    pub resource_type: Option<String>,
    /// The account of the user or role, 12 digits.
    pub resource_account_id: Option<String>,
    /// ACTIVE, or ARCHIVED by somebody or by a rule.
    pub status: Option<String>,
    /// Why AWS could not look, ACCESS_DENIED. Null: it could.
    pub error: Option<String>,
    /// When it was found (UTC).
    pub found_at: Option<Timestamp>,
    /// Whole days since then.
    pub found_days: Option<i32>,
    /// When AWS last looked (UTC).
    pub analyzed_at: Option<Timestamp>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Page {
    findings: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Listed {
    id: Option<String>,
    finding_type: Option<String>,
    resource: Option<String>,
    resource_type: Option<String>,
    resource_owner_account: Option<String>,
    status: Option<String>,
    error: Option<String>,
    created_at: Option<Moment>,
    analyzed_at: Option<Moment>,
}

/// Adds the findings of an analyzer, page by page: one of an organization has many thousand. How many they are; none
/// where a page or a finding could not be read.
pub(super) async fn push(session: &Session, rows: &mut Rows<'_>, analyzer_arn: &str) -> Result<Option<i64>, Error> {
    let filter = json!({"status": {"eq": ["ACTIVE", "ARCHIVED"]}});
    let input = json!({"analyzerArn": analyzer_arn, "filter": filter, "maxResults": 100});
    let (mut pages, mut count, mut is_whole) = (FINDINGS.pages(session, input), 0_i64, true);
    while let Some(page) = pages.next().await {
        let Some(page) = rows.item(TABLES, page)? else { return Ok(None) };
        for listed in page.findings {
            let mut unread = Unread::default();
            let finding = finding(analyzer_arn, listed, rows.captured_at(), &mut unread);
            (count, is_whole) = (count + 1, is_whole && finding.is_some());
            unread.push(rows, &FINDINGS.call().name(), finding).await?;
        }
    }
    Ok(is_whole.then_some(count))
}

fn finding(analyzer_arn: &str, it: Listed, now: Timestamp, unread: &mut Unread) -> Option<UnusedFinding> {
    let finding_id = unread.value("id", it.id)?;
    let found_at = unread.moment("createdAt", it.created_at.as_ref());
    Some(UnusedFinding {
        analyzer_arn: analyzer_arn.to_owned(),
        finding_id,
        finding_type: it.finding_type,
        resource_arn: it.resource,
        resource_type: unread.value("resourceType", it.resource_type),
        resource_account_id: unread.value("resourceOwnerAccount", it.resource_owner_account),
        status: unread.value("status", it.status),
        error: it.error,
        found_at,
        found_days: found_at.map(|at| at.days_until(now)),
        analyzed_at: unread.moment("analyzedAt", it.analyzed_at.as_ref()),
    })
}
