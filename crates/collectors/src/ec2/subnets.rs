//! Subnets: DescribeSubnets.

use std::collections::BTreeMap;

use orgcensus_collect::{Collector, Error, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::ec2::arns;
use crate::ec2::tags::{self, Tag};
use crate::items::Unread;

const LIST: Read<Page> = reads("ec2", "DescribeSubnets");

/// One subnet that the account can see: its own, or one that another account shares with it.
#[derive(Debug, Serialize, Row)]
#[row(table = "ec2_subnets", key = "arn")]
pub struct Subnet {
    /// The subnet's ARN, with the account that owns it.
    pub arn: String,
    /// The subnet's id, subnet-….
    pub subnet_id: String,
    /// The value of its tag Name. Null: it has none.
    pub subnet_name: Option<String>,
    /// The account that owns it. Null: AWS did not say.
    pub owner_account_id: Option<String>,
    /// Whether another account owns it and shares it with this one. Null: AWS did not say who owns it.
    pub is_shared_by_other: Option<bool>,
    /// The VPC that it is in.
    pub vpc_id: Option<String>,
    /// pending, available, unavailable or failed.
    pub state: Option<String>,
    /// The zone that it is in.
    pub availability_zone: Option<String>,
    /// Its IPv4 range. Null: it has IPv6 only.
    pub cidr_block: Option<String>,
    /// Its IPv6 ranges that are associated or about to be.
    pub ipv6_cidr_blocks: Vec<String>,
    /// Whether it has no IPv4.
    pub is_ipv6_native: Option<bool>,
    /// How many IPv4 addresses are free.
    pub available_ip_address_count: Option<i32>,
    /// Whether it is the default subnet of its zone.
    pub is_default_for_az: Option<bool>,
    /// Whether what is launched in it gets a public IPv4 address.
    pub is_public_ip_mapped_on_launch: Option<bool>,
    /// Whether what is launched in it gets an IPv6 address.
    pub is_ipv6_assigned_on_creation: Option<bool>,
    /// What VPC Block Public Access keeps from internet gateways here: off, block-bidirectional or block-ingress.
    /// Null: AWS did not say.
    pub internet_gateway_block_mode: Option<String>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The subnets of one region.
pub const SUBNETS: Collector = Collector {
    name: "ec2_subnets",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call()],
    resources: &[],
    tables: &[table::<Subnet>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    subnet_set: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    subnet_id: Option<String>,
    subnet_arn: Option<String>,
    owner_id: Option<String>,
    vpc_id: Option<String>,
    state: Option<String>,
    availability_zone: Option<String>,
    cidr_block: Option<String>,
    ipv6_cidr_block_association_set: Vec<Ipv6Block>,
    ipv6_native: Option<bool>,
    available_ip_address_count: Option<i32>,
    default_for_az: Option<bool>,
    map_public_ip_on_launch: Option<bool>,
    assign_ipv6_address_on_creation: Option<bool>,
    block_public_access_states: Option<BlockPublicAccess>,
    tag_set: Vec<Tag>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Ipv6Block {
    ipv6_cidr_block: Option<String>,
    ipv6_cidr_block_state: Option<BlockState>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct BlockState {
    state: Option<String>,
}

impl Ipv6Block {
    /// A block that was taken away shows for a while yet.
    fn is_gone(&self) -> bool {
        let state = self.ipv6_cidr_block_state.as_ref().and_then(|it| it.state.as_deref());
        matches!(state, Some("disassociating" | "disassociated" | "failing" | "failed"))
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct BlockPublicAccess {
    internet_gateway_block_mode: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"MaxResults": 1000}));
    while let Some(page) = pages.next().await {
        for described in page?.subnet_set {
            let mut unread = Unread::default();
            let row = subnet(session, described, &mut unread);
            unread.push(rows, &LIST.call().name(), row).await?;
        }
    }
    Ok(())
}

fn subnet(session: &Session, it: Described, unread: &mut Unread) -> Option<Subnet> {
    let tags = tags::by_key(it.tag_set);
    let owner = it.owner_id.as_deref();
    let made = |id: &str| arns::owned(session, owner, &format!("subnet/{id}"));
    let (arn, subnet_id) = unread.identity("subnetId", it.subnet_id, it.subnet_arn, made)?;
    let blocks = it.ipv6_cidr_block_association_set.into_iter();
    Some(Subnet {
        arn,
        subnet_id,
        subnet_name: tags.get("Name").cloned(),
        is_shared_by_other: owner.map(|owner| owner != session.account_id()),
        owner_account_id: it.owner_id,
        vpc_id: it.vpc_id,
        state: it.state,
        availability_zone: it.availability_zone,
        cidr_block: it.cidr_block,
        ipv6_cidr_blocks: blocks.filter(|it| !it.is_gone()).filter_map(|it| it.ipv6_cidr_block).collect(),
        is_ipv6_native: it.ipv6_native,
        available_ip_address_count: it.available_ip_address_count,
        is_default_for_az: it.default_for_az,
        is_public_ip_mapped_on_launch: it.map_public_ip_on_launch,
        is_ipv6_assigned_on_creation: it.assign_ipv6_address_on_creation,
        internet_gateway_block_mode: it.block_public_access_states.and_then(|it| it.internet_gateway_block_mode),
        tags,
    })
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::SUBNETS;
    use crate::ec2::testing::refused;

    const FIRST: &str = "<DescribeSubnetsResponse><subnetSet><item><subnetId>subnet-0aa</subnetId>
        <subnetArn>arn:aws:ec2:eu-west-1:999988887777:subnet/subnet-0aa</subnetArn><ownerId>999988887777</ownerId>
        <vpcId>vpc-1</vpcId><state>sleeping</state><cidrBlock>10.0.0.0/24</cidrBlock><defaultForAz>false</defaultForAz>
        <mapPublicIpOnLaunch>true</mapPublicIpOnLaunch><ipv6Native>false</ipv6Native>
        <availableIpAddressCount>250</availableIpAddressCount><ipv6CidrBlockAssociationSet>
        <item><ipv6CidrBlock>2001:db8::/64</ipv6CidrBlock><ipv6CidrBlockState><state>associated</state></ipv6CidrBlockState></item>
        <item><ipv6CidrBlock>2001:db8:1::/64</ipv6CidrBlock><ipv6CidrBlockState><state>failed</state></ipv6CidrBlockState></item>
        </ipv6CidrBlockAssociationSet><blockPublicAccessStates>
        <internetGatewayBlockMode>block-ingress</internetGatewayBlockMode></blockPublicAccessStates>
        <tagSet><item><key>Name</key><value>public-a</value></item></tagSet></item></subnetSet>
        <nextToken>second</nextToken></DescribeSubnetsResponse>";
    const SECOND: &str = "<DescribeSubnetsResponse><subnetSet><item><subnetId>subnet-0bb</subnetId></item>
        <item><state>available</state></item></subnetSet></DescribeSubnetsResponse>";

    #[tokio::test]
    async fn a_shared_and_a_bare_subnet_of_two_pages() {
        let recorded = Recorded::new().answer("DescribeSubnets", FIRST).answer_to("DescribeSubnets", "second", SECOND);
        let collected = recorded.run(&SUBNETS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&SUBNETS);
        let subnets = collected.table("ec2_subnets");
        assert_eq!((&subnets[0]["subnet_name"], &subnets[0]["state"]), (&json!("public-a"), &json!("sleeping")));
        assert_eq!(subnets[0]["ipv6_cidr_blocks"], json!(["2001:db8::/64"]), "what failed does not count");
        assert_eq!(
            (&subnets[0]["is_shared_by_other"], &subnets[0]["is_public_ip_mapped_on_launch"]),
            (&json!(true), &json!(true))
        );
        assert_eq!(subnets[0]["internet_gateway_block_mode"], "block-ingress");
        assert_eq!(subnets[1]["arn"], "arn:aws:ec2:eu-west-1:111122223333:subnet/subnet-0bb");
        assert!(subnets[1]["is_shared_by_other"].is_null() && subnets[1]["internet_gateway_block_mode"].is_null());
        assert_eq!((subnets.len(), collected.short()), (2, (1, vec!["ec2_subnets"])), "one has no id");
    }

    #[tokio::test]
    async fn denied_is_how_the_task_ends() {
        let denied = refused("UnauthorizedOperation");
        let collected = Recorded::new().refuse("DescribeSubnets", "", 403, &denied).run(&SUBNETS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
