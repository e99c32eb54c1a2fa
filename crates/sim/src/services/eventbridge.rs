//! EventBridge: event buses and their policies, rules and their targets.

mod rules;

use crate::clock::epoch_seconds;
use crate::context::Context;
use crate::place::Place;
use crate::policies::{Kind, ResourcePolicy, Subject, any_kind};
use crate::protocol::{Problem, Refusal};
use crate::samples::UNGATED;
use crate::service::{Service, get, list};
use crate::truth::{At, Planted, resources, things};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    errors: &[Problem::Internal.is("InternalException")],
    answers: &[
        rules::ANSWERS,
        &[
            get("DescribeEventBus", |context| {
                let bus = find(context)?;
                let mut described = describe(&bus);
                described["KmsKeyIdentifier"] = json!(bus.kms_key);
                described["DeadLetterConfig"] = json!(bus.dead_letters.map(|arn| json!({ "Arn": arn })));
                described["LogConfig"] = json!({ "IncludeDetail": "NONE", "Level": bus.log_level });
                Ok(described)
            }),
            list("ListEventBuses", "EventBuses", |context| Ok(buses(&context.place).iter().map(describe).collect())),
        ],
    ],
    kinds: &[
        resources(At::Region, |place| buses(place).into_iter().map(|it| Planted::by(it.arn, it.policy)).collect())
            .rows("eventbridge_event_buses")
            .sampled("eventbridge_event_buses", UNGATED),
        things(At::Region, "eventbridge_rules", |place| rules::rules(place).len()),
        things(At::Region, "eventbridge_targets", |place| rules::rules(place).iter().map(|it| it.targets.len()).sum()),
    ],
    counts: Some((At::Region, rules::count)),
    ..Service::named("eventbridge")
};

/// An event bus.
#[derive(Debug)]
struct Bus {
    name: String,
    arn: String,
    policy: ResourcePolicy,
    description: Option<&'static str>,
    kms_key: Option<&'static str>,
    dead_letters: Option<String>,
    log_level: &'static str,
    /// None: AWS does not say when it made the default bus.
    created_millis: Option<i64>,
}

/// The buses of a place: in each region the default one, and some that were made.
fn buses(place: &Place<'_>) -> Vec<Bus> {
    let rates = &place.organization.settings.rates;
    let (mut dice, count) = place.population("event-buses", rates.other_resources);
    let bus = |number: u64| {
        let is_default = number == 0;
        let names = ["orders", "partners", "audit/trail"];
        let name = if is_default { "default".to_owned() } else { format!("{}-{number}", dice.pick(&names)) };
        let arn = place.arn("events", &format!("event-bus/{name}"));
        let subject = Subject {
            place: *place,
            actions: &["events:PutEvents"],
            resources: vec![arn.clone()],
            service: "events.amazonaws.com",
        };
        let kind = if place.is_settled() { any_kind(&mut dice, rates.public_other_resources) } else { Kind::None };
        let kind = place.shown(kind, number == count);
        let days = dice.between(0, 1500);
        let created_millis = place.days_ago(days, &mut dice);
        Bus {
            policy: subject.policy(kind, &mut dice),
            description: dice.pick(&[None, Some("Events of the shop"), Some("Do not use")]),
            kms_key: dice.pick(&[None, None, Some("alias/events")]),
            dead_letters: dice.chance(0.2).then(|| place.arn("sqs", "undelivered")),
            log_level: dice.weighted(&[("OFF", 8), ("ERROR", 2), ("TRACE", 1), ("WHISPER", 1)]),
            created_millis: (!is_default).then_some(created_millis),
            name,
            arn,
        }
    };
    (0..=count).map(bus).collect()
}

fn find(context: &Context<'_>) -> Result<Bus, Refusal> {
    let wanted = context.request.text("Name").unwrap_or("default");
    let found = buses(&context.place).into_iter().find(|it| it.name == wanted || it.arn == wanted);
    let message = format!("Event bus {wanted} does not exist.");
    found.ok_or_else(|| Refusal::new(400, "ResourceNotFoundException", message))
}

fn describe(bus: &Bus) -> Value {
    let created = bus.created_millis.map(epoch_seconds);
    json!({
        "Name": bus.name,
        "Arn": bus.arn,
        "Description": bus.description,
        "Policy": bus.policy.document,
        "CreationTime": created,
        "LastModifiedTime": created,
    })
}
