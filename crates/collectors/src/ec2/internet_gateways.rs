//! Internet gateways, and those for outgoing IPv6 alone: DescribeInternetGateways, DescribeEgressOnlyInternetGateways.

use std::collections::BTreeMap;

use orgcensus_collect::{Collector, Error, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::ec2::arns;
use crate::ec2::tags::{self, Tag};
use crate::items::{Unread, all};

const LIST: Read<Page> = reads("ec2", "DescribeInternetGateways");
const EGRESS_ONLY: Read<EgressPage> = reads("ec2", "DescribeEgressOnlyInternetGateways");

/// One internet gateway: a door of a VPC to the internet, or an egress-only one, by which IPv6 goes out and nothing
/// comes in.
#[derive(Debug, Serialize, Row)]
#[row(table = "ec2_internet_gateways", key = "arn")]
pub struct InternetGateway {
    /// The gateway's ARN.
    pub arn: String,
    /// The gateway's id, igw-… or eigw-….
    pub internet_gateway_id: String,
    /// The value of its tag Name. Null: it has none.
    pub internet_gateway_name: Option<String>,
    /// The account that owns it. Null: AWS did not say, as of every egress-only one.
    pub owner_account_id: Option<String>,
    /// Whether IPv6 goes out by it and nothing comes in.
    pub is_egress_only: bool,
    /// The VPC that it is attached to. Null: none.
    pub vpc_id: Option<String>,
    /// available, attaching, attached, detaching or detached. Null: it is attached to none.
    pub attachment_state: Option<String>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The internet gateways of one region.
pub const INTERNET_GATEWAYS: Collector = Collector {
    name: "ec2_internet_gateways",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), EGRESS_ONLY.call()],
    resources: &[],
    tables: &[table::<InternetGateway>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    internet_gateway_set: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    internet_gateway_id: Option<String>,
    owner_id: Option<String>,
    attachment_set: Vec<Attachment>,
    tag_set: Vec<Tag>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct EgressPage {
    egress_only_internet_gateway_set: Vec<EgressOnly>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct EgressOnly {
    egress_only_internet_gateway_id: Option<String>,
    attachment_set: Vec<Attachment>,
    tag_set: Vec<Tag>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Attachment {
    vpc_id: Option<String>,
    state: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let gateways = all(&LIST, session, json!({"MaxResults": 1000}), |page| page.internet_gateway_set).await;
    for it in rows.part([InternetGateway::TABLE], gateways)?.unwrap_or_default() {
        let mut unread = Unread::default();
        let row = gateway(session, it, &mut unread);
        unread.push(rows, &LIST.call().name(), row).await?;
    }
    let input = json!({"MaxResults": 255});
    let gateways = all(&EGRESS_ONLY, session, input, |page| page.egress_only_internet_gateway_set).await;
    for it in rows.part([InternetGateway::TABLE], gateways)?.unwrap_or_default() {
        let mut unread = Unread::default();
        let row = egress_only(session, it, &mut unread);
        unread.push(rows, &EGRESS_ONLY.call().name(), row).await?;
    }
    Ok(())
}

fn gateway(session: &Session, it: Described, unread: &mut Unread) -> Option<InternetGateway> {
    let id = unread.value("internetGatewayId", it.internet_gateway_id)?;
    let (tags, attachment) = (tags::by_key(it.tag_set), attachment(it.attachment_set));
    Some(InternetGateway {
        arn: arns::owned(session, it.owner_id.as_deref(), &format!("internet-gateway/{id}")),
        internet_gateway_id: id,
        internet_gateway_name: tags.get("Name").cloned(),
        owner_account_id: it.owner_id,
        is_egress_only: false,
        vpc_id: attachment.vpc_id,
        attachment_state: attachment.state,
        tags,
    })
}

fn egress_only(session: &Session, it: EgressOnly, unread: &mut Unread) -> Option<InternetGateway> {
    let id = unread.value("egressOnlyInternetGatewayId", it.egress_only_internet_gateway_id)?;
    let (tags, attachment) = (tags::by_key(it.tag_set), attachment(it.attachment_set));
    Some(InternetGateway {
        arn: arns::owned(session, None, &format!("egress-only-internet-gateway/{id}")),
        internet_gateway_id: id,
        internet_gateway_name: tags.get("Name").cloned(),
        owner_account_id: None,
        is_egress_only: true,
        vpc_id: attachment.vpc_id,
        attachment_state: attachment.state,
        tags,
    })
}

/// A gateway has one attachment at most.
fn attachment(attachments: Vec<Attachment>) -> Attachment {
    attachments.into_iter().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::INTERNET_GATEWAYS;
    use crate::ec2::testing::refused;
    use crate::testing::columns;

    const FIRST: &str = "<DescribeInternetGatewaysResponse><internetGatewaySet><item>
        <internetGatewayId>igw-1</internetGatewayId><ownerId>111122223333</ownerId><attachmentSet><item><vpcId>vpc-1</vpcId>
        <state>available</state></item></attachmentSet><tagSet><item><key>Name</key><value>door</value></item></tagSet></item>
        </internetGatewaySet><nextToken>second</nextToken></DescribeInternetGatewaysResponse>";
    const SECOND: &str = "<DescribeInternetGatewaysResponse><internetGatewaySet><item>
        <internetGatewayId>igw-2</internetGatewayId></item><item><ownerId>111122223333</ownerId></item></internetGatewaySet></DescribeInternetGatewaysResponse>";
    const EGRESS: &str = "<DescribeEgressOnlyInternetGatewaysResponse><egressOnlyInternetGatewaySet><item>
        <egressOnlyInternetGatewayId>eigw-1</egressOnlyInternetGatewayId><attachmentSet><item><vpcId>vpc-1</vpcId>
        <state>attached</state></item></attachmentSet></item><item><attachmentSet><item><vpcId>vpc-2</vpcId></item>
        </attachmentSet></item></egressOnlyInternetGatewaySet>
        </DescribeEgressOnlyInternetGatewaysResponse>";

    fn gateways() -> Recorded {
        Recorded::new().answer("DescribeInternetGateways", FIRST).answer_to(
            "DescribeInternetGateways",
            "second",
            SECOND,
        )
    }

    #[tokio::test]
    async fn gateways_of_both_sorts() {
        let collected = gateways().answer("DescribeEgressOnlyInternetGateways", EGRESS).run(&INTERNET_GATEWAYS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&INTERNET_GATEWAYS);
        let names = ["arn", "internet_gateway_name", "is_egress_only", "vpc_id", "attachment_state"];
        let arn = |name: &str| format!("arn:aws:ec2:eu-west-1:111122223333:{name}");
        assert_eq!(
            columns(&collected, "ec2_internet_gateways", &names),
            [
                json!([arn("internet-gateway/igw-1"), "door", false, "vpc-1", "available"]),
                json!([arn("internet-gateway/igw-2"), null, false, null, null]),
                json!([arn("egress-only-internet-gateway/eigw-1"), null, true, "vpc-1", "attached"]),
            ]
        );
        assert_eq!(collected.short(), (2, vec!["ec2_internet_gateways"]), "one of each sort has no id");
    }

    #[tokio::test]
    async fn one_refused_list_leaves_the_other_and_two_end_the_task() {
        let denied = refused("UnauthorizedOperation");
        let recorded = gateways().refuse("DescribeEgressOnlyInternetGateways", "", 403, &denied);
        let collected = recorded.run(&INTERNET_GATEWAYS).await;
        collected.result.as_ref().unwrap();
        assert_eq!(collected.table("ec2_internet_gateways").len(), 2);
        assert_eq!(collected.short(), (2, vec!["ec2_internet_gateways"]), "the list, and one without an id");
        let recorded = Recorded::new().refuse("DescribeInternetGateways", "", 403, &denied);
        let recorded = recorded.refuse("DescribeEgressOnlyInternetGateways", "", 403, &denied);
        let collected = recorded.run(&INTERNET_GATEWAYS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
