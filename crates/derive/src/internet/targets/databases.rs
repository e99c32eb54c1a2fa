//! RDS and Redshift: those with public addresses. Their interfaces do not say whose they are: RDS's are told by VPC,
//! subnets and groups, Redshift's by the nodes' addresses.

use std::collections::BTreeSet;

use orgcensus_collectors::rds;
use orgcensus_policy::kinds::REDSHIFT_CLUSTER;
use orgcensus_row::resource_type;

use super::entrance::{Entrance, Port};
use super::{Region, Target};
use crate::internet::network::Interface;

/// An instance of RDS, which may be a cluster's.
#[derive(Debug, Clone, Default)]
pub(crate) struct Database {
    pub(crate) arn: String,
    pub(crate) is_public: Option<bool>,
    pub(crate) port: Option<i32>,
    pub(crate) vpc_id: Option<String>,
    pub(crate) subnet_ids: BTreeSet<String>,
    pub(crate) group_ids: BTreeSet<String>,
}

/// A cluster of Redshift.
#[derive(Debug, Clone, Default)]
pub(crate) struct Warehouse {
    pub(crate) arn: String,
    pub(crate) is_public: Option<bool>,
    pub(crate) port: Option<i32>,
    /// The public addresses of its nodes.
    pub(crate) addresses: BTreeSet<String>,
}

pub(super) fn instances(region: &Region) -> Vec<Target> {
    let target = |it: &Database| Target {
        arn: it.arn.clone(),
        target_type: resource_type::<rds::instances::Instance>(),
        entrances: vec![if_public(it.is_public, it.port, |port| it.entrance(region, port))],
    };
    region.databases.iter().map(target).collect()
}

pub(super) fn warehouses(region: &Region) -> Vec<Target> {
    let target = |it: &Warehouse| Target {
        arn: it.arn.clone(),
        target_type: REDSHIFT_CLUSTER.resource_type,
        entrances: vec![if_public(it.is_public, it.port, |port| it.entrance(region, port))],
    };
    region.warehouses.iter().map(target).collect()
}

/// The entrance of a database that its service gave a public address, on its port.
fn if_public(is_public: Option<bool>, port: Option<i32>, entrance: impl FnOnce(Port) -> Entrance) -> Entrance {
    match (is_public, port.and_then(|port| u16::try_from(port).ok())) {
        (Some(false), _) => Entrance::closed("it is not publicly accessible"),
        (None, _) => Entrance::unknown("whether it is publicly accessible was not read"),
        (Some(true), None) => Entrance::unknown("its port was not read, or it has none yet"),
        (Some(true), Some(port)) => entrance(Port::tcp(port)),
    }
}

/// The interfaces that are described so and have public addresses.
fn public<'r>(region: &'r Region, description: &'static str) -> impl Iterator<Item = &'r Interface> {
    let is_so = move |it: &&Interface| it.description.as_deref() == Some(description) && !it.entries().is_empty();
    region.interfaces.values().filter(is_so)
}

impl Database {
    fn entrance(&self, region: &Region, port: Port) -> Entrance {
        let may_be_its_own = |it: &&Interface| self.may_have(it);
        let found = public(region, "RDSNetworkInterface").filter(may_be_its_own);
        let ids: Vec<String> = found.map(|it| it.id.clone()).collect();
        let mut others = region.databases.iter().filter(|it| it.arn != self.arn && it.is_public != Some(false));
        if ids.is_empty() {
            Entrance::unknown("its network interfaces were not read")
        } else if others.any(|other| self.may_share(other)) {
            Entrance::SomeOf { ids, ports: vec![port] }
        } else {
            Entrance::of(ids, Some(vec![port]))
        }
    }

    fn may_have(&self, interface: &Interface) -> bool {
        let groups: BTreeSet<&String> = interface.group_ids.iter().collect();
        let is_in_subnets = interface.subnet_id.as_ref().is_some_and(|id| self.subnet_ids.contains(id));
        interface.vpc_id == self.vpc_id && is_in_subnets && groups.iter().copied().eq(&self.group_ids)
    }

    /// Whether an interface may be this one's as well as another's.
    fn may_share(&self, other: &Self) -> bool {
        let is_apart = self.subnet_ids.is_disjoint(&other.subnet_ids);
        self.vpc_id == other.vpc_id && self.group_ids == other.group_ids && !is_apart
    }
}

impl Warehouse {
    fn entrance(&self, region: &Region, port: Port) -> Entrance {
        let has_one = |it: &&Interface| it.public_addresses.iter().any(|address| self.addresses.contains(address));
        let found = public(region, "RedshiftNetworkInterface").filter(has_one);
        Entrance::of(found.map(|it| it.id.clone()).collect(), Some(vec![port]))
    }
}
