//! Recorders and delivery channels of AWS Config, each with its status. No call has pages: a region has one of each.

use orgcensus_collect::{Collector, Error, Moment, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::delivery_channels::{self, DeliveryChannel};
use crate::items::Unread;

const RECORDERS: Read<Recorders> = reads("config", "DescribeConfigurationRecorders");
const STATUS: Read<Statuses> = reads("config", "DescribeConfigurationRecorderStatus");

/// The recorder of AWS Config that the account manages itself, in one region. Without a row there is none. Recorders
/// that belong to a service of AWS are not read.
#[derive(Debug, Serialize, Row)]
#[row(table = "config_recorders", key = "recorder_name")]
pub struct Recorder {
    /// The recorder's name, default.
    pub recorder_name: String,
    /// The role by which it reads. Null: AWS did not say.
    pub role_arn: Option<String>,
    /// Whether it records now. Null: its status was not read.
    pub is_recording: Option<bool>,
    /// Whether it records all types of resources that Config knows, those of tomorrow too. Null: AWS did not say.
    pub is_all_types: Option<bool>,
    /// Whether it records users, groups, roles and policies of IAM as well. Null: AWS did not say.
    pub has_global_types: Option<bool>,
    /// ALL_SUPPORTED_RESOURCE_TYPES, INCLUSION_BY_RESOURCE_TYPES or EXCLUSION_BY_RESOURCE_TYPES. Null: AWS did not say.
    pub recording_strategy: Option<String>,
    /// The types that it records, where it records some: AWS::S3::Bucket.
    pub recorded_types: Vec<String>,
    /// The types that it leaves out, where it records all others.
    pub excluded_types: Vec<String>,
    /// CONTINUOUS or DAILY. Null: AWS did not say.
    pub recording_frequency: Option<String>,
    /// The types that it records in another frequency.
    pub overridden_types: Vec<String>,
    /// How the last delivery went: Success, Failure, Pending. Null: none yet, or its status was not read.
    pub last_status: Option<String>,
    /// Why a delivery last failed, even if it went well since. Null: none did, or its status was not read.
    pub last_error_code: Option<String>,
    /// The same in words.
    pub last_error_message: Option<String>,
    /// When it was last switched on (UTC). Null: never, or its status was not read.
    pub started_at: Option<Timestamp>,
    /// When it was last switched off (UTC). Null: never, or its status was not read.
    pub stopped_at: Option<Timestamp>,
    /// When its status last changed (UTC). Null: AWS did not say, or its status was not read.
    pub status_changed_at: Option<Timestamp>,
}

/// The recorder and the delivery channel of one region.
pub const RECORDERS_AND_CHANNELS: Collector = Collector {
    name: "config_recorders",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[RECORDERS.call(), STATUS.call(), delivery_channels::CHANNELS.call(), delivery_channels::STATUS.call()],
    resources: &[],
    tables: &[table::<Recorder>(), table::<DeliveryChannel>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Recorders {
    configuration_recorders: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    name: Option<String>,
    #[serde(rename = "roleARN")]
    role_arn: Option<String>,
    recording_group: Group,
    recording_mode: Mode,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Group {
    all_supported: Option<bool>,
    include_global_resource_types: Option<bool>,
    resource_types: Vec<String>,
    exclusion_by_resource_types: Exclusion,
    recording_strategy: Strategy,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Exclusion {
    resource_types: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Strategy {
    use_only: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Mode {
    recording_frequency: Option<String>,
    recording_mode_overrides: Vec<Override>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Override {
    resource_types: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Statuses {
    configuration_recorders_status: Vec<Status>,
}

#[derive(Default, Clone, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Status {
    name: Option<String>,
    last_start_time: Option<Moment>,
    last_stop_time: Option<Moment>,
    recording: Option<bool>,
    last_status: Option<String>,
    last_error_code: Option<String>,
    last_error_message: Option<String>,
    last_status_change_time: Option<Moment>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let recorders = RECORDERS.send(session, json!({})).await;
    if let Some(recorders) = rows.part([Recorder::TABLE], recorders)? {
        push(session, rows, recorders.configuration_recorders).await?;
    }
    delivery_channels::collect(session, rows).await
}

async fn push(session: &Session, rows: &mut Rows<'_>, recorders: Vec<Described>) -> Result<(), Error> {
    if recorders.is_empty() {
        return Ok(());
    }
    let statuses = STATUS.send(session, json!({})).await;
    let statuses = rows.item([Recorder::TABLE], statuses)?.map(|it| it.configuration_recorders_status);
    for described in recorders {
        let mut unread = Unread::default();
        let of = |statuses: &Vec<Status>| statuses.iter().find(|it| it.name == described.name).cloned();
        // A recorder that has no status although the statuses were read is odd: it is counted.
        let status = statuses.as_ref().and_then(|it| unread.value("ConfigurationRecordersStatus", of(it)));
        let row = recorder(described, status, &mut unread);
        unread.push(rows, &RECORDERS.call().name(), row).await?;
    }
    Ok(())
}

/// The row. None: the recorder has no name.
fn recorder(it: Described, status: Option<Status>, unread: &mut Unread) -> Option<Recorder> {
    let (group, mode) = (it.recording_group, it.recording_mode);
    let is_read = status.is_some();
    let status = status.unwrap_or_default();
    Some(Recorder {
        recorder_name: unread.value("name", it.name)?,
        role_arn: it.role_arn,
        is_recording: if is_read { unread.value("recording", status.recording) } else { None },
        is_all_types: group.all_supported,
        has_global_types: group.include_global_resource_types,
        recording_strategy: group.recording_strategy.use_only,
        recorded_types: group.resource_types,
        excluded_types: group.exclusion_by_resource_types.resource_types,
        recording_frequency: mode.recording_frequency,
        overridden_types: mode.recording_mode_overrides.into_iter().flat_map(|it| it.resource_types).collect(),
        last_status: status.last_status,
        last_error_code: status.last_error_code.filter(|text| !text.is_empty()),
        last_error_message: status.last_error_message.filter(|text| !text.is_empty()),
        started_at: unread.moment("lastStartTime", status.last_start_time.as_ref()),
        stopped_at: unread.moment("lastStopTime", status.last_stop_time.as_ref()),
        status_changed_at: unread.moment("lastStatusChangeTime", status.last_status_change_time.as_ref()),
    })
}

#[cfg(test)]
mod tests;
