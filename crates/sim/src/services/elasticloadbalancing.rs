//! Elastic Load Balancing: classic load balancers.

use crate::clock::iso_millis;
use crate::context::Context;
use crate::dice::Dice;
use crate::ids::vpc_id;
use crate::place::Place;
use crate::protocol::{Refusal, members};
use crate::quota::together;
use crate::service::{Service, get, list};
use crate::services::ec2::spots::{self, OF_BALANCERS, Placed, Spot};
use crate::truth::{At, Tally, things};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    // From AWS's page `elb-api-throttling`.
    quotas: &[together(&[], 40.0, 10.0)],
    page: 400,
    answers: &[&[
        get("DescribeLoadBalancerAttributes", get_attributes),
        list("DescribeLoadBalancers", "LoadBalancerDescriptions", |context| {
            Ok(load_balancers(&context.place).iter().map(|it| describe(&context.place, it)).collect())
        }),
    ]],
    kinds: &[
        things(At::Region, "elb_load_balancers", |place| load_balancers(place).len()),
        things(At::Region, "elb_listeners", |place| load_balancers(place).iter().map(|it| it.ports.len()).sum()),
    ],
    counts: Some((At::Region, count)),
    ..Service::named("elasticloadbalancing")
};

/// A classic load balancer.
#[derive(Debug)]
struct LoadBalancer {
    name: String,
    spot: Spot,
    scheme: &'static str,
    /// The ports on which it listens, each with its protocol.
    ports: &'static [(u16, &'static str)],
    has_access_logs: bool,
    created_millis: i64,
}

const PORTS: &[(u16, &str)] = &[(443, "HTTPS"), (80, "HTTP"), (70, "GOPHER")];

fn load_balancers(place: &Place<'_>) -> Vec<LoadBalancer> {
    // Few are left.
    let (mut dice, count) = place.population("elb", place.organization.settings.rates.other_resources.div_ceil(2));
    let mut all: Vec<LoadBalancer> = (0..count).map(|number| load_balancer(place, number, &mut dice)).collect();
    if place.is_showroom() {
        let shown = (count..).zip(OF_BALANCERS).map(|(number, spot)| LoadBalancer {
            spot,
            scheme: "internet-facing",
            ports: &PORTS[..1],
            ..load_balancer(place, number, &mut dice)
        });
        all.extend(shown);
    }
    all
}

fn load_balancer(place: &Place<'_>, number: u64, dice: &mut Dice) -> LoadBalancer {
    let days = dice.between(900, 3000);
    let name = format!("{}-{number}", dice.pick(&["old", "legacy", "shop"]));
    LoadBalancer {
        spot: spots::by_chance(place, "elb", &name, &OF_BALANCERS),
        scheme: dice.weighted(&[("internet-facing", 2), ("internal", 1)]),
        ports: &PORTS[..dice.pick(&[0_usize, 1, 1, 2, 3])],
        has_access_logs: dice.chance(0.3),
        created_millis: place.days_ago(days, dice),
        name,
    }
}

/// All load balancers as the network has them. The interface of each one says its name.
pub(crate) fn placed(place: &Place<'_>) -> Vec<Placed> {
    let placed = |it: LoadBalancer| Placed {
        arn: place.arn("elasticloadbalancing", &format!("loadbalancer/{}", it.name)),
        name: it.name,
        spot: it.spot,
        public_ip: (it.scheme == "internet-facing").then(|| "203.0.113.254".to_owned()),
        ports: Some(it.ports.iter().map(|(port, _)| *port).collect()),
        has_twin: false,
    };
    load_balancers(place).into_iter().map(placed).collect()
}

const CLOSED: &str = "internet_paths WHERE target_type = 'elb_load_balancer' AND NOT is_reachable";
const UNKNOWN: &str = "internet_paths WHERE target_type = 'elb_load_balancer' AND is_reachable IS NULL";

/// Counts the load balancers that the internet reaches, and those without access logs.
fn count(place: &Place<'_>, tally: &mut Tally) {
    spots::count(place, tally, &placed(place), [CLOSED, UNKNOWN]);
    for it in load_balancers(place) {
        tally.misconfigurations.one("E18", "load_balancers", "lake", !it.has_access_logs);
    }
}

fn describe(place: &Place<'_>, it: &LoadBalancer) -> Value {
    let certificate = place.arn("acm", "certificate/00000000-0000-4000-8000-000000000000");
    let listeners = it.ports.iter().map(|(port, protocol)| {
        let is_tls = *protocol == "HTTPS";
        json!({
            "Listener": {
                "Protocol": protocol,
                "LoadBalancerPort": port,
                "InstanceProtocol": "HTTP",
                "InstancePort": 8080,
                "SSLCertificateId": is_tls.then_some(&certificate),
            },
            "PolicyNames": members(is_tls.then(|| json!("ELBSecurityPolicy-TLS-1-2-2017-01"))),
        })
    });
    let host = format!("{}-1234.{}.elb.amazonaws.com", it.name, place.region);
    json!({
        "LoadBalancerName": it.name,
        "DNSName": host,
        "CanonicalHostedZoneName": host,
        "CanonicalHostedZoneNameID": "Z32O12XQLNTSW2",
        "ListenerDescriptions": members(listeners),
        "Policies": { "AppCookieStickinessPolicies": {}, "LBCookieStickinessPolicies": {}, "OtherPolicies": {} },
        "BackendServerDescriptions": {},
        "AvailabilityZones": members([json!(format!("{}a", place.region))]),
        "Subnets": members([json!(it.spot.subnet_id(place))]),
        "VPCId": vpc_id(place.organization, &place.account.id, place.region, 0),
        "Instances": members([json!({ "InstanceId": "i-0123456789abcdef0" })]),
        "HealthCheck": {
            "Target": "HTTP:8080/", "Interval": 30, "Timeout": 5, "UnhealthyThreshold": 2, "HealthyThreshold": 10,
        },
        "SourceSecurityGroup": { "OwnerAlias": place.account.id, "GroupName": it.spot.groups().first() },
        "SecurityGroups": members(it.spot.group_ids(place).into_iter().map(Value::from)),
        "CreatedTime": iso_millis(it.created_millis),
        "Scheme": it.scheme,
    })
}

fn get_attributes(context: &Context<'_>) -> Result<Value, Refusal> {
    let wanted = context.request.required("LoadBalancerName")?;
    let none =
        || Refusal::new(400, "LoadBalancerNotFound", format!("There is no ACTIVE Load Balancer named '{wanted}'"));
    let found = load_balancers(&context.place).into_iter().find(|it| it.name == wanted).ok_or_else(none)?;
    let further = json!({ "Key": "elb.http.desyncmitigationmode", "Value": "defensive" });
    Ok(json!({ "LoadBalancerAttributes": {
        "CrossZoneLoadBalancing": { "Enabled": true },
        "AccessLog": {
            "Enabled": found.has_access_logs,
            "S3BucketName": found.has_access_logs.then_some("logs-of-load-balancers"),
            "EmitInterval": 60,
        },
        "ConnectionDraining": { "Enabled": true, "Timeout": 300 },
        "ConnectionSettings": { "IdleTimeout": 60 },
        "AdditionalAttributes": members([further]),
    } }))
}
