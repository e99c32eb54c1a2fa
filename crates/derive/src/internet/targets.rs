//! What can be reached: targets, each with its entrances. A further kind of target is a function in `KINDS`.
//!
//! ```text
//! entrance     an entrance + what was read -> the ways through it
//! balancers    load balancers: by the interfaces that say their names, on their listeners' ports
//! tasks        ECS: by the tasks' own interfaces, and by what sends to a service
//! databases    RDS and Redshift: by interfaces that may be their own
//! endpoints    OpenSearch and EKS: by endpoints that are not in the account's network
//! ```

use std::collections::{BTreeMap, BTreeSet};

use orgcensus_collectors::ec2::instances::Instance;
use orgcensus_collectors::ec2::network_interfaces::NetworkInterface;
use orgcensus_row::resource_type;

use self::balancers::Balancer;
use self::databases::{Database, Warehouse};
use self::endpoints::{Cluster, Domain};
use self::entrance::Entrance;
use self::tasks::{Service, Task};
use super::network::{Interface, Network};

pub(crate) mod balancers;
pub(crate) mod databases;
pub(crate) mod endpoints;
pub(crate) mod entrance;
pub(crate) mod tasks;

/// What was read of one region of an account.
#[derive(Debug, Default)]
pub(crate) struct Region {
    pub(crate) network: Network,
    /// The collectors that read everything here, of those of which it matters.
    pub(crate) complete: BTreeSet<&'static str>,
    /// By id.
    pub(crate) interfaces: BTreeMap<String, Interface>,
    /// The instances that are not terminated.
    pub(crate) instances: Vec<InstanceTarget>,
    /// By ARN.
    pub(crate) balancers: BTreeMap<String, Balancer>,
    /// The load balancers that send to a target group, by its ARN.
    pub(crate) balancers_of_group: BTreeMap<String, Vec<String>>,
    pub(crate) services: Vec<Service>,
    pub(crate) tasks: Vec<Task>,
    pub(crate) databases: Vec<Database>,
    pub(crate) warehouses: Vec<Warehouse>,
    pub(crate) domains: Vec<Domain>,
    pub(crate) clusters: Vec<Cluster>,
}

impl Region {
    /// Whether there is anything that may be a target.
    pub(crate) fn has_targets(&self) -> bool {
        let has_network = !self.instances.is_empty() || !self.interfaces.is_empty() || !self.balancers.is_empty();
        let has_tasks = !self.services.is_empty() || !self.tasks.is_empty();
        let has_databases = !self.databases.is_empty() || !self.warehouses.is_empty();
        has_network || has_tasks || has_databases || !self.domains.is_empty() || !self.clusters.is_empty()
    }

    /// The interfaces that a service describes so, by id.
    fn described_as(&self, description: &str) -> Vec<String> {
        let is_so = |it: &&Interface| it.description.as_deref() == Some(description);
        self.interfaces.values().filter(is_so).map(|it| it.id.clone()).collect()
    }
}

/// An instance.
#[derive(Debug, Default)]
pub(crate) struct InstanceTarget {
    pub(crate) arn: String,
    pub(crate) id: String,
}

/// Something that may be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) arn: String,
    /// Its type, as in the inventory.
    pub(crate) target_type: &'static str,
    /// What it may be entered by, all of it.
    pub(crate) entrances: Vec<Entrance>,
}

/// All kinds of targets but interfaces.
const KINDS: &[fn(&Region) -> Vec<Target>] = &[
    instances,
    balancers::load_balancers,
    tasks::services,
    tasks::tasks,
    databases::instances,
    databases::warehouses,
    endpoints::domains,
    endpoints::clusters,
];

/// The targets of a region.
pub(crate) fn targets(region: &Region) -> Vec<Target> {
    let mut targets: Vec<Target> = KINDS.iter().flat_map(|of_kind| of_kind(region)).collect();
    let others = interfaces(region, &targets);
    targets.extend(others);
    targets
}

fn instances(region: &Region) -> Vec<Target> {
    let mut of_instance: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for interface in region.interfaces.values() {
        if let Some(instance_id) = interface.instance_id.as_deref() {
            of_instance.entry(instance_id).or_default().push(interface.id.clone());
        }
    }
    let target = |it: &InstanceTarget| Target {
        arn: it.arn.clone(),
        target_type: resource_type::<Instance>(),
        entrances: vec![Entrance::of(of_instance.get(it.id.as_str()).cloned().unwrap_or_default(), None)],
    };
    region.instances.iter().map(target).collect()
}

/// The interfaces that are judged with no other target: those of functions, of what is not told apart, and of nothing.
fn interfaces(region: &Region, others: &[Target]) -> Vec<Target> {
    let entrances = others.iter().flat_map(|target| &target.entrances);
    let taken: BTreeSet<&str> = entrances.flat_map(Entrance::own).map(String::as_str).collect();
    let target = |it: &Interface| Target {
        arn: it.arn.clone(),
        target_type: resource_type::<NetworkInterface>(),
        entrances: vec![Entrance::of(vec![it.id.clone()], None)],
    };
    region.interfaces.values().filter(|it| !taken.contains(it.id.as_str())).map(target).collect()
}

#[cfg(test)]
mod tests;
