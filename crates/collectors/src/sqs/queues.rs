//! SQS queues: ListQueues, then GetQueueAttributes and ListQueueTags for each.

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::kinds::SQS_QUEUE;
use orgcensus_collect::{
    Collector, Error, POLICY_TABLE_NAMES, Policy, PolicyText, Read, Rows, Runs, Scope, Session, read as reads,
};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Answer, Unread, details, is_gone, seconds_text};

const LIST: Read<Page> = reads("sqs", "ListQueues");
const ATTRIBUTES: Read<Attributes> = reads("sqs", "GetQueueAttributes");
const TAGS: Read<Tags> = reads("sqs", "ListQueueTags");

/// How SQS says that there is no such queue, by both of its protocols.
const GONE: &[&str] = &["QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"];

/// One SQS queue.
#[derive(Debug, Serialize, Row)]
#[row(table = "sqs_queues", key = "arn")]
pub struct Queue {
    /// The queue's ARN.
    pub arn: String,
    /// The queue's name, with .fifo if it is one.
    pub queue_name: String,
    /// The URL at which it takes messages.
    pub queue_url: String,
    /// When it was made (UTC). Null: its attributes could not be read.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// When its attributes were last changed (UTC).
    pub last_modified_at: Option<Timestamp>,
    /// Whether it keeps the order of messages.
    pub is_fifo: bool,
    /// Whether messages are encrypted at rest, with a key of KMS or of SQS.
    pub is_encrypted: Option<bool>,
    /// Whether messages are encrypted with a key of SQS.
    pub is_sqs_managed_encrypted: Option<bool>,
    /// The KMS key that encrypts messages: an id, an ARN or an alias. Null: none.
    pub kms_key_id: Option<String>,
    /// How long a message is kept, in seconds.
    pub retention_seconds: Option<i64>,
    /// How long a message that was received stays hidden from others, in seconds.
    pub visibility_timeout_seconds: Option<i64>,
    /// How long a new message stays hidden, in seconds.
    pub delay_seconds: Option<i64>,
    /// How long a receive call waits for a message, in seconds.
    pub receive_wait_seconds: Option<i64>,
    /// The largest message, in bytes.
    pub maximum_message_bytes: Option<i64>,
    /// Whether it has a queue for messages that could not be processed.
    pub has_dead_letter_queue: Option<bool>,
    /// The redrive policy as JSON: the dead letter queue and after how many receives.
    pub redrive_policy_json: Option<String>,
    /// The redrive allow policy as JSON: which queues may use this one as their dead letter queue.
    pub redrive_allow_policy_json: Option<String>,
    /// Tags. Null: they could not be read.
    pub tags: Option<BTreeMap<String, String>>,
}

/// The queues of one region.
pub const QUEUES: Collector = Collector {
    name: "sqs_queues",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), ATTRIBUTES.call(), TAGS.call()],
    resources: &[SQS_QUEUE],
    tables: &[table::<Queue>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    queue_urls: Vec<String>,
}

/// What SQS says of a queue; all of it is text.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Attributes {
    attributes: BTreeMap<String, String>,
}

impl Attributes {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Tags {
    tags: BTreeMap<String, String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"MaxResults": 1000}));
    while let Some(page) = pages.next().await {
        let mut queues = details(page?.queue_urls, |url| read(session, url));
        while let Some(queue) = queues.next().await {
            push(session, rows, queue).await?;
        }
    }
    Ok(())
}

struct Details {
    url: String,
    attributes: Answer<Attributes>,
    tags: Answer<Tags>,
}

async fn read(session: &Session, url: String) -> Details {
    let attributes = ATTRIBUTES.send(session, json!({"QueueUrl": url, "AttributeNames": ["All"]})).await;
    let tags = TAGS.send(session, json!({"QueueUrl": url})).await;
    Details { url, attributes, tags }
}

async fn push(session: &Session, rows: &mut Rows<'_>, details: Details) -> Result<(), Error> {
    let Details { url, attributes, tags } = details;
    if is_gone(GONE, &attributes) && tags.is_err() {
        rows.gone();
        return Ok(());
    }
    let name = url.rsplit('/').next().unwrap_or(&url);
    let known_arn = attributes.as_ref().ok().and_then(|it| it.get("QueueArn")).map(str::to_owned);
    let arn = known_arn.unwrap_or_else(|| session.arn("sqs", name));
    let document = |it: &Attributes| it.get("Policy").filter(|policy| !policy.is_empty()).map(str::to_owned);
    let text = match &attributes {
        Ok(attributes) => PolicyText::read(document(attributes)),
        Err(error) => PolicyText::Unread(error.clone()),
    };
    rows.policy(Policy::of(&arn, SQS_QUEUE, text)).await?;
    let attributes = rows.item(POLICY_TABLE_NAMES.into_iter().chain([Queue::TABLE]), attributes)?;
    let tags = rows.item([Queue::TABLE], tags)?;
    let mut unread = Unread::default();
    let row = queue(arn, &url, attributes.as_ref(), tags, rows.captured_at(), &mut unread);
    unread.count(rows, Queue::TABLE, "sqs:GetQueueAttributes");
    rows.push(row).await
}

fn queue(
    arn: String,
    url: &str,
    attributes: Option<&Attributes>,
    tags: Option<Tags>,
    now: Timestamp,
    unread: &mut Unread,
) -> Queue {
    let text = |name: &str| attributes.and_then(|it| it.get(name)).map(str::to_owned);
    let kms_key_id = text("KmsMasterKeyId").filter(|id| !id.is_empty());
    let redrive_policy_json = text("RedrivePolicy");
    // SQS gives these for every queue, whether they were set or not.
    let mut always = |name: &str| attributes.and_then(|it| unread.value(name, it.get(name))).map(str::to_owned);
    let [created, modified] = ["CreatedTimestamp", "LastModifiedTimestamp"].map(&mut always);
    let numbers = [
        "MessageRetentionPeriod",
        "VisibilityTimeout",
        "DelaySeconds",
        "ReceiveMessageWaitTimeSeconds",
        "MaximumMessageSize",
    ];
    let numbers = numbers.map(|name| (always(name), name));
    // If a KMS key is used, the queue is not encrypted with SQS's own key, whether AWS says so or not.
    let managed = if kms_key_id.is_some() {
        text("SqsManagedSseEnabled").or_else(|| Some("false".to_owned()))
    } else {
        always("SqsManagedSseEnabled")
    };
    let created_at = unread.parsed("CreatedTimestamp", created.as_deref(), seconds_text);
    let last_modified_at = unread.parsed("LastModifiedTimestamp", modified.as_deref(), seconds_text);
    let [retention_seconds, visibility_timeout_seconds, delay_seconds, receive_wait_seconds, maximum_message_bytes] =
        numbers.map(|(text, name)| unread.parsed(name, text.as_deref(), |text| text.parse::<i64>().ok()));
    let is_sqs_managed_encrypted = unread
        .parsed("SqsManagedSseEnabled", managed.as_deref(), |text| text.to_ascii_lowercase().parse::<bool>().ok());
    Queue {
        arn,
        queue_name: url.rsplit('/').next().unwrap_or_default().to_owned(),
        queue_url: url.to_owned(),
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        last_modified_at,
        is_fifo: url.ends_with(".fifo"),
        is_encrypted: if kms_key_id.is_some() { Some(true) } else { is_sqs_managed_encrypted },
        is_sqs_managed_encrypted,
        kms_key_id,
        retention_seconds,
        visibility_timeout_seconds,
        delay_seconds,
        receive_wait_seconds,
        maximum_message_bytes,
        has_dead_letter_queue: attributes.map(|_| redrive_policy_json.is_some()),
        redrive_policy_json,
        redrive_allow_policy_json: text("RedriveAllowPolicy"),
        tags: tags.map(|it| it.tags),
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;

    use super::QUEUES;

    const URL: &str = "https://sqs.eu-west-1.amazonaws.com/111122223333";
    const GONE: &str = r#"{"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "no such queue"}"#;
    const DENIED: &str = r#"{"__type": "com.amazon.coral.service#AccessDeniedException", "message": "not authorized"}"#;
    const ORDERS: &str = r#"{"Attributes": {
        "QueueArn": "arn:aws:sqs:eu-west-1:111122223333:orders.fifo", "FifoQueue": "true",
        "CreatedTimestamp": "1766361600", "MessageRetentionPeriod": "345600", "DelaySeconds": "soon",
        "LastModifiedTimestamp": "1766361600.25", "VisibilityTimeout": "30", "ReceiveMessageWaitTimeSeconds": "0",
        "MaximumMessageSize": "262144",
        "SqsManagedSseEnabled": "false", "KmsMasterKeyId": "alias/orders", "NewAttribute": "of 2030",
        "RedrivePolicy": "{\"maxReceiveCount\":5}",
        "Policy": "{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"sqs:*\",\"Resource\":\"*\"}]}"}}"#;

    fn recorded() -> Recorded {
        let first = format!(r#"{{"QueueUrls": ["{URL}/orders.fifo", "{URL}/gone"], "NextToken": "second"}}"#);
        let second = format!(r#"{{"QueueUrls": ["{URL}/secret"]}}"#);
        Recorded::new()
            .answer("ListQueues", &first)
            .answer_to("ListQueues", "second", &second)
            .answer_to("GetQueueAttributes", "orders.fifo", ORDERS)
            .answer_to("ListQueueTags", "orders.fifo", r#"{"Tags": {"team": "shop"}}"#)
            .refuse("GetQueueAttributes", "gone", 400, GONE)
            .refuse("ListQueueTags", "gone", 400, GONE)
            .refuse("GetQueueAttributes", "secret", 400, DENIED)
            .answer_to("ListQueueTags", "secret", "{}")
    }

    #[tokio::test]
    async fn queues_of_two_pages_one_gone_one_denied() {
        let collected = recorded().run(&QUEUES).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&QUEUES);
        // The denied part, and a text that is not a number.
        assert_eq!(collected.short(), (2, vec!["policy_documents", "policy_statements", "sqs_queues"]));
        assert_eq!(collected.gone, 1);

        let queues = collected.table("sqs_queues");
        assert_eq!(queues.len(), 2);
        assert_eq!(queues[0]["age_days"], 10);
        assert_eq!(queues[0]["last_modified_at"], "2025-12-22T00:00:00.250");
        assert_eq!(queues[0]["retention_seconds"], 345_600);
        assert!(queues[0]["delay_seconds"].is_null());
        assert_eq!(queues[0]["is_encrypted"], true);
        assert_eq!(queues[0]["is_fifo"], true);
        assert_eq!(queues[0]["tags"]["team"], "shop");
        assert_eq!(queues[1]["arn"], "arn:aws:sqs:eu-west-1:111122223333:secret");
        assert!(queues[1]["is_encrypted"].is_null());
    }

    fn queue(name: &str) -> Recorded {
        Recorded::new().answer("ListQueues", &format!(r#"{{"QueueUrls": ["{URL}/{name}"]}}"#))
    }

    fn error(code: &str) -> String {
        format!(r#"{{"__type": "com.amazonaws.sqs#{code}", "message": "recorded"}}"#)
    }

    #[tokio::test]
    async fn one_queue_that_refuses_its_tags_in_any_words_keeps_its_row() {
        for code in ["UnsupportedOperation", "NotImplemented", "ResourceNotFoundException", "OptInRequired", "Odd"] {
            let recorded = queue("orders.fifo").answer("GetQueueAttributes", ORDERS);
            let collected = recorded.refuse("ListQueueTags", "", 400, &error(code)).run(&QUEUES).await;
            collected.result.as_ref().unwrap();
            assert_eq!(collected.short(), (2, vec!["sqs_queues"]), "{code}");
            let [queue] = collected.table("sqs_queues") else { panic!("{code}: {collected:?}") };
            assert!(queue["tags"].is_null(), "{code}");
        }
    }

    #[tokio::test]
    async fn a_queue_that_is_not_found_and_has_tags_is_there() {
        let recorded = queue("odd").refuse("GetQueueAttributes", "", 400, GONE).answer("ListQueueTags", "{}");
        let collected = recorded.run(&QUEUES).await;
        collected.result.as_ref().unwrap();
        assert_eq!((collected.gone, collected.short().0, collected.table("sqs_queues").len()), (0, 1, 1));
    }

    #[tokio::test]
    async fn attributes_that_are_left_out_are_unknown_and_counted() {
        let recorded =
            queue("bare").answer("GetQueueAttributes", r#"{"Attributes": {}}"#).answer("ListQueueTags", "{}");
        let collected = recorded.run(&QUEUES).await;
        let queue = &collected.table("sqs_queues")[0];
        for column in ["created_at", "retention_seconds", "is_encrypted", "is_sqs_managed_encrypted"] {
            assert!(queue[column].is_null(), "{column}");
        }
        assert_eq!(collected.short(), (8, vec!["sqs_queues"]));
    }

    #[tokio::test]
    async fn a_denied_policy_is_unread_and_not_absent() {
        let collected = recorded().run(&QUEUES).await;
        let states: Vec<_> = collected.table("policy_documents").iter().map(|row| row["state"].clone()).collect();
        assert_eq!(states, ["read", "unread"]);
        assert_eq!(collected.table("policy_statements")[0]["has_wildcard_principal"], true);
    }
}
