//! Load balancers as the network and its names have them.

use super::{LoadBalancer, load_balancers};
use crate::place::Place;

/// A load balancer as the network has it: one with an interface of its own there.
pub(crate) struct Placed {
    pub(crate) name: String,
    pub(crate) arn: String,
    /// What the interface says: app/name/id.
    pub(crate) id: String,
    /// The name by which it is reached.
    pub(crate) host: String,
    pub(crate) is_facing: bool,
    pub(crate) has_group: bool,
    /// Whether it has a listener. The first one is always on 443.
    pub(crate) has_listener: bool,
}

/// The application and network load balancers of a place.
pub(crate) fn placed(place: &Place<'_>) -> Vec<Placed> {
    let is_placed = |it: &LoadBalancer| matches!(it.kind, "application" | "network");
    let placed = |it: LoadBalancer| Placed {
        is_facing: it.scheme == "internet-facing",
        has_group: it.kind == "application",
        has_listener: !it.listeners.is_empty(),
        host: host(place, &it),
        name: it.name,
        arn: it.arn,
        id: it.id,
    };
    load_balancers(place).into_iter().filter(is_placed).map(placed).collect()
}

/// The name by which a load balancer is reached, which no other one has.
pub(super) fn host(place: &Place<'_>, it: &LoadBalancer) -> String {
    let unique = it.id.rsplit('/').next().unwrap_or_default();
    format!("{}-{unique}.{}.elb.amazonaws.com", it.name, place.region)
}

/// The names by which the application load balancers of a place are reached.
pub(crate) fn hosts(place: &Place<'_>) -> Vec<String> {
    let balancers = load_balancers(place);
    balancers.iter().filter(|it| it.kind == "application").map(|it| host(place, it)).collect()
}
