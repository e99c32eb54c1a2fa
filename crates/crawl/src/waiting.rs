//! The order in which an account's tasks have their turns. Pure.

use std::collections::BTreeMap;

use orgcensus_aws::Limits;
use orgcensus_collect::Collector;

use crate::account::Planned;

/// What has a rate of its own: a service in a region.
pub(crate) type Place = (&'static str, String);

/// Tasks that wait for their turn.
///
/// AWS limits each service and region apart, so an account takes as long as the fullest of them, if that one is never
/// without a task. So the next task is one whose place has none under way, the slowest service first; only if each place
/// has one, a place has several.
pub(crate) struct Waiting {
    /// The slowest first.
    tasks: Vec<(Place, Planned)>,
    /// How many tasks of each place are under way.
    under_way: BTreeMap<Place, usize>,
}

impl Waiting {
    pub(crate) fn new(planned: Vec<Planned>, limits: &Limits) -> Self {
        let mut tasks: Vec<_> = planned.into_iter().map(|task| (slowest(&task.0, limits), task)).collect();
        tasks.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        let placed = |(_, task): (f64, Planned)| ((service(&task.0), task.1.clone()), task);
        Self { tasks: tasks.into_iter().map(placed).collect(), under_way: BTreeMap::new() }
    }

    /// The task whose turn it is; `None` if none waits.
    pub(crate) fn next(&mut self) -> Option<(Place, Planned)> {
        if self.tasks.is_empty() {
            return None;
        }
        let is_idle = |(place, _): &(Place, Planned)| !self.under_way.contains_key(place);
        let (place, task) = self.tasks.remove(self.tasks.iter().position(is_idle).unwrap_or_default());
        *self.under_way.entry(place.clone()).or_default() += 1;
        Some((place, task))
    }

    /// A task of this place is no longer under way.
    pub(crate) fn ended(&mut self, place: &Place) {
        if let Some(count) = self.under_way.get_mut(place) {
            *count -= 1;
            if *count == 0 {
                self.under_way.remove(place);
            }
        }
    }
}

fn service(collector: &Collector) -> &'static str {
    collector.calls.first().map_or(collector.name, |call| call.service)
}

/// The rate of its slowest call, calls a second.
fn slowest(collector: &Collector, limits: &Limits) -> f64 {
    let rate = |service, operation| limits.rule(limits.rule_of(service, operation)).rate.per_second;
    collector.calls.iter().map(|call| rate(call.service, call.operation)).fold(f64::INFINITY, f64::min)
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::{Call, Runs, Scope, call};

    use super::*;
    use crate::regions::Presence;

    const LIMITS: &str = r#"
        share = 1.0
        [[bucket]]
        service = "*"
        scope = "region"
        per_second = 100
        burst = 100
        source = "the test"
        [[bucket]]
        service = "lambda"
        scope = "region"
        per_second = 5
        burst = 5
        source = "the test"
    "#;

    const fn collector(name: &'static str, calls: &'static [Call]) -> Collector {
        let (scope, runs) = (Scope::Region, Runs::Always);
        Collector { name, scope, runs, calls, resources: &[], tables: &[], collect: |_, _| Box::pin(async { Ok(()) }) }
    }

    const QUEUES: Collector = collector("queues", &[call("sqs", "ListQueues")]);
    const TOPICS: Collector = collector("topics", &[call("sns", "ListTopics")]);
    const FUNCTIONS: Collector = collector("functions", &[call("lambda", "ListFunctions")]);
    const LAYERS: Collector = collector("layers", &[call("lambda", "ListLayers")]);

    fn name((_, task): &(Place, Planned)) -> &'static str {
        task.0.name
    }

    #[test]
    fn the_slowest_service_is_never_without_a_task_and_has_one_at_a_time() {
        let limits = Limits::parse(LIMITS).unwrap();
        let planned = [QUEUES, TOPICS, FUNCTIONS, LAYERS].map(|it| (it, "eu-west-1".to_owned(), Presence::On));
        let mut waiting = Waiting::new(planned.to_vec(), &limits);
        let first = waiting.next().unwrap();
        let second = waiting.next().unwrap();
        assert_eq!([name(&first), name(&second)], ["functions", "queues"]);
        waiting.ended(&second.0);
        assert_eq!(name(&waiting.next().unwrap()), "topics");
        waiting.ended(&first.0);
        assert_eq!(name(&waiting.next().unwrap()), "layers");
        assert!(waiting.next().is_none());
    }

    #[test]
    fn where_each_place_has_one_a_place_has_several() {
        let limits = Limits::parse(LIMITS).unwrap();
        let planned = [FUNCTIONS, LAYERS].map(|it| (it, "eu-west-1".to_owned(), Presence::On));
        let mut waiting = Waiting::new(planned.to_vec(), &limits);
        let names = [waiting.next().unwrap(), waiting.next().unwrap()];
        assert_eq!([name(&names[0]), name(&names[1])], ["functions", "layers"]);
        waiting.ended(&names[0].0);
        waiting.ended(&names[1].0);
        assert!(waiting.under_way.is_empty());
    }
}
