//! SNS: topics, their attributes and tags.

use super::{Context, population, some_tags};
use crate::account::Account;
use crate::organization::Organization;
use crate::policies::{Kind, ResourcePolicy, Subject, any_kind};
use crate::protocol::{Answer, Limits, Refusal, members, tags};
use serde_json::json;

const PAGE: Limits = Limits { token: "NextToken", size: "", default: 100, max: 100 };

/// A topic.
#[derive(Debug)]
pub(crate) struct Topic {
    pub(crate) arn: String,
    pub(crate) policy: ResourcePolicy,
    name: String,
    is_fifo: bool,
    key_id: Option<&'static str>,
    subscriptions: i64,
    tags: Vec<(String, String)>,
}

/// The topics of an account in a region.
pub(crate) fn topics(organization: &Organization, account: &Account, region: &str) -> Vec<Topic> {
    let rates = &organization.settings.rates;
    let (mut dice, count) = population(organization, account, "sns", region, rates.topics);
    (0..count)
        .map(|number| {
            let is_fifo = dice.chance(0.1);
            let suffix = if is_fifo { ".fifo" } else { "" };
            let name = format!("{}-{number}{suffix}", dice.pick(&["alarms", "signups", "budget", "events"]));
            let arn = organization.arn("sns", region, &account.id, &name);
            let subject = Subject {
                organization,
                account,
                actions: &["SNS:Publish", "SNS:Subscribe"],
                resources: vec![arn.clone()],
                service: "cloudwatch.amazonaws.com",
            };
            // A topic always has a policy: AWS creates it with one for its owner.
            let kind = match any_kind(&mut dice, rates.public_topics) {
                Kind::None => Kind::SourceOwner,
                kind => kind,
            };
            Topic {
                policy: subject.policy(kind, &mut dice),
                is_fifo,
                key_id: dice.chance(0.3).then_some("alias/aws/sns"),
                subscriptions: dice.between(0, 4),
                tags: some_tags(&mut dice),
                name,
                arn,
            }
        })
        .collect()
}

pub(crate) fn answer(context: &Context<'_>) -> Result<Answer, Refusal> {
    match context.request.operation.as_str() {
        "ListTopics" => {
            let page = context.page(&PAGE, topics(context.organization, context.account(), context.region()))?;
            let topics = page.elements.iter().map(|topic| json!({ "TopicArn": topic.arn }));
            Ok(json!({ "Topics": members(topics), "NextToken": page.next }).into())
        }
        "GetTopicAttributes" => Ok(attributes(context, &find(context, "TopicArn")?)),
        "ListTagsForResource" => {
            let topic = find(context, "ResourceArn")?;
            Ok(json!({ "Tags": members(tags(&topic.tags)) }).into())
        }
        _ => Err(context.unknown_operation()),
    }
}

fn find(context: &Context<'_>, parameter: &str) -> Result<Topic, Refusal> {
    let arn = context.request.required(parameter)?;
    let mut topics = topics(context.organization, context.account(), context.region()).into_iter();
    topics.find(|topic| topic.arn == arn).ok_or_else(|| Refusal::new(404, "NotFound", "Topic does not exist"))
}

fn attributes(context: &Context<'_>, topic: &Topic) -> Answer {
    let display_name = if topic.name.starts_with("alarms") { "Alarms <all>" } else { "" };
    let mut entries = vec![
        ("TopicArn", topic.arn.clone()),
        ("Owner", context.account().id.clone()),
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
    json!({ "Attributes": { "entry": entries } }).into()
}
