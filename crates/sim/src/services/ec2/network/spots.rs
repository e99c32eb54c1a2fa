//! Where services put what they run: a subnet and groups of the first VPC. Whether the internet reaches what is there.

use super::groups::{group_id, lets_in};
use super::{public_block_mode, subnet_id};
use crate::place::Place;
use crate::protocol::items;
use crate::truth::Tally;
use serde_json::{Value, json};

/// Where something is in the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spot {
    /// The name of its subnet.
    subnet: &'static str,
    /// The name of the other subnet that it may be in: services that move things ask for two.
    spare: &'static str,
    /// The names of its groups.
    groups: &'static [&'static str],
}

const OPEN: Spot = Spot { subnet: "public", spare: "isolated", groups: &["data"] };
/// Open to an office alone.
const OFFICE: Spot = Spot { groups: &["desk"], ..OPEN };
/// Open as well, but of two that stand here nobody can tell which is reached.
pub(crate) const CROWDED: Spot = Spot { groups: &["data", "inner"], ..OPEN };
/// In the public subnet, and nobody is let in.
pub(crate) const SHUT: Spot = Spot { groups: &["closed"], ..OPEN };
/// Its subnet's ACL lets nothing of the internet pass.
const GUARDED: Spot = Spot { subnet: "guarded", spare: "private", groups: &["data", "closed"] };
/// Behind the transit gateway, which nobody follows.
const HUB: Spot = Spot { subnet: "hub", spare: "private", groups: &["data"] };

/// Those of databases. What has the same groups at two of them has no subnet in common, so that it can be told apart.
pub(crate) const OF_DATA: [Spot; 6] = [OPEN, OFFICE, CROWDED, SHUT, GUARDED, HUB];

/// Those of load balancers.
pub(crate) const OF_BALANCERS: [Spot; 5] = [
    Spot { groups: &["web"], ..OPEN },
    Spot { groups: &["web", "office"], ..OPEN },
    Spot { groups: &["office"], ..OPEN },
    Spot { groups: &["web"], ..GUARDED },
    Spot { groups: &["web"], ..HUB },
];

/// One of the spots, the same one for the same thing whenever it is asked for.
pub(crate) fn by_chance(place: &Place<'_>, service: &str, name: &str, spots: &[Spot]) -> Spot {
    place.organization.dice(&["spot", &place.account.id, place.region, service, name]).pick(spots)
}

impl Spot {
    /// The name of its subnet.
    pub(super) fn subnet(self) -> &'static str {
        self.subnet
    }

    pub(crate) fn subnet_id(self, place: &Place<'_>) -> String {
        subnet_id(place, self.subnet)
    }

    /// Both subnets that what is here may be in.
    pub(crate) fn subnet_ids(self, place: &Place<'_>) -> [String; 2] {
        [self.subnet, self.spare].map(|name| subnet_id(place, name))
    }

    /// What a service calls both subnets together.
    pub(crate) fn subnet_group(self) -> String {
        format!("{}-{}", self.subnet, self.spare)
    }

    /// Its groups, by their names.
    pub(crate) fn groups(self) -> &'static [&'static str] {
        self.groups
    }

    pub(crate) fn group_ids(self, place: &Place<'_>) -> Vec<String> {
        self.groups.iter().map(|name| group_id(place, name)).collect()
    }

    /// Its groups as a list of EC2.
    pub(super) fn group_set(self, place: &Place<'_>) -> Value {
        items(self.groups.iter().map(|name| json!({ "groupId": group_id(place, name), "groupName": name })))
    }

    /// Whether the internet reaches a public address here on a port of TCP; none if nobody can tell.
    fn is_reached(self, place: &Place<'_>, port: u16) -> Option<bool> {
        let lets_in = || self.groups.iter().any(|name| lets_in(place, name, port));
        match self.subnet {
            "hub" => None,
            "public" => Some(public_block_mode(place) == "off" && lets_in()),
            _ => Some(false),
        }
    }
}

/// Something with a network interface of its own.
#[derive(Debug)]
pub(crate) struct Placed {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) spot: Spot,
    /// The public address of its interface, if it has one.
    pub(crate) public_ip: Option<String>,
    /// The ports on which it takes connections; none as long as nobody can know them.
    pub(crate) ports: Option<Vec<u16>>,
    /// Whether the interface of another one looks the same, and nothing says whose is which.
    pub(crate) has_twin: bool,
}

impl Placed {
    /// Whether the internet reaches it; none if nobody can tell.
    pub(crate) fn is_reached(&self, place: &Place<'_>) -> Option<bool> {
        if self.public_ip.is_none() {
            return Some(false);
        }
        let mut by_port = self.ports.as_ref()?.iter().map(|port| self.spot.is_reached(place, *port));
        let is_reached = by_port.try_fold(false, |is_reached, by_it| Some(is_reached || by_it?));
        is_reached.filter(|is_reached| !(*is_reached && self.has_twin))
    }
}

/// Adds what the internet reaches of these. What it does not reach, and what nobody can tell, are cells: there is one
/// row for each.
pub(crate) fn count(place: &Place<'_>, tally: &mut Tally, all: &[Placed], [closed, unknown]: [&'static str; 2]) {
    let judged: Vec<_> = all.iter().map(|it| (it, it.is_reached(place))).collect();
    for (it, _) in judged.iter().filter(|(_, is_reached)| *is_reached == Some(true)) {
        tally.lists.add("G17", [&it.arn]);
    }
    let count = |wanted: Option<bool>| judged.iter().filter(|(_, is_reached)| *is_reached == wanted).count();
    tally.cell(closed, count(Some(false)));
    tally.cell(unknown, count(None));
}

#[cfg(test)]
mod tests {
    use super::OF_DATA;

    #[test]
    fn what_looks_the_same_is_in_other_subnets() {
        for (number, one) in OF_DATA.iter().enumerate() {
            for other in OF_DATA.iter().skip(number + 1).filter(|other| other.groups == one.groups) {
                let subnets = [other.subnet, other.spare];
                assert!(!subnets.contains(&one.subnet) && !subnets.contains(&one.spare), "{one:?} {other:?}");
            }
        }
    }
}
