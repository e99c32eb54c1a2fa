//! GuardDuty: ListDetectors; where there is a detector GetDetector and GetAdministratorAccount, and where it is on
//! GetFindingsStatistics, of the account's own findings and, where nobody administers it, of those about its members.

mod described;
mod members;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::{Collector, Error, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::Serialize;
use serde_json::json;

use crate::items::{Answer, Unread, all, details, given};
use described::{Administrator, Administrators, Counts, Described, Feature as Listed, Page, Statistics};
pub use members::MemberFindings;

pub(super) const LIST: Read<Page> = reads("guardduty", "ListDetectors");
pub(super) const DETECTOR: Read<Described> = reads("guardduty", "GetDetector");
const ADMINISTRATOR: Read<Administrators> = reads("guardduty", "GetAdministratorAccount");
const STATISTICS: Read<Statistics> = reads("guardduty", "GetFindingsStatistics");

/// GuardDuty in one account and region: one row for each, also where it is off.
#[derive(Debug, Default, Serialize, Row)]
#[row(table = "guardduty_detectors")]
pub struct Detector {
    /// The detector's id. Null: GuardDuty was never switched on here, or is off again.
    pub detector_id: Option<String>,
    /// Whether it detects: there is a detector, and it is not suspended. Null: the detector could not be read.
    pub is_enabled: Option<bool>,
    /// ENABLED, or DISABLED where it is suspended. Null: there is no detector, or it could not be read.
    pub status: Option<String>,
    /// When the detector was made (UTC). Null: there is none, or it could not be read.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// How soon findings that occur again are told to EventBridge: FIFTEEN_MINUTES, ONE_HOUR or SIX_HOURS. Null: there
    /// is no detector, or AWS did not say.
    pub finding_publishing_frequency: Option<String>,
    /// How many features are on, the foundational ones among them. Null: there is no detector, or it could not be read.
    pub enabled_feature_count: Option<i32>,
    /// The account that administers it. Null: nobody but the account itself, or it could not be read.
    pub administrator_account_id: Option<String>,
    /// How the account stands to its administrator, Enabled, as AWS says it. Null: there is none, or it could not be
    /// read.
    pub relationship_status: Option<String>,
    /// Findings of severity 9 to 10 about this account that are not archived. Null: not read, or GuardDuty is off.
    pub critical_count: Option<i64>,
    /// The same of severity 7 to 8.9.
    pub high_count: Option<i64>,
    /// The same of severity 4 to 6.9.
    pub medium_count: Option<i64>,
    /// The same of severity below 4.
    pub low_count: Option<i64>,
    /// Tags of the detector. Null: there is none, or it could not be read.
    pub tags: Option<BTreeMap<String, String>>,
}

/// One feature of a detector, on or off: what it watches, and its protections.
#[derive(Debug, Serialize, Row)]
#[row(table = "guardduty_features", key = "detector_id, feature_name")]
pub struct Feature {
    /// The detector's id.
    pub detector_id: String,
    /// The feature, S3_DATA_EVENTS, as AWS names it.
    pub feature_name: String,
    /// ENABLED or DISABLED. Null: AWS did not say.
    pub status: Option<String>,
    /// Whether it is on. Null: AWS did not say.
    pub is_enabled: Option<bool>,
    /// When it was last switched (UTC). Null: AWS did not say.
    pub updated_at: Option<Timestamp>,
    /// What manages it, GUARDDUTY_POLICY: a policy of the organization. Null: nothing does.
    pub managed_by: Option<String>,
    /// Parts of the feature that are on, EKS_ADDON_MANAGEMENT.
    pub enabled_parts: Vec<String>,
    /// Parts of the feature that are off.
    pub disabled_parts: Vec<String>,
}

/// The detector of one region.
pub const DETECTORS: Collector = Collector {
    name: "guardduty_detectors",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), DETECTOR.call(), ADMINISTRATOR.call(), STATISTICS.call()],
    resources: &[],
    tables: &[table::<Detector>(), table::<Feature>(), table::<MemberFindings>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let ids = all(&LIST, session, json!({"maxResults": 50}), |page| page.detector_ids).await?;
    if ids.is_empty() {
        return rows.push(Detector { is_enabled: Some(false), ..Detector::default() }).await;
    }
    let mut read = details(ids, |id| read(session, id));
    while let Some(details) = read.next().await {
        push(rows, details).await?;
    }
    Ok(())
}

/// The detectors that are on.
pub(super) async fn enabled(session: &Session) -> Answer<Vec<String>> {
    let mut enabled = Vec::new();
    for id in all(&LIST, session, json!({"maxResults": 50}), |page| page.detector_ids).await? {
        let detector = DETECTOR.send(session, json!({"DetectorId": id})).await?;
        if given(detector.status, &DETECTOR.call().name(), "status")? == "ENABLED" {
            enabled.push(id);
        }
    }
    Ok(enabled)
}

struct Details {
    id: String,
    detector: Answer<Described>,
    administrator: Answer<Administrators>,
    /// None: GuardDuty is not on, so there is nothing to count.
    statistics: Option<Answer<Statistics>>,
    /// What it shows of others, and what could not be read of that. None: it is not on, or is a member itself.
    members: Option<(Answer<Vec<MemberFindings>>, Unread)>,
}

async fn read(session: &Session, id: String) -> Details {
    let input = json!({"DetectorId": id});
    let detector = DETECTOR.send(session, input.clone()).await;
    let administrator = ADMINISTRATOR.send(session, input).await;
    if !detector.as_ref().is_ok_and(Described::is_enabled) {
        return Details { id, detector, administrator, statistics: None, members: None };
    }
    let statistics = Some(STATISTICS.send(session, about(session.account_id(), &id)).await);
    let members = match administrator.as_ref().is_ok_and(Administrators::are_none) {
        true => {
            let mut unread = Unread::default();
            Some((members::read(session, &id, &mut unread).await, unread))
        }
        false => None,
    };
    Details { id, detector, administrator, statistics, members }
}

/// Asks for findings about this account alone: an administrator sees those about all of its members, which count where
/// they are members.
fn about(account_id: &str, detector_id: &str) -> serde_json::Value {
    let criterion = json!({"accountId": {"equals": [account_id]}, "service.archived": {"equals": ["false"]}});
    json!({
        "DetectorId": detector_id,
        "groupBy": "SEVERITY",
        "maxResults": 100,
        "findingCriteria": {"criterion": criterion},
    })
}

async fn push(rows: &mut Rows<'_>, details: Details) -> Result<(), Error> {
    let Details { id, detector, administrator, statistics, members } = details;
    let detector = rows.item([Detector::TABLE, Feature::TABLE], detector)?;
    let administrator = rows.item([Detector::TABLE], administrator)?.and_then(|it| it.administrator);
    let statistics = statistics.map(|answer| rows.item([Detector::TABLE], answer)).transpose()?.flatten();
    let (mut unread, mut counting) = (Unread::default(), Unread::default());
    let counts = statistics.map(|it| it.counts(&mut counting)).unwrap_or_default();
    let administrator = administrator.unwrap_or_default();
    let now = rows.captured_at();
    let row = row(&id, detector.as_ref(), administrator, counts, now, &mut unread);
    unread.count(rows, Detector::TABLE, &DETECTOR.call().name());
    counting.count(rows, Detector::TABLE, &STATISTICS.call().name());
    rows.push(row).await?;
    for listed in detector.map(|it| it.features).unwrap_or_default() {
        let mut unread = Unread::default();
        let row = feature(&id, listed, &mut unread);
        unread.push(rows, &DETECTOR.call().name(), row).await?;
    }
    if let Some((members, unread)) = members {
        let members = rows.item([MemberFindings::TABLE], members)?;
        unread.count(rows, MemberFindings::TABLE, &STATISTICS.call().name());
        for row in members.unwrap_or_default() {
            rows.push(row).await?;
        }
    }
    Ok(())
}

fn row(
    id: &str,
    detector: Option<&Described>,
    administrator: Administrator,
    counts: Counts,
    now: Timestamp,
    unread: &mut Unread,
) -> Detector {
    let status = detector.and_then(|it| unread.value("status", it.status.clone()));
    let created_at = detector.and_then(|it| unread.moment("createdAt", it.created_at.as_ref()));
    let enabled = |it: &Described| it.features.iter().filter(|it| it.status.as_deref() == Some("ENABLED")).count();
    Detector {
        detector_id: Some(id.to_owned()),
        is_enabled: status.as_deref().map(|status| status == "ENABLED"),
        status,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        finding_publishing_frequency: detector.and_then(|it| it.finding_publishing_frequency.clone()),
        enabled_feature_count: detector.map(|it| i32::try_from(enabled(it)).unwrap_or(i32::MAX)),
        administrator_account_id: administrator.account_id,
        relationship_status: administrator.relationship_status,
        critical_count: counts.critical,
        high_count: counts.high,
        medium_count: counts.medium,
        low_count: counts.low,
        tags: detector.map(|it| it.tags.clone()),
    }
}

fn feature(id: &str, it: Listed, unread: &mut Unread) -> Option<Feature> {
    let feature_name = unread.value("features.name", it.name)?;
    let of = |status: &str| -> Vec<String> {
        let parts = it.additional_configuration.iter().filter(|part| part.status.as_deref() == Some(status));
        parts.filter_map(|part| part.name.clone()).collect()
    };
    let (enabled_parts, disabled_parts) = (of("ENABLED"), of("DISABLED"));
    Some(Feature {
        detector_id: id.to_owned(),
        feature_name,
        is_enabled: it.status.as_deref().map(|status| status == "ENABLED"),
        status: it.status,
        updated_at: unread.moment("features.updatedAt", it.updated_at.as_ref()),
        managed_by: it.managed_by,
        enabled_parts,
        disabled_parts,
    })
}
