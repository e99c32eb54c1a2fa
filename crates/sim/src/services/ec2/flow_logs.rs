//! Flow logs of VPCs.

use super::vpcs::{tag_set, vpc_ids};
use crate::clock::iso_millis;
use crate::dice::some_tags;
use crate::place::Place;
use crate::service::{Operation, list};
use crate::truth::Tally;
use serde_json::{Value, json};

pub(super) const ANSWERS: &[Operation] =
    &[list("DescribeFlowLogs", "flowLogSet", |context| Ok(describe(&context.place)))];

/// A flow log.
#[derive(Debug)]
pub(super) struct FlowLog {
    id: String,
    vpc_id: String,
    traffic: &'static str,
    destination: &'static str,
    is_delivered: bool,
    created_millis: i64,
    tags: Vec<(String, String)>,
}

/// The flow logs of a place: some VPCs have one, and some have two.
pub(super) fn flow_logs(place: &Place<'_>) -> Vec<FlowLog> {
    let mut dice = place.dice("ec2-flow-logs");
    let mut all = Vec::new();
    for vpc_id in vpc_ids(place) {
        for _ in 0..dice.pick(&[0, 0, 1, 2]) {
            let days = dice.between(0, 900);
            all.push(FlowLog {
                id: format!("fl-0{}", dice.hex(16)),
                vpc_id: vpc_id.clone(),
                traffic: dice.weighted(&[("ALL", 4), ("REJECT", 2), ("WHISPERS", 1)]),
                destination: dice.weighted(&[("cloud-watch-logs", 3), ("s3", 2), ("carrier-pigeon", 1)]),
                is_delivered: dice.chance(0.8),
                created_millis: place.days_ago(days, &mut dice),
                tags: some_tags(&mut dice),
            });
        }
    }
    all
}

/// Counts the VPCs without a flow log.
pub(super) fn count(place: &Place<'_>, tally: &mut Tally) {
    let logs = flow_logs(place);
    for vpc_id in vpc_ids(place) {
        let is_logged = logs.iter().any(|it| it.vpc_id == vpc_id);
        tally.misconfigurations.one("E18", "vpcs", "lake", !is_logged);
    }
}

fn describe(place: &Place<'_>) -> Vec<Value> {
    let describe = |it: &FlowLog| {
        let to_bucket = it.destination == "s3";
        json!({
            "flowLogId": it.id,
            "resourceId": it.vpc_id,
            "flowLogStatus": "ACTIVE",
            "trafficType": it.traffic,
            "logDestinationType": it.destination,
            "logDestination": to_bucket.then_some("arn:aws:s3:::flows-of-vpcs"),
            "logGroupName": (!to_bucket).then_some("/vpc/flows"),
            "deliverLogsStatus": if it.is_delivered { "SUCCESS" } else { "FAILED" },
            "deliverLogsErrorMessage": (!it.is_delivered).then_some("Access error"),
            "deliverLogsPermissionArn": (!to_bucket).then(|| place.iam_arn("role/flows")),
            "logFormat": "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr}",
            "maxAggregationInterval": 600,
            "destinationOptions": to_bucket.then(|| json!({ "fileFormat": "plain-text" })),
            "creationTime": iso_millis(it.created_millis),
            "tagSet": tag_set(&it.tags),
        })
    };
    flow_logs(place).iter().map(describe).collect()
}
