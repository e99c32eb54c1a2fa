//! Load balancers and tasks in the network: their interfaces, and which of them the internet reaches.

use super::groups::group_id;
use super::interfaces::interface;
use super::public_block_mode;
use crate::access::obstacle;
use crate::place::Place;
use crate::protocol::items;
use crate::services::{ecs, elasticloadbalancingv2 as elbv2};
use crate::truth::Tally;
use serde_json::{Value, json};

pub(super) fn interfaces(place: &Place<'_>) -> Vec<Value> {
    let (balancers, tasks) = (elbv2::placed(place), ecs::placed(place));
    let of_balancers = balancers.iter().map(|it| of_balancer(place, it));
    of_balancers.chain(tasks.iter().map(|it| of_task(place, it))).collect()
}

/// The group that lets in the world on the ports of the web.
fn web(place: &Place<'_>) -> Value {
    items([json!({ "groupId": group_id(place, "web"), "groupName": "web" })])
}

fn of_balancer(place: &Place<'_>, it: &elbv2::Placed) -> Value {
    let public_ip = it.is_facing.then_some("203.0.113.251");
    let mut described = interface(place, &it.id, "public", "172.31.0.21", public_ip);
    described["description"] = json!(format!("ELB {}", it.id));
    described["requesterId"] = json!("amazon-elb");
    described["requesterManaged"] = json!(true);
    if it.has_group {
        described["groupSet"] = web(place);
    }
    described
}

fn of_task(place: &Place<'_>, it: &ecs::Placed) -> Value {
    let public_ip = it.is_public.then_some("203.0.113.252");
    let mut described = interface(place, &it.interface_id, "public", &it.private_ip, public_ip);
    described["networkInterfaceId"] = json!(it.interface_id);
    described["groupSet"] = web(place);
    described
}

/// The load balancers that the internet reaches, all of it, where their service can be read.
pub(crate) fn reached_balancers(place: &Place<'_>) -> Vec<elbv2::Placed> {
    if public_block_mode(place) != "off" || obstacle(place, &elbv2::SERVICE).is_some() {
        return Vec::new();
    }
    elbv2::placed(place).into_iter().filter(|it| it.is_facing && it.has_listener).collect()
}

/// Adds the load balancers that the internet reaches, the tasks, and the services by either.
pub(super) fn count(place: &Place<'_>, tally: &mut Tally) {
    if public_block_mode(place) != "off" {
        return;
    }
    let reached = reached_balancers(place);
    for it in &reached {
        tally.lists.add("G17", [&it.arn]);
    }
    if obstacle(place, &ecs::SERVICE).is_some() {
        return;
    }
    for it in ecs::placed(place).iter().filter(|it| it.is_public) {
        tally.lists.add("G17", [&it.arn]);
        if let Some(service_arn) = &it.service_arn {
            tally.lists.add("G17", [service_arn]);
        }
    }
    if reached.iter().any(|it| it.name == ecs::BALANCER) {
        for service_arn in ecs::behind_balancer(place) {
            tally.lists.add("G17", [&service_arn]);
        }
    }
}
