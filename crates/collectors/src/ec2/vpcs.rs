//! VPCs: DescribeVpcs.

use std::collections::BTreeMap;

use orgcensus_collect::{Collector, Error, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::ec2::tags::{self, Tag};
use crate::items::Unread;

const LIST: Read<Page> = reads("ec2", "DescribeVpcs");

/// One VPC that the account can see: its own, or a VPC whose subnets another account shares with it.
#[derive(Debug, Serialize, Row)]
#[row(table = "ec2_vpcs", key = "arn")]
pub struct Vpc {
    /// The VPC's ARN, with the account that owns it.
    pub arn: String,
    /// The VPC's id, vpc-….
    pub vpc_id: String,
    /// The value of its tag Name. Null: it has none.
    pub vpc_name: Option<String>,
    /// The account that owns it. Null: AWS did not say.
    pub owner_account_id: Option<String>,
    /// Whether another account owns it and shares it with this one. Null: AWS did not say who owns it.
    pub is_shared_by_other: Option<bool>,
    /// pending or available.
    pub state: Option<String>,
    /// Whether it is the region's default VPC.
    pub is_default: Option<bool>,
    /// The first IPv4 block.
    pub cidr_block: Option<String>,
    /// All IPv4 blocks that are associated or about to be.
    pub cidr_blocks: Vec<String>,
    /// All IPv6 blocks that are associated or about to be.
    pub ipv6_cidr_blocks: Vec<String>,
    /// Where its instances run: default, dedicated or host.
    pub instance_tenancy: Option<String>,
    /// Its set of DHCP options, dopt-….
    pub dhcp_options_id: Option<String>,
    /// What VPC Block Public Access keeps from its internet gateways: off, block-bidirectional or block-ingress.
    /// Null: AWS did not say.
    pub internet_gateway_block_mode: Option<String>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The VPCs of one region.
pub const VPCS: Collector = Collector {
    name: "ec2_vpcs",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call()],
    resources: &[],
    tables: &[table::<Vpc>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    vpc_set: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    vpc_id: Option<String>,
    owner_id: Option<String>,
    state: Option<String>,
    is_default: Option<bool>,
    cidr_block: Option<String>,
    cidr_block_association_set: Vec<Block>,
    ipv6_cidr_block_association_set: Vec<Ipv6Block>,
    instance_tenancy: Option<String>,
    dhcp_options_id: Option<String>,
    block_public_access_states: Option<BlockPublicAccess>,
    tag_set: Vec<Tag>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Block {
    cidr_block: Option<String>,
    cidr_block_state: Option<BlockState>,
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

impl BlockState {
    /// A block that was taken away shows for a while yet.
    fn is_gone(&self) -> bool {
        matches!(self.state.as_deref(), Some("disassociating" | "disassociated" | "failing" | "failed"))
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
        for described in page?.vpc_set {
            let mut unread = Unread::default();
            let row = vpc(session, described, &mut unread);
            unread.push(rows, &LIST.call().name(), row).await?;
        }
    }
    Ok(())
}

fn vpc(session: &Session, it: Described, unread: &mut Unread) -> Option<Vpc> {
    let vpc_id = unread.value("vpcId", it.vpc_id)?;
    let tags = tags::by_key(it.tag_set);
    let owner = it.owner_id.as_deref().unwrap_or(session.account_id());
    let blocks = it.cidr_block_association_set.into_iter();
    let ipv6_blocks = it.ipv6_cidr_block_association_set.into_iter();
    Some(Vpc {
        arn: format!("arn:{}:ec2:{}:{owner}:vpc/{vpc_id}", session.partition(), session.region()),
        vpc_id,
        vpc_name: tags.get("Name").cloned(),
        is_shared_by_other: it.owner_id.as_deref().map(|owner| owner != session.account_id()),
        owner_account_id: it.owner_id,
        state: it.state,
        is_default: it.is_default,
        cidr_block: it.cidr_block,
        cidr_blocks: blocks
            .filter(|it| !it.cidr_block_state.as_ref().is_some_and(BlockState::is_gone))
            .filter_map(|it| it.cidr_block)
            .collect(),
        ipv6_cidr_blocks: ipv6_blocks
            .filter(|it| !it.ipv6_cidr_block_state.as_ref().is_some_and(BlockState::is_gone))
            .filter_map(|it| it.ipv6_cidr_block)
            .collect(),
        instance_tenancy: it.instance_tenancy,
        dhcp_options_id: it.dhcp_options_id,
        internet_gateway_block_mode: it.block_public_access_states.and_then(|it| it.internet_gateway_block_mode),
        tags,
    })
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::VPCS;

    const FIRST: &str = "<DescribeVpcsResponse><vpcSet><item><vpcId>vpc-0aa</vpcId><ownerId>111122223333</ownerId>
        <state>available</state><cidrBlock>10.0.0.0/16</cidrBlock><isDefault>true</isDefault>
        <instanceTenancy>moody</instanceTenancy><dhcpOptionsId>dopt-1</dhcpOptionsId><cidrBlockAssociationSet>
        <item><cidrBlock>10.0.0.0/16</cidrBlock><cidrBlockState><state>associated</state></cidrBlockState></item>
        <item><cidrBlock>10.1.0.0/16</cidrBlock><cidrBlockState><state>disassociated</state></cidrBlockState></item>
        </cidrBlockAssociationSet><ipv6CidrBlockAssociationSet><item><ipv6CidrBlock>2001:db8::/56</ipv6CidrBlock></item>
        </ipv6CidrBlockAssociationSet><blockPublicAccessStates>
        <internetGatewayBlockMode>block-ingress</internetGatewayBlockMode></blockPublicAccessStates>
        <tagSet><item><key>Name</key><value>main</value></item></tagSet></item></vpcSet>
        <nextToken>second</nextToken></DescribeVpcsResponse>";
    const SECOND: &str = "<DescribeVpcsResponse><vpcSet><item><vpcId>vpc-0bb</vpcId><ownerId>999988887777</ownerId>
        </item><item><vpcId>vpc-0cc</vpcId></item><item><state>available</state></item></vpcSet></DescribeVpcsResponse>";
    const DENIED: &str = "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error>
        </Errors></Response>";

    #[tokio::test]
    async fn own_shared_and_bare_vpcs_of_two_pages() {
        let recorded = Recorded::new().answer("DescribeVpcs", FIRST).answer_to("DescribeVpcs", "second", SECOND);
        let collected = recorded.run(&VPCS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&VPCS);
        let vpcs = collected.table("ec2_vpcs");
        assert_eq!(vpcs.len(), 3);
        assert_eq!(vpcs[0]["arn"], "arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-0aa");
        assert_eq!((&vpcs[0]["vpc_name"], &vpcs[0]["is_shared_by_other"]), (&"main".into(), &false.into()));
        assert_eq!(vpcs[0]["cidr_blocks"], json!(["10.0.0.0/16"]), "what was taken away does not count");
        assert_eq!(vpcs[0]["ipv6_cidr_blocks"], json!(["2001:db8::/56"]));
        assert_eq!(
            (&vpcs[0]["instance_tenancy"], &vpcs[0]["internet_gateway_block_mode"]),
            (&"moody".into(), &"block-ingress".into())
        );
        assert_eq!(vpcs[1]["arn"], "arn:aws:ec2:eu-west-1:999988887777:vpc/vpc-0bb");
        assert_eq!(vpcs[1]["is_shared_by_other"], true);
        assert!(vpcs[2]["is_shared_by_other"].is_null() && vpcs[2]["is_default"].is_null());
        assert_eq!(collected.short(), (1, vec!["ec2_vpcs"]), "one has no id");
    }

    #[tokio::test]
    async fn denied_on_the_second_page_is_how_the_task_ends() {
        let recorded = Recorded::new().answer("DescribeVpcs", FIRST).refuse("DescribeVpcs", "second", 403, DENIED);
        let collected = recorded.run(&VPCS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
