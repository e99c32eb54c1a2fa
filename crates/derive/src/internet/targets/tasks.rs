//! ECS: tasks by their own interfaces, and services by their tasks and by the load balancers that send to them.

use std::collections::BTreeMap;

use orgcensus_collectors::ecs;
use orgcensus_row::resource_type;

use super::entrance::Entrance;
use super::{Region, Target};

/// The collectors of which it matters whether they read everything.
pub(crate) const TASKS: &str = ecs::tasks::TASKS.name;

/// A task.
#[derive(Debug, Clone, Default)]
pub(crate) struct Task {
    pub(crate) arn: String,
    pub(crate) cluster_arn: String,
    pub(crate) service_name: Option<String>,
    /// `None` if it was not read.
    pub(crate) interfaces: Option<Vec<String>>,
    pub(crate) is_on_fargate: bool,
}

/// A service.
#[derive(Debug, Clone, Default)]
pub(crate) struct Service {
    pub(crate) arn: String,
    pub(crate) name: String,
    pub(crate) cluster_arn: String,
    /// By their ARNs; `None` if they were not read.
    pub(crate) target_groups: Option<Vec<String>>,
    /// The classic load balancers, by name; `None` if they were not read.
    pub(crate) classic_balancers: Option<Vec<String>>,
}

pub(super) fn tasks(region: &Region) -> Vec<Target> {
    let target = |it: &Task| Target { arn: it.arn.clone(), target_type: "ecs_task", entrances: vec![it.entrance()] };
    region.tasks.iter().map(target).collect()
}

pub(super) fn services(region: &Region) -> Vec<Target> {
    let mut tasks: BTreeMap<(&str, &str), Vec<&Task>> = BTreeMap::new();
    for task in &region.tasks {
        if let Some(name) = task.service_name.as_deref() {
            tasks.entry((task.cluster_arn.as_str(), name)).or_default().push(task);
        }
    }
    let target = |it: &Service| {
        let its_own = tasks.get(&(it.cluster_arn.as_str(), it.name.as_str())).map(Vec::as_slice);
        let entrances = of_tasks(its_own.unwrap_or_default(), region).into_iter().chain(it.of_balancers(region));
        let target_type = resource_type::<ecs::services::Service>();
        Target { arn: it.arn.clone(), target_type, entrances: entrances.collect() }
    };
    region.services.iter().map(target).collect()
}

/// The entrances of a service's tasks. If not all tasks were read, one may be open yet.
fn of_tasks(tasks: &[&Task], region: &Region) -> Vec<Entrance> {
    let mut entrances: Vec<_> = tasks.iter().map(|task| task.entrance()).collect();
    if !region.complete.contains(TASKS) {
        entrances.push(Entrance::unknown("not all tasks were read"));
    } else if entrances.is_empty() {
        entrances.push(Entrance::closed("none of its tasks runs"));
    }
    entrances
}

impl Task {
    fn entrance(&self) -> Entrance {
        match &self.interfaces {
            None => Entrance::unknown("it was not read"),
            Some(ids) if ids.is_empty() && !self.is_on_fargate => {
                Entrance::unknown("it uses the network interfaces of its instance, which was not followed")
            }
            Some(ids) => Entrance::of(ids.clone(), None),
        }
    }
}

impl Service {
    /// The load balancers that send to it, each once. That its tasks take what comes from there is not checked.
    fn of_balancers(&self, region: &Region) -> Vec<Entrance> {
        let (Some(groups), Some(names)) = (&self.target_groups, &self.classic_balancers) else {
            return vec![Entrance::unknown("the load balancers that send to it were not read")];
        };
        let classic = names.iter().map(|name| region.classic(name));
        let of_groups = groups.iter().flat_map(|group| region.of_group(group));
        let mut entrances: Vec<Entrance> = Vec::new();
        for entrance in classic.chain(of_groups) {
            if !entrances.contains(&entrance) {
                entrances.push(entrance);
            }
        }
        entrances
    }
}

impl Region {
    /// The entrance of a classic load balancer.
    fn classic(&self, name: &str) -> Entrance {
        let is_it = |arn: &&String| arn.rsplit_once(":loadbalancer/").is_some_and(|(_, end)| end == name);
        match self.balancers.keys().find(is_it) {
            Some(arn) => self.balancer(arn),
            None => Entrance::unknown("a load balancer that sends to it was not read"),
        }
    }

    /// The entrances of the load balancers that send to a target group.
    fn of_group(&self, group: &str) -> Vec<Entrance> {
        match self.balancers_of_group.get(group) {
            Some(arns) => arns.iter().map(|arn| self.balancer(arn)).collect(),
            None => vec![Entrance::unknown("a target group that sends to it was not read")],
        }
    }

    fn balancer(&self, arn: &str) -> Entrance {
        let entrance = match self.balancers.get(arn) {
            Some(balancer) => balancer.entrance(self),
            None => Entrance::unknown("it was not read"),
        };
        Entrance::Balancer { arn: arn.to_owned(), entrances: vec![entrance] }
    }
}
