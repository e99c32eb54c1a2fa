use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::RECORDERS_AND_CHANNELS;
use crate::testing::{columns, json_error};

const RECORDERS: &str = "DescribeConfigurationRecorders";
const STATUS: &str = "DescribeConfigurationRecorderStatus";
const CHANNELS: &str = "DescribeDeliveryChannels";
const CHANNEL_STATUS: &str = "DescribeDeliveryChannelStatus";

const TWO: &str = r#"{"ConfigurationRecorders":[{"name":"default","roleARN":"arn:role","recordingGroup":{
    "allSupported":false,"includeGlobalResourceTypes":false,"resourceTypes":["AWS::S3::Bucket"],
    "recordingStrategy":{"useOnly":"INCLUSION_BY_RESOURCE_TYPES"}},"recordingMode":{"recordingFrequency":"DAILY",
    "recordingModeOverrides":[{"resourceTypes":["AWS::IAM::User"],"recordingFrequency":"CONTINUOUS"}]}},
    {"name":"all","recordingGroup":{"allSupported":false,"exclusionByResourceTypes":{"resourceTypes":["AWS::EC2::VPC"]},
    "recordingStrategy":{"useOnly":"BY_MOOD"}}},{"roleARN":"nobody's"}]}"#;
const TWO_STATUSES: &str = r#"{"ConfigurationRecordersStatus":[{"name":"default","recording":true,
    "lastStatus":"Failure","lastErrorCode":"AccessDenied","lastErrorMessage":"no","lastStartTime":1766361600,
    "lastStopTime":"soon"}]}"#;
const CHANNEL: &str = r#"{"DeliveryChannels":[{"name":"default","s3BucketName":"trail","s3KeyPrefix":"config",
    "s3KmsKeyArn":"arn:key","snsTopicARN":"arn:topic","configSnapshotDeliveryProperties":{
    "deliveryFrequency":"Six_Hours"}}]}"#;
const CHANNEL_STATUSES: &str = r#"{"DeliveryChannelsStatus":[{"name":"default","configHistoryDeliveryInfo":{
    "lastStatus":"Success","lastSuccessfulTime":1766361600},"configSnapshotDeliveryInfo":{"lastStatus":"Failure",
    "lastErrorCode":"NoSuchBucket"},"configStreamDeliveryInfo":{"lastStatus":"Success"}}]}"#;

async fn run(recorded: Recorded) -> Collected {
    let collected = recorded.run(&RECORDERS_AND_CHANNELS).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn recorders_and_channels_have_their_status() {
    let recorded = Recorded::new()
        .answer(RECORDERS, TWO)
        .answer(STATUS, TWO_STATUSES)
        .answer(CHANNELS, CHANNEL)
        .answer(CHANNEL_STATUS, CHANNEL_STATUSES);
    let collected = run(recorded).await;
    collected.assert_all_calls(&RECORDERS_AND_CHANNELS);
    let names = ["recorder_name", "is_recording", "is_all_types", "recording_strategy", "recorded_types"];
    assert_eq!(
        columns(&collected, "config_recorders", &names),
        [
            json!(["default", true, false, "INCLUSION_BY_RESOURCE_TYPES", ["AWS::S3::Bucket"]]),
            json!(["all", null, false, "BY_MOOD", []]),
        ]
    );
    let names = ["excluded_types", "recording_frequency", "overridden_types", "last_error_code", "has_global_types"];
    assert_eq!(
        columns(&collected, "config_recorders", &names),
        [
            json!([[], "DAILY", ["AWS::IAM::User"], "AccessDenied", false]),
            json!([["AWS::EC2::VPC"], null, [], null, null]),
        ]
    );
    assert!(collected.table("config_recorders")[0]["started_at"].is_string());
    let names = ["channel_name", "bucket_name", "topic_arn", "snapshot_frequency", "history_status"];
    assert_eq!(
        columns(&collected, "config_delivery_channels", &names),
        [json!(["default", "trail", "arn:topic", "Six_Hours", "Success"])]
    );
    let names = ["snapshot_error_code", "stream_status", "stream_error_code", "kms_key_arn", "bucket_prefix"];
    assert_eq!(
        columns(&collected, "config_delivery_channels", &names),
        [json!(["NoSuchBucket", "Success", null, "arn:key", "config"])]
    );
    // A moment, two recorders without a status, and one of them without a name.
    assert_eq!(collected.short(), (4, vec!["config_recorders"]));
}

#[tokio::test]
async fn where_there_is_none_nobody_asks_for_a_status() {
    let recorded = Recorded::new()
        .answer(RECORDERS, r#"{"ConfigurationRecorders":[]}"#)
        .answer(CHANNELS, r#"{"DeliveryChannels":[]}"#);
    let collected = run(recorded).await;
    assert!(collected.rows.is_empty(), "{:?}", collected.rows);
    assert_eq!(collected.short(), (0, vec![]));
}

#[tokio::test]
async fn a_refused_status_or_channel_leaves_the_recorder() {
    let denied = json_error("AccessDeniedException");
    let recorded = Recorded::new()
        .answer(RECORDERS, r#"{"ConfigurationRecorders":[{"name":"default","recordingGroup":{"allSupported":true}}]}"#)
        .refuse(STATUS, "", 400, &denied)
        .refuse(CHANNELS, "", 400, &denied);
    let collected = run(recorded).await;
    let names = ["recorder_name", "is_recording", "is_all_types"];
    assert_eq!(columns(&collected, "config_recorders", &names), [json!(["default", null, true])]);
    assert_eq!(collected.short(), (2, vec!["config_delivery_channels", "config_recorders"]));
}

#[tokio::test]
async fn a_refused_status_of_a_channel_leaves_the_channel() {
    let recorded = Recorded::new().answer(RECORDERS, "{}").answer(CHANNELS, CHANNEL).refuse(
        CHANNEL_STATUS,
        "",
        400,
        &json_error("AccessDeniedException"),
    );
    let collected = run(recorded).await;
    let names = ["bucket_name", "history_status"];
    assert_eq!(columns(&collected, "config_delivery_channels", &names), [json!(["trail", null])]);
    assert_eq!(collected.short(), (1, vec!["config_delivery_channels"]));
}

#[tokio::test]
async fn where_both_are_refused_the_task_ends_so() {
    let denied = json_error("AccessDeniedException");
    let recorded = Recorded::new().refuse(RECORDERS, "", 400, &denied).refuse(CHANNELS, "", 400, &denied);
    let collected = recorded.run(&RECORDERS_AND_CHANNELS).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
}
