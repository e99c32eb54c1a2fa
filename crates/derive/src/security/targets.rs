//! What rules send to: whether the lake has it, and whether a topic passes on what it is sent.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use orgcensus_collect::PolicyDocument;
use orgcensus_collect::kinds::SNS_TOPIC;
use orgcensus_collectors::cloudwatchlogs::log_groups::{LOG_GROUPS, LogGroup};
use orgcensus_collectors::kinesis::streams::{STREAMS, Stream};
use orgcensus_collectors::lambda::functions::{FUNCTIONS, Function};
use orgcensus_collectors::sns::topics::{TOPICS, Topic};
use orgcensus_collectors::sqs::queues::{QUEUES, Queue};
use orgcensus_crawl::{Derive, Error, Staged, TaskCoverage};
use orgcensus_policy::Document;
use orgcensus_policy::evaluation::{Listed, NamedPolicy, Outcome, Question, Request, Resource, evaluate};
use orgcensus_row::Row;

use super::buses::{Buses, Rule, Target};
use super::heard::{is_rule_live, is_topic_live};

/// How EventBridge calls itself where it sends.
const EVENTBRIDGE: &str = "events.amazonaws.com";

/// What rules send to, by ARN. Besides the list of accounts this grows with the rules about services of security: only
/// what they name is looked up.
#[derive(Debug, Default)]
pub(super) struct Lives {
    found: BTreeMap<String, Found>,
}

/// What is known of one target.
#[derive(Debug, Default, Clone)]
pub(super) struct Found {
    /// Whether the lake has it. None: what may have it was not read.
    pub(super) is_there: Option<bool>,
    /// If it is a topic, how many confirmed subscriptions it has, and whether its policy lets EventBridge publish.
    pub(super) topic: Option<(Option<i64>, Option<bool>)>,
}

/// Regions by account, in which targets are looked up.
type Places = BTreeMap<String, BTreeSet<String>>;

impl Lives {
    /// Looks up what the rules of all accounts send to. Between two accounts it yields, so that other tasks can run.
    pub(super) async fn read(derive: &mut Derive<'_>) -> Result<Self, Error> {
        let mut lives = Self::default();
        let mut buses = Buses::open(derive)?;
        for member in &derive.organization().accounts {
            let rules = buses.account(&member.id)?.into_values().flatten();
            let arns = rules.flat_map(|rule| rule.targets).filter_map(|target| target.arn);
            lives.found.extend(arns.filter_map(|arn| Some((known_arn(&arn)?.1, Found::default()))));
            tokio::task::yield_now().await;
        }
        let places = places(lives.found.keys(), None);
        lives.read_tasks(derive, &places)?;
        each(&mut derive.staged::<LogGroup>()?, &places, |it| lives.saw(it.arn))?;
        each(&mut derive.staged::<Stream>()?, &places, |it| lives.saw(it.arn))?;
        each(&mut derive.staged::<Function>()?, &places, |it| lives.saw(it.arn))?;
        each(&mut derive.staged::<Queue>()?, &places, |it| lives.saw(it.arn))?;
        each(&mut derive.staged::<Topic>()?, &places, |it| {
            lives.saw(it.arn);
            if let Some(found) = lives.found.get_mut(it.arn) {
                found.topic = Some((it.confirmed_subscription_count, None));
            }
        })?;
        lives.read_policies(derive)?;
        Ok(lives)
    }

    /// Where all of a kind was read, what is not seen is not there.
    fn read_tasks(&mut self, derive: &mut Derive<'_>, places: &Places) -> Result<(), Error> {
        let mut coverage = derive.staged::<TaskCoverage>()?;
        let mut complete = BTreeSet::new();
        for (account_id, regions) in places {
            while let Some(group) = coverage.next_group_of(account_id)? {
                if regions.contains(&*group.region) {
                    coverage.each_of(&group, |it| {
                        if let Some(kind) = COLLECTORS.iter().find(|kind| it.is_complete && **kind == it.collector) {
                            complete.insert((account_id.as_str(), (*group.region).to_owned(), *kind));
                        }
                    })?;
                }
            }
        }
        for (arn, found) in &mut self.found {
            let task = known_arn(arn).zip(place(arn));
            let is_read = task.is_some_and(|((kind, _), (account_id, region))| {
                complete.contains(&(account_id, region.to_owned(), kind))
            });
            found.is_there = is_read.then_some(false);
        }
        Ok(())
    }

    /// Policies are read only where there is a topic that rules send to.
    fn read_policies(&mut self, derive: &mut Derive<'_>) -> Result<(), Error> {
        let topics = places(self.found.keys(), Some(TOPICS.name));
        each(&mut derive.staged::<PolicyDocument>()?, &topics, |it| {
            if it.resource_type == SNS_TOPIC.resource_type {
                let topic = self.found.get_mut(it.resource_arn).and_then(|found| found.topic.as_mut());
                if let (Some((_, lets_in)), Some(document)) = (topic, it.document) {
                    *lets_in = does_let_in(it.resource_arn, document);
                }
            }
        })
    }

    fn saw(&mut self, arn: &str) {
        if let Some(found) = self.found.get_mut(arn) {
            found.is_there = Some(true);
        }
    }

    /// Whether what a rule matches is told to somebody.
    pub(super) fn of_rule(&self, rule: &Rule) -> Option<bool> {
        let are_targets_read = rule.target_count == Some(rule.targets.len());
        is_rule_live(rule.is_enabled, rule.targets.iter().map(|target| self.of(target)), are_targets_read)
    }

    /// Whether a target passes on what it is sent. None: its kind is not collected, or something was not read.
    pub(super) fn of(&self, target: &Target) -> Option<bool> {
        let (_, arn) = known_arn(target.arn.as_deref()?)?;
        let found = self.found.get(&arn)?;
        match found.topic {
            // What the role may do is not judged.
            Some((count, _)) if target.has_role => is_topic_live(count, None),
            Some((count, lets_in)) => is_topic_live(count, lets_in),
            None => found.is_there,
        }
    }

    #[cfg(test)]
    pub(super) fn with(found: impl IntoIterator<Item = (&'static str, Found)>) -> Self {
        Self { found: found.into_iter().map(|(arn, found)| (arn.to_owned(), found)).collect() }
    }
}

/// The collectors of what rules may send to.
const COLLECTORS: [&str; 5] = [FUNCTIONS.name, LOG_GROUPS.name, QUEUES.name, STREAMS.name, TOPICS.name];

/// The collector of a target, and the ARN by which the lake has it. None: it is of a kind that is not collected, as a
/// version of a function, or of which a row does not say whether anybody hears, as another bus.
pub(super) fn known_arn(arn: &str) -> Option<(&'static str, String)> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let [_, _, service, _, _, resource] = parts.as_slice() else { return None };
    match *service {
        "sns" => Some((TOPICS.name, arn.to_owned())),
        "sqs" => Some((QUEUES.name, arn.to_owned())),
        "kinesis" if resource.starts_with("stream/") => Some((STREAMS.name, arn.to_owned())),
        "lambda" => {
            let name = resource.strip_prefix("function:")?;
            (!name.contains(':')).then(|| (FUNCTIONS.name, arn.to_owned()))
        }
        "logs" if resource.starts_with("log-group:") => {
            Some((LOG_GROUPS.name, arn.strip_suffix(":*").unwrap_or(arn).to_owned()))
        }
        _ => None,
    }
}

/// The account and the region of an ARN.
fn place(arn: &str) -> Option<(&str, &str)> {
    let mut parts = arn.split(':').skip(3);
    let region = parts.next()?;
    Some((parts.next()?, region))
}

/// Where these are, or those of them that a collector reads.
fn places<'a>(arns: impl Iterator<Item = &'a String>, collector: Option<&str>) -> Places {
    let mut places = Places::new();
    for arn in arns {
        let is_wanted = collector.is_none() || known_arn(arn).map(|it| it.0) == collector;
        if let Some((account_id, region)) = place(arn).filter(|_| is_wanted) {
            places.entry(account_id.to_owned()).or_default().insert(region.to_owned());
        }
    }
    places
}

/// Shows the rows of these places.
fn each<R: Row>(staged: &mut Staged<R>, places: &Places, mut show: impl FnMut(R::Ref<'_>)) -> Result<(), Error> {
    for (account_id, regions) in places {
        while let Some(group) = staged.next_group_of(account_id)? {
            if regions.contains(&*group.region) {
                staged.each_of(&group, &mut show)?;
            }
        }
    }
    Ok(())
}

/// Whether a topic's policy lets EventBridge publish. None: it depends on what is not known, as on the rule for which
/// EventBridge calls. The policy of a new topic, which goes by `AWS:SourceOwner`, does not: AWS wants a statement more.
pub(super) fn does_let_in(topic_arn: &str, document: &str) -> Option<bool> {
    let document = Document::parse(document);
    if !document.is_understood() {
        return None;
    }
    let policy = NamedPolicy { name: topic_arn.to_owned(), document };
    let resource = Resource {
        arn: Some(topic_arn.to_owned()),
        account: None,
        policies: Listed::of(vec![policy]),
        grants: Listed::default(),
        block_public_access: None,
        access_point: None,
        acl: Listed::default(),
        is_abac: Some(false),
        has_unread_account: false,
        tags: Listed::default(),
        function_url: None,
    };
    let question = Question {
        principal: EVENTBRIDGE.to_owned(),
        action: "sns:Publish".to_owned(),
        context: vec![
            ("aws:SourceOwner".to_owned(), Vec::new()),
            ("aws:SecureTransport".to_owned(), vec!["true".to_owned()]),
        ],
        ..Question::default()
    };
    let answer = evaluate(&Request { resource: Some(resource), question, ..Request::default() }).ok()?;
    match answer.result {
        Outcome::Allowed if answer.caller_must.is_empty() => Some(true),
        Outcome::Denied => Some(false),
        Outcome::Allowed | Outcome::Conditional | Outcome::Unknown => None,
    }
}
