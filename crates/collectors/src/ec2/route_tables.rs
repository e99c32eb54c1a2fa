//! Route tables with their routes and associations: DescribeRouteTables.

use std::collections::BTreeMap;

use orgcensus_collect::{Collector, Error, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use self::target::Target;
use crate::ec2::arns;
use crate::ec2::tags::{self, Tag};
use crate::items::Unread;

mod target;

const LIST: Read<Page> = reads("ec2", "DescribeRouteTables");

/// One route table: where the traffic of its subnets, or of a gateway, goes.
#[derive(Debug, Serialize, Row)]
#[row(table = "ec2_route_tables", key = "arn")]
pub struct RouteTable {
    /// The table's ARN.
    pub arn: String,
    /// The table's id, rtb-….
    pub route_table_id: String,
    /// The value of its tag Name. Null: it has none.
    pub route_table_name: Option<String>,
    /// The account that owns it. Null: AWS did not say.
    pub owner_account_id: Option<String>,
    /// The VPC that it belongs to.
    pub vpc_id: Option<String>,
    /// Whether it is the VPC's main one, which holds for every subnet that has no other.
    pub is_main: bool,
    /// How many subnets name it. The main one also holds for those that name none.
    pub subnet_count: i32,
    /// The virtual private gateways that may put routes into it, vgw-….
    pub propagating_gateway_ids: Vec<String>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// What one route table is for: a subnet, a gateway (what comes in by it), or a whole VPC as its main one.
#[derive(Debug, Serialize, Row)]
#[row(table = "ec2_route_table_associations", key = "route_table_association_id")]
pub struct RouteTableAssociation {
    /// The association's id, rtbassoc-….
    pub route_table_association_id: String,
    /// The table, rtb-….
    pub route_table_id: String,
    /// The VPC that the table belongs to.
    pub vpc_id: Option<String>,
    /// Whether it makes the table the VPC's main one.
    pub is_main: Option<bool>,
    /// The subnet. Null: it is about a gateway, or makes the table the main one.
    pub subnet_id: Option<String>,
    /// The internet or virtual private gateway whose incoming traffic the table routes. Null: it is about something
    /// else.
    pub gateway_id: Option<String>,
    /// associating, associated, disassociating, disassociated or failed.
    pub state: Option<String>,
}

/// One route of a route table. Of those that fit an address the one with the longest prefix decides.
#[derive(Debug, Serialize, Row)]
#[row(table = "ec2_routes", key = "route_table_id, destination")]
pub struct Route {
    /// The table that it belongs to, rtb-….
    pub route_table_id: String,
    /// The VPC that the table belongs to.
    pub vpc_id: Option<String>,
    /// Where it leads: an IPv4 or IPv6 range, or a prefix list, pl-….
    pub destination: String,
    /// Whether it fits the whole world: 0.0.0.0/0 or ::/0.
    pub is_default: bool,
    /// local, internet_gateway, egress_only_internet_gateway, nat_gateway, instance, network_interface,
    /// transit_gateway, vpc_peering_connection, vpc_endpoint, vpn_gateway, local_gateway, carrier_gateway,
    /// core_network, odb_network or gateway. Null: it names none.
    pub target_type: Option<String>,
    /// What it sends the traffic to, by its id, or ARN: igw-…, nat-…, local. Null: AWS names none.
    pub target_id: Option<String>,
    /// The network interface of the instance, or the interface itself. Null: another target.
    pub network_interface_id: Option<String>,
    /// active, blackhole (the target is gone) or filtered.
    pub state: Option<String>,
    /// CreateRouteTable, CreateRoute, EnableVgwRoutePropagation or Advertisement.
    pub origin: Option<String>,
    /// The firewall through which the internet gateway sends its traffic. Null: none.
    pub gateway_firewall_arn: Option<String>,
}

/// The route tables of one region.
pub const ROUTE_TABLES: Collector = Collector {
    name: "ec2_route_tables",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call()],
    resources: &[],
    tables: &[table::<RouteTable>(), table::<RouteTableAssociation>(), table::<Route>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    route_table_set: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    route_table_id: Option<String>,
    owner_id: Option<String>,
    vpc_id: Option<String>,
    association_set: Vec<Association>,
    propagating_vgw_set: Vec<Gateway>,
    route_set: Vec<Target>,
    tag_set: Vec<Tag>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Gateway {
    gateway_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Association {
    route_table_association_id: Option<String>,
    main: Option<bool>,
    subnet_id: Option<String>,
    gateway_id: Option<String>,
    association_state: Option<AssociationState>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct AssociationState {
    state: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let (mut pages, call) = (LIST.pages(session, json!({"MaxResults": 100})), LIST.call().name());
    while let Some(page) = pages.next().await {
        for mut described in page?.route_table_set {
            let mut unread = Unread::default();
            let Some(id) = unread.value("routeTableId", described.route_table_id.take()) else {
                unread.lost(rows, [RouteTable::TABLE, RouteTableAssociation::TABLE, Route::TABLE], &call);
                continue;
            };
            let routes = std::mem::take(&mut described.route_set);
            let associations = std::mem::take(&mut described.association_set);
            let is_main = associations.iter().any(|it| it.main == Some(true));
            let subnets = associations.iter().filter(|it| it.subnet_id.is_some()).count();
            for it in routes {
                let mut unread = Unread::default();
                let row = it.route(&id, described.vpc_id.as_deref(), &mut unread);
                unread.push(rows, &call, row).await?;
            }
            for it in associations {
                let mut unread = Unread::default();
                let row = association(&id, described.vpc_id.as_deref(), it, &mut unread);
                unread.push(rows, &call, row).await?;
            }
            let subnet_count = i32::try_from(subnets).unwrap_or(i32::MAX);
            rows.push(route_table(session, id, described, is_main, subnet_count)).await?;
        }
    }
    Ok(())
}

fn route_table(session: &Session, id: String, it: Described, is_main: bool, subnet_count: i32) -> RouteTable {
    let tags = tags::by_key(it.tag_set);
    RouteTable {
        arn: arns::owned(session, it.owner_id.as_deref(), &format!("route-table/{id}")),
        route_table_id: id,
        route_table_name: tags.get("Name").cloned(),
        owner_account_id: it.owner_id,
        vpc_id: it.vpc_id,
        is_main,
        subnet_count,
        propagating_gateway_ids: it.propagating_vgw_set.into_iter().filter_map(|it| it.gateway_id).collect(),
        tags,
    }
}

fn association(
    route_table_id: &str,
    vpc_id: Option<&str>,
    it: Association,
    unread: &mut Unread,
) -> Option<RouteTableAssociation> {
    Some(RouteTableAssociation {
        route_table_association_id: unread.value("routeTableAssociationId", it.route_table_association_id)?,
        route_table_id: route_table_id.to_owned(),
        vpc_id: vpc_id.map(str::to_owned),
        is_main: it.main,
        subnet_id: it.subnet_id,
        gateway_id: it.gateway_id,
        state: it.association_state.and_then(|it| it.state),
    })
}

#[cfg(test)]
mod tests;
