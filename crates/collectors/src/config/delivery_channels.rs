//! Delivery channels of AWS Config: where a recorder's files go. The collector of recorders reads them.

use orgcensus_collect::{Error, Moment, Read, Rows, Session, read as reads};
use orgcensus_row::{Row, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::Unread;

pub(super) const CHANNELS: Read<Channels> = reads("config", "DescribeDeliveryChannels");
pub(super) const STATUS: Read<Statuses> = reads("config", "DescribeDeliveryChannelStatus");

/// The delivery channel of AWS Config in one region. Without a row there is none, and nothing is recorded.
#[derive(Debug, Serialize, Row)]
#[row(table = "config_delivery_channels", key = "channel_name")]
pub struct DeliveryChannel {
    /// The channel's name, default.
    pub channel_name: String,
    /// The bucket that gets the files. Null: AWS did not say.
    pub bucket_name: Option<String>,
    /// The beginning of the files' names in the bucket. Null: none.
    pub bucket_prefix: Option<String>,
    /// The KMS key that encrypts them. Null: none, a key of S3 does.
    pub kms_key_arn: Option<String>,
    /// The topic that tells of changes. Null: none.
    pub topic_arn: Option<String>,
    /// How often all that is recorded is written, Six_Hours. Null: it is not.
    pub snapshot_frequency: Option<String>,
    /// How the last delivery of changes to the bucket went: Success, Failure. Null: none yet, or it was not read.
    pub history_status: Option<String>,
    /// Why it failed. Null: it did not, or it was not read.
    pub history_error_code: Option<String>,
    /// When it last went well (UTC). Null: never, or it was not read.
    pub history_delivered_at: Option<Timestamp>,
    /// How the last delivery of all that is recorded went. Null: none yet, or it was not read.
    pub snapshot_status: Option<String>,
    /// Why it failed. Null: it did not, or it was not read.
    pub snapshot_error_code: Option<String>,
    /// How the last message to the topic went. Null: none yet, or it was not read.
    pub stream_status: Option<String>,
    /// Why it failed. Null: it did not, or it was not read.
    pub stream_error_code: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Channels {
    delivery_channels: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    name: Option<String>,
    #[serde(rename = "s3BucketName")]
    bucket_name: Option<String>,
    #[serde(rename = "s3KeyPrefix")]
    bucket_prefix: Option<String>,
    #[serde(rename = "s3KmsKeyArn")]
    kms_key_arn: Option<String>,
    #[serde(rename = "snsTopicARN")]
    topic_arn: Option<String>,
    config_snapshot_delivery_properties: Snapshots,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Snapshots {
    delivery_frequency: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Statuses {
    delivery_channels_status: Vec<Status>,
}

#[derive(Default, Clone, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Status {
    name: Option<String>,
    config_history_delivery_info: Delivery,
    config_snapshot_delivery_info: Delivery,
    config_stream_delivery_info: Message,
}

#[derive(Default, Clone, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Delivery {
    last_status: Option<String>,
    last_error_code: Option<String>,
    last_successful_time: Option<Moment>,
}

#[derive(Default, Clone, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Message {
    last_status: Option<String>,
    last_error_code: Option<String>,
}

pub(super) async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let channels = CHANNELS.send(session, json!({})).await;
    let Some(channels) = rows.part([DeliveryChannel::TABLE], channels)?.map(|it| it.delivery_channels) else {
        return Ok(());
    };
    if channels.is_empty() {
        return Ok(());
    }
    let statuses = STATUS.send(session, json!({})).await;
    let statuses = rows.item([DeliveryChannel::TABLE], statuses)?.map(|it| it.delivery_channels_status);
    for described in channels {
        let mut unread = Unread::default();
        let of = |statuses: &Vec<Status>| statuses.iter().find(|it| it.name == described.name).cloned();
        // A channel that has no status although the statuses were read is odd: it is counted.
        let status = statuses.as_ref().and_then(|statuses| unread.value("DeliveryChannelsStatus", of(statuses)));
        let row = channel(described, status.unwrap_or_default(), &mut unread);
        unread.push(rows, &CHANNELS.call().name(), row).await?;
    }
    Ok(())
}

/// The row. None: the channel has no name.
fn channel(it: Described, status: Status, unread: &mut Unread) -> Option<DeliveryChannel> {
    let (history, snapshot) = (status.config_history_delivery_info, status.config_snapshot_delivery_info);
    let stream = status.config_stream_delivery_info;
    let delivered = history.last_successful_time.as_ref();
    Some(DeliveryChannel {
        channel_name: unread.value("name", it.name)?,
        bucket_name: it.bucket_name,
        bucket_prefix: it.bucket_prefix,
        kms_key_arn: it.kms_key_arn,
        topic_arn: it.topic_arn,
        snapshot_frequency: it.config_snapshot_delivery_properties.delivery_frequency,
        history_delivered_at: unread.moment("lastSuccessfulTime", delivered),
        history_status: history.last_status,
        history_error_code: history.last_error_code,
        snapshot_status: snapshot.last_status,
        snapshot_error_code: snapshot.last_error_code,
        stream_status: stream.last_status,
        stream_error_code: stream.last_error_code,
    })
}
