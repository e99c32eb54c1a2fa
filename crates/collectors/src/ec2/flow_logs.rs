//! Flow logs: DescribeFlowLogs.

use std::collections::BTreeMap;

use orgcensus_collect::{Collector, Error, Moment, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::ec2::tags::{self, Tag};
use crate::items::Unread;

const LIST: Read<Page> = reads("ec2", "DescribeFlowLogs");

/// One flow log: it writes down the connections of a VPC, a subnet, a network interface or a transit gateway.
#[derive(Debug, Serialize, Row)]
#[row(table = "ec2_flow_logs", key = "arn")]
pub struct FlowLog {
    /// The flow log's ARN.
    pub arn: String,
    /// The flow log's id, fl-….
    pub flow_log_id: String,
    /// The value of its tag Name. Null: it has none.
    pub flow_log_name: Option<String>,
    /// What it watches, by its id: vpc-…, subnet-…, eni-…, tgw-… or tgw-attach-…. Null: AWS did not say.
    pub resource_id: Option<String>,
    /// ACTIVE. Null: AWS did not say.
    pub flow_log_status: Option<String>,
    /// Which connections it writes down: ACCEPT, REJECT or ALL. Null: AWS did not say, as of transit gateways.
    pub traffic_type: Option<String>,
    /// cloud-watch-logs, s3 or kinesis-data-firehose. Null: AWS did not say.
    pub destination_type: Option<String>,
    /// The log group, bucket or stream that gets it, by its ARN. Null: AWS did not say.
    pub destination_arn: Option<String>,
    /// The log group that gets it, by name. Null: no log group does.
    pub log_group_name: Option<String>,
    /// Whether its last delivery went well: SUCCESS or FAILED. Null: there was none.
    pub delivery_status: Option<String>,
    /// Why a delivery failed: Access error, Rate limited, Unknown error … Null: none failed.
    pub delivery_error: Option<String>,
    /// The role by which it writes to a log group. Null: none.
    pub delivery_role_arn: Option<String>,
    /// The role by which it writes to another account. Null: none.
    pub cross_account_role_arn: Option<String>,
    /// The fields that it writes of each connection. Null: AWS did not say.
    pub log_format: Option<String>,
    /// For how many seconds connections are summed up, 60 or 600. Null: AWS did not say.
    pub aggregation_seconds: Option<i32>,
    /// The format of files in a bucket, plain-text or parquet. Null: it writes to no bucket.
    pub file_format: Option<String>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The flow logs of one region.
pub const FLOW_LOGS: Collector = Collector {
    name: "ec2_flow_logs",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call()],
    resources: &[],
    tables: &[table::<FlowLog>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    flow_log_set: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    flow_log_id: Option<String>,
    resource_id: Option<String>,
    flow_log_status: Option<String>,
    traffic_type: Option<String>,
    log_destination_type: Option<String>,
    log_destination: Option<String>,
    log_group_name: Option<String>,
    deliver_logs_status: Option<String>,
    deliver_logs_error_message: Option<String>,
    deliver_logs_permission_arn: Option<String>,
    deliver_cross_account_role: Option<String>,
    log_format: Option<String>,
    max_aggregation_interval: Option<i32>,
    destination_options: Options,
    creation_time: Option<Moment>,
    tag_set: Vec<Tag>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Options {
    file_format: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"MaxResults": 1000}));
    while let Some(page) = pages.next().await {
        for described in page?.flow_log_set {
            let mut unread = Unread::default();
            let row = flow_log(session, described, rows.captured_at(), &mut unread);
            unread.push(rows, &LIST.call().name(), row).await?;
        }
    }
    Ok(())
}

fn flow_log(session: &Session, it: Described, now: Timestamp, unread: &mut Unread) -> Option<FlowLog> {
    let flow_log_id = unread.value("flowLogId", it.flow_log_id)?;
    let tags = tags::by_key(it.tag_set);
    let created_at = unread.moment("creationTime", it.creation_time.as_ref());
    Some(FlowLog {
        arn: session.arn("ec2", &format!("vpc-flow-log/{flow_log_id}")),
        flow_log_id,
        flow_log_name: tags.get("Name").cloned(),
        resource_id: it.resource_id,
        flow_log_status: it.flow_log_status,
        traffic_type: it.traffic_type,
        destination_type: it.log_destination_type,
        destination_arn: it.log_destination,
        log_group_name: it.log_group_name,
        delivery_status: it.deliver_logs_status,
        delivery_error: it.deliver_logs_error_message,
        delivery_role_arn: it.deliver_logs_permission_arn,
        cross_account_role_arn: it.deliver_cross_account_role,
        log_format: it.log_format,
        aggregation_seconds: it.max_aggregation_interval,
        file_format: it.destination_options.file_format,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        tags,
    })
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::FLOW_LOGS;
    use crate::ec2::testing::refused;
    use crate::testing::columns;

    const LIST: &str = "DescribeFlowLogs";
    const FIRST: &str = "<DescribeFlowLogsResponse><flowLogSet><item><flowLogId>fl-0aa</flowLogId>
        <resourceId>vpc-0aa</resourceId><flowLogStatus>ACTIVE</flowLogStatus><trafficType>ALL</trafficType>
        <logDestinationType>s3</logDestinationType><logDestination>arn:aws:s3:::flows</logDestination>
        <deliverLogsStatus>FAILED</deliverLogsStatus><deliverLogsErrorMessage>Access error</deliverLogsErrorMessage>
        <logFormat>${version} ${srcaddr}</logFormat><maxAggregationInterval>600</maxAggregationInterval>
        <destinationOptions><fileFormat>parquet</fileFormat><perHourPartition>true</perHourPartition></destinationOptions>
        <creationTime>2025-12-22T00:00:00.000Z</creationTime>
        <tagSet><item><key>Name</key><value>all</value></item></tagSet></item></flowLogSet>
        <nextToken>second</nextToken></DescribeFlowLogsResponse>";
    const SECOND: &str = "<DescribeFlowLogsResponse><flowLogSet><item><flowLogId>fl-0bb</flowLogId>
        <trafficType>WHISPERS</trafficType><creationTime>soon</creationTime></item>
        <item><resourceId>vpc-0aa</resourceId></item></flowLogSet></DescribeFlowLogsResponse>";

    #[tokio::test]
    async fn flow_logs_of_two_pages_one_whole_and_one_odd() {
        let recorded = Recorded::new().answer(LIST, FIRST).answer_to(LIST, "second", SECOND);
        let collected = recorded.run(&FLOW_LOGS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&FLOW_LOGS);
        let names = ["flow_log_id", "flow_log_name", "resource_id", "traffic_type", "destination_type", "age_days"];
        assert_eq!(
            columns(&collected, "ec2_flow_logs", &names),
            [
                json!(["fl-0aa", "all", "vpc-0aa", "ALL", "s3", 10]),
                json!(["fl-0bb", null, null, "WHISPERS", null, null]),
            ]
        );
        let names =
            ["arn", "destination_arn", "delivery_status", "delivery_error", "aggregation_seconds", "file_format"];
        let arn = "arn:aws:ec2:eu-west-1:111122223333:vpc-flow-log/fl-0aa";
        assert_eq!(
            columns(&collected, "ec2_flow_logs", &names)[0],
            json!([arn, "arn:aws:s3:::flows", "FAILED", "Access error", 600, "parquet"])
        );
        assert_eq!(
            collected.short(),
            (2, vec!["ec2_flow_logs"]),
            "a moment that cannot be read, and one without an id"
        );
    }

    #[tokio::test]
    async fn refused_is_how_the_task_ends() {
        for (code, class) in [("UnauthorizedOperation", Class::Denied), ("InvalidAction", Class::Unsupported)] {
            let collected = Recorded::new().refuse(LIST, "", 403, &refused(code)).run(&FLOW_LOGS).await;
            assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == class), "{code}");
        }
    }
}
