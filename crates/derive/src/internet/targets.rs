//! What can be reached: targets, each with its network interfaces. A further kind of target is a function in `TARGETS`:
//! services say in an interface's description what it is for.

use std::collections::{BTreeMap, BTreeSet};

use super::network::{Interface, Network};

/// What was read of one region of an account.
#[derive(Debug, Default)]
pub(crate) struct Region {
    pub(crate) network: Network,
    /// By id.
    pub(crate) interfaces: BTreeMap<String, Interface>,
    /// The instances that are not terminated.
    pub(crate) instances: Vec<InstanceTarget>,
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
    /// Its network interfaces, by id. Without any it is not known whether it can be reached.
    pub(crate) interfaces: Vec<String>,
}

/// All kinds of targets.
pub(crate) const TARGETS: &[fn(&Region) -> Vec<Target>] = &[instances, interfaces];

fn instances(region: &Region) -> Vec<Target> {
    let mut of_instance: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for interface in region.interfaces.values() {
        if let Some(instance_id) = interface.instance_id.as_deref() {
            of_instance.entry(instance_id).or_default().push(interface.id.clone());
        }
    }
    let target = |it: &InstanceTarget| Target {
        arn: it.arn.clone(),
        target_type: "ec2_instance",
        interfaces: of_instance.get(it.id.as_str()).cloned().unwrap_or_default(),
    };
    region.instances.iter().map(target).collect()
}

/// The interfaces that belong to no instance of the account: those of load balancers, databases, tasks, functions.
fn interfaces(region: &Region) -> Vec<Target> {
    let instances: BTreeSet<&str> = region.instances.iter().map(|it| it.id.as_str()).collect();
    let is_of_instance = |it: &Interface| it.instance_id.as_deref().is_some_and(|id| instances.contains(id));
    let target = |it: &Interface| Target {
        arn: it.arn.clone(),
        target_type: "ec2_network_interface",
        interfaces: vec![it.id.clone()],
    };
    region.interfaces.values().filter(|it| !is_of_instance(it)).map(target).collect()
}
