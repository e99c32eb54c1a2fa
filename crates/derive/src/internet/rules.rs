//! What the rules of security groups let in: from the internet, and from elsewhere. Pure.

use super::network::{Destination, Interface, Network, Route, Rule, Source};
use super::ranges::Range;

/// The ranges of the internet from which a rule lets in.
pub(super) fn sources<'n>(source: &'n Source, network: &'n Network, is_ipv6: bool) -> Vec<Result<Range, &'n str>> {
    let is_internet = |range: &&Range| range.is_ipv6 == is_ipv6 && !range.is_private();
    match source {
        Source::Range(range) => Some(range).filter(is_internet).into_iter().map(|range| Ok(*range)).collect(),
        Source::Group { .. } => Vec::new(),
        Source::List(id) => match network.lists.get(id).and_then(|list| list.ranges.as_ref()) {
            Some(ranges) => ranges.iter().filter(is_internet).map(|range| Ok(*range)).collect(),
            None => {
                let its_family = network.lists.get(id).and_then(|list| list.is_ipv6);
                let is_of_family = its_family.is_none_or(|its| its == is_ipv6);
                is_of_family.then_some(Err(id.as_str())).into_iter().collect()
            }
        },
    }
}

/// Whether a group and the ACL may let in what comes by a route from elsewhere.
pub(super) fn admits(interface: &Interface, network: &Network, route: &Route) -> bool {
    let destinations = match &route.destination {
        Destination::Range(range) => std::slice::from_ref(range),
        Destination::List(id) => match network.lists.get(id).and_then(|list| list.ranges.as_ref()) {
            Some(ranges) => ranges.as_slice(),
            // The gateway endpoints of AWS's own lists lead to AWS's services.
            None if route.target_type.as_deref() == Some("vpc_endpoint") => &[],
            None => return true,
        },
    };
    let passes = |rule: &Rule, from: Range| {
        network.acl(interface).is_none_or(|acl| !acl.passes(rule.protocol, rule.ports, from).is_empty())
    };
    let from_range = |rule: &Rule, range: Range| {
        destinations.iter().filter_map(|to| to.common(range)).any(|from| passes(rule, from))
    };
    let by_rule = |rule: &Rule| match &rule.source {
        Source::Range(range) => from_range(rule, *range),
        Source::Group { is_elsewhere } => *is_elsewhere && !destinations.is_empty(),
        Source::List(id) => match network.lists.get(id).and_then(|list| list.ranges.as_ref()) {
            Some(ranges) => ranges.iter().any(|range| from_range(rule, *range)),
            None => !destinations.is_empty(),
        },
    };
    let by_group = |group_id: &String| match network.rules_of(group_id) {
        Some(rules) => rules.iter().any(by_rule),
        None => !destinations.is_empty(),
    };
    let has_any = !destinations.is_empty();
    if interface.group_ids.is_empty() { has_any } else { interface.group_ids.iter().any(by_group) }
}
