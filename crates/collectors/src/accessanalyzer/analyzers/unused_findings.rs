//! Findings of unused access, which name the identity: ListFindingsV2, for analyzers of that kind alone, then
//! GetFindingV2 for each of the first active ones. Findings of other kinds are counts.

use futures::StreamExt;
use orgcensus_collect::{Error, Moment, Read, Rows, Session, read as reads};
use orgcensus_row::{Row, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::unused_details::{self, ASKED_MAX, DETAILS, Detail, Told};
use super::{Analyzer, GONE};
use crate::items::{Answer, Unread, details, is_gone};

pub(super) const FINDINGS: Read<Page> = reads("accessanalyzer", "ListFindingsV2").needs("access-analyzer:ListFindings");

/// The tables that are short where findings cannot be read.
const TABLES: [&str; 2] = [Analyzer::TABLE, UnusedFinding::TABLE];

/// One finding of unused access, active or archived: a role, a key, a password or permissions of an identity that were
/// not used for as long as the analyzer says (unused_access_age_days). Resolved ones are left out. Its row is the
/// analyzer's, which may be the organization's: the identity's account is in resource_account_id. What was not used is
/// known of those that are asked about one by one, the first thousand active ones of an analyzer.
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
    /// Whether it was asked about: it is one of the first thousand active ones. The columns below are null where it was
    /// not, or where AWS refused.
    pub is_detail_asked: bool,
    /// The access key that was not used. Null: the finding is about something else.
    pub access_key_id: Option<String>,
    /// When the role, key or password was last used (UTC). Null: AWS saw no use, or the finding is about permissions.
    pub last_accessed_at: Option<Timestamp>,
    /// Whole days since then.
    pub last_accessed_days: Option<i32>,
    /// The services of which nothing was used that the identity may do there: sqs. Null: the finding is not about
    /// permissions.
    pub unused_services: Option<Vec<String>>,
    /// The actions that were not used, of services of which others were: s3:PutObject. Null: the finding is not about
    /// permissions.
    pub unused_actions: Option<Vec<String>>,
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

impl Listed {
    fn is_active(&self) -> bool {
        self.status.as_deref() == Some("ACTIVE")
    }
}

/// How many findings of an analyzer have rows, and how many of them were asked about.
pub(super) struct Count {
    pub(super) listed: i64,
    pub(super) asked: i64,
}

/// Adds the findings of an analyzer, page by page: one of an organization has many thousand. How many they are; none
/// where a page or a finding could not be read.
pub(super) async fn push(session: &Session, rows: &mut Rows<'_>, analyzer_arn: &str) -> Result<Option<Count>, Error> {
    let filter = json!({"status": {"eq": ["ACTIVE", "ARCHIVED"]}});
    let input = json!({"analyzerArn": analyzer_arn, "filter": filter, "maxResults": 100});
    let (mut pages, mut count, mut is_whole) = (FINDINGS.pages(session, input), Count { listed: 0, asked: 0 }, true);
    while let Some(page) = pages.next().await {
        let Some(page) = rows.item(TABLES, page)? else { return Ok(None) };
        let mut chosen = Vec::with_capacity(page.findings.len());
        for listed in page.findings {
            let is_asked = listed.is_active() && listed.id.is_some() && count.asked < ASKED_MAX;
            count.asked += i64::from(is_asked);
            chosen.push((listed, is_asked));
        }
        let mut findings = details(chosen, |(listed, is_asked)| ask(session, analyzer_arn, listed, is_asked));
        while let Some((listed, details)) = findings.next().await {
            if details.as_ref().is_some_and(|it| is_gone(GONE, it)) {
                rows.gone();
                count.asked -= 1;
                continue;
            }
            is_whole &= listed.id.is_some();
            count.listed += 1;
            add(rows, analyzer_arn, listed, details).await?;
        }
    }
    Ok(is_whole.then_some(count))
}

/// A finding, and what AWS says of it; none if it is not asked about.
async fn ask(
    session: &Session,
    analyzer_arn: &str,
    listed: Listed,
    is_asked: bool,
) -> (Listed, Option<Answer<Vec<Detail>>>) {
    let details = match listed.id.as_deref().filter(|_| is_asked) {
        Some(id) => Some(unused_details::ask(session, analyzer_arn, id).await),
        None => None,
    };
    (listed, details)
}

async fn add(
    rows: &mut Rows<'_>,
    analyzer_arn: &str,
    listed: Listed,
    details: Option<Answer<Vec<Detail>>>,
) -> Result<(), Error> {
    let (mut unread, is_asked) = (Unread::default(), details.is_some());
    let details = match details {
        Some(answer) => rows.item([UnusedFinding::TABLE], answer)?,
        None => None,
    };
    let told = match details {
        // Where AWS could not look, there is nothing to tell.
        Some(details) if details.is_empty() && listed.error.is_some() => Told::default(),
        Some(details) => unused_details::told(details, &mut unread),
        None => Told::default(),
    };
    unread.count(rows, UnusedFinding::TABLE, &DETAILS.call().name());
    let mut unread = Unread::default();
    let finding = finding(analyzer_arn, listed, (is_asked, told), rows.captured_at(), &mut unread);
    unread.push(rows, &FINDINGS.call().name(), finding).await
}

fn finding(
    analyzer_arn: &str,
    it: Listed,
    (is_detail_asked, told): (bool, Told),
    now: Timestamp,
    unread: &mut Unread,
) -> Option<UnusedFinding> {
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
        is_detail_asked,
        access_key_id: told.access_key_id,
        last_accessed_at: told.last_accessed_at,
        last_accessed_days: told.last_accessed_at.map(|at| at.days_until(now)),
        unused_services: told.unused_services,
        unused_actions: told.unused_actions,
    })
}
