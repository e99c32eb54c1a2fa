//! VPC peering connections: DescribeVpcPeeringConnections.

use std::collections::BTreeMap;

use orgcensus_collect::{Collector, Error, Moment, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::ec2::tags::{self, Tag};
use crate::items::Unread;

const LIST: Read<Page> = reads("ec2", "DescribeVpcPeeringConnections");

/// One peering connection of two VPCs. Both accounts, and both regions, show it.
#[derive(Debug, Serialize, Row)]
#[row(table = "ec2_vpc_peering_connections", key = "arn")]
pub struct VpcPeeringConnection {
    /// The connection's ARN in this account and region.
    pub arn: String,
    /// The connection's id, pcx-….
    pub vpc_peering_connection_id: String,
    /// The value of its tag Name. Null: it has none.
    pub vpc_peering_connection_name: Option<String>,
    /// initiating-request, pending-acceptance, active, deleted, rejected, failed, expired, provisioning or deleting.
    pub state: Option<String>,
    /// Why its state is as it is, in AWS's words.
    pub state_message: Option<String>,
    /// The VPC that asked for it.
    pub requester_vpc_id: Option<String>,
    /// The account of that VPC.
    pub requester_account_id: Option<String>,
    /// The region of that VPC.
    pub requester_region: Option<String>,
    /// That VPC's IPv4 and IPv6 ranges.
    pub requester_cidr_blocks: Vec<String>,
    /// The VPC that was asked.
    pub accepter_vpc_id: Option<String>,
    /// The account of that VPC.
    pub accepter_account_id: Option<String>,
    /// The region of that VPC.
    pub accepter_region: Option<String>,
    /// That VPC's IPv4 and IPv6 ranges. Empty before it accepts.
    pub accepter_cidr_blocks: Vec<String>,
    /// Whether two accounts own the VPCs. Null: AWS did not say who owns one.
    pub is_cross_account: Option<bool>,
    /// When an unanswered request expires (UTC). Null: it was answered.
    pub expires_at: Option<Timestamp>,
    /// Whole days until then.
    pub expires_in_days: Option<i32>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The peering connections of one region.
pub const VPC_PEERING_CONNECTIONS: Collector = Collector {
    name: "ec2_vpc_peering_connections",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call()],
    resources: &[],
    tables: &[table::<VpcPeeringConnection>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    vpc_peering_connection_set: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    vpc_peering_connection_id: Option<String>,
    status: Status,
    requester_vpc_info: Side,
    accepter_vpc_info: Side,
    expiration_time: Option<Moment>,
    tag_set: Vec<Tag>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Status {
    code: Option<String>,
    message: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Side {
    vpc_id: Option<String>,
    owner_id: Option<String>,
    region: Option<String>,
    cidr_block_set: Vec<Block>,
    ipv6_cidr_block_set: Vec<Ipv6Block>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Block {
    cidr_block: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Ipv6Block {
    ipv6_cidr_block: Option<String>,
}

impl Side {
    fn take_blocks(&mut self) -> Vec<String> {
        let ipv4 = std::mem::take(&mut self.cidr_block_set).into_iter().filter_map(|it| it.cidr_block);
        let ipv6 = std::mem::take(&mut self.ipv6_cidr_block_set).into_iter().filter_map(|it| it.ipv6_cidr_block);
        ipv4.chain(ipv6).collect()
    }
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"MaxResults": 1000}));
    while let Some(page) = pages.next().await {
        for described in page?.vpc_peering_connection_set {
            let mut unread = Unread::default();
            let row = connection(session, described, rows.captured_at(), &mut unread);
            unread.push(rows, &LIST.call().name(), row).await?;
        }
    }
    Ok(())
}

fn connection(session: &Session, it: Described, now: Timestamp, unread: &mut Unread) -> Option<VpcPeeringConnection> {
    let id = unread.value("vpcPeeringConnectionId", it.vpc_peering_connection_id)?;
    let tags = tags::by_key(it.tag_set);
    let (mut requester, mut accepter) = (it.requester_vpc_info, it.accepter_vpc_info);
    let expires_at = unread.moment("expirationTime", it.expiration_time.as_ref());
    Some(VpcPeeringConnection {
        arn: session.arn("ec2", &format!("vpc-peering-connection/{id}")),
        vpc_peering_connection_id: id,
        vpc_peering_connection_name: tags.get("Name").cloned(),
        state: unread.value("status", it.status.code),
        state_message: it.status.message,
        is_cross_account: requester.owner_id.as_ref().zip(accepter.owner_id.as_ref()).map(|(one, other)| one != other),
        requester_cidr_blocks: requester.take_blocks(),
        requester_vpc_id: requester.vpc_id,
        requester_account_id: requester.owner_id,
        requester_region: requester.region,
        accepter_cidr_blocks: accepter.take_blocks(),
        accepter_vpc_id: accepter.vpc_id,
        accepter_account_id: accepter.owner_id,
        accepter_region: accepter.region,
        expires_at,
        expires_in_days: expires_at.map(|at| now.days_until(at)),
        tags,
    })
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::VPC_PEERING_CONNECTIONS;
    use crate::ec2::testing::refused;

    const FIRST: &str = "<DescribeVpcPeeringConnectionsResponse><vpcPeeringConnectionSet><item>
        <vpcPeeringConnectionId>pcx-1</vpcPeeringConnectionId><status><code>active</code><message>Active</message></status>
        <requesterVpcInfo><vpcId>vpc-1</vpcId><ownerId>111122223333</ownerId><region>eu-west-1</region>
        <cidrBlockSet><item><cidrBlock>10.0.0.0/16</cidrBlock></item></cidrBlockSet><ipv6CidrBlockSet><item>
        <ipv6CidrBlock>2001:db8::/56</ipv6CidrBlock></item></ipv6CidrBlockSet></requesterVpcInfo>
        <accepterVpcInfo><vpcId>vpc-2</vpcId><ownerId>999988887777</ownerId></accepterVpcInfo>
        <expirationTime>2026-01-04T00:00:00.000Z</expirationTime>
        <tagSet><item><key>Name</key><value>bridge</value></item></tagSet></item></vpcPeeringConnectionSet>
        <nextToken>second</nextToken></DescribeVpcPeeringConnectionsResponse>";
    const SECOND: &str = "<DescribeVpcPeeringConnectionsResponse><vpcPeeringConnectionSet><item>
        <vpcPeeringConnectionId>pcx-2</vpcPeeringConnectionId></item>
        <item><status><code>active</code></status></item></vpcPeeringConnectionSet>
        </DescribeVpcPeeringConnectionsResponse>";

    #[tokio::test]
    async fn a_usual_and_a_bare_connection_of_two_pages() {
        let recorded = Recorded::new().answer("DescribeVpcPeeringConnections", FIRST).answer_to(
            "DescribeVpcPeeringConnections",
            "second",
            SECOND,
        );
        let collected = recorded.run(&VPC_PEERING_CONNECTIONS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&VPC_PEERING_CONNECTIONS);
        let connections = collected.table("ec2_vpc_peering_connections");
        let first = &connections[0];
        assert_eq!(first["arn"], "arn:aws:ec2:eu-west-1:111122223333:vpc-peering-connection/pcx-1");
        assert_eq!((&first["is_cross_account"], &first["expires_in_days"]), (&json!(true), &json!(3)));
        assert_eq!(first["requester_cidr_blocks"], json!(["10.0.0.0/16", "2001:db8::/56"]));
        assert_eq!(first["accepter_cidr_blocks"], json!([]));
        assert!(connections[1]["state"].is_null() && connections[1]["is_cross_account"].is_null());
        assert_eq!(collected.short(), (2, vec!["ec2_vpc_peering_connections"]), "one has no state, and one no id");
    }

    #[tokio::test]
    async fn denied_is_how_the_task_ends() {
        let denied = refused("UnauthorizedOperation");
        let recorded = Recorded::new().refuse("DescribeVpcPeeringConnections", "", 403, &denied);
        let collected = recorded.run(&VPC_PEERING_CONNECTIONS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
