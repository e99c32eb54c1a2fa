//! SQS: queues, their attributes and tags.

use crate::account::Trouble;
use crate::clock::epoch_seconds;
use crate::context::Context;
use crate::dice::{Dice, some_tags};
use crate::place::Place;
use crate::policies::{Act, Kind, ResourcePolicy, Subject, any_kind};
use crate::protocol::{Problem, Refusal};
use crate::samples::{Class, UNGATED};
use crate::service::{Service, get, list};
use crate::truth::{Asked, At, Planted, resources};
use orgcensus_policy::kinds::SQS_QUEUE;
use serde_json::{Map, Value, json};

pub(crate) static SERVICE: Service = Service {
    errors: &[Problem::InvalidToken.is("InvalidParameterValue"), Problem::InvalidParameter.is("InvalidParameterValue")],
    troubles: &[Trouble::ServiceDeniedByScp],
    page: 1000,
    answers: &[&[
        get("GetQueueAttributes", get_attributes),
        get("GetQueueUrl", |context| {
            let name = context.request.required("QueueName")?;
            let found = queues(&context.place).into_iter().find(|queue| queue.name == name);
            Ok(json!({ "QueueUrl": found.ok_or_else(no_queue)?.url }))
        }),
        list("ListDeadLetterSourceQueues", "queueUrls", |context| {
            let wanted = find(context)?.arn;
            let sources = queues(&context.place).into_iter().filter(|it| it.dead_letter_arn.as_ref() == Some(&wanted));
            Ok(sources.map(|queue| json!(queue.url)).collect())
        }),
        get("ListQueueTags", |context| {
            let tags = find(context)?.tags.into_iter().map(|(key, value)| (key, json!(value)));
            let tags: Map<String, Value> = tags.collect();
            Ok(json!({ "Tags": (!tags.is_empty()).then_some(tags) }))
        }),
        get("ListQueues", list_queues),
    ]],
    kinds: &[resources(At::Region, |place| {
        queues(place).into_iter().map(|it| Planted::by(it.arn, it.policy)).collect()
    })
    .rows("sqs_queues")
    .sampled("sqs_queues", UNGATED)
    .asked_as(SQS_QUEUE)],
    ..Service::named("sqs")
};

/// The kinds of queues that a resource control policy changes, and those that it leaves alone.
const HELD: [Kind; 9] = [
    Kind::Public,
    Kind::PublicIfEncrypted,
    Kind::ExternalAccount,
    Kind::ForeignOrganization,
    Kind::SourceIp,
    Kind::InOrgAccount,
    Kind::ServiceForeign,
    Kind::ServiceUnscoped,
    Kind::ElevenDigits,
];

/// A queue.
#[derive(Debug)]
struct Queue {
    name: String,
    arn: String,
    url: String,
    policy: ResourcePolicy,
    is_fifo: bool,
    is_encrypted: bool,
    retention_seconds: i64,
    created_millis: i64,
    dead_letter_arn: Option<String>,
    tags: Vec<(String, String)>,
}

/// The queues of a place. The showcase has one queue with each kind of policy; the account with the resource control
/// policy has some of them.
fn queues(place: &Place<'_>) -> Vec<Queue> {
    let rates = &place.organization.settings.rates;
    let sample = place.sample_of("sqs", UNGATED).filter(|_| rates.queues > 0);
    let (mut dice, count) = place.population("sqs", rates.queues);
    let count = count.max(u64::from(sample.is_some()));
    let mut queues: Vec<Queue> = Vec::new();
    for number in 0..count {
        let is_fifo = dice.chance(0.15);
        let suffix = if is_fifo { ".fifo" } else { "" };
        let name = format!("{}-{number}{suffix}", dice.pick(&["orders", "mail", "thumbnails", "audit", "retry"]));
        let kind = Class::shown(sample, any_kind(&mut dice, rates.public_queues), number + 1 == count);
        let made = queue(place, name, kind, queues.first(), &mut dice);
        queues.push(made);
    }
    let shown: Vec<Kind> = match place.account {
        account if place.organization.is_showcase(account) => {
            Kind::all().filter(|kind| !kind.is_about_urls()).collect()
        }
        account if place.organization.is_held(account) => HELD.to_vec(),
        _ => Vec::new(),
    };
    if rates.queues > 0 && place.is_first_region() {
        queues.extend(shown.into_iter().map(|kind| queue(place, format!("show-{kind:?}"), kind, None, &mut dice)));
    }
    queues
}

/// The queues, as the truth asks who may send to them.
pub(crate) fn asked(place: &Place<'_>) -> Vec<Asked> {
    queues(place).into_iter().filter_map(|it| Asked::by(place, Act::Send, it.arn, &it.policy)).collect()
}

/// The ARN of the first queue of a place.
pub(crate) fn first_queue(place: &Place<'_>) -> Option<String> {
    queues(place).into_iter().next().map(|queue| queue.arn)
}

fn queue(place: &Place<'_>, name: String, kind: Kind, dead_letters: Option<&Queue>, dice: &mut Dice) -> Queue {
    let arn = place.arn("sqs", &name);
    let subject = Subject {
        place: *place,
        actions: &["sqs:SendMessage", "sqs:ReceiveMessage"],
        resources: vec![arn.clone()],
        service: "events.amazonaws.com",
    };
    let days = dice.between(0, 1500);
    Queue {
        url: format!("https://sqs.{}.amazonaws.com/{}/{name}", place.region, place.account.id),
        policy: subject.policy(kind, dice),
        is_fifo: name.ends_with(".fifo"),
        is_encrypted: dice.chance(0.7),
        retention_seconds: dice.pick(&[60, 345_600, 1_209_600]),
        created_millis: place.days_ago(days, dice),
        dead_letter_arn: dead_letters.filter(|_| dice.chance(0.3)).map(|queue| queue.arn.clone()),
        tags: some_tags(dice),
        name,
        arn,
    }
}

/// The queues that have tags, by ARN.
pub(super) fn tagged(place: &Place<'_>) -> Vec<(String, Vec<(String, String)>)> {
    queues(place).into_iter().filter(|it| !it.tags.is_empty()).map(|it| (it.arn, it.tags)).collect()
}

/// If there is no queue, the answer has no list.
fn list_queues(context: &Context<'_>) -> Result<Value, Refusal> {
    let prefix = context.request.text("QueueNamePrefix").unwrap_or_default();
    let queues = queues(&context.place).into_iter().filter(|queue| queue.name.starts_with(prefix));
    let page = context.page(queues.map(|queue| queue.url).collect())?;
    let urls = (!page.elements.is_empty()).then_some(page.elements);
    Ok(json!({ "QueueUrls": urls, "NextToken": page.next }))
}

/// The queue that the call's URL names. Only the account and the name count: a client may write any host.
fn find(context: &Context<'_>) -> Result<Queue, Refusal> {
    let url = context.request.required("QueueUrl")?;
    let name = url.rsplit('/').next().unwrap_or_default();
    let is_named = |queue: &Queue| queue.name == name && url.contains(&context.place.account.id);
    queues(&context.place).into_iter().find(is_named).ok_or_else(no_queue)
}

fn no_queue() -> Refusal {
    Refusal::new(400, "com.amazonaws.sqs#QueueDoesNotExist", "The specified queue does not exist.")
        .with_header("x-amzn-query-error", "AWS.SimpleQueueService.NonExistentQueue;Sender")
}

fn get_attributes(context: &Context<'_>) -> Result<Value, Refusal> {
    let mut attributes = attributes(&find(context)?);
    let wanted = context.request.texts("AttributeNames");
    if !wanted.contains(&"All") {
        attributes.retain(|name, _| wanted.contains(&name.as_str()));
    }
    Ok(json!({ "Attributes": attributes }))
}

fn attributes(queue: &Queue) -> Map<String, Value> {
    let created = epoch_seconds(queue.created_millis).to_string();
    let dead_letters = queue
        .dead_letter_arn
        .as_ref()
        .map(|arn| json!({ "deadLetterTargetArn": arn, "maxReceiveCount": 3 }).to_string());
    let entries = [
        ("QueueArn", Some(queue.arn.clone())),
        ("ApproximateNumberOfMessages", Some("0".to_owned())),
        ("ApproximateNumberOfMessagesNotVisible", Some("0".to_owned())),
        ("ApproximateNumberOfMessagesDelayed", Some("0".to_owned())),
        ("CreatedTimestamp", Some(created.clone())),
        ("LastModifiedTimestamp", Some(created)),
        ("VisibilityTimeout", Some("30".to_owned())),
        ("MaximumMessageSize", Some("262144".to_owned())),
        ("MessageRetentionPeriod", Some(queue.retention_seconds.to_string())),
        ("DelaySeconds", Some("0".to_owned())),
        ("ReceiveMessageWaitTimeSeconds", Some("0".to_owned())),
        ("Policy", queue.policy.document.clone()),
        ("RedrivePolicy", dead_letters),
        ("FifoQueue", queue.is_fifo.then(|| "true".to_owned())),
        ("ContentBasedDeduplication", queue.is_fifo.then(|| "false".to_owned())),
        ("SqsManagedSseEnabled", Some(queue.is_encrypted.to_string())),
    ];
    entries.into_iter().filter_map(|(name, value)| Some((name.to_owned(), json!(value?)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organization::Organization;
    use crate::settings::Settings;

    #[test]
    fn forty_accounts_have_public_and_strange_queues() {
        let organization = Organization::new(Settings::new(40, 1));
        let kinds: Vec<Kind> = organization
            .accounts()
            .flat_map(|account| queues(&Place::account(&organization, &account).in_region("us-east-1")))
            .map(|queue| queue.policy.kind)
            .collect();
        assert!(kinds.contains(&Kind::Public), "of {}", kinds.len());
        assert!(kinds.contains(&Kind::None));
    }
}
