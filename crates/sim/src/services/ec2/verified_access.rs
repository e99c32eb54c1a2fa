//! Verified Access: groups and endpoints, with their policies in Cedar.

use super::vpcs::tag_set;
use crate::clock::iso_millis;
use crate::context::Context;
use crate::dice::{Dice, some_tags};
use crate::place::Place;
use crate::policies::Verdict;
use crate::protocol::{Refusal, items};
use crate::samples::Class;
use crate::service::{Operation, get, list};
use crate::truth::Planted;
use serde_json::{Value, json};

pub(super) const ANSWERS: &[Operation] = &[
    list("DescribeVerifiedAccessEndpoints", "verifiedAccessEndpointSet", |context| {
        Ok(endpoints(&context.place).iter().map(describe_endpoint).collect())
    }),
    list("DescribeVerifiedAccessGroups", "verifiedAccessGroupSet", |context| {
        Ok(groups(&context.place).iter().map(|it| describe_group(&context.place, it)).collect())
    }),
    get("GetVerifiedAccessEndpointPolicy", |context| {
        policy(context, endpoints(&context.place), "VerifiedAccessEndpointId")
    }),
    get("GetVerifiedAccessGroupPolicy", |context| policy(context, groups(&context.place), "VerifiedAccessGroupId")),
];

const STAFF: &str = "permit(principal, action, resource)\nwhen { context.idp.groups.contains(\"staff\") };";

/// A group or an endpoint.
#[derive(Debug)]
struct Guarded {
    id: String,
    arn: String,
    instance_id: String,
    group_id: String,
    has_policy: bool,
    created_millis: i64,
    tags: Vec<(String, String)>,
}

fn groups(place: &Place<'_>) -> Vec<Guarded> {
    guarded(place, "ec2-access-groups", ("vagr", "verified-access-group"))
}

fn endpoints(place: &Place<'_>) -> Vec<Guarded> {
    guarded(place, "ec2-access-endpoints", ("vae", "verified-access-endpoint"))
}

/// The things of one sort in a place, by how their ids and the names in their ARNs begin. Most accounts have none.
fn guarded(place: &Place<'_>, name: &str, sort: (&str, &str)) -> Vec<Guarded> {
    let (mut dice, most) = place.population(name, place.organization.settings.rates.other_resources);
    let count = place.with_sample(if dice.chance(0.3) { most } else { 0 });
    let mut things: Vec<Guarded> = (0..count).map(|_| one(place, sort, &mut dice)).collect();
    if let (Some(class), Some(last)) = (place.sample_but(CANNOT), things.last_mut()) {
        last.has_policy = class != Class::Absent;
    }
    things
}

/// Nobody judges Cedar.
pub(super) const CANNOT: &[Class] = &[Class::Public, Class::External, Class::InOrg, Class::Gated];

fn one(place: &Place<'_>, (prefix, resource): (&str, &str), dice: &mut Dice) -> Guarded {
    let id = format!("{prefix}-0{}", dice.hex(16));
    let days = dice.between(0, 700);
    Guarded {
        arn: place.arn("ec2", &format!("{resource}/{id}")),
        instance_id: format!("vai-0{}", dice.hex(16)),
        group_id: format!("vagr-0{}", dice.hex(16)),
        has_policy: dice.chance(0.6),
        created_millis: place.days_ago(days, dice),
        tags: some_tags(dice),
        id,
    }
}

/// The groups as the truth counts them.
pub(super) fn planted_groups(place: &Place<'_>) -> Vec<Planted> {
    groups(place).into_iter().map(planted).collect()
}

/// The endpoints as the truth counts them.
pub(super) fn planted_endpoints(place: &Place<'_>) -> Vec<Planted> {
    endpoints(place).into_iter().map(planted).collect()
}

/// Without a policy nobody gets in.
fn planted(it: Guarded) -> Planted {
    let verdict = if it.has_policy { Verdict::UNKNOWN } else { Verdict::CLOSED };
    Planted { has_policy: it.has_policy, ..Planted::known(it.arn, verdict) }
}

fn describe_group(place: &Place<'_>, it: &Guarded) -> Value {
    json!({
        "verifiedAccessGroupId": it.id,
        "verifiedAccessInstanceId": it.instance_id,
        "description": "",
        "owner": place.account.id,
        "verifiedAccessGroupArn": it.arn,
        "creationTime": iso_millis(it.created_millis),
        "lastUpdatedTime": iso_millis(it.created_millis),
        "sseSpecification": { "customerManagedKeyEnabled": false },
        "tagSet": tag_set(&it.tags),
    })
}

fn describe_endpoint(it: &Guarded) -> Value {
    let options = json!({
        "protocol": "https",
        "port": 443,
        "loadBalancerArn": "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/inner/0123456789",
        "subnetIdSet": items([json!("subnet-0123456789abcdef0")]),
    });
    json!({
        "verifiedAccessInstanceId": it.instance_id,
        "verifiedAccessGroupId": it.group_id,
        "verifiedAccessEndpointId": it.id,
        "applicationDomain": "wiki.simulated.example",
        "endpointType": "load-balancer",
        "attachmentType": "vpc",
        "endpointDomain": format!("{}.edge.simulated.example", it.id),
        "securityGroupIdSet": items([json!("sg-0123456789abcdef0")]),
        "loadBalancerOptions": options,
        "status": { "code": "active" },
        "creationTime": iso_millis(it.created_millis),
        "lastUpdatedTime": iso_millis(it.created_millis),
        "sseSpecification": { "customerManagedKeyEnabled": false },
        "tagSet": tag_set(&it.tags),
    })
}

/// The policy of the thing that this parameter names.
fn policy(context: &Context<'_>, all: Vec<Guarded>, parameter: &str) -> Result<Value, Refusal> {
    let id = context.request.required(parameter)?;
    let message = format!("The {parameter} '{id}' does not exist");
    let found = all.into_iter().find(|it| it.id == id);
    let found = found.ok_or_else(|| Refusal::new(400, &format!("Invalid{parameter}.NotFound"), message))?;
    Ok(json!({ "policyEnabled": found.has_policy, "policyDocument": found.has_policy.then_some(STAFF) }))
}
