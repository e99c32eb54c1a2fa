//! NAT gateways: DescribeNatGateways.

use std::collections::BTreeMap;

use orgcensus_collect::{Collector, Error, Moment, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::ec2::tags::{self, Tag};
use crate::items::Unread;

const LIST: Read<Page> = reads("ec2", "DescribeNatGateways");

/// One NAT gateway: by it private addresses reach out, and nobody reaches in. AWS shows a deleted one for an hour yet.
#[derive(Debug, Serialize, Row)]
#[row(table = "ec2_nat_gateways", key = "arn")]
pub struct NatGateway {
    /// The gateway's ARN.
    pub arn: String,
    /// The gateway's id, nat-….
    pub nat_gateway_id: String,
    /// The value of its tag Name. Null: it has none.
    pub nat_gateway_name: Option<String>,
    /// The VPC that it is in.
    pub vpc_id: Option<String>,
    /// The subnet that it is in. Null: it is regional.
    pub subnet_id: Option<String>,
    /// The route table of a regional one. Null: it is zonal.
    pub route_table_id: Option<String>,
    /// public or private.
    pub connectivity_type: Option<String>,
    /// zonal or regional.
    pub availability_mode: Option<String>,
    /// pending, failed, available, deleting or deleted.
    pub state: Option<String>,
    /// Why it failed. Null: it did not.
    pub failure_code: Option<String>,
    /// Its public IPv4 addresses.
    pub public_ip_addresses: Vec<String>,
    /// Its private IPv4 addresses.
    pub private_ip_addresses: Vec<String>,
    /// Its network interfaces, eni-….
    pub network_interface_ids: Vec<String>,
    /// The firewalls or proxies through which it sends its traffic, by their ARNs.
    pub appliance_arns: Vec<String>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// When it was deleted (UTC). Null: it was not.
    pub deleted_at: Option<Timestamp>,
    /// Whole days since it was deleted.
    pub deleted_days: Option<i32>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The NAT gateways of one region.
pub const NAT_GATEWAYS: Collector = Collector {
    name: "ec2_nat_gateways",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call()],
    resources: &[],
    tables: &[table::<NatGateway>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    nat_gateway_set: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    nat_gateway_id: Option<String>,
    vpc_id: Option<String>,
    subnet_id: Option<String>,
    route_table_id: Option<String>,
    connectivity_type: Option<String>,
    availability_mode: Option<String>,
    state: Option<String>,
    failure_code: Option<String>,
    nat_gateway_address_set: Vec<Address>,
    attached_appliance_set: Vec<Appliance>,
    create_time: Option<Moment>,
    delete_time: Option<Moment>,
    tag_set: Vec<Tag>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Address {
    public_ip: Option<String>,
    private_ip: Option<String>,
    network_interface_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Appliance {
    appliance_arn: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"MaxResults": 1000}));
    while let Some(page) = pages.next().await {
        for described in page?.nat_gateway_set {
            let mut unread = Unread::default();
            let row = gateway(session, described, rows.captured_at(), &mut unread);
            unread.push(rows, &LIST.call().name(), row).await?;
        }
    }
    Ok(())
}

fn gateway(session: &Session, it: Described, now: Timestamp, unread: &mut Unread) -> Option<NatGateway> {
    let nat_gateway_id = unread.value("natGatewayId", it.nat_gateway_id)?;
    let tags = tags::by_key(it.tag_set);
    let created_at = unread.moment("createTime", it.create_time.as_ref());
    let deleted_at = unread.moment("deleteTime", it.delete_time.as_ref());
    let addresses = &it.nat_gateway_address_set;
    Some(NatGateway {
        arn: session.arn("ec2", &format!("natgateway/{nat_gateway_id}")),
        nat_gateway_id,
        nat_gateway_name: tags.get("Name").cloned(),
        vpc_id: it.vpc_id,
        subnet_id: it.subnet_id,
        route_table_id: it.route_table_id,
        connectivity_type: it.connectivity_type,
        availability_mode: it.availability_mode,
        state: it.state,
        failure_code: it.failure_code,
        public_ip_addresses: addresses.iter().filter_map(|it| it.public_ip.clone()).collect(),
        private_ip_addresses: addresses.iter().filter_map(|it| it.private_ip.clone()).collect(),
        network_interface_ids: addresses.iter().filter_map(|it| it.network_interface_id.clone()).collect(),
        appliance_arns: it.attached_appliance_set.into_iter().filter_map(|it| it.appliance_arn).collect(),
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        deleted_at,
        deleted_days: deleted_at.map(|at| at.days_until(now)),
        tags,
    })
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::NAT_GATEWAYS;
    use crate::ec2::testing::refused;

    const FIRST: &str = "<DescribeNatGatewaysResponse><natGatewaySet><item><natGatewayId>nat-1</natGatewayId>
        <vpcId>vpc-1</vpcId><subnetId>subnet-1</subnetId><connectivityType>public</connectivityType><state>available</state>
        <natGatewayAddressSet><item><publicIp>198.51.100.1</publicIp><privateIp>10.0.0.5</privateIp>
        <networkInterfaceId>eni-1</networkInterfaceId></item></natGatewayAddressSet>
        <createTime>2025-12-22T00:00:00.000Z</createTime><tagSet><item><key>Name</key><value>out</value></item></tagSet></item>
        </natGatewaySet><nextToken>second</nextToken></DescribeNatGatewaysResponse>";
    const SECOND: &str = "<DescribeNatGatewaysResponse><natGatewaySet><item><natGatewayId>nat-2</natGatewayId>
        <state>resting</state><createTime>once</createTime></item><item><vpcId>vpc-1</vpcId></item></natGatewaySet>
        </DescribeNatGatewaysResponse>";

    #[tokio::test]
    async fn a_usual_and_an_odd_gateway_of_two_pages() {
        let recorded =
            Recorded::new().answer("DescribeNatGateways", FIRST).answer_to("DescribeNatGateways", "second", SECOND);
        let collected = recorded.run(&NAT_GATEWAYS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&NAT_GATEWAYS);
        let gateways = collected.table("ec2_nat_gateways");
        assert_eq!(gateways[0]["arn"], "arn:aws:ec2:eu-west-1:111122223333:natgateway/nat-1");
        assert_eq!((&gateways[0]["nat_gateway_name"], &gateways[0]["age_days"]), (&json!("out"), &json!(10)));
        assert_eq!(gateways[0]["public_ip_addresses"], json!(["198.51.100.1"]));
        assert_eq!(gateways[0]["network_interface_ids"], json!(["eni-1"]));
        assert_eq!((&gateways[1]["state"], &gateways[1]["public_ip_addresses"]), (&json!("resting"), &json!([])));
        assert_eq!(
            collected.short(),
            (2, vec!["ec2_nat_gateways"]),
            "a moment that cannot be read, and one without an id"
        );
    }

    #[tokio::test]
    async fn denied_is_how_the_task_ends() {
        let denied = refused("UnauthorizedOperation");
        let collected = Recorded::new().refuse("DescribeNatGateways", "", 403, &denied).run(&NAT_GATEWAYS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
