//! VPCs and their endpoints: the networks that conditions of policies name.

use super::network::{group_id, main_table_id, subnet_id};
use super::settings::block_mode;
use crate::clock::iso_millis;
use crate::dice::{Dice, some_tags};
use crate::ids::{self, endpoint_id};
use crate::place::Place;
use crate::policies::Verdict;
use crate::protocol::items;
use crate::samples::Class;
use crate::truth::{Planted, Tally};
use serde_json::{Value, json};

/// The policy of an endpoint that was created without one.
const FULL_ACCESS: &str =
    r#"{"Statement":[{"Action":"*","Effect":"Allow","Principal":"*","Resource":"*"}],"Version":"2008-10-17"}"#;

/// A VPC.
#[derive(Debug)]
pub(super) struct Vpc {
    pub(super) id: String,
    endpoints: Vec<Endpoint>,
    is_default: bool,
    pub(super) cidr_block: String,
    tags: Vec<(String, String)>,
}

/// A VPC endpoint.
#[derive(Debug)]
struct Endpoint {
    id: String,
    arn: String,
    /// Its type and the service that it connects to.
    kind: (&'static str, &'static str),
    policy: Option<String>,
    created_millis: i64,
    tags: Vec<(String, String)>,
}

/// The VPCs of a place: the default one, and perhaps others. None if the place holds no resources.
pub(super) fn vpcs(place: &Place<'_>) -> Vec<Vpc> {
    let (mut dice, more) = place.population("vpc", 1);
    if !place.is_settled() {
        return Vec::new();
    }
    let vpc = |number: u64| {
        let id = vpc_id(place, number);
        let shows = number == 0 && place.sample() == Some(Class::Absent);
        let more = dice.count(1).max(u64::from(shows));
        let endpoints = if number == 0 { 1 + more } else { more };
        let last = endpoints.checked_sub(1).filter(|_| shows);
        Vpc {
            endpoints: (0..endpoints).map(|it| endpoint(place, &id, (it, last == Some(it)), &mut dice)).collect(),
            is_default: number == 0,
            cidr_block: if number == 0 { "172.31.0.0/16".to_owned() } else { format!("10.{number}.0.0/16") },
            tags: some_tags(&mut dice),
            id,
        }
    };
    (0..=more).map(vpc).collect()
}

/// Whether an endpoint of the account's default VPC of the first region leads to a service.
pub(crate) fn default_vpc_leads_to(place: &Place<'_>, service: &str) -> bool {
    let region = place.organization.settings.regions.first().map(String::as_str).unwrap_or_default();
    let vpcs = vpcs(&place.in_region(region));
    vpcs.first().is_some_and(|vpc| vpc.endpoints.iter().any(|endpoint| endpoint.kind.1 == service))
}

/// No endpoint policy lets in anyone outside of the account.
pub(super) const CANNOT: &[Class] = &[Class::Public, Class::External, Class::InOrg, Class::Unread, Class::Gated];

/// The endpoints as the truth counts them.
pub(super) fn planted(place: &Place<'_>) -> Vec<Planted> {
    let endpoints = vpcs(place).into_iter().flat_map(|vpc| vpc.endpoints);
    let plant = |it: Endpoint| Planted { has_policy: it.policy.is_some(), ..Planted::known(it.arn, Verdict::CLOSED) };
    endpoints.map(plant).collect()
}

/// Adds the endpoints whose policies are left at full access.
pub(super) fn count(place: &Place<'_>, tally: &mut Tally) {
    let endpoints = vpcs(place).into_iter().flat_map(|vpc| vpc.endpoints);
    for endpoint in endpoints.filter(|it| it.policy.as_deref() == Some(FULL_ACCESS)) {
        tally.lists.add("E10", [&endpoint.arn]);
    }
}

/// An endpoint by its number; if it is the sample, it has no policy.
fn endpoint(place: &Place<'_>, vpc_id: &str, (number, is_sample): (u64, bool), dice: &mut Dice) -> Endpoint {
    let kinds = [("Gateway", "s3"), ("Gateway", "dynamodb"), ("Interface", "kms"), ("GatewayLoadBalancer", "firewall")];
    let by_chance = if number == 0 { kinds[0] } else { dice.pick(&kinds) };
    let kind = if is_sample { kinds[3] } else { by_chance };
    let narrow = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*",
        "Condition": { "StringEquals": { "aws:ResourceOrgID": place.organization.id } },
    }] });
    let policy = if dice.chance(0.7) { FULL_ACCESS.to_owned() } else { narrow.to_string() };
    let days = dice.between(0, 900);
    let id = endpoint_id(place.organization, vpc_id, number);
    Endpoint {
        arn: place.arn("ec2", &format!("vpc-endpoint/{id}")),
        id,
        // An endpoint for a gateway load balancer has no policy.
        policy: (kind.0 != "GatewayLoadBalancer").then_some(policy),
        kind,
        created_millis: place.days_ago(days, dice),
        tags: some_tags(dice),
    }
}

fn vpc_id(place: &Place<'_>, number: u64) -> String {
    ids::vpc_id(place.organization, &place.account.id, place.region, number)
}

/// The ids of the VPCs of this place.
pub(super) fn vpc_ids(place: &Place<'_>) -> Vec<String> {
    vpcs(place).into_iter().map(|vpc| vpc.id).collect()
}

/// The id of the default VPC of this place.
pub(super) fn default_vpc_id_in(place: &Place<'_>) -> String {
    vpc_id(place, 0)
}

pub(super) fn describe_vpcs(place: &Place<'_>) -> Vec<Value> {
    let describe = |vpc: &Vpc| {
        let association = json!({
            "associationId": vpc.id.replace("vpc-", "vpc-cidr-assoc-"),
            "cidrBlock": vpc.cidr_block,
            "cidrBlockState": { "state": "associated" },
        });
        json!({
            "vpcId": vpc.id,
            "ownerId": place.account.id,
            "state": "available",
            "cidrBlock": vpc.cidr_block,
            "cidrBlockAssociationSet": items(std::iter::once(association)),
            "dhcpOptionsId": "dopt-0123456789abcdef0",
            "instanceTenancy": "default",
            "isDefault": vpc.is_default,
            "blockPublicAccessStates": { "internetGatewayBlockMode": block_mode(place) },
            "tagSet": tag_set(&vpc.tags),
        })
    };
    vpcs(place).iter().map(describe).collect()
}

pub(super) fn describe_vpc_endpoints(place: &Place<'_>) -> Vec<Value> {
    let describe = |vpc_id: &str, endpoint: &Endpoint| {
        let (kind, service) = endpoint.kind;
        json!({
            "vpcEndpointId": endpoint.id,
            "vpcEndpointType": kind,
            "vpcId": vpc_id,
            "ownerId": place.account.id,
            "serviceName": format!("com.amazonaws.{}.{service}", place.region),
            "state": "available",
            "policyDocument": endpoint.policy,
            "routeTableIdSet": items((kind == "Gateway").then(|| json!(main_table_id(place, vpc_id)))),
            "subnetIdSet": items((kind != "Gateway").then(|| json!(subnet_id(place, "private")))),
            "groupSet": items((kind == "Interface").then(|| json!({ "groupId": group_id(place, "web"), "groupName": "web" }))),
            "privateDnsEnabled": kind == "Interface",
            "requesterManaged": false,
            "creationTimestamp": iso_millis(endpoint.created_millis),
            "tagSet": tag_set(&endpoint.tags),
        })
    };
    let vpcs = vpcs(place);
    vpcs.iter().flat_map(|vpc| vpc.endpoints.iter().map(|it| describe(&vpc.id, it))).collect()
}

/// Tags as EC2 lists them.
pub(super) fn tag_set(tags: &[(String, String)]) -> Value {
    items(tags.iter().map(|(key, value)| json!({ "key": key, "value": value })))
}

#[cfg(test)]
mod tests {
    use crate::ids::{default_vpc_id, first_endpoint_id};
    use crate::organization::Organization;
    use crate::testing::{Client, quiet};

    #[test]
    fn what_policies_name_is_what_is_described() {
        let client = Client::new(quiet(3, 4));
        let organization = Organization::new(quiet(3, 4));
        let vpcs = client.query("ec2", "Action=DescribeVpcs").elements("vpcId");
        let endpoints = client.query("ec2", "Action=DescribeVpcEndpoints").elements("vpcEndpointId");
        let account_id = client.simulation.account_id(0);
        assert_eq!(vpcs[0], default_vpc_id(&organization, &account_id));
        assert_eq!(endpoints[0], first_endpoint_id(&organization, &account_id));
        let elsewhere = client.in_region("me-south-1").query("ec2", "Action=DescribeVpcs").elements("vpcId");
        assert!(elsewhere.is_empty());
    }
}
