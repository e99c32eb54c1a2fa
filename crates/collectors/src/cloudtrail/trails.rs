//! Trails of CloudTrail: DescribeTrails, then GetTrailStatus and GetEventSelectors for each, and GetInsightSelectors.

mod selectors;

use futures::StreamExt;
use orgcensus_collect::{Collector, Error, Moment, Optional, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use self::selectors::{Logged, Selectors};
use crate::items::{Answer, Unread, details, given, is_gone};

const LIST: Read<Trails> = reads("cloudtrail", "DescribeTrails");
const STATUS: Read<Status> = reads("cloudtrail", "GetTrailStatus");
const SELECTORS: Read<Selectors> = reads("cloudtrail", "GetEventSelectors");
const INSIGHTS: Read<Insights> = reads("cloudtrail", "GetInsightSelectors");

/// How CloudTrail says that there is no such trail.
const GONE: &[&str] = &["TrailNotFoundException"];

/// How CloudTrail says that a trail logs no insights.
const NO_INSIGHTS: &[&str] = &["InsightNotEnabledException"];

/// One trail of CloudTrail, in the account that owns it and its home region. An organization's trail has a row in the
/// account that owns it, and a trail of all regions in its home region.
#[derive(Debug, Serialize, Row)]
#[row(table = "cloudtrail_trails", key = "arn")]
pub struct Trail {
    /// The trail's ARN.
    pub arn: String,
    /// The trail's name.
    pub trail_name: String,
    /// The region in which it was made. Null: AWS did not say.
    pub home_region: Option<String>,
    /// Whether it logs all regions. Null: AWS did not say.
    pub is_multi_region: Option<bool>,
    /// Whether it logs all accounts of the organization. Null: AWS did not say.
    pub is_organization_trail: Option<bool>,
    /// Whether it logs services that are in no region, IAM. Null: AWS did not say.
    pub has_global_service_events: Option<bool>,
    /// Whether digests show if its files were changed. Null: AWS did not say.
    pub is_log_file_validated: Option<bool>,
    /// The bucket that gets it. Null: AWS did not say.
    pub bucket_name: Option<String>,
    /// The beginning of its files' names in the bucket. Null: none.
    pub bucket_prefix: Option<String>,
    /// The topic that tells of new files. Null: none.
    pub topic_arn: Option<String>,
    /// The log group that gets it as well, its ARN. Null: none.
    pub log_group_arn: Option<String>,
    /// The role by which it writes to the log group. Null: none.
    pub log_role_arn: Option<String>,
    /// The KMS key that encrypts its files. Null: none, a key of S3 does.
    pub kms_key_id: Option<String>,
    /// Whether it has insight selectors: unusual numbers of calls are noted. Null: AWS did not say.
    pub has_insight_selectors: Option<bool>,
    /// Whether it logs. Null: its status was not read.
    pub is_logging: Option<bool>,
    /// When logging was last switched on (UTC). Null: never, or its status was not read.
    pub started_logging_at: Option<Timestamp>,
    /// When logging was last switched off (UTC). Null: never, or its status was not read.
    pub stopped_logging_at: Option<Timestamp>,
    /// When the bucket last got a file (UTC). Null: never, or its status was not read.
    pub latest_delivered_at: Option<Timestamp>,
    /// Why the bucket last refused a file, AccessDenied. Null: it did not, or its status was not read.
    pub latest_delivery_error: Option<String>,
    /// When the bucket last got a digest (UTC). Null: never, or its status was not read.
    pub latest_digest_delivered_at: Option<Timestamp>,
    /// Why the log group last refused events. Null: it did not, or its status was not read.
    pub latest_log_group_error: Option<String>,
    /// Whether it logs management calls that only read. Null: its selectors were not read.
    pub has_management_reads: Option<bool>,
    /// Whether it logs management calls that change something. Null: its selectors were not read.
    pub has_management_writes: Option<bool>,
    /// Services whose management calls it leaves out, kms.amazonaws.com. Null: its selectors were not read.
    pub excluded_event_sources: Option<Vec<String>>,
    /// The types of resources whose data calls it logs, all or some: AWS::S3::Object. Null: its selectors were not
    /// read.
    pub data_event_types: Option<Vec<String>>,
    /// Whether its selectors are advanced ones. Null: its selectors were not read.
    pub has_advanced_selectors: Option<bool>,
    /// The insights that it logs: ApiCallRateInsight, ApiErrorRateInsight. Empty: none. Null: they were not read.
    pub insight_types: Option<Vec<String>>,
}

/// The trails whose home is one region.
pub const TRAILS: Collector = Collector {
    name: "cloudtrail_trails",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), STATUS.call(), SELECTORS.call(), INSIGHTS.call()],
    resources: &[],
    tables: &[table::<Trail>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Trails {
    trail_list: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Described {
    #[serde(rename = "TrailARN")]
    arn: Option<String>,
    name: Option<String>,
    home_region: Option<String>,
    is_multi_region_trail: Option<bool>,
    is_organization_trail: Option<bool>,
    include_global_service_events: Option<bool>,
    log_file_validation_enabled: Option<bool>,
    s3_bucket_name: Option<String>,
    s3_key_prefix: Option<String>,
    #[serde(rename = "SnsTopicARN")]
    topic_arn: Option<String>,
    cloud_watch_logs_log_group_arn: Option<String>,
    cloud_watch_logs_role_arn: Option<String>,
    kms_key_id: Option<String>,
    has_insight_selectors: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Status {
    is_logging: Option<bool>,
    start_logging_time: Option<Moment>,
    stop_logging_time: Option<Moment>,
    latest_delivery_time: Option<Moment>,
    latest_delivery_error: Option<String>,
    latest_digest_delivery_time: Option<Moment>,
    latest_cloud_watch_logs_delivery_error: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Insights {
    insight_selectors: Vec<InsightSelector>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct InsightSelector {
    insight_type: Option<String>,
}

struct Details {
    described: Described,
    status: Answer<Status>,
    selectors: Answer<Selectors>,
    insights: Answer<Option<Insights>>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    // Shadows are trails of other regions and other accounts, which have their rows there.
    let trails = LIST.send(session, json!({"includeShadowTrails": false})).await?.trail_list;
    let mut trails = details(trails, |described| read(session, described));
    while let Some(details) = trails.next().await {
        push(session, rows, details).await?;
    }
    Ok(())
}

async fn read(session: &Session, described: Described) -> Details {
    let name = described.arn.as_deref().or(described.name.as_deref());
    let status = STATUS.send(session, json!({"Name": name})).await;
    let selectors = SELECTORS.send(session, json!({"TrailName": name})).await;
    let insights = match described.has_insight_selectors {
        Some(false) => Ok(None),
        _ => insights(session, name).await,
    };
    Details { described, status, selectors, insights }
}

async fn insights(session: &Session, name: Option<&str>) -> Answer<Option<Insights>> {
    // Without a name it would not be of this trail.
    let name = given(name, &LIST.call().name(), "TrailARN")?;
    INSIGHTS.send(session, json!({"TrailName": name})).await.optional(NO_INSIGHTS)
}

async fn push(session: &Session, rows: &mut Rows<'_>, details: Details) -> Result<(), Error> {
    let Details { mut described, status, selectors, insights } = details;
    if is_gone(GONE, &status) && is_gone(GONE, &selectors) {
        rows.gone();
        return Ok(());
    }
    let mut unread = Unread::default();
    let made = |name: &str| session.arn("cloudtrail", &format!("trail/{name}"));
    let Some(identity) = unread.identity("Name", described.name.take(), described.arn.take(), made) else {
        unread.lost(rows, [Trail::TABLE], &LIST.call().name());
        return Ok(());
    };
    let status = rows.item([Trail::TABLE], status)?;
    let logged = rows.item([Trail::TABLE], selectors)?.map(Logged::of);
    let insights = rows.item([Trail::TABLE], insights)?.map(Option::unwrap_or_default);
    let row = trail(identity, described, status, logged, insights, &mut unread);
    unread.count(rows, Trail::TABLE, &STATUS.call().name());
    rows.push(row).await
}

fn trail(
    (arn, trail_name): (String, String),
    it: Described,
    status: Option<Status>,
    logged: Option<Logged>,
    insights: Option<Insights>,
    unread: &mut Unread,
) -> Trail {
    let is_read = status.is_some();
    let status = status.unwrap_or_default();
    Trail {
        arn,
        trail_name,
        home_region: it.home_region,
        is_multi_region: it.is_multi_region_trail,
        is_organization_trail: it.is_organization_trail,
        has_global_service_events: it.include_global_service_events,
        is_log_file_validated: it.log_file_validation_enabled,
        bucket_name: it.s3_bucket_name,
        bucket_prefix: it.s3_key_prefix,
        topic_arn: it.topic_arn,
        log_group_arn: it.cloud_watch_logs_log_group_arn,
        log_role_arn: it.cloud_watch_logs_role_arn,
        kms_key_id: it.kms_key_id,
        has_insight_selectors: it.has_insight_selectors,
        is_logging: if is_read { unread.value("IsLogging", status.is_logging) } else { None },
        started_logging_at: unread.moment("StartLoggingTime", status.start_logging_time.as_ref()),
        stopped_logging_at: unread.moment("StopLoggingTime", status.stop_logging_time.as_ref()),
        latest_delivered_at: unread.moment("LatestDeliveryTime", status.latest_delivery_time.as_ref()),
        latest_delivery_error: status.latest_delivery_error.filter(|text| !text.is_empty()),
        latest_digest_delivered_at: unread
            .moment("LatestDigestDeliveryTime", status.latest_digest_delivery_time.as_ref()),
        latest_log_group_error: status.latest_cloud_watch_logs_delivery_error.filter(|text| !text.is_empty()),
        has_management_reads: logged.as_ref().map(|logged| logged.has_management_reads),
        has_management_writes: logged.as_ref().map(|logged| logged.has_management_writes),
        has_advanced_selectors: logged.as_ref().map(|logged| logged.is_advanced),
        excluded_event_sources: logged.as_ref().map(|logged| logged.excluded_sources.iter().cloned().collect()),
        data_event_types: logged.map(|logged| logged.data_types.into_iter().collect()),
        insight_types: insights
            .map(|it| unread.each("InsightType", it.insight_selectors.into_iter().map(|it| it.insight_type))),
    }
}

#[cfg(test)]
mod tests;
