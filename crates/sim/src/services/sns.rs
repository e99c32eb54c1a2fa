//! SNS: topics, their attributes and tags.

use crate::account::Trouble;
use crate::context::Context;
use crate::dice::some_tags;
use crate::place::Place;
use crate::policies::{Kind, ResourcePolicy, Subject, any_kind};
use crate::protocol::{Problem, Refusal, members, tags};
use crate::quota::{each, together};
use crate::samples::Class;
use crate::service::{Service, get, list};
use crate::truth::{At, Planted, resources};
use orgcensus_policy::kinds::SNS_TOPIC;
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    errors: &[
        Problem::Denied.is("AuthorizationError"),
        Problem::InvalidToken.is("InvalidParameter"),
        Problem::InvalidParameter.is("InvalidParameter"),
        Problem::Internal.is("InternalError"),
    ],
    troubles: &[Trouble::ServerErrors],
    // From AWS's page `general/gr/sns`.
    quotas: &[
        each(&["ListTagsForResource"], 10.0, 10.0),
        each(&["ListSubscriptions", "ListTopics"], 30.0, 30.0),
        together(&[], 30.0, 30.0),
    ],
    answers: &[&[
        get("GetTopicAttributes", |context| Ok(attributes(&context.place, &find(context, "TopicArn")?))),
        get("ListTagsForResource", |context| Ok(json!({ "Tags": members(tags(&find(context, "ResourceArn")?.tags)) }))),
        list("ListSubscriptions", "Subscriptions", |context| {
            Ok(topics(&context.place).iter().flat_map(|topic| subscriptions(&context.place, topic)).collect())
        }),
        list("ListSubscriptionsByTopic", "Subscriptions", |context| {
            Ok(subscriptions(&context.place, &find(context, "TopicArn")?))
        }),
        list("ListTopics", "Topics", |context| {
            Ok(topics(&context.place).iter().map(|topic| json!({ "TopicArn": topic.arn })).collect())
        }),
    ]],
    kinds: &[resources(At::Region, |place| {
        topics(place).into_iter().map(|it| Planted::by(it.arn, it.policy)).collect()
    })
    .rows("sns_topics")
    .sampled("sns_topics", &[Class::Absent, Class::Gated])
    .asked_as(SNS_TOPIC)],
    ..Service::named("sns")
};

/// A topic.
#[derive(Debug)]
struct Topic {
    arn: String,
    policy: ResourcePolicy,
    name: String,
    is_fifo: bool,
    key_id: Option<&'static str>,
    subscriptions: i64,
    tags: Vec<(String, String)>,
}

fn topics(place: &Place<'_>) -> Vec<Topic> {
    let rates = &place.organization.settings.rates;
    let (mut dice, count) = place.sampled("sns", rates.topics);
    (0..count)
        .map(|number: u64| {
            let is_fifo = dice.chance(0.1);
            let suffix = if is_fifo { ".fifo" } else { "" };
            let name = format!("{}-{number}{suffix}", dice.pick(&["alarms", "signups", "budget", "events"]));
            let arn = place.arn("sns", &name);
            let subject = Subject {
                place: *place,
                actions: &["SNS:Publish", "SNS:Subscribe"],
                resources: vec![arn.clone()],
                service: "cloudwatch.amazonaws.com",
            };
            // A topic always has a policy: AWS creates it with one for its owner.
            let kind = match place.shown(any_kind(&mut dice, rates.public_topics), number + 1 == count) {
                Kind::None => Kind::SourceOwner,
                kind => kind,
            };
            Topic {
                policy: subject.policy(kind, &mut dice),
                is_fifo,
                key_id: dice.chance(0.3).then_some("alias/aws/sns"),
                subscriptions: dice.some(0, 4),
                tags: some_tags(&mut dice),
                name,
                arn,
            }
        })
        .collect()
}

fn find(context: &Context<'_>, parameter: &str) -> Result<Topic, Refusal> {
    let arn = context.request.required(parameter)?;
    let mut topics = topics(&context.place).into_iter();
    topics.find(|topic| topic.arn == arn).ok_or_else(|| Refusal::new(404, "NotFound", "Topic does not exist"))
}

fn attributes(place: &Place<'_>, topic: &Topic) -> Value {
    let display_name = if topic.name.starts_with("alarms") { "Alarms <all>" } else { "" };
    let mut entries = vec![
        ("TopicArn", topic.arn.clone()),
        ("Owner", place.account.id.clone()),
        ("DisplayName", display_name.to_owned()),
        ("SubscriptionsConfirmed", topic.subscriptions.to_string()),
        ("SubscriptionsPending", "0".to_owned()),
        ("SubscriptionsDeleted", "0".to_owned()),
        ("EffectiveDeliveryPolicy", json!({ "http": { "disableSubscriptionOverrides": false } }).to_string()),
    ];
    entries.extend(topic.policy.document.clone().map(|document| ("Policy", document)));
    entries.extend(topic.key_id.map(|id| ("KmsMasterKeyId", id.to_owned())));
    if topic.is_fifo {
        entries.push(("FifoTopic", "true".to_owned()));
        entries.push(("ContentBasedDeduplication", "false".to_owned()));
    }
    let entries: Vec<_> = entries.into_iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
    json!({ "Attributes": { "entry": entries } })
}

fn subscriptions(place: &Place<'_>, topic: &Topic) -> Vec<Value> {
    let mut dice = place.organization.dice(&["sns-subscriptions", &topic.arn]);
    let mut subscription = |number: i64| {
        json!({
            "SubscriptionArn": format!("{}:{}", topic.arn, dice.uuid()),
            "Owner": place.account.id,
            "Protocol": "email",
            "Endpoint": format!("team-{number}@simulated.example"),
            "TopicArn": topic.arn,
        })
    };
    (0..topic.subscriptions).map(&mut subscription).collect()
}
