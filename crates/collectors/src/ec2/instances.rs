//! EC2 instances: DescribeInstances.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{HttpTokensState, Instance as Described, InstanceStateName};
use orgcensus_collect::{Collector, Error, Rows, Scope, Session, call, client, timestamp};
use orgcensus_row::{Row, Timestamp, table};
use serde::Serialize;

use crate::items::Unread;

/// One EC2 instance, also a terminated one that AWS still shows.
#[derive(Debug, Serialize, Row)]
#[row(table = "ec2_instances", key = "arn")]
pub struct Instance {
    /// The instance's ARN.
    pub arn: String,
    /// The instance's id, i-….
    pub instance_id: String,
    /// The value of its tag Name. Null: it has none.
    pub instance_name: Option<String>,
    /// pending, running, shutting-down, terminated, stopping or stopped.
    pub state: Option<String>,
    /// Whether it is terminated: AWS shows it for an hour yet. Null: AWS did not say its state.
    pub is_terminated: Option<bool>,
    /// Why it came to its state, with the moment if AWS says it.
    pub state_transition_reason: Option<String>,
    /// required (IMDSv2 only) or optional (IMDSv1 too). Null: AWS did not say.
    pub http_tokens: Option<String>,
    /// Whether the metadata service answers: enabled or disabled.
    pub http_endpoint: Option<String>,
    /// How many network hops an answer with a token may travel; 1 keeps it from containers.
    pub http_put_response_hop_limit: Option<i32>,
    /// Whether the metadata service shows the instance's tags: enabled or disabled.
    pub instance_metadata_tags: Option<String>,
    /// Whether IMDSv2 is enforced: http_tokens is required. Null: AWS did not say.
    pub is_imdsv2_required: Option<bool>,
    /// The ARN of its instance profile. Null: it has none.
    pub instance_profile_arn: Option<String>,
    /// The image that it was started from, ami-….
    pub image_id: Option<String>,
    /// The type, m7g.large.
    pub instance_type: Option<String>,
    /// i386, x86_64 or arm64.
    pub architecture: Option<String>,
    /// The operating system as billed, Linux/UNIX.
    pub platform_details: Option<String>,
    /// The key pair for logins. Null: none.
    pub key_name: Option<String>,
    /// spot, scheduled or capacity-block. Null: on demand.
    pub lifecycle: Option<String>,
    /// default, dedicated or host.
    pub tenancy: Option<String>,
    /// The availability zone.
    pub availability_zone: Option<String>,
    /// The VPC.
    pub vpc_id: Option<String>,
    /// The subnet.
    pub subnet_id: Option<String>,
    /// The security groups, by id.
    pub security_group_ids: Vec<String>,
    /// The public IPv4 address. Null: none.
    pub public_ip_address: Option<String>,
    /// The private IPv4 address.
    pub private_ip_address: Option<String>,
    /// Whether it has a public IPv4 address.
    pub has_public_ip_address: bool,
    /// Whether detailed monitoring is on.
    pub is_monitored: Option<bool>,
    /// When it was last started (UTC).
    pub launched_at: Option<Timestamp>,
    /// Whole days since it was last started.
    pub age_days: Option<i32>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The instances of one region.
pub const INSTANCES: Collector = Collector {
    name: "ec2_instances",
    scope: Scope::Region,
    calls: &[call("ec2", "DescribeInstances")],
    tables: &[table::<Instance>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let ec2 = client!(session, aws_sdk_ec2);
    let mut pages = ec2.describe_instances().max_results(1000).into_paginator().send();
    while let Some(page) = pages.next().await {
        let reservations = page?.reservations.unwrap_or_default();
        for described in reservations.into_iter().filter_map(|reservation| reservation.instances).flatten() {
            let row = instance(session, described, rows.captured_at());
            let mut unread = Unread::default();
            unread.value("instanceState", row.state.as_ref());
            unread.count(rows, Instance::TABLE, "ec2:DescribeInstances");
            rows.push(row).await?;
        }
    }
    Ok(())
}

fn instance(session: &Session, it: Described, now: Timestamp) -> Instance {
    let instance_id = it.instance_id.unwrap_or_default();
    let state = it.state.and_then(|state| state.name);
    let metadata = it.metadata_options;
    let http_tokens = metadata.as_ref().and_then(|metadata| metadata.http_tokens.as_ref());
    let placement = it.placement;
    let launched_at = it.launch_time.as_ref().and_then(timestamp);
    let tags: BTreeMap<_, _> = it.tags.into_iter().flatten().filter_map(|tag| Some((tag.key?, tag.value?))).collect();
    Instance {
        arn: session.arn("ec2", &format!("instance/{instance_id}")),
        instance_id,
        instance_name: tags.get("Name").cloned(),
        is_terminated: state.as_ref().map(|state| *state == InstanceStateName::Terminated),
        state: state.map(|state| state.as_str().to_owned()),
        state_transition_reason: it.state_transition_reason.filter(|reason| !reason.is_empty()),
        is_imdsv2_required: http_tokens.map(|tokens| *tokens == HttpTokensState::Required),
        http_tokens: http_tokens.map(|tokens| tokens.as_str().to_owned()),
        http_endpoint: metadata.as_ref().and_then(|it| Some(it.http_endpoint.as_ref()?.as_str().to_owned())),
        http_put_response_hop_limit: metadata.as_ref().and_then(|it| it.http_put_response_hop_limit),
        instance_metadata_tags: metadata.and_then(|it| Some(it.instance_metadata_tags?.as_str().to_owned())),
        instance_profile_arn: it.iam_instance_profile.and_then(|profile| profile.arn),
        image_id: it.image_id,
        instance_type: it.instance_type.map(|it| it.as_str().to_owned()),
        architecture: it.architecture.map(|it| it.as_str().to_owned()),
        platform_details: it.platform_details,
        key_name: it.key_name,
        lifecycle: it.instance_lifecycle.map(|it| it.as_str().to_owned()),
        tenancy: placement.as_ref().and_then(|it| Some(it.tenancy.as_ref()?.as_str().to_owned())),
        availability_zone: placement.and_then(|it| it.availability_zone),
        vpc_id: it.vpc_id,
        subnet_id: it.subnet_id,
        security_group_ids: it.security_groups.into_iter().flatten().filter_map(|it| it.group_id).collect(),
        has_public_ip_address: it.public_ip_address.is_some(),
        public_ip_address: it.public_ip_address,
        private_ip_address: it.private_ip_address,
        is_monitored: it.monitoring.and_then(|it| it.state).map(|state| state.as_str() == "enabled"),
        launched_at,
        age_days: launched_at.map(|at| at.days_until(now)),
        tags,
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};

    use super::INSTANCES;

    const FIRST: &str = "<DescribeInstancesResponse><reservationSet><item><instancesSet><item>
        <instanceId>i-0aa</instanceId><imageId>ami-1</imageId><instanceType>z9.huge</instanceType>
        <instanceState><code>16</code><name>running</name></instanceState><launchTime>2025-12-22T00:00:00.000Z</launchTime>
        <iamInstanceProfile><arn>arn:aws:iam::111122223333:instance-profile/web</arn></iamInstanceProfile>
        <groupSet><item><groupId>sg-1</groupId></item></groupSet><ipAddress>203.0.113.7</ipAddress>
        <metadataOptions><httpTokens>required</httpTokens><httpPutResponseHopLimit>2</httpPutResponseHopLimit>
        <httpEndpoint>enabled</httpEndpoint></metadataOptions>
        <tagSet><item><key>Name</key><value>web</value></item></tagSet></item>
        <item><instanceId>i-0bb</instanceId><instanceState><code>48</code><name>terminated</name></instanceState>
        <metadataOptions><httpTokens>optional</httpTokens></metadataOptions></item>
        </instancesSet></item></reservationSet><nextToken>second</nextToken></DescribeInstancesResponse>";
    const SECOND: &str = "<DescribeInstancesResponse><reservationSet><item><instancesSet><item>
        <instanceId>i-0cc</instanceId></item></instancesSet></item></reservationSet></DescribeInstancesResponse>";
    const DENIED: &str = "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error>
        </Errors></Response>";

    #[tokio::test]
    async fn instances_of_two_pages_one_bare() {
        let recorded =
            Recorded::new().answer("DescribeInstances", FIRST).answer_to("DescribeInstances", "second", SECOND);
        let collected = recorded.run(&INSTANCES).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&INSTANCES);

        let instances = collected.table("ec2_instances");
        assert_eq!(instances.len(), 3);
        assert_eq!(instances[0]["arn"], "arn:aws:ec2:eu-west-1:111122223333:instance/i-0aa");
        assert_eq!(instances[0]["instance_type"], "z9.huge");
        assert_eq!(instances[0]["is_imdsv2_required"], true);
        assert_eq!(instances[0]["http_put_response_hop_limit"], 2);
        assert_eq!(instances[0]["age_days"], 10);
        assert_eq!(instances[0]["instance_name"], "web");
        assert_eq!(
            (&instances[1]["is_terminated"], &instances[1]["is_imdsv2_required"]),
            (&true.into(), &false.into())
        );
        assert_eq!(collected.short(), (1, vec!["ec2_instances"]), "one has no state");
        assert!(instances[2]["is_terminated"].is_null());
        assert!(instances[2]["state"].is_null() && instances[2]["is_imdsv2_required"].is_null());
    }

    #[tokio::test]
    async fn denied_on_the_second_page_is_how_the_task_ends() {
        let recorded =
            Recorded::new().answer("DescribeInstances", FIRST).refuse("DescribeInstances", "second", 403, DENIED);
        let collected = recorded.run(&INSTANCES).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
