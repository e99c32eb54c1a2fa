//! Analyzers of IAM Access Analyzer: ListAnalyzers, then ListArchiveRules and GetFindingsStatistics for each. Findings
//! are counts, since an analyzer of an organization has one for each of many thousand resources; only those of unused
//! access are listed, by ListFindingsV2, and asked about one by one, by GetFindingV2.

pub mod archive_rules;
pub mod statistics;
mod unused_details;
pub mod unused_findings;

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::{Collector, Error, Moment, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use self::archive_rules::{ArchiveRule, Listed as ListedRule, Rules};
use self::statistics::{FindingCount, Statistics};
use self::unused_details::DETAILS;
use self::unused_findings::{FINDINGS, UnusedFinding};
use crate::items::{Answer, Unread, all, details, is_gone};

const LIST: Read<Page> = reads("accessanalyzer", "ListAnalyzers").needs("access-analyzer:ListAnalyzers");
const RULES: Read<Rules> = reads("accessanalyzer", "ListArchiveRules").needs("access-analyzer:ListArchiveRules");
const STATISTICS: Read<Statistics> =
    reads("accessanalyzer", "GetFindingsStatistics").needs("access-analyzer:GetFindingsStatistics");

/// How Access Analyzer says that there is no such analyzer.
const GONE: &[&str] = &["ResourceNotFoundException"];

/// One analyzer of IAM Access Analyzer, in the account that made it. One of an organization looks at all its accounts.
#[derive(Debug, Serialize, Row)]
#[row(table = "accessanalyzer_analyzers", key = "arn")]
pub struct Analyzer {
    /// The analyzer's ARN.
    pub arn: String,
    /// The analyzer's name.
    pub analyzer_name: String,
    /// ACCOUNT, ORGANIZATION, ACCOUNT_UNUSED_ACCESS, ORGANIZATION_INTERNAL_ACCESS … Null: AWS did not say.
    pub analyzer_type: Option<String>,
    /// What it looks for: external_access, unused_access or internal_access. Null: its type is not known.
    pub access_kind: Option<String>,
    /// Whether it looks at all accounts of the organization. Null: its type is not known.
    pub is_of_organization: Option<bool>,
    /// ACTIVE, CREATING, DISABLED or FAILED. Null: AWS did not say.
    pub status: Option<String>,
    /// Why it is not active, AWS_SERVICE_ACCESS_DISABLED. Null: AWS gave no reason.
    pub status_reason: Option<String>,
    /// After so many days without use it calls an access unused. Null: it does not look for unused access.
    pub unused_access_age_days: Option<i32>,
    /// The accounts whose identities it leaves out.
    pub excluded_account_ids: Vec<String>,
    /// Whether it leaves out identities by their tags.
    pub has_excluded_tags: bool,
    /// The service that made it and manages it. Null: none.
    pub managed_by: Option<String>,
    /// The resource that it looked at last, by ARN. Null: none yet.
    pub last_analyzed_arn: Option<String>,
    /// When it looked at that (UTC). Null: not yet.
    pub last_analyzed_at: Option<Timestamp>,
    /// How many rules archive its findings. Null: they were not read.
    pub archive_rule_count: Option<i32>,
    /// How many of its findings are active. Null: AWS has not counted them, or they were not read.
    pub active_finding_count: Option<i64>,
    /// How many of its findings are archived. Null: AWS has not counted them, or they were not read.
    pub archived_finding_count: Option<i64>,
    /// How many of its findings are resolved. Null: AWS has not counted them, or they were not read.
    pub resolved_finding_count: Option<i64>,
    /// How many of its findings are in accessanalyzer_unused_findings. Null: it looks for other access, or they could
    /// not all be read.
    pub listed_finding_count: Option<i64>,
    /// About how many of these AWS was asked one by one, the first thousand active ones: what was not used is known of
    /// these alone. Null: as listed_finding_count.
    pub asked_finding_count: Option<i64>,
    /// When AWS last counted the findings (UTC). Null: AWS did not say, or they were not read.
    pub findings_counted_at: Option<Timestamp>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The analyzers of one region, with their rules and the counts of their findings.
pub const ANALYZERS: Collector = Collector {
    name: "accessanalyzer_analyzers",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), RULES.call(), STATISTICS.call(), FINDINGS.call(), DETAILS.call()],
    resources: &[],
    tables: &[table::<Analyzer>(), table::<ArchiveRule>(), table::<FindingCount>(), table::<UnusedFinding>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Page {
    analyzers: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Listed {
    arn: Option<String>,
    name: Option<String>,
    #[serde(rename = "type")]
    analyzer_type: Option<String>,
    created_at: Option<Moment>,
    last_resource_analyzed: Option<String>,
    last_resource_analyzed_at: Option<Moment>,
    tags: BTreeMap<String, String>,
    status: Option<String>,
    status_reason: Option<Reason>,
    configuration: Configuration,
    managed_by: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Reason {
    code: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Configuration {
    unused_access: Option<UnusedAccess>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct UnusedAccess {
    unused_access_age: Option<i32>,
    analysis_rule: AnalysisRule,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct AnalysisRule {
    exclusions: Vec<Exclusion>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Exclusion {
    account_ids: Vec<String>,
    resource_tags: Vec<BTreeMap<String, String>>,
}

struct Details {
    listed: Listed,
    rules: Answer<Vec<ListedRule>>,
    statistics: Answer<Statistics>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"maxResults": 100}));
    while let Some(page) = pages.next().await {
        let mut analyzers = details(page?.analyzers, |listed| read(session, listed));
        while let Some(details) = analyzers.next().await {
            push(session, rows, details).await?;
        }
    }
    Ok(())
}

async fn read(session: &Session, listed: Listed) -> Details {
    let input = json!({"analyzerName": listed.name, "maxResults": 100});
    let rules = all(&RULES, session, input, |page| page.archive_rules).await;
    let statistics = STATISTICS.send(session, json!({"analyzerArn": listed.arn})).await;
    Details { listed, rules, statistics }
}

async fn push(session: &Session, rows: &mut Rows<'_>, details: Details) -> Result<(), Error> {
    let Details { mut listed, rules, statistics } = details;
    if is_gone(GONE, &statistics) && rules.is_err() {
        rows.gone();
        return Ok(());
    }
    let mut unread = Unread::default();
    let made = |name: &str| session.arn("access-analyzer", &format!("analyzer/{name}"));
    let Some(identity) = unread.identity("name", listed.name.take(), listed.arn.take(), made) else {
        let tables = [Analyzer::TABLE, ArchiveRule::TABLE, FindingCount::TABLE, UnusedFinding::TABLE];
        unread.lost(rows, tables, &LIST.call().name());
        return Ok(());
    };
    let rules = rows.item([Analyzer::TABLE, ArchiveRule::TABLE], rules)?;
    let statistics = rows.item([Analyzer::TABLE, FindingCount::TABLE], statistics)?.unwrap_or_default();
    let arn = identity.0.clone();
    let mut row = analyzer(identity, listed, rows.captured_at(), &mut unread);
    row.archive_rule_count = rules.as_ref().map(|rules| i32::try_from(rules.len()).unwrap_or(i32::MAX));
    let (totals, counts) = statistics.counts(&arn, &mut unread);
    row.active_finding_count = totals.active;
    row.archived_finding_count = totals.archived;
    row.resolved_finding_count = totals.resolved;
    row.findings_counted_at = totals.counted_at;
    if row.access_kind.as_deref() == Some("unused_access") {
        let count = unused_findings::push(session, rows, &arn).await?;
        row.listed_finding_count = count.as_ref().map(|it| it.listed);
        row.asked_finding_count = count.map(|it| it.asked);
    }
    unread.count(rows, Analyzer::TABLE, &LIST.call().name());
    rows.push(row).await?;
    for count in counts {
        rows.push(count).await?;
    }
    for listed in rules.into_iter().flatten() {
        let mut unread = Unread::default();
        let rule = listed.row(&arn, &mut unread);
        unread.push(rows, &RULES.call().name(), rule).await?;
    }
    Ok(())
}

/// The row, without what is not in the list.
fn analyzer((arn, analyzer_name): (String, String), it: Listed, now: Timestamp, unread: &mut Unread) -> Analyzer {
    let created_at = unread.moment("createdAt", it.created_at.as_ref());
    let analyzer_type = unread.value("type", it.analyzer_type);
    let unused = it.configuration.unused_access;
    let exclusions = unused.as_ref().map(|it| it.analysis_rule.exclusions.as_slice()).unwrap_or_default();
    Analyzer {
        arn,
        analyzer_name,
        access_kind: analyzer_type.as_deref().and_then(access_kind).map(str::to_owned),
        is_of_organization: analyzer_type.as_deref().and_then(is_of_organization),
        analyzer_type,
        status: unread.value("status", it.status),
        status_reason: it.status_reason.and_then(|reason| reason.code),
        excluded_account_ids: exclusions.iter().flat_map(|it| it.account_ids.iter().cloned()).collect(),
        has_excluded_tags: exclusions.iter().any(|it| !it.resource_tags.is_empty()),
        unused_access_age_days: unused.and_then(|it| it.unused_access_age),
        managed_by: it.managed_by,
        last_analyzed_arn: it.last_resource_analyzed,
        last_analyzed_at: unread.moment("lastResourceAnalyzedAt", it.last_resource_analyzed_at.as_ref()),
        archive_rule_count: None,
        active_finding_count: None,
        archived_finding_count: None,
        resolved_finding_count: None,
        listed_finding_count: None,
        asked_finding_count: None,
        findings_counted_at: None,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        tags: it.tags,
    }
}

/// What an analyzer of this type looks for.
fn access_kind(analyzer_type: &str) -> Option<&'static str> {
    match analyzer_type {
        "ACCOUNT" | "ORGANIZATION" => Some("external_access"),
        "ACCOUNT_UNUSED_ACCESS" | "ORGANIZATION_UNUSED_ACCESS" => Some("unused_access"),
        "ACCOUNT_INTERNAL_ACCESS" | "ORGANIZATION_INTERNAL_ACCESS" => Some("internal_access"),
        _ => None,
    }
}

fn is_of_organization(analyzer_type: &str) -> Option<bool> {
    match analyzer_type.split('_').next() {
        Some("ORGANIZATION") => Some(true),
        Some("ACCOUNT") => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
