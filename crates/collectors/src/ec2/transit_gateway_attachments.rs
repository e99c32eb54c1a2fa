//! Attachments of VPCs to transit gateways: DescribeTransitGatewayAttachments.

use std::collections::BTreeMap;

use orgcensus_collect::{Collector, Error, Moment, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::ec2::tags::{self, Tag};
use crate::items::Unread;

const LIST: Read<Page> = reads("ec2", "DescribeTransitGatewayAttachments");

/// One attachment of a VPC to a transit gateway. The account that owns the VPC shows it, and so does the gateway's.
#[derive(Debug, Serialize, Row)]
#[row(table = "ec2_transit_gateway_attachments", key = "arn")]
pub struct TransitGatewayAttachment {
    /// The attachment's ARN in this account.
    pub arn: String,
    /// The attachment's id, tgw-attach-….
    pub transit_gateway_attachment_id: String,
    /// The value of its tag Name. Null: it has none.
    pub transit_gateway_attachment_name: Option<String>,
    /// The transit gateway, tgw-….
    pub transit_gateway_id: Option<String>,
    /// The account that owns the transit gateway.
    pub transit_gateway_account_id: Option<String>,
    /// The VPC.
    pub vpc_id: Option<String>,
    /// The account that owns the VPC.
    pub vpc_account_id: Option<String>,
    /// Whether two accounts own gateway and VPC. Null: AWS did not say who owns one.
    pub is_cross_account: Option<bool>,
    /// pendingAcceptance, available, modifying, deleting, deleted, rejected, failed and others.
    pub state: Option<String>,
    /// The gateway's route table that decides where the VPC's traffic goes, tgw-rtb-…. Null: none, or another account
    /// owns the gateway.
    pub transit_gateway_route_table_id: Option<String>,
    /// associating, associated, disassociating or disassociated. Null: none.
    pub association_state: Option<String>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The attachments of one region.
pub const TRANSIT_GATEWAY_ATTACHMENTS: Collector = Collector {
    name: "ec2_transit_gateway_attachments",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call()],
    resources: &[],
    tables: &[table::<TransitGatewayAttachment>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    transit_gateway_attachments: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    transit_gateway_attachment_id: Option<String>,
    transit_gateway_id: Option<String>,
    transit_gateway_owner_id: Option<String>,
    resource_id: Option<String>,
    resource_owner_id: Option<String>,
    state: Option<String>,
    association: Option<Association>,
    creation_time: Option<Moment>,
    tag_set: Vec<Tag>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Association {
    transit_gateway_route_table_id: Option<String>,
    state: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let of_vpcs = json!({"Filter": [{"Name": "resource-type", "Value": ["vpc"]}], "MaxResults": 1000});
    let mut pages = LIST.pages(session, of_vpcs);
    while let Some(page) = pages.next().await {
        for described in page?.transit_gateway_attachments {
            let mut unread = Unread::default();
            let row = attachment(session, described, rows.captured_at(), &mut unread);
            unread.push(rows, &LIST.call().name(), row).await?;
        }
    }
    Ok(())
}

fn attachment(
    session: &Session,
    it: Described,
    now: Timestamp,
    unread: &mut Unread,
) -> Option<TransitGatewayAttachment> {
    let id = unread.value("transitGatewayAttachmentId", it.transit_gateway_attachment_id)?;
    let tags = tags::by_key(it.tag_set);
    let association = it.association.unwrap_or_default();
    let created_at = unread.moment("creationTime", it.creation_time.as_ref());
    let owners = it.transit_gateway_owner_id.as_ref().zip(it.resource_owner_id.as_ref());
    Some(TransitGatewayAttachment {
        arn: session.arn("ec2", &format!("transit-gateway-attachment/{id}")),
        transit_gateway_attachment_id: id,
        transit_gateway_attachment_name: tags.get("Name").cloned(),
        transit_gateway_id: it.transit_gateway_id,
        is_cross_account: owners.map(|(one, other)| one != other),
        transit_gateway_account_id: it.transit_gateway_owner_id,
        vpc_id: it.resource_id,
        vpc_account_id: it.resource_owner_id,
        state: it.state,
        transit_gateway_route_table_id: association.transit_gateway_route_table_id,
        association_state: association.state,
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

    use super::TRANSIT_GATEWAY_ATTACHMENTS;
    use crate::ec2::testing::refused;

    const FIRST: &str = "<DescribeTransitGatewayAttachmentsResponse><transitGatewayAttachments><item>
        <transitGatewayAttachmentId>tgw-attach-1</transitGatewayAttachmentId><transitGatewayId>tgw-1</transitGatewayId>
        <transitGatewayOwnerId>999988887777</transitGatewayOwnerId><resourceOwnerId>111122223333</resourceOwnerId>
        <resourceType>vpc</resourceType><resourceId>vpc-1</resourceId><state>available</state><association>
        <transitGatewayRouteTableId>tgw-rtb-1</transitGatewayRouteTableId><state>associated</state></association>
        <creationTime>2025-12-22T00:00:00.000Z</creationTime></item></transitGatewayAttachments>
        <nextToken>second</nextToken></DescribeTransitGatewayAttachmentsResponse>";
    const SECOND: &str = "<DescribeTransitGatewayAttachmentsResponse><transitGatewayAttachments><item>
        <transitGatewayAttachmentId>tgw-attach-2</transitGatewayAttachmentId><state>floating</state></item>
        <item><state>available</state></item></transitGatewayAttachments></DescribeTransitGatewayAttachmentsResponse>";

    #[tokio::test]
    async fn a_usual_and_a_bare_attachment_of_two_pages() {
        let recorded = Recorded::new()
            .answer_to("DescribeTransitGatewayAttachments", "resource-type", FIRST)
            .answer_to("DescribeTransitGatewayAttachments", "second", SECOND);
        let collected = recorded.run(&TRANSIT_GATEWAY_ATTACHMENTS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&TRANSIT_GATEWAY_ATTACHMENTS);
        let attachments = collected.table("ec2_transit_gateway_attachments");
        let first = &attachments[0];
        assert_eq!(first["arn"], "arn:aws:ec2:eu-west-1:111122223333:transit-gateway-attachment/tgw-attach-1");
        assert_eq!((&first["vpc_id"], &first["is_cross_account"]), (&json!("vpc-1"), &json!(true)));
        assert_eq!((&first["transit_gateway_route_table_id"], &first["age_days"]), (&json!("tgw-rtb-1"), &json!(10)));
        assert_eq!(attachments[1]["state"], "floating");
        assert!(attachments[1]["is_cross_account"].is_null() && attachments[1]["association_state"].is_null());
        assert_eq!(attachments.len(), 2);
        assert_eq!(collected.short(), (1, vec!["ec2_transit_gateway_attachments"]), "one has no id");
    }

    #[tokio::test]
    async fn denied_is_how_the_task_ends() {
        let denied = refused("UnauthorizedOperation");
        let recorded = Recorded::new().refuse("DescribeTransitGatewayAttachments", "", 403, &denied);
        let collected = recorded.run(&TRANSIT_GATEWAY_ATTACHMENTS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
