//! Flow logs of VPCs.

use super::filters;
use super::vpcs::{tag_set, vpc_ids};
use crate::clock::iso_millis;
use crate::context::Context;
use crate::dice::some_tags;
use crate::place::Place;
use crate::service::{Operation, list};
use crate::truth::Tally;
use serde_json::{Value, json};

pub(super) const ANSWERS: &[Operation] = &[list("DescribeFlowLogs", "flowLogSet", |context| Ok(describe(context)))];

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

/// The flow logs, or those of the VPC that a filter names.
fn describe(context: &Context<'_>) -> Vec<Value> {
    let place = &context.place;
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
    let is_wanted =
        |it: &&FlowLog| filters::passes(context, |filter| (filter == "resource-id").then(|| vec![it.vpc_id.as_str()]));
    flow_logs(place).iter().filter(is_wanted).map(describe).collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, quiet};

    #[test]
    fn a_filter_names_the_vpc() {
        let client = Client::new(quiet(40, 4));
        let accounts =
            (0..40).filter_map(|index| if index == 0 { Some(client.clone()) } else { client.assume(index, "").ok() });
        let (mut with, mut without) = (0, 0);
        for account in accounts {
            let resources =
                |more: &str| account.query("ec2", &format!("Action=DescribeFlowLogs{more}")).elements("resourceId");
            let all = resources("");
            for vpc_id in account.query("ec2", "Action=DescribeVpcs").elements("vpcId") {
                let found = resources(&format!("&Filter.1.Name=resource-id&Filter.1.Value.1={vpc_id}"));
                let of_vpc: Vec<_> = all.iter().filter(|id| **id == vpc_id).cloned().collect();
                assert_eq!(found, of_vpc, "{vpc_id} of {all:?}");
                if found.is_empty() { without += 1 } else { with += 1 }
            }
        }
        assert!(with > 0 && without > 0, "{with} with, {without} without");
    }
}
