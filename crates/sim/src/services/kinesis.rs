//! Kinesis: streams and their consumers, with policies.

use crate::clock::epoch_seconds;
use crate::context::Context;
use crate::place::Place;
use crate::policies::{ResourcePolicy, Subject, any_kind};
use crate::protocol::{Problem, Refusal};
use crate::samples::UNGATED;
use crate::service::{Service, get, list};
use crate::truth::{At, Planted, resources};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    errors: &[
        Problem::InvalidToken.is("InvalidArgumentException"),
        Problem::InvalidParameter.is("ValidationException"),
        Problem::Throttled.is("LimitExceededException"),
        Problem::Internal.is("InternalFailureException"),
    ],
    answers: &[&[
        get("GetResourcePolicy", get_policy),
        list("ListStreamConsumers", "Consumers", |context| {
            let wanted = context.request.required("StreamARN")?;
            let found = streams(&context.place).into_iter().find(|it| it.arn == wanted);
            let stream = found.ok_or_else(|| not_found(wanted))?;
            Ok(stream.consumers.iter().map(describe_consumer).collect())
        }),
        get("ListStreams", list_streams),
    ]],
    kinds: &[
        resources(At::Region, |place| streams(place).into_iter().map(|it| Planted::by(it.arn, it.policy)).collect())
            .rows("kinesis_streams")
            .sampled("kinesis_streams", UNGATED),
        resources(At::Region, |place| {
            let consumers = streams(place).into_iter().flat_map(|it| it.consumers);
            consumers.map(|it| Planted::by(it.arn, it.policy)).collect()
        })
        .rows("kinesis_consumers")
        .sampled("kinesis_consumers", UNGATED),
    ],
    ..Service::named("kinesis")
};

/// A stream.
#[derive(Debug)]
struct Stream {
    name: String,
    arn: String,
    policy: ResourcePolicy,
    status: &'static str,
    mode: &'static str,
    consumers: Vec<Consumer>,
    created_millis: i64,
}

/// A consumer of a stream.
#[derive(Debug)]
struct Consumer {
    name: String,
    arn: String,
    policy: ResourcePolicy,
    created_millis: i64,
}

fn streams(place: &Place<'_>) -> Vec<Stream> {
    let rates = &place.organization.settings.rates;
    let (mut dice, count) = place.sampled("kinesis", rates.other_resources);
    let stream = |number: u64| {
        let name = format!("{}-{number}", dice.pick(&["clicks", "audit.log", "telemetry"]));
        let arn = place.arn("kinesis", &format!("stream/{name}"));
        let subject = Subject {
            place: *place,
            actions: &["kinesis:DescribeStreamSummary", "kinesis:PutRecord"],
            resources: vec![arn.clone()],
            service: "firehose.amazonaws.com",
        };
        let is_last = number + 1 == count;
        let kind = place.shown(any_kind(&mut dice, rates.public_other_resources), is_last);
        let days = dice.between(0, 1500);
        Stream {
            policy: subject.policy(kind, &mut dice),
            status: dice.weighted(&[("ACTIVE", 10), ("UPDATING", 1), ("DREAMING", 1)]),
            mode: dice.pick(&["PROVISIONED", "ON_DEMAND"]),
            consumers: consumers(place, (&name, &arn), is_last),
            created_millis: place.days_ago(days, &mut dice),
            name,
            arn,
        }
    };
    (0..count).map(stream).collect()
}

/// The consumers of a stream. The last stream of a region has the sample.
fn consumers(place: &Place<'_>, (stream_name, stream_arn): (&str, &str), is_last: bool) -> Vec<Consumer> {
    let rates = &place.organization.settings.rates;
    let (mut dice, count) = place.population(&format!("kinesis-consumers/{stream_name}"), 1);
    let count = if is_last { place.with_sample(count) } else { count };
    let consumer = |number: u64| {
        let name = format!("reader-{number}");
        let days = dice.between(0, 900);
        let created_millis = place.days_ago(days, &mut dice);
        let arn = format!("{stream_arn}/consumer/{name}:{}", epoch_seconds(created_millis));
        let subject = Subject {
            place: *place,
            actions: &["kinesis:SubscribeToShard"],
            resources: vec![arn.clone()],
            service: "lambda.amazonaws.com",
        };
        let kind = place.shown(any_kind(&mut dice, rates.public_other_resources), is_last && number + 1 == count);
        Consumer { policy: subject.policy(kind, &mut dice), name, arn, created_millis }
    };
    (0..count).map(consumer).collect()
}

fn not_found(arn: &str) -> Refusal {
    Refusal::new(400, "ResourceNotFoundException", format!("Resource {arn} not found."))
}

/// Where there is no policy, the answer has an empty one.
fn get_policy(context: &Context<'_>) -> Result<Value, Refusal> {
    let wanted = context.request.required("ResourceARN")?;
    let of_all = |it: Stream| {
        let of_consumers = it.consumers.into_iter().map(|consumer| (consumer.arn, consumer.policy));
        std::iter::once((it.arn, it.policy)).chain(of_consumers)
    };
    let found = streams(&context.place).into_iter().flat_map(of_all).find(|(arn, _)| arn == wanted);
    let (_, policy) = found.ok_or_else(|| not_found(wanted))?;
    Ok(json!({ "Policy": policy.document.unwrap_or_default() }))
}

fn list_streams(context: &Context<'_>) -> Result<Value, Refusal> {
    let page = context.page(streams(&context.place))?;
    let names: Vec<&str> = page.elements.iter().map(|it| it.name.as_str()).collect();
    let summaries: Vec<Value> = page.elements.iter().map(describe).collect();
    Ok(json!({
        "StreamNames": names,
        "StreamSummaries": summaries,
        "HasMoreStreams": page.is_truncated(),
        "NextToken": page.next,
    }))
}

fn describe(it: &Stream) -> Value {
    json!({
        "StreamName": it.name,
        "StreamARN": it.arn,
        "StreamStatus": it.status,
        "StreamModeDetails": { "StreamMode": it.mode },
        "StreamCreationTimestamp": epoch_seconds(it.created_millis),
    })
}

fn describe_consumer(it: &Consumer) -> Value {
    json!({
        "ConsumerName": it.name,
        "ConsumerARN": it.arn,
        "ConsumerStatus": "ACTIVE",
        "ConsumerCreationTimestamp": epoch_seconds(it.created_millis),
    })
}
