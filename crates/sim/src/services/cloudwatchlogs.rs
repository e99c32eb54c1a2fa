//! CloudWatch Logs: log groups, policies of regions and log groups, destinations of logs, and what is delivered there.

mod delivery_sources;
mod log_groups;

use crate::context::Context;
use crate::dice::some_tags;
use crate::place::Place;
use crate::policies::{Kind, ResourcePolicy, Subject, any_kind};
use crate::protocol::{Problem, Refusal};
use crate::samples::{Class, Sampled, UNGATED};
use crate::service::{Service, get, list};
use crate::truth::{At, Planted, resources, things};
use serde_json::{Map, Value, json};

pub(crate) static SERVICE: Service = Service {
    errors: &[
        Problem::InvalidToken.is("InvalidParameterException"),
        Problem::InvalidParameter.is("InvalidParameterException"),
    ],
    page: 50,
    answers: &[&[
        list("DescribeDeliveries", "deliveries", |context| Ok(delivery_sources::deliveries(&context.place))),
        list("DescribeDeliveryDestinations", "deliveryDestinations", |context| {
            Ok(deliveries(&context.place).iter().map(|it| describe_delivery(&context.place, it)).collect())
        }),
        list("DescribeDeliverySources", "deliverySources", |context| Ok(delivery_sources::describe(&context.place))),
        list("DescribeDestinations", "destinations", |context| {
            Ok(destinations(&context.place).iter().map(|it| describe(&context.place, it)).collect())
        }),
        list("DescribeLogGroups", "logGroups", |context| Ok(log_groups::describe(&context.place))),
        list("DescribeResourcePolicies", "resourcePolicies", describe_policies),
        get("GetDeliveryDestinationPolicy", get_policy),
    ]],
    kinds: &[
        things(At::Region, "logs_delivery_sources", |place| delivery_sources::sources(place).len()),
        things(At::Region, "logs_log_groups", |place| log_groups::log_groups(place).len()),
        things(At::Region, "logs_resource_policies", |place| of_region(place).len() + of_groups(place).len()),
        // The policies of a region are one resource, even if there are none.
        resources(At::Region, |place| {
            let none = || Planted::by(region_arn(place), policy(place, Kind::None, "*"));
            let first = of_region(place).into_iter().next().map(|it| Planted::by(region_arn(place), it.policy));
            let of_groups = of_groups(place).into_iter().map(|it| Planted {
                sampled: Some(Sampled { name: "logs_group_policies", cannot: &[Class::Absent, Class::Gated] }),
                ..Planted::by(it.arn, it.policy)
            });
            std::iter::once(first.unwrap_or_else(none)).chain(of_groups).collect()
        })
        .sampled("logs_region_policies", UNGATED),
        resources(At::Region, |place| {
            destinations(place).into_iter().map(|it| Planted::by(it.arn, it.policy)).collect()
        })
        .rows("logs_destinations")
        .sampled("logs_destinations", UNGATED),
        resources(At::Region, |place| deliveries(place).into_iter().map(|it| Planted::by(it.arn, it.policy)).collect())
            .rows("logs_delivery_destinations")
            .sampled("logs_delivery_destinations", UNGATED),
    ],
    counts: Some((At::Region, log_groups::count)),
    ..Service::named("cloudwatchlogs")
};

/// Something with a policy: the region, a log group, a destination of either sort.
#[derive(Debug)]
struct Holder {
    name: String,
    arn: String,
    policy: ResourcePolicy,
    created_millis: i64,
    tags: Vec<(String, String)>,
}

fn region_arn(place: &Place<'_>) -> String {
    place.arn("logs", "resource-policies")
}

/// The policies of a region. The first may let in anyone; the others are for services that act for the account.
fn of_region(place: &Place<'_>) -> Vec<Holder> {
    let rates = &place.organization.settings.rates;
    let (mut dice, count) = place.sampled("logs-policies", rates.other_resources);
    let count = if place.sample() == Some(Class::Absent) { 0 } else { count };
    let made = |number: u64| {
        let weights =
            [(Kind::ServiceUnscoped, 4), (Kind::InOrgAccount, 2), (Kind::ExternalAccount, 1), (Kind::Public, 1)];
        let kind = if number == 0 { place.shown(dice.weighted(&weights), true) } else { Kind::ServiceScoped };
        let days = dice.between(0, 900);
        Holder {
            name: format!("{}-{number}", dice.pick(&["dns", "search", "delivery"])),
            arn: region_arn(place),
            policy: subject(place, "log-group:/shop/*").policy(kind, &mut dice),
            created_millis: place.days_ago(days, &mut dice),
            tags: vec![],
        }
    };
    (0..count).map(made).collect()
}

/// The log groups that have a policy of their own.
fn of_groups(place: &Place<'_>) -> Vec<Holder> {
    let rates = &place.organization.settings.rates;
    let (mut dice, count) = place.sampled("log-groups-with-policies", rates.other_resources);
    let made = |number: u64| {
        let kind = match place.shown(any_kind(&mut dice, rates.public_other_resources), number + 1 == count) {
            Kind::None => Kind::SameAccount,
            kind => kind,
        };
        let resource = format!("log-group:{}-{number}", dice.pick(&["/shop/web", "audit"]));
        let days = dice.between(0, 900);
        Holder {
            name: format!("of-group-{number}"),
            arn: place.arn("logs", &resource),
            policy: subject(place, &resource).policy(kind, &mut dice),
            created_millis: place.days_ago(days, &mut dice),
            tags: vec![],
        }
    };
    (0..count).map(made).collect()
}

fn subject<'a>(place: &Place<'a>, resource: &str) -> Subject<'a> {
    Subject {
        place: *place,
        actions: &["logs:CreateLogStream", "logs:PutLogEvents"],
        resources: vec![place.arn("logs", &format!("{resource}:*"))],
        service: "delivery.logs.amazonaws.com",
    }
}

fn policy(place: &Place<'_>, kind: Kind, resource: &str) -> ResourcePolicy {
    subject(place, resource).policy(kind, &mut place.dice("logs-without-policies"))
}

fn destinations(place: &Place<'_>) -> Vec<Holder> {
    holders(place, "logs-destinations", "destination", &["logs:PutSubscriptionFilter"])
}

fn deliveries(place: &Place<'_>) -> Vec<Holder> {
    holders(place, "logs-deliveries", "delivery-destination", &["logs:CreateDelivery"])
}

fn holders<'a>(place: &Place<'a>, path: &str, prefix: &str, actions: &'a [&'a str]) -> Vec<Holder> {
    let rates = &place.organization.settings.rates;
    let (mut dice, count) = place.sampled(path, rates.other_resources);
    let made = |number: u64| {
        let name = format!("{}-{number}", dice.pick(&["central", "security", "lake"]));
        let arn = place.arn("logs", &format!("{prefix}:{name}"));
        let subject =
            Subject { place: *place, actions, resources: vec![arn.clone()], service: "delivery.logs.amazonaws.com" };
        let kind = place.shown(any_kind(&mut dice, rates.public_other_resources), number + 1 == count);
        let days = dice.between(0, 1500);
        Holder {
            policy: subject.policy(kind, &mut dice),
            created_millis: place.days_ago(days, &mut dice),
            tags: some_tags(&mut dice),
            name,
            arn,
        }
    };
    (0..count).map(made).collect()
}

fn describe_policies(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let place = &context.place;
    let (scope, all) = match context.request.text("policyScope").unwrap_or("ACCOUNT") {
        "ACCOUNT" => ("ACCOUNT", of_region(place)),
        "RESOURCE" => ("RESOURCE", of_groups(place)),
        _ => return Err(Refusal::invalid_parameter(context.request.service, "policyScope")),
    };
    let describe = |it: &Holder| {
        json!({
            "policyName": it.name,
            "policyDocument": it.policy.document,
            "lastUpdatedTime": it.created_millis,
            "policyScope": scope,
            "resourceArn": (scope == "RESOURCE").then_some(&it.arn),
        })
    };
    Ok(all.iter().map(describe).collect())
}

fn get_policy(context: &Context<'_>) -> Result<Value, Refusal> {
    let wanted = context.request.required("deliveryDestinationName")?;
    let found = deliveries(&context.place).into_iter().find(|it| it.name == wanted);
    let none = || Refusal::new(400, "ResourceNotFoundException", "The requested operation cannot find the resource.");
    let document = found.and_then(|it| it.policy.document).ok_or_else(none)?;
    Ok(json!({ "policy": { "deliveryDestinationPolicy": document } }))
}

fn describe(place: &Place<'_>, it: &Holder) -> Value {
    json!({
        "destinationName": it.name,
        "targetArn": place.arn("kinesis", &format!("stream/{}", it.name)),
        "roleArn": place.iam_arn("role/logs-to-stream"),
        "accessPolicy": it.policy.document,
        "arn": it.arn,
        "creationTime": it.created_millis,
    })
}

fn describe_delivery(place: &Place<'_>, it: &Holder) -> Value {
    let tags: Map<String, Value> = it.tags.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
    json!({
        "name": it.name,
        "arn": it.arn,
        "deliveryDestinationType": "CWL",
        "outputFormat": "json",
        "deliveryDestinationConfiguration": {
            "destinationResourceArn": place.arn("logs", &format!("log-group:{}:*", it.name)),
        },
        "tags": tags,
    })
}
