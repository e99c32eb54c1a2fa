//! Recorders and delivery channels: a region has one of each, or none.

use crate::clock::epoch_seconds;
use crate::place::Place;
use crate::service::{Operation, get};
use crate::truth::Tally;
use serde_json::{Value, json};

pub(super) const ANSWERS: &[Operation] = &[
    get("DescribeConfigurationRecorders", |context| {
        Ok(json!({ "ConfigurationRecorders": one(&context.place, describe) }))
    }),
    get("DescribeConfigurationRecorderStatus", |context| {
        Ok(json!({ "ConfigurationRecordersStatus": one(&context.place, status) }))
    }),
    get("DescribeDeliveryChannels", |context| Ok(json!({ "DeliveryChannels": one(&context.place, channel) }))),
    get("DescribeDeliveryChannelStatus", |context| {
        Ok(json!({ "DeliveryChannelsStatus": one(&context.place, channel_status) }))
    }),
];

/// What a recorder records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Records {
    All,
    Few,
    AllBut,
}

/// A recorder and its delivery channel.
#[derive(Debug)]
pub(super) struct Recorder {
    records: Records,
    has_global_types: bool,
    is_recording: bool,
    is_delivered: bool,
    started_millis: i64,
}

/// The recorder of a place: of most places there is one.
pub(super) fn recorder(place: &Place<'_>) -> Option<Recorder> {
    let mut dice = place.dice("config-recorder");
    if !place.is_settled() || !dice.chance(0.7) {
        return None;
    }
    let days = dice.between(0, 1200);
    Some(Recorder {
        records: dice.weighted(&[(Records::All, 6), (Records::Few, 2), (Records::AllBut, 2)]),
        has_global_types: place.is_first_region(),
        is_recording: dice.chance(0.85),
        is_delivered: dice.chance(0.9),
        started_millis: place.days_ago(days, &mut dice),
    })
}

fn one(place: &Place<'_>, describe: fn(&Place<'_>, &Recorder) -> Value) -> Vec<Value> {
    recorder(place).iter().map(|it| describe(place, it)).collect()
}

fn describe(place: &Place<'_>, it: &Recorder) -> Value {
    let (strategy, types, excluded) = match it.records {
        Records::All => ("ALL_SUPPORTED_RESOURCE_TYPES", json!([]), json!([])),
        Records::Few => ("INCLUSION_BY_RESOURCE_TYPES", json!(["AWS::S3::Bucket", "AWS::EC2::Instance"]), json!([])),
        Records::AllBut => ("EXCLUSION_BY_RESOURCE_TYPES", json!([]), json!(["AWS::EC2::NetworkInterface"])),
    };
    json!({
        "name": "default",
        "roleARN": place.iam_arn("role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"),
        "recordingGroup": {
            "allSupported": it.records == Records::All,
            "includeGlobalResourceTypes": it.records == Records::All && it.has_global_types,
            "resourceTypes": types,
            "exclusionByResourceTypes": { "resourceTypes": excluded },
            "recordingStrategy": { "useOnly": strategy },
        },
        "recordingMode": { "recordingFrequency": "CONTINUOUS", "recordingModeOverrides": [] },
    })
}

fn status(_: &Place<'_>, it: &Recorder) -> Value {
    let at = epoch_seconds(it.started_millis);
    json!({
        "name": "default",
        "recording": it.is_recording,
        "lastStartTime": at,
        "lastStopTime": (!it.is_recording).then_some(at),
        "lastStatus": if it.is_delivered { "SUCCESS" } else { "FAILURE" },
        "lastErrorCode": (!it.is_delivered).then_some("AccessDenied"),
        "lastStatusChangeTime": at,
    })
}

fn channel(place: &Place<'_>, _: &Recorder) -> Value {
    json!({ "name": "default", "s3BucketName": format!("config-of-{}", place.account.id) })
}

fn channel_status(_: &Place<'_>, it: &Recorder) -> Value {
    let at = epoch_seconds(it.started_millis);
    let (status, code) = if it.is_delivered { ("SUCCESS", None) } else { ("FAILURE", Some("AccessDenied")) };
    json!({
        "name": "default",
        "configHistoryDeliveryInfo": {
            "lastStatus": status,
            "lastErrorCode": code,
            "lastSuccessfulTime": it.is_delivered.then_some(at),
        },
        "configSnapshotDeliveryInfo": {},
        "configStreamDeliveryInfo": { "lastStatus": "NOT_APPLICABLE" },
    })
}

pub(super) fn count(place: &Place<'_>, tally: &mut Tally) {
    let recorder = recorder(place);
    let all = |is_so: fn(&Recorder) -> bool| recorder.iter().filter(|it| is_so(it)).count();
    tally.cell("config_recorders WHERE is_recording", all(|it| it.is_recording));
    tally.cell("config_recorders WHERE is_all_types", all(|it| it.records == Records::All));
    let some = "config_recorders WHERE recording_strategy = 'INCLUSION_BY_RESOURCE_TYPES'";
    tally.cell(some, all(|it| it.records == Records::Few));
    tally.cell("config_delivery_channels WHERE history_error_code IS NOT NULL", all(|it| !it.is_delivered));
    if let Some(it) = recorder {
        tally.misconfigurations.one("S6", "recorders", "some_types", it.records != Records::All);
        tally.misconfigurations.one("S6", "recorders", "failing", !it.is_delivered);
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, quiet};
    use serde_json::json;

    #[test]
    fn some_places_have_a_recorder_with_a_channel_and_some_have_none() {
        let client = Client::new(quiet(20, 1));
        let mut with = 0;
        for index in 1..20 {
            let member = client.assume(index, "").unwrap();
            let count = |operation: &str, list: &str| {
                let found = member.json("config", operation, &json!({})).json();
                found[list].as_array().unwrap().len()
            };
            let recorders = count("DescribeConfigurationRecorders", "ConfigurationRecorders");
            assert_eq!(recorders, count("DescribeConfigurationRecorderStatus", "ConfigurationRecordersStatus"));
            assert_eq!(recorders, count("DescribeDeliveryChannels", "DeliveryChannels"));
            assert_eq!(recorders, count("DescribeDeliveryChannelStatus", "DeliveryChannelsStatus"));
            with += recorders;
        }
        assert!((1..19).contains(&with), "{with}");
    }
}
