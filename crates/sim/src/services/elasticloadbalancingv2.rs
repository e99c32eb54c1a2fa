//! Elastic Load Balancing: application, network and gateway load balancers, their listeners and target groups.

mod network;
mod trust_stores;

pub(crate) use network::{Placed, hosts, placed};

use crate::clock::iso_millis;
use crate::context::Context;
use crate::dice::Dice;
use crate::ids::vpc_id;
use crate::place::Place;
use crate::protocol::{Refusal, members};
use crate::quota::together;
use crate::service::{Service, get, list};
use crate::services::wafv2::{regional_arns, weak_arns};
use crate::truth::{At, Tally, resources, things};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    // From AWS's page `elb-api-throttling`.
    quotas: &[together(&[], 40.0, 10.0)],
    page: 400,
    answers: &[
        &[
            list("DescribeListeners", "Listeners", |context| {
                let found = named(context)?;
                Ok(found.listeners.iter().map(|it| describe_listener(&context.place, &found, it)).collect())
            }),
            get("DescribeLoadBalancerAttributes", |context| Ok(json!({ "Attributes": attributes(&named(context)?) }))),
            list("DescribeLoadBalancers", "LoadBalancers", |context| {
                Ok(load_balancers(&context.place).iter().map(|it| describe(&context.place, it)).collect())
            }),
            list("DescribeTargetGroups", "TargetGroups", |context| Ok(describe_target_groups(&context.place))),
        ],
        trust_stores::ANSWERS,
    ],
    kinds: &[
        things(At::Region, "elbv2_load_balancers", |place| load_balancers(place).len()),
        things(At::Region, "elbv2_listeners", |place| load_balancers(place).iter().map(|it| it.listeners.len()).sum()),
        things(At::Region, "elbv2_target_groups", |place| describe_target_groups(place).len()),
        resources(At::Region, |place| trust_stores::TRUST_STORES.planted(place)).rows("elbv2_trust_stores"),
    ],
    counts: Some((At::Region, count)),
    ..Service::named("elasticloadbalancingv2")
};

/// A load balancer.
#[derive(Debug)]
struct LoadBalancer {
    name: String,
    arn: String,
    /// The end of its ARN, which those of its listeners repeat.
    id: String,
    kind: &'static str,
    scheme: &'static str,
    state: &'static str,
    address_type: &'static str,
    listeners: Vec<Listener>,
    has_access_logs: bool,
    is_protected: bool,
    drops_invalid_headers: bool,
    is_waf_fail_open: bool,
    created_millis: i64,
}

/// A listener.
#[derive(Debug)]
struct Listener {
    id: String,
    port: u16,
    protocol: &'static str,
    action: &'static str,
}

/// The ports of listeners, each with its protocol; the last is of a protocol that is not known yet.
const PORTS: [(u16, &str); 3] = [(443, "HTTPS"), (80, "HTTP"), (9443, "SPDY")];

fn load_balancers(place: &Place<'_>) -> Vec<LoadBalancer> {
    let (mut dice, count) = place.population("elbv2", place.organization.settings.rates.other_resources);
    (0..count).map(|number| load_balancer(place, number, &mut dice)).collect()
}

fn load_balancer(place: &Place<'_>, number: u64, dice: &mut Dice) -> LoadBalancer {
    let name = format!("{}-{number}", dice.pick(&["web", "api", "edge"]));
    let kind = dice.weighted(&[("application", 8), ("network", 4), ("gateway", 1), ("quantum", 1)]);
    let short = match kind {
        "application" => "app",
        "network" => "net",
        "gateway" => "gwy",
        other => other,
    };
    let id = format!("{short}/{name}/{}", dice.hex(16));
    let days = dice.between(0, 1500);
    LoadBalancer {
        arn: place.arn("elasticloadbalancing", &format!("loadbalancer/{id}")),
        scheme: dice.weighted(&[("internet-facing", 1), ("internal", 1)]),
        state: dice.weighted(&[("active", 12), ("provisioning", 1), ("resting", 1)]),
        address_type: dice.weighted(&[("ipv4", 3), ("dualstack", 1)]),
        listeners: listeners(kind, dice),
        has_access_logs: dice.chance(0.4),
        is_protected: dice.chance(0.5),
        drops_invalid_headers: dice.chance(0.4),
        is_waf_fail_open: dice.chance(0.1),
        created_millis: place.days_ago(days, dice),
        name,
        id,
        kind,
    }
}

/// A gateway has one listener without a port. Others have none, or several.
fn listeners(kind: &str, dice: &mut Dice) -> Vec<Listener> {
    let count = if kind == "gateway" { 1 } else { dice.some(0, 3) };
    let ports = PORTS.iter().take(usize::try_from(count).unwrap_or_default());
    let listener = |(port, protocol): &(u16, &'static str)| Listener {
        id: dice.hex(16),
        port: *port,
        protocol: match (kind, *protocol) {
            ("network", "HTTPS") => "TLS",
            ("network", "HTTP") => "TCP",
            (_, other) => other,
        },
        action: match *protocol {
            "HTTP" if kind == "application" => dice.pick(&["forward", "redirect"]),
            _ => dice.weighted(&[("forward", 6), ("fixed-response", 1), ("authenticate-oidc", 1)]),
        },
    };
    ports.map(listener).collect()
}

/// The ARNs of the load balancers of a region that are behind a web ACL.
pub(super) fn behind(place: &Place<'_>, web_acl_arn: &str) -> Vec<String> {
    let lists = regional_arns(place);
    let is_behind = |it: &LoadBalancer| list_before(place, it, &lists).is_some_and(|list| list == web_acl_arn);
    load_balancers(place).into_iter().filter(is_behind).map(|it| it.arn).collect()
}

/// The web ACL before a load balancer. Only application load balancers can have one, and many have none.
fn list_before<'a>(place: &Place<'_>, it: &LoadBalancer, lists: &'a [String]) -> Option<&'a String> {
    let mut dice = place.organization.dice(&["elbv2-web-acl", &place.account.id, place.region, &it.id]);
    let at = usize::try_from(dice.between(0, 99)).unwrap_or_default();
    let list = lists.get(at % lists.len().max(1));
    if it.kind == "application" && dice.chance(0.5) { list } else { None }
}

/// Counts load balancers without access logs, and those on the internet without a web ACL that fits.
fn count(place: &Place<'_>, tally: &mut Tally) {
    let (lists, weak) = (regional_arns(place), weak_arns(place));
    let counts = &mut tally.misconfigurations;
    for it in load_balancers(place) {
        // A gateway's flows are in no access logs.
        if it.kind != "gateway" {
            counts.one("E18", "load_balancers", "lake", !it.has_access_logs);
        }
        match (it.kind, it.scheme) {
            ("application", "internet-facing") => {
                let is_without = list_before(place, &it, &lists).is_none_or(|list| weak.contains(list));
                counts.one("E12", "application_load_balancer", "lake", is_without);
            }
            ("network", "internet-facing") => counts.one("E12", "things_that_cannot_have_one", "lake", false),
            _ => {}
        }
    }
}

/// The load balancer that a call names.
fn named(context: &Context<'_>) -> Result<LoadBalancer, Refusal> {
    let wanted = context.request.required("LoadBalancerArn")?;
    let found = load_balancers(&context.place).into_iter().find(|it| it.arn == wanted);
    let none = || Refusal::new(400, "LoadBalancerNotFound", format!("Load balancers '[{wanted}]' not found"));
    found.ok_or_else(none)
}

fn describe(place: &Place<'_>, it: &LoadBalancer) -> Value {
    let is_gateway = it.kind == "gateway";
    let has_groups = it.kind == "application";
    let zone = |letter: &str, subnet: &str| {
        json!({
            "ZoneName": format!("{}{letter}", place.region),
            "SubnetId": subnet,
            "LoadBalancerAddresses": members([]),
        })
    };
    let zones = [zone("a", "subnet-0123456789abcdef0"), zone("b", "subnet-0123456789abcdef1")];
    json!({
        "LoadBalancerArn": it.arn,
        "DNSName": (!is_gateway).then(|| network::host(place, it)),
        "CanonicalHostedZoneId": (!is_gateway).then_some("Z32O12XQLNTSW2"),
        "CreatedTime": iso_millis(it.created_millis),
        "LoadBalancerName": it.name,
        "Scheme": (!is_gateway).then_some(it.scheme),
        "VpcId": vpc_id(place.organization, &place.account.id, place.region, 0),
        "State": { "Code": it.state },
        "Type": it.kind,
        "AvailabilityZones": members(zones),
        "SecurityGroups": members(has_groups.then(|| json!("sg-0123456789abcdef0"))),
        "IpAddressType": it.address_type,
    })
}

/// The attributes of a load balancer: those that its type has.
fn attributes(it: &LoadBalancer) -> Value {
    let text = |flag: bool| if flag { "true" } else { "false" };
    let mut pairs = vec![("deletion_protection.enabled", text(it.is_protected))];
    if it.kind != "gateway" {
        pairs.push(("access_logs.s3.enabled", text(it.has_access_logs)));
        pairs.push(("access_logs.s3.bucket", if it.has_access_logs { "logs-of-load-balancers" } else { "" }));
        pairs.push(("access_logs.s3.prefix", ""));
    }
    if it.kind == "application" {
        pairs.push(("connection_logs.s3.enabled", "false"));
        pairs.push(("idle_timeout.timeout_seconds", "60"));
        pairs.push(("routing.http.desync_mitigation_mode", "defensive"));
        pairs.push(("routing.http.drop_invalid_header_fields.enabled", text(it.drops_invalid_headers)));
        pairs.push(("waf.fail_open.enabled", text(it.is_waf_fail_open)));
    }
    members(pairs.into_iter().map(|(key, value)| json!({ "Key": key, "Value": value })))
}

fn describe_listener(place: &Place<'_>, balancer: &LoadBalancer, it: &Listener) -> Value {
    let is_gateway = balancer.kind == "gateway";
    let is_tls = matches!(it.protocol, "HTTPS" | "TLS");
    let target = target_arn(place, &balancer.name);
    let certificate =
        || json!({ "CertificateArn": place.arn("acm", "certificate/00000000-0000-4000-8000-000000000000") });
    let forward = || {
        let group = json!({ "TargetGroupArn": target, "Weight": 1 });
        json!({ "Type": "forward", "TargetGroupArn": target, "ForwardConfig": { "TargetGroups": members([group]) } })
    };
    let actions = match it.action {
        "forward" => vec![forward()],
        "redirect" => {
            let config = json!({ "Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301" });
            vec![json!({ "Type": "redirect", "Order": 1, "RedirectConfig": config })]
        }
        "fixed-response" => {
            let config = json!({ "StatusCode": "404", "ContentType": "text/plain" });
            vec![json!({ "Type": "fixed-response", "Order": 1, "FixedResponseConfig": config })]
        }
        other => vec![json!({ "Type": other, "Order": 1 }), forward()],
    };
    json!({
        "ListenerArn": place.arn("elasticloadbalancing", &format!("listener/{}/{}", balancer.id, it.id)),
        "LoadBalancerArn": balancer.arn,
        "Port": (!is_gateway).then_some(it.port),
        "Protocol": (!is_gateway).then_some(it.protocol),
        "SslPolicy": is_tls.then_some("ELBSecurityPolicy-TLS13-1-2-2021-06"),
        "Certificates": members(is_tls.then(certificate)),
        "DefaultActions": members(actions),
        "MutualAuthentication": (it.protocol == "HTTPS").then(|| json!({ "Mode": "off" })),
    })
}

fn target_arn(place: &Place<'_>, balancer: &str) -> String {
    place.arn("elasticloadbalancing", &format!("targetgroup/{balancer}/73e2d6bc24d8a067"))
}

/// A target group for each load balancer, and one of functions that no load balancer uses.
fn describe_target_groups(place: &Place<'_>) -> Vec<Value> {
    let of_balancer = |it: &LoadBalancer| {
        json!({
            "TargetGroupArn": target_arn(place, &it.name),
            "TargetGroupName": it.name,
            "Protocol": if it.kind == "application" { "HTTP" } else { "TCP" },
            "ProtocolVersion": (it.kind == "application").then_some("HTTP1"),
            "Port": 8080,
            "VpcId": vpc_id(place.organization, &place.account.id, place.region, 0),
            "HealthCheckProtocol": "HTTP",
            "HealthCheckPort": "traffic-port",
            "HealthCheckEnabled": true,
            "HealthCheckPath": "/",
            "LoadBalancerArns": members([json!(it.arn)]),
            "TargetType": "instance",
            "IpAddressType": "ipv4",
        })
    };
    let unused = json!({
        "TargetGroupArn": target_arn(place, "unused"),
        "TargetGroupName": "unused",
        "HealthCheckEnabled": false,
        "LoadBalancerArns": members([]),
        "TargetType": "lambda",
    });
    let balancers = load_balancers(place);
    let mut groups: Vec<Value> = balancers.iter().map(of_balancer).collect();
    groups.extend((!balancers.is_empty()).then_some(unused));
    groups
}
