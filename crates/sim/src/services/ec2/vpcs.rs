//! VPCs and their endpoints: what network conditions of policies name.

use super::PAGE;
use crate::account::Account;
use crate::clock::iso_millis;
use crate::dice::Dice;
use crate::network_ids::{endpoint_id, vpc_id};
use crate::organization::Organization;
use crate::protocol::{Answer, Refusal, items};
use crate::services::{Context, population, some_tags};
use serde_json::{Value, json};

/// The policy of an endpoint for which none was given.
const FULL_ACCESS: &str =
    r#"{"Statement":[{"Action":"*","Effect":"Allow","Principal":"*","Resource":"*"}],"Version":"2008-10-17"}"#;

/// A VPC.
#[derive(Debug)]
pub(crate) struct Vpc {
    pub(crate) id: String,
    pub(crate) endpoints: Vec<Endpoint>,
    is_default: bool,
    cidr_block: String,
    tags: Vec<(String, String)>,
}

/// A VPC endpoint.
#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) id: String,
    pub(crate) arn: String,
    /// Its type and the service it leads to.
    kind: (&'static str, &'static str),
    policy: Option<String>,
    created_millis: i64,
    tags: Vec<(String, String)>,
}

/// The VPCs of an account in a region: the default one, and perhaps others. None if the region holds no resources.
pub(crate) fn vpcs(organization: &Organization, account: &Account, region: &str) -> Vec<Vpc> {
    let (mut dice, more) = population(organization, account, "vpc", region, 1);
    if !organization.settings.regions.iter().any(|settled| settled == region) {
        return Vec::new();
    }
    (0..=more)
        .map(|number| {
            let id = vpc_id(organization, &account.id, region, number);
            let endpoints = if number == 0 { 1 + dice.count(1) } else { dice.count(1) };
            Vpc {
                endpoints: (0..endpoints)
                    .map(|place| endpoint(organization, account, region, &id, place, &mut dice))
                    .collect(),
                is_default: number == 0,
                cidr_block: if number == 0 { "172.31.0.0/16".to_owned() } else { format!("10.{number}.0.0/16") },
                tags: some_tags(&mut dice),
                id,
            }
        })
        .collect()
}

fn endpoint(
    organization: &Organization,
    account: &Account,
    region: &str,
    vpc_id: &str,
    place: u64,
    dice: &mut Dice,
) -> Endpoint {
    let kinds = [("Gateway", "s3"), ("Gateway", "dynamodb"), ("Interface", "kms"), ("GatewayLoadBalancer", "firewall")];
    let kind = if place == 0 { kinds[0] } else { dice.pick(&kinds) };
    let narrow = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*",
        "Condition": { "StringEquals": { "aws:ResourceOrgID": organization.id } },
    }] });
    let policy = if dice.chance(0.7) { FULL_ACCESS.to_owned() } else { narrow.to_string() };
    let days = dice.between(0, 900);
    let id = endpoint_id(organization, vpc_id, place);
    Endpoint {
        arn: organization.arn("ec2", region, &account.id, &format!("vpc-endpoint/{id}")),
        id,
        // An endpoint that leads to a load balancer has no policy.
        policy: (kind.0 != "GatewayLoadBalancer").then_some(policy),
        kind,
        created_millis: organization.clock.days_ago(days, dice),
        tags: some_tags(dice),
    }
}

pub(super) fn describe_vpcs(context: &Context<'_>) -> Result<Answer, Refusal> {
    let page = context.page(&PAGE, vpcs(context.organization, context.account(), context.region()))?;
    let next = page.next;
    let vpcs = page.elements.iter().map(|vpc| {
        let association = json!({
            "associationId": vpc.id.replace("vpc-", "vpc-cidr-assoc-"),
            "cidrBlock": vpc.cidr_block,
            "cidrBlockState": { "state": "associated" },
        });
        json!({
            "vpcId": vpc.id,
            "ownerId": context.account().id,
            "state": "available",
            "cidrBlock": vpc.cidr_block,
            "cidrBlockAssociationSet": items(std::iter::once(association)),
            "dhcpOptionsId": "dopt-0123456789abcdef0",
            "instanceTenancy": "default",
            "isDefault": vpc.is_default,
            "blockPublicAccessStates": { "internetGatewayBlockMode": "off" },
            "tagSet": tag_set(&vpc.tags),
        })
    });
    Ok(json!({ "vpcSet": items(vpcs), "nextToken": next }).into())
}

pub(super) fn describe_vpc_endpoints(context: &Context<'_>) -> Result<Answer, Refusal> {
    let vpcs = vpcs(context.organization, context.account(), context.region());
    let endpoints = vpcs.into_iter().flat_map(|vpc| vpc.endpoints.into_iter().map(move |it| (vpc.id.clone(), it)));
    let page = context.page(&PAGE, endpoints.collect())?;
    let next = page.next;
    let endpoints = page.elements.iter().map(|(vpc_id, endpoint)| {
        let (kind, service) = endpoint.kind;
        json!({
            "vpcEndpointId": endpoint.id,
            "vpcEndpointType": kind,
            "vpcId": vpc_id,
            "ownerId": context.account().id,
            "serviceName": format!("com.amazonaws.{}.{service}", context.region()),
            "state": "available",
            "policyDocument": endpoint.policy,
            "routeTableIdSet": items((kind == "Gateway").then(|| json!("rtb-0123456789abcdef0"))),
            "subnetIdSet": items((kind != "Gateway").then(|| json!("subnet-0123456789abcdef0"))),
            "groupSet": items((kind == "Interface").then(|| json!({ "groupId": "sg-0123456789abcdef0", "groupName": "web" }))),
            "privateDnsEnabled": kind == "Interface",
            "requesterManaged": false,
            "creationTimestamp": iso_millis(endpoint.created_millis),
            "tagSet": tag_set(&endpoint.tags),
        })
    });
    Ok(json!({ "vpcEndpointSet": items(endpoints), "nextToken": next }).into())
}

fn tag_set(tags: &[(String, String)]) -> Value {
    items(tags.iter().map(|(key, value)| json!({ "key": key, "value": value })))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network_ids::{default_vpc_id, first_endpoint_id};
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
