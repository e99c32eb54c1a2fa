//! Services that others reach by endpoints in their VPCs, and who may make such endpoints.

use super::sharing::{ACCOUNTS, Sharing, Sort, by_chance, planted_as};
use super::vpcs::tag_set;
use crate::context::Context;
use crate::dice::{Dice, some_tags};
use crate::place::Place;
use crate::policies::Verdict;
use crate::protocol::{Refusal, items};
use crate::samples::Class;
use crate::service::{Operation, list};
use crate::truth::Planted;
use serde_json::{Value, json};

pub(super) const ANSWERS: &[Operation] = &[
    list("DescribeVpcEndpointServiceConfigurations", "serviceConfigurationSet", |context| {
        Ok(services(&context.place).iter().map(|it| describe(&context.place, it)).collect())
    }),
    list("DescribeVpcEndpointServicePermissions", "allowedPrincipals", permissions),
];

/// An endpoint service.
#[derive(Debug)]
struct EndpointService {
    id: String,
    arn: String,
    sharing: Sharing,
    /// The principal as the permissions name it.
    principal: String,
    is_acceptance_required: bool,
    state: &'static str,
    tags: Vec<(String, String)>,
}

fn services(place: &Place<'_>) -> Vec<EndpointService> {
    let mean = place.organization.settings.rates.other_resources;
    let (mut dice, count) = place.population("ec2-endpoint-services", mean);
    let shared = by_chance(place, count, ACCOUNTS, &mut dice);
    shared.into_iter().map(|sharing| service(place, sharing, &mut dice)).collect()
}

fn service(place: &Place<'_>, sharing: Sharing, dice: &mut Dice) -> EndpointService {
    let id = format!("vpce-svc-0{}", dice.hex(16));
    EndpointService {
        arn: place.arn("ec2", &format!("vpc-endpoint-service/{id}")),
        principal: match sharing.sort {
            Sort::Inside | Sort::Outside => place.organization.arn("iam", "", &sharing.name, "root"),
            _ => sharing.name.clone(),
        },
        is_acceptance_required: is_acceptance_required(place, dice.chance(0.5)),
        state: dice.weighted(&[("Available", 15), ("Pending", 1), ("Sleeping", 1)]),
        tags: some_tags(dice),
        sharing,
        id,
    }
}

/// Whether the owner accepts each endpoint: by chance, but where a sample is open to everyone.
fn is_acceptance_required(place: &Place<'_>, by_chance: bool) -> bool {
    match place.sample() {
        Some(Class::Public) => false,
        Some(Class::Gated) => true,
        _ => by_chance,
    }
}

/// The services as the truth counts them. Where the owner accepts each endpoint, everyone means those whom he accepts.
pub(super) fn planted(place: &Place<'_>) -> Vec<Planted> {
    let known = |it: EndpointService| {
        let is_gated = it.is_acceptance_required && it.sharing.sort == Sort::Everyone;
        let verdict = if is_gated { Verdict::UNRESOLVED } else { it.sharing.verdict(place) };
        let has_policy = it.sharing.sort != Sort::Nobody;
        Planted { has_policy, is_gated, ..planted_as(it.arn, verdict, &it.principal) }
    };
    services(place).into_iter().map(known).collect()
}

fn describe(place: &Place<'_>, it: &EndpointService) -> Value {
    let balancer = place.arn("elasticloadbalancing", "loadbalancer/net/inner/0123456789abcdef");
    json!({
        "serviceType": items([json!({ "serviceType": "Interface" })]),
        "serviceId": it.id,
        "serviceName": format!("com.amazonaws.vpce.{}.{}", place.region, it.id),
        "serviceState": it.state,
        "availabilityZoneSet": items([json!(format!("{}a", place.region))]),
        "acceptanceRequired": it.is_acceptance_required,
        "managesVpcEndpoints": false,
        "networkLoadBalancerArnSet": items([json!(balancer)]),
        "supportedIpAddressTypeSet": items([json!("ipv4")]),
        "baseEndpointDnsNameSet": items([json!(format!("{}.{}.vpce.amazonaws.com", it.id, place.region))]),
        "tagSet": tag_set(&it.tags),
    })
}

fn permissions(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let id = context.request.required("ServiceId")?;
    let message = format!("The VpcEndpointService Id '{id}' does not exist");
    let found = services(&context.place).into_iter().find(|it| it.id == id);
    let found = found.ok_or_else(|| Refusal::new(400, "InvalidVpcEndpointServiceId.NotFound", message))?;
    let kind = match found.sharing.sort {
        Sort::Nobody => return Ok(Vec::new()),
        Sort::Everyone => "All",
        _ => "Account",
    };
    Ok(vec![json!({ "principalType": kind, "principal": found.principal, "serviceId": id })])
}
