//! SQS: queues, their attributes and tags.

use super::{Context, population, some_tags};
use crate::account::Account;
use crate::clock::epoch_seconds;
use crate::dice::Dice;
use crate::organization::Organization;
use crate::policies::{Kind, ResourcePolicy, Subject, any_kind};
use crate::protocol::{Answer, Limits, Refusal};
use serde_json::{Map, Value, json};

const PAGE: Limits = Limits { token: "NextToken", size: "MaxResults", default: 1000, max: 1000 };

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
pub(crate) struct Queue {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) url: String,
    pub(crate) policy: ResourcePolicy,
    is_fifo: bool,
    is_encrypted: bool,
    retention_seconds: i64,
    created_millis: i64,
    dead_letter_arn: Option<String>,
    tags: Vec<(String, String)>,
}

/// The queues of an account in a region. The showcase has one with each kind of policy, and the account that is held some.
pub(crate) fn queues(organization: &Organization, account: &Account, region: &str) -> Vec<Queue> {
    let rates = &organization.settings.rates;
    let (mut dice, count) = population(organization, account, "sqs", region, rates.queues);
    let mut queues: Vec<Queue> = Vec::new();
    for number in 0..count {
        let is_fifo = dice.chance(0.15);
        let suffix = if is_fifo { ".fifo" } else { "" };
        let name = format!("{}-{number}{suffix}", dice.pick(&["orders", "mail", "thumbnails", "audit", "retry"]));
        let kind = any_kind(&mut dice, rates.public_queues);
        let first = queues.first();
        let made = queue(organization, account, region, name, kind, first, &mut dice);
        queues.push(made);
    }
    let is_first_region = organization.settings.regions.first().is_some_and(|first| first == region);
    let shown: Vec<Kind> = match account {
        account if organization.is_showcase(account) => Kind::all().collect(),
        account if organization.is_held(account) => HELD.to_vec(),
        _ => Vec::new(),
    };
    if rates.queues > 0 && is_first_region {
        queues.extend(shown.into_iter().map(|kind| {
            let name = format!("show-{kind:?}");
            queue(organization, account, region, name, kind, None, &mut dice)
        }));
    }
    queues
}

fn queue(
    organization: &Organization,
    account: &Account,
    region: &str,
    name: String,
    kind: Kind,
    dead_letters: Option<&Queue>,
    dice: &mut Dice,
) -> Queue {
    let arn = organization.arn("sqs", region, &account.id, &name);
    let subject = Subject {
        organization,
        account,
        actions: &["sqs:SendMessage", "sqs:ReceiveMessage"],
        resources: vec![arn.clone()],
        service: "events.amazonaws.com",
    };
    let days = dice.between(0, 1500);
    Queue {
        url: format!("https://sqs.{region}.amazonaws.com/{}/{name}", account.id),
        policy: subject.policy(kind, dice),
        is_fifo: name.ends_with(".fifo"),
        is_encrypted: dice.chance(0.7),
        retention_seconds: dice.pick(&[60, 345_600, 1_209_600]),
        created_millis: organization.clock.days_ago(days, dice),
        dead_letter_arn: dead_letters.filter(|_| dice.chance(0.3)).map(|queue| queue.arn.clone()),
        tags: some_tags(dice),
        name,
        arn,
    }
}

pub(crate) fn answer(context: &Context<'_>) -> Result<Answer, Refusal> {
    match context.request.operation.as_str() {
        "ListQueues" => {
            let prefix = context.request.text("QueueNamePrefix").unwrap_or_default();
            let queues = queues(context.organization, context.account(), context.region());
            let urls = queues.into_iter().filter(|queue| queue.name.starts_with(prefix)).map(|queue| queue.url);
            let page = context.page(&PAGE, urls.collect())?;
            let urls = (!page.elements.is_empty()).then_some(page.elements);
            Ok(json!({ "QueueUrls": urls, "NextToken": page.next }).into())
        }
        "GetQueueAttributes" => {
            let mut attributes = attributes(&find(context)?);
            let wanted = context.request.texts("AttributeNames");
            if !wanted.contains(&"All") {
                attributes.retain(|name, _| wanted.contains(&name.as_str()));
            }
            Ok(json!({ "Attributes": attributes }).into())
        }
        "ListQueueTags" => {
            let tags: Map<String, Value> =
                find(context)?.tags.into_iter().map(|(key, value)| (key, json!(value))).collect();
            Ok(json!({ "Tags": (!tags.is_empty()).then_some(tags) }).into())
        }
        _ => Err(context.unknown_operation()),
    }
}

/// The queue that the call's URL names. Only account and name count: a client may write any host.
fn find(context: &Context<'_>) -> Result<Queue, Refusal> {
    let url = context.request.required("QueueUrl")?;
    let name = url.rsplit('/').next().unwrap_or_default();
    let mut queues = queues(context.organization, context.account(), context.region()).into_iter();
    let message = "The specified queue does not exist.";
    queues
        .find(|queue| queue.name == name && url.contains(&context.account().id))
        .ok_or_else(|| Refusal::new(400, "com.amazonaws.sqs#QueueDoesNotExist", message))
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
    use crate::settings::Settings;

    #[test]
    fn forty_accounts_have_public_and_strange_queues() {
        let organization = Organization::new(Settings::new(40, 1));
        let kinds: Vec<Kind> = organization
            .accounts()
            .flat_map(|account| queues(&organization, &account, "us-east-1"))
            .map(|queue| queue.policy.kind)
            .collect();
        assert!(kinds.contains(&Kind::Public), "of {}", kinds.len());
        assert!(kinds.contains(&Kind::None));
    }
}
