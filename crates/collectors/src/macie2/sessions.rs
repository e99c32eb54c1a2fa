//! Macie: GetMacieSession; where it is on GetAdministratorAccount, and where it is not paused GetFindingStatistics and
//! GetBucketStatistics.

#[cfg(test)]
mod tests;

use orgcensus_collect::{Collector, Error, Moment, Optional, Read, Rows, Runs, Scope, Session as Place, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::items::{Answer, Unread, given};

pub(super) const SESSION: Read<Described> = reads("macie2", "GetMacieSession");
const ADMINISTRATOR: Read<Administrators> = reads("macie2", "GetAdministratorAccount");
const FINDINGS: Read<Statistics> = reads("macie2", "GetFindingStatistics");
const BUCKETS: Read<Buckets> = reads("macie2", "GetBucketStatistics");

/// Macie in one account and region: one row for each, also where it is off.
#[derive(Debug, Default, Serialize, Row)]
#[row(table = "macie_sessions")]
pub struct Session {
    /// Whether it is on, and not paused. Null: AWS did not say.
    pub is_enabled: Option<bool>,
    /// ENABLED or PAUSED. Null: it is off, or AWS did not say.
    pub status: Option<String>,
    /// When it was switched on (UTC). Null: it is off, or AWS did not say.
    pub created_at: Option<Timestamp>,
    /// Whole days since then.
    pub age_days: Option<i32>,
    /// How soon findings that occur again are told to EventBridge and Security Hub: FIFTEEN_MINUTES, ONE_HOUR or
    /// SIX_HOURS. Null: it is off, or AWS did not say.
    pub finding_publishing_frequency: Option<String>,
    /// The account that administers it. Null: nobody but the account itself, it is off, or it could not be read.
    pub administrator_account_id: Option<String>,
    /// How the account stands to its administrator, Enabled, as AWS says it. Null: there is none, or it could not be
    /// read.
    pub relationship_status: Option<String>,
    /// Findings of severity High about this account that are not archived. Null: not read, or Macie is off or paused.
    pub high_count: Option<i64>,
    /// The same of severity Medium.
    pub medium_count: Option<i64>,
    /// The same of severity Low.
    pub low_count: Option<i64>,
    /// How many of the account's buckets Macie watches in this region. Null: not read, or Macie is off or paused.
    pub bucket_count: Option<i64>,
    /// How many of them hold sensitive data, as far as Macie has looked. Null: as above, or Macie does not say.
    pub sensitive_bucket_count: Option<i64>,
    /// Into how many of them it has not looked yet. Null: as above, or Macie does not say.
    pub unclassified_bucket_count: Option<i64>,
}

/// The session of one region.
pub const SESSIONS: Collector = Collector {
    name: "macie_sessions",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[SESSION.call(), ADMINISTRATOR.call(), FINDINGS.call(), BUCKETS.call()],
    resources: &[],
    tables: &[table::<Session>()],
    collect: |place, rows| Box::pin(collect(place, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Described {
    status: Option<String>,
    created_at: Option<Moment>,
    finding_publishing_frequency: Option<String>,
}

/// Nothing is in it where the account has no administrator, or is one.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Administrators {
    administrator: Option<Administrator>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Administrator {
    account_id: Option<String>,
    relationship_status: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Statistics {
    counts_by_group: Option<Vec<Group>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Group {
    group_key: Option<String>,
    count: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Buckets {
    bucket_count: Option<i64>,
    #[serde(rename = "bucketStatisticsBySensitivity")]
    by_sensitivity: Sensitivity,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Sensitivity {
    sensitive: Total,
    not_classified: Total,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Total {
    total_count: Option<i64>,
}

/// Whether AWS says that Macie is off here: by its message alone, since whoever may not ask gets the same code.
fn is_off<T>(answer: &Answer<T>) -> bool {
    let says_off = |error: &orgcensus_aws::Error| {
        let is_denied = error.is(&["AccessDeniedException"]) && error.message.contains("Macie is not enabled");
        is_denied || error.is(&["ResourceNotFoundException"])
    };
    answer.as_ref().is_err_and(says_off)
}

/// Whether Macie is on, and not paused.
pub(super) async fn is_running(place: &Place) -> Answer<bool> {
    let answer = SESSION.send(place, json!({})).await;
    if is_off(&answer) {
        return Ok(false);
    }
    Ok(given(answer?.status, &SESSION.call().name(), "status")? == "ENABLED")
}

/// Asks for findings about this account alone: an administrator also has those about its members, which count where they
/// are members.
fn about(account_id: &str) -> Value {
    let criterion = json!({"accountId": {"eq": [account_id]}, "archived": {"eq": ["false"]}});
    json!({"groupBy": "severity.description", "size": 50, "findingCriteria": {"criterion": criterion}})
}

async fn collect(place: &Place, rows: &mut Rows<'_>) -> Result<(), Error> {
    let answer = SESSION.send(place, json!({})).await;
    if is_off(&answer) {
        return rows.push(Session { is_enabled: Some(false), ..Session::default() }).await;
    }
    let mut unread = Unread::default();
    let mut row = session(&answer?, rows.captured_at(), &mut unread);
    unread.count(rows, Session::TABLE, &SESSION.call().name());
    let answer = ADMINISTRATOR.send(place, json!({})).await.optional(&["ResourceNotFoundException"]);
    let administrator = rows.item([Session::TABLE], answer)?.flatten().and_then(|it| it.administrator);
    let administrator = administrator.unwrap_or_default();
    row.administrator_account_id = administrator.account_id;
    row.relationship_status = administrator.relationship_status;
    if row.is_enabled == Some(true) {
        count(place, rows, &mut row).await?;
    }
    rows.push(row).await
}

fn session(it: &Described, now: Timestamp, unread: &mut Unread) -> Session {
    let created_at = unread.moment("createdAt", it.created_at.as_ref());
    let status = unread.value("status", it.status.clone());
    Session {
        is_enabled: status.as_deref().map(|status| status == "ENABLED"),
        status,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        finding_publishing_frequency: it.finding_publishing_frequency.clone(),
        ..Session::default()
    }
}

/// Adds how many findings and buckets there are.
async fn count(place: &Place, rows: &mut Rows<'_>, row: &mut Session) -> Result<(), Error> {
    let answer = FINDINGS.send(place, about(place.account_id())).await;
    if let Some(it) = rows.item([Session::TABLE], answer)? {
        let mut unread = Unread::default();
        let counts = counts(it, &mut unread);
        [row.high_count, row.medium_count, row.low_count] = counts;
        unread.count(rows, Session::TABLE, &FINDINGS.call().name());
    }
    let answer = BUCKETS.send(place, json!({"accountId": place.account_id()})).await;
    if let Some(it) = rows.item([Session::TABLE], answer)? {
        let mut unread = Unread::default();
        row.bucket_count = unread.value("bucketCount", it.bucket_count);
        row.sensitive_bucket_count = it.by_sensitivity.sensitive.total_count;
        row.unclassified_bucket_count = it.by_sensitivity.not_classified.total_count;
        unread.count(rows, Session::TABLE, &BUCKETS.call().name());
    }
    Ok(())
}

/// The counts of High, Medium and Low. None of them is known where one group cannot be read.
fn counts(it: Statistics, unread: &mut Unread) -> [Option<i64>; 3] {
    let pairs = it.counts_by_group.and_then(|groups| {
        groups.into_iter().map(|group| Some((group.group_key?, group.count?))).collect::<Option<Vec<_>>>()
    });
    let Some(pairs) = unread.value("countsByGroup", pairs) else { return [None; 3] };
    ["High", "Medium", "Low"].map(|severity| {
        let found = pairs.iter().filter(|(key, _)| key.eq_ignore_ascii_case(severity));
        Some(found.map(|(_, count)| count).sum::<i64>())
    })
}
