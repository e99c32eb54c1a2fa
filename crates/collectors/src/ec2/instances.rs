//! EC2 instances: DescribeInstances.

use std::collections::BTreeMap;

use orgcensus_collect::{Collector, Error, Moment, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::ec2::tags::{self, Tag};
use crate::items::Unread;

const LIST: Read<Page> = reads("ec2", "DescribeInstances");

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
    runs: Runs::Always,
    calls: &[LIST.call()],
    resources: &[],
    tables: &[table::<Instance>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    reservation_set: Vec<Reservation>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Reservation {
    instances_set: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    instance_id: Option<String>,
    instance_state: Option<State>,
    /// Why it came to its state.
    reason: Option<String>,
    metadata_options: Option<Metadata>,
    iam_instance_profile: Option<Profile>,
    image_id: Option<String>,
    instance_type: Option<String>,
    architecture: Option<String>,
    platform_details: Option<String>,
    key_name: Option<String>,
    instance_lifecycle: Option<String>,
    placement: Option<Placement>,
    vpc_id: Option<String>,
    subnet_id: Option<String>,
    group_set: Vec<Group>,
    /// The public one.
    ip_address: Option<String>,
    private_ip_address: Option<String>,
    monitoring: Option<Monitoring>,
    launch_time: Option<Moment>,
    tag_set: Vec<Tag>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct State {
    name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Metadata {
    http_tokens: Option<String>,
    http_endpoint: Option<String>,
    http_put_response_hop_limit: Option<i32>,
    instance_metadata_tags: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Profile {
    arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Placement {
    tenancy: Option<String>,
    availability_zone: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Group {
    group_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Monitoring {
    state: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"MaxResults": 1000}));
    while let Some(page) = pages.next().await {
        for described in page?.reservation_set.into_iter().flat_map(|reservation| reservation.instances_set) {
            let mut unread = Unread::default();
            let row = instance(session, described, rows.captured_at(), &mut unread);
            unread.push(rows, "ec2:DescribeInstances", row).await?;
        }
    }
    Ok(())
}

fn instance(session: &Session, it: Described, now: Timestamp, unread: &mut Unread) -> Option<Instance> {
    let instance_id = unread.value("instanceId", it.instance_id)?;
    let state = unread.value("instanceState", it.instance_state.and_then(|state| state.name));
    let metadata = it.metadata_options.unwrap_or_default();
    let placement = it.placement.unwrap_or_default();
    let launched_at = unread.moment("launchTime", it.launch_time.as_ref());
    let tags = tags::by_key(it.tag_set);
    Some(Instance {
        arn: session.arn("ec2", &format!("instance/{instance_id}")),
        instance_id,
        instance_name: tags.get("Name").cloned(),
        is_terminated: state.as_ref().map(|state| state == "terminated"),
        state,
        state_transition_reason: it.reason.filter(|reason| !reason.is_empty()),
        is_imdsv2_required: metadata.http_tokens.as_ref().map(|tokens| tokens == "required"),
        http_tokens: metadata.http_tokens,
        http_endpoint: metadata.http_endpoint,
        http_put_response_hop_limit: metadata.http_put_response_hop_limit,
        instance_metadata_tags: metadata.instance_metadata_tags,
        instance_profile_arn: it.iam_instance_profile.and_then(|profile| profile.arn),
        image_id: it.image_id,
        instance_type: it.instance_type,
        architecture: it.architecture,
        platform_details: it.platform_details,
        key_name: it.key_name,
        lifecycle: it.instance_lifecycle,
        tenancy: placement.tenancy,
        availability_zone: placement.availability_zone,
        vpc_id: it.vpc_id,
        subnet_id: it.subnet_id,
        security_group_ids: unread.each("groupId", it.group_set.into_iter().map(|it| it.group_id)),
        has_public_ip_address: it.ip_address.is_some(),
        public_ip_address: it.ip_address,
        private_ip_address: it.private_ip_address,
        is_monitored: it.monitoring.and_then(|it| it.state).map(|state| state == "enabled"),
        launched_at,
        age_days: launched_at.map(|at| at.days_until(now)),
        tags,
    })
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
        <groupSet><item><groupId>sg-1</groupId></item><item/></groupSet><ipAddress>203.0.113.7</ipAddress>
        <metadataOptions><httpTokens>required</httpTokens><httpPutResponseHopLimit>2</httpPutResponseHopLimit>
        <httpEndpoint>enabled</httpEndpoint></metadataOptions>
        <tagSet><item><key>Name</key><value>web</value></item></tagSet></item>
        <item><instanceId>i-0bb</instanceId><instanceState><code>48</code><name>terminated</name></instanceState>
        <metadataOptions><httpTokens>optional</httpTokens></metadataOptions></item>
        </instancesSet></item></reservationSet><nextToken>second</nextToken></DescribeInstancesResponse>";
    const SECOND: &str = "<DescribeInstancesResponse><reservationSet><item><instancesSet><item>
        <instanceId>i-0cc</instanceId></item><item><imageId>ami-1</imageId></item></instancesSet></item></reservationSet></DescribeInstancesResponse>";
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
        assert_eq!(collected.short(), (3, vec!["ec2_instances"]), "a group has no id, an instance no state, one no id");
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
