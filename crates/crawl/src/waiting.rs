//! The order in which an account's tasks have their turns. Pure.

use std::collections::BTreeMap;

use orgcensus_aws::Limits;
use orgcensus_collect::Collector;

use crate::account::Planned;

/// How many tasks of a place suffice to use up its rate. One is too few: some operations of a service have a rate of their
/// own, and a task that waits for it leaves the others unused.
const AT_ONCE: usize = 2;

/// What has a rate of its own: a service in a region.
pub(crate) type Place = (&'static str, String);

/// Tasks that wait for their turn.
///
/// AWS limits each service and region apart, so an account takes as long as the fullest of them, if that one is never
/// without a task. So the next task is one of the slowest service that has less than [`AT_ONCE`] under way; only if no
/// place has, a place has more.
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
        let has_few = |(place, _): &(Place, Planned)| self.under_way.get(place).is_none_or(|count| *count < AT_ONCE);
        let (place, task) = self.tasks.remove(self.tasks.iter().position(has_few).unwrap_or_default());
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
    const VERSIONS: Collector = collector("versions", &[call("lambda", "ListVersionsByFunction")]);

    fn name((_, task): &(Place, Planned)) -> &'static str {
        task.0.name
    }

    #[test]
    fn the_slowest_service_is_never_without_a_task_and_takes_no_more_turns_than_it_can_use() {
        let limits = Limits::parse(LIMITS).unwrap();
        let planned = [QUEUES, TOPICS, FUNCTIONS, LAYERS, VERSIONS];
        let planned = planned.map(|it| (it, "eu-west-1".to_owned(), Presence::On));
        let mut waiting = Waiting::new(planned.to_vec(), &limits);
        let mut next = |ended: Option<&Place>| {
            ended.into_iter().for_each(|place| waiting.ended(place));
            waiting.next()
        };
        let first: Vec<_> = (0..3).filter_map(|_| next(None)).collect();
        assert_eq!(first.iter().map(name).collect::<Vec<_>>(), ["functions", "layers", "queues"]);
        assert_eq!(name(&next(Some(&first[2].0)).unwrap()), "topics");
        assert_eq!(name(&next(Some(&first[0].0)).unwrap()), "versions");
        assert!(next(None).is_none());
    }

    #[test]
    fn where_nothing_else_waits_a_place_has_more() {
        let limits = Limits::parse(LIMITS).unwrap();
        let planned = [FUNCTIONS, LAYERS, VERSIONS].map(|it| (it, "eu-west-1".to_owned(), Presence::On));
        let mut waiting = Waiting::new(planned.to_vec(), &limits);
        let begun: Vec<_> = std::iter::from_fn(|| waiting.next()).collect();
        assert_eq!(begun.iter().map(name).collect::<Vec<_>>(), ["functions", "layers", "versions"]);
        begun.iter().for_each(|(place, _)| waiting.ended(place));
        assert!(waiting.under_way.is_empty());
    }
}
