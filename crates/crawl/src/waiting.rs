//! The order in which an account's tasks have their turns. Pure.

use std::collections::BTreeMap;

use orgcensus_aws::{Limits, Scope};

use crate::account::Planned;

/// What has a rate of its own: a service's bucket in a region. No region where one bucket is the whole account's.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    service: &'static str,
    rule: usize,
    region: String,
}

/// Tasks that wait for their turn.
///
/// AWS limits each bucket apart, so an account takes as long as the fullest of them, if that one is never without a
/// task. So the next task is one whose slowest bucket has none under way, the fullest bucket first, and of one bucket
/// the longest task; only if each bucket has one, a bucket has several. How full it will be nobody knows before: a call
/// that is made for each thing counts as often as the collector expects things.
pub(crate) struct Waiting {
    /// Those of the fullest bucket first, and of each bucket the longest.
    tasks: Vec<(Place, Planned)>,
    /// How many tasks of each place are under way.
    under_way: BTreeMap<Place, usize>,
}

impl Waiting {
    pub(crate) fn new(planned: Vec<Planned>, limits: &Limits) -> Self {
        let mut seconds = BTreeMap::<Place, f64>::new();
        let place = |task: Planned| {
            let (place, own) = slowest(&task, limits);
            *seconds.entry(place.clone()).or_default() += own;
            (own, place, task)
        };
        let mut tasks: Vec<_> = planned.into_iter().map(place).collect();
        tasks.sort_by(|(own, one, _), (others, other, _)| {
            seconds[other].total_cmp(&seconds[one]).then(others.total_cmp(own))
        });
        Self { tasks: tasks.into_iter().map(|(_, place, task)| (place, task)).collect(), under_way: BTreeMap::new() }
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

/// The bucket in which a task will spend most time, if it makes as many calls as its collector expects, and that time
/// in seconds.
fn slowest((collector, region, _): &Planned, limits: &Limits) -> (Place, f64) {
    let mut seconds = BTreeMap::<Place, f64>::new();
    for (call, times) in collector.expected_calls() {
        let rule = limits.rule_of(call.service, call.operation);
        let region = match limits.rule(rule).scope {
            Scope::Region => region.clone(),
            Scope::Account | Scope::Crawl => String::new(),
        };
        let place = Place { service: call.service, rule, region };
        *seconds.entry(place).or_default() += f64::from(times) / limits.rule(rule).rate.per_second;
    }
    let free = Place { service: collector.name, rule: usize::MAX, region: region.clone() };
    seconds.into_iter().max_by(|(_, one), (_, other)| one.total_cmp(other)).unwrap_or((free, 0.0))
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::{Call, Collector, Runs, Scope, call};

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
    fn what_is_asked_of_each_of_many_things_begins_first() {
        const KEYS: Collector = collector("keys", &[call("kms", "ListKeys"), call("kms", "GetKeyPolicy")]);
        const FINDINGS: Collector = collector(
            "findings",
            &[call("accessanalyzer", "ListFindingsV2"), call("accessanalyzer", "GetFindingV2").about(100)],
        );
        let limits = Limits::parse(LIMITS).unwrap();
        let planned = [QUEUES, KEYS, LAYERS, FINDINGS].map(|it| (it, "eu-west-1".to_owned(), Presence::On));
        let mut waiting = Waiting::new(planned.to_vec(), &limits);
        let names: Vec<_> = std::iter::from_fn(|| waiting.next()).map(|it| name(&it)).collect();
        assert_eq!(names, ["findings", "layers", "keys", "queues"]);
    }

    #[test]
    fn of_one_bucket_the_longest_task_begins_first() {
        const ALIASES: Collector =
            collector("aliases", &[call("lambda", "ListFunctions"), call("lambda", "ListAliases")]);
        let limits = Limits::parse(LIMITS).unwrap();
        let planned = [FUNCTIONS, ALIASES, LAYERS].map(|it| (it, "eu-west-1".to_owned(), Presence::On));
        let mut waiting = Waiting::new(planned.to_vec(), &limits);
        let names: Vec<_> = std::iter::from_fn(|| waiting.next()).map(|it| name(&it)).collect();
        assert_eq!(names, ["aliases", "functions", "layers"]);
    }

    #[test]
    fn buckets_of_one_service_are_places_of_their_own() {
        let policies = "[[bucket]]
            service = \"lambda\"
            operations = [\"GetPolicy\"]
            scope = \"region\"
            per_second = 3
            burst = 3
            source = \"the test\"";
        let limits = Limits::parse(&format!("{LIMITS}{policies}")).unwrap();
        const POLICIES: Collector =
            collector("policies", &[call("lambda", "ListFunctions"), call("lambda", "GetPolicy")]);
        let planned = [QUEUES, LAYERS, POLICIES].map(|it| (it, "eu-west-1".to_owned(), Presence::On));
        let mut waiting = Waiting::new(planned.to_vec(), &limits);
        let names = [waiting.next().unwrap(), waiting.next().unwrap()];
        assert_eq!([name(&names[0]), name(&names[1])], ["policies", "layers"]);
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
