//! Rules: of every state, on the default bus and others, some of which hear what the security services say.

use super::buses;
use crate::context::Context;
use crate::dice::Dice;
use crate::place::Place;
use crate::protocol::Refusal;
use crate::service::{Operation, list};
use crate::services::sqs;
use crate::truth::Tally;
use serde_json::{Value, json};

pub(super) const ANSWERS: &[Operation] = &[
    list("ListRules", "Rules", |context| {
        let bus = context.request.text("EventBusName").unwrap_or("default");
        if !buses(&context.place).iter().any(|it| it.name == bus || it.arn == bus) {
            return Err(none(&format!("Event bus {bus}")));
        }
        Ok(rules(&context.place).iter().filter(|it| it.bus == bus).map(describe).collect())
    }),
    list("ListTargetsByRule", "Targets", |context| Ok(find(context)?.targets.iter().map(describe_target).collect())),
];

/// What rules hear: events of services, and what goes by the clock.
const PATTERNS: [(Option<&str>, u32); 7] = [
    (Some(r#"{"source":["aws.guardduty"],"detail":{"severity":[{"numeric":[">=",7]}]}}"#), 3),
    (Some(r#"{"source":["aws.guardduty"],"detail":{"type":[{"prefix":"Recon:"}]}}"#), 1),
    (Some(r#"{"source":["aws.access-analyzer"],"detail-type":["Access Analyzer Finding"]}"#), 2),
    (Some(r#"{"source":["aws.cloudtrail"],"detail-type":["AWS Insight via CloudTrail"]}"#), 2),
    (Some(r#"{"source":["aws.ec2"],"detail-type":["EC2 Instance State-change Notification"]}"#), 2),
    (Some(r#"{"source":["shop"],"detail":{"total":[{"anything-but":0}]}}"#), 1),
    (None, 2),
];

const STATES: [(&str, u32); 4] =
    [("ENABLED", 8), ("DISABLED", 3), ("ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS", 1), ("DOZING", 1)];

/// A rule.
#[derive(Debug)]
pub(super) struct Rule {
    name: String,
    arn: String,
    bus: String,
    state: &'static str,
    pattern: Option<&'static str>,
    is_managed: bool,
    pub(super) targets: Vec<Target>,
}

/// Something that gets events.
#[derive(Debug)]
pub(super) struct Target {
    id: String,
    arn: String,
    has_dead_letters: bool,
}

/// The rules of a place: some of the default bus, few of others.
pub(super) fn rules(place: &Place<'_>) -> Vec<Rule> {
    let mean = place.organization.settings.rates.other_resources;
    let (mut dice, count) = place.population("eventbridge-rules", mean);
    let mut all: Vec<Rule> = (0..count).map(|number| rule(place, "default", number, &mut dice)).collect();
    for bus in buses(place).iter().skip(1).filter(|_| place.is_settled()) {
        if dice.chance(0.5) {
            all.push(rule(place, &bus.name, 0, &mut dice));
        }
    }
    all.extend(listener(place));
    all.extend(hub_listener(place));
    all
}

/// A rule by which somebody hears of all that GuardDuty finds: the targets of most other rules are gone.
fn listener(place: &Place<'_>) -> Option<Rule> {
    let mut dice = place.dice("eventbridge-listener");
    let queue = sqs::first_queue(place).filter(|_| dice.chance(0.5))?;
    let state = dice.pick(&["ENABLED", "ENABLED", "DISABLED"]);
    Some(live(place, "listener", state, r#"{"source":["aws.guardduty"],"detail-type":["GuardDuty Finding"]}"#, queue))
}

/// A rule by which somebody hears of all that Security Hub has.
fn hub_listener(place: &Place<'_>) -> Option<Rule> {
    let mut dice = place.dice("eventbridge-hub-listener");
    let queue = sqs::first_queue(place).filter(|_| dice.chance(0.5))?;
    Some(live(place, "hub-listener", "ENABLED", r#"{"source":["aws.securityhub"]}"#, queue))
}

/// A rule on the default bus that sends to a queue.
fn live(place: &Place<'_>, name: &str, state: &'static str, pattern: &'static str, queue: String) -> Rule {
    Rule {
        name: name.to_owned(),
        arn: place.arn("events", &format!("rule/{name}")),
        bus: "default".to_owned(),
        state,
        pattern: Some(pattern),
        is_managed: false,
        targets: vec![Target { id: "queue".to_owned(), arn: queue, has_dead_letters: false }],
    }
}

fn rule(place: &Place<'_>, bus: &str, number: u64, dice: &mut Dice) -> Rule {
    let name = format!("{}-{number}", dice.pick(&["findings", "nightly", "changes"]));
    let path = if bus == "default" { format!("rule/{name}") } else { format!("rule/{bus}/{name}") };
    let target_count = dice.between(0, 2);
    let kinds =
        [("sns", "alarms"), ("sqs", "findings"), ("lambda", "function:handle"), ("logs", "log-group:/aws/events")];
    let target = |number| {
        let (service, resource) = dice.pick(&kinds);
        Target { id: format!("target-{number}"), arn: place.arn(service, resource), has_dead_letters: dice.chance(0.2) }
    };
    let targets = (0..target_count).map(target).collect();
    Rule {
        arn: place.arn("events", &path),
        name,
        bus: bus.to_owned(),
        state: dice.weighted(&STATES),
        pattern: dice.weighted(&PATTERNS),
        is_managed: dice.chance(0.1),
        targets,
    }
}

fn none(what: &str) -> Refusal {
    Refusal::new(400, "ResourceNotFoundException", format!("{what} does not exist."))
}

fn find(context: &Context<'_>) -> Result<Rule, Refusal> {
    let wanted = context.request.required("Rule")?;
    let bus = context.request.text("EventBusName").unwrap_or("default");
    let found = rules(&context.place).into_iter().find(|it| it.name == wanted && it.bus == bus);
    found.ok_or_else(|| none(&format!("Rule {wanted}")))
}

fn describe(it: &Rule) -> Value {
    json!({
        "Name": it.name,
        "Arn": it.arn,
        "EventPattern": it.pattern,
        "State": it.state,
        "ScheduleExpression": it.pattern.is_none().then_some("rate(1 day)"),
        "ManagedBy": it.is_managed.then_some("securityhub.amazonaws.com"),
        "EventBusName": it.bus,
    })
}

fn describe_target(it: &Target) -> Value {
    let queue = it.has_dead_letters.then(|| json!({ "Arn": format!("{}-undelivered", it.arn) }));
    json!({ "Id": it.id, "Arn": it.arn, "DeadLetterConfig": queue })
}

pub(super) fn count(place: &Place<'_>, tally: &mut Tally) {
    let rules = rules(place);
    let all = |is_so: fn(&Rule) -> bool| rules.iter().filter(|it| is_so(it)).count();
    tally.cell("eventbridge_rules WHERE is_enabled", all(|it| it.state.starts_with("ENABLED")));
    tally.cell("eventbridge_rules WHERE is_on_default_bus", all(|it| it.bus == "default"));
    tally.cell("eventbridge_rules WHERE event_pattern IS NULL", all(|it| it.pattern.is_none()));
    tally.cell("eventbridge_rules WHERE managed_by IS NOT NULL", all(|it| it.is_managed));
    tally.cell("eventbridge_rules WHERE target_count = 0", all(|it| it.targets.is_empty()));
    let targets = || rules.iter().flat_map(|it| &it.targets);
    let topics = targets().filter(|it| it.arn.contains(":sns:")).count();
    tally.cell("eventbridge_targets WHERE target_service = 'sns'", topics);
    let with_queue = targets().filter(|it| it.has_dead_letters).count();
    tally.cell("eventbridge_targets WHERE dead_letter_queue_arn IS NOT NULL", with_queue);
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, quiet};
    use serde_json::json;

    #[test]
    fn rules_are_listed_by_bus_and_targets_by_rule() {
        let client = Client::new(quiet(12, 1));
        let (mut rules, mut targets) = (0, 0);
        for index in 1..12 {
            let member = client.assume(index, "").unwrap();
            let buses = member.json("events", "ListEventBuses", &json!({})).json();
            for bus in buses["EventBuses"].as_array().unwrap() {
                let of_bus = json!({ "EventBusName": bus["Name"] });
                let listed = member.json("events", "ListRules", &of_bus).json();
                for rule in listed["Rules"].as_array().unwrap() {
                    let of_rule = json!({ "Rule": rule["Name"], "EventBusName": bus["Name"] });
                    let found = member.json("events", "ListTargetsByRule", &of_rule).json();
                    targets += found["Targets"].as_array().unwrap().len();
                    rules += 1;
                }
            }
        }
        assert!(rules > 10 && targets > 10, "{rules} rules, {targets} targets");
        let gone = client.json("events", "ListRules", &json!({ "EventBusName": "nobody" }));
        assert_eq!((gone.status, gone.json()["__type"].as_str()), (400, Some("ResourceNotFoundException")));
    }
}
