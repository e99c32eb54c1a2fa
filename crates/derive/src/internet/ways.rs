//! Where the answer to an address goes: the route that decides, and what its target means for what comes in. Pure.

use super::network::{Destination, Interface, Network, Route};
use super::ranges::Range;

/// What the deciding route means for what comes from a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Way {
    /// It comes by this internet gateway.
    Gateway(String),
    /// It may come by something that is not followed; what, in words.
    Unfollowed(String),
    /// It does not come; why, in words.
    Closed(String),
}

/// The way for a range: that of the route with the longest prefix. If it is closed, a route whose ranges were not read
/// may open it yet.
pub(crate) fn way(range: Range, routes: &[Route], network: &Network, interface: &Interface) -> Way {
    let unread = routes.iter().find(|route| is_list_unread(route, network));
    match (decided(range, routes, network, interface), unread) {
        (Way::Closed(_), Some(route)) => {
            Way::Unfollowed(format!("the ranges of the route to {} were not read", route.target_id))
        }
        (way, _) => way,
    }
}

fn decided(range: Range, routes: &[Route], network: &Network, interface: &Interface) -> Way {
    let fitting = routes.iter().filter_map(|route| Some((fit(route, range, network)?, route)));
    let Some((_, route)) = fitting.max_by_key(|(length, _)| *length) else {
        return Way::Closed("no route leads to the internet".to_owned());
    };
    if route.is_blackhole {
        return Way::Closed(format!("the route to {} leads nowhere", route.target_id));
    }
    match route.target_type.as_deref() {
        Some("internet_gateway") if route.has_firewall => Way::Unfollowed(not_followed(route)),
        Some("internet_gateway") => match network.diverted(&route.target_id, interface) {
            Some(first) => Way::Unfollowed(not_followed(first)),
            None => Way::Gateway(route.target_id.clone()),
        },
        Some("nat_gateway" | "egress_only_internet_gateway") => {
            Way::Closed(format!("by {} nothing comes in", route.target_id))
        }
        Some("local") => Way::Closed("what is in the VPC is not the internet".to_owned()),
        _ => Way::Unfollowed(not_followed(route)),
    }
}

/// How long the prefix is by which a route fits all of a range; `None` if it does not.
fn fit(route: &Route, range: Range, network: &Network) -> Option<u8> {
    match &route.destination {
        Destination::Range(to) => to.contains(range).then_some(to.length),
        Destination::List(id) => {
            let ranges = network.lists.get(id)?.ranges.as_ref()?;
            ranges.iter().filter(|to| to.contains(range)).map(|to| to.length).max()
        }
    }
}

/// Whether it is not known where a route leads. The lists of gateway endpoints hold AWS's services alone.
fn is_list_unread(route: &Route, network: &Network) -> bool {
    let Destination::List(id) = &route.destination else { return false };
    let is_read = network.lists.get(id).is_some_and(|list| list.ranges.is_some());
    !is_read && route.target_type.as_deref() != Some("vpc_endpoint")
}

/// Whether a route leads to something that may lead on, and that is not followed.
pub(crate) fn leads_elsewhere(route: &Route) -> bool {
    let ends = ["local", "internet_gateway", "nat_gateway", "egress_only_internet_gateway"];
    route.target_type.as_deref().is_none_or(|target| !ends.contains(&target))
}

/// That the target of a route was not followed, in words.
pub(crate) fn not_followed(route: &Route) -> String {
    let target = route.target_type.as_deref().unwrap_or("target").replace('_', " ");
    format!("what comes by the {target} {} was not followed", route.target_id)
}
