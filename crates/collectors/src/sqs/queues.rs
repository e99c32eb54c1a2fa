//! SQS queues: ListQueues, then GetQueueAttributes and ListQueueTags for each.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName as Name;
use futures::StreamExt;
use orgcensus_collect::{Collector, Error, PolicyText, Rows, Scope, Session, call, client};
use orgcensus_row::{Row, Timestamp, table};
use serde::Serialize;

use crate::items::{Answer, details, is_gone, resource_policy};

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
    calls: &[call("sqs", "ListQueues"), call("sqs", "GetQueueAttributes"), call("sqs", "ListQueueTags")],
    tables: &[table::<Queue>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let sqs = client!(session, aws_sdk_sqs);
    let mut pages = sqs.list_queues().max_results(1000).into_paginator().send();
    while let Some(page) = pages.next().await {
        let urls = page?.queue_urls.unwrap_or_default();
        let mut queues = details(urls, |url| read(sqs.clone(), url));
        while let Some(queue) = queues.next().await {
            push(session, rows, queue).await?;
        }
    }
    Ok(())
}

type Attributes = HashMap<Name, String>;

struct Details {
    url: String,
    attributes: Answer<Attributes>,
    tags: Answer<HashMap<String, String>>,
}

async fn read(sqs: Client, url: String) -> Details {
    let attributes = sqs.get_queue_attributes().queue_url(&url).attribute_names(Name::All).send().await;
    let tags = sqs.list_queue_tags().queue_url(&url).send().await;
    Details {
        url,
        attributes: attributes.map(|it| it.attributes.unwrap_or_default()).map_err(Into::into),
        tags: tags.map(|it| it.tags.unwrap_or_default()).map_err(Into::into),
    }
}

async fn push(session: &Session, rows: &mut Rows<'_>, details: Details) -> Result<(), Error> {
    let Details { url, attributes, tags } = details;
    if is_gone(&attributes) {
        return Ok(());
    }
    let name = url.rsplit('/').next().unwrap_or(&url);
    let known_arn = attributes.as_ref().ok().and_then(|it| it.get(&Name::QueueArn)).cloned();
    let arn = known_arn.unwrap_or_else(|| session.arn("sqs", name));
    let document = |it: &Attributes| it.get(&Name::Policy).filter(|policy| !policy.is_empty()).cloned();
    let text = match &attributes {
        Ok(attributes) => PolicyText::read(document(attributes)),
        Err(error) => PolicyText::Unread(error.clone()),
    };
    rows.policy(resource_policy(&arn, "sqs_queue", text)).await?;
    let (attributes, tags) = (rows.item(attributes)?, rows.item(tags)?);
    let row = queue(arn, &url, attributes.as_ref(), tags, rows.captured_at());
    rows.push(row).await
}

fn queue(
    arn: String,
    url: &str,
    attributes: Option<&Attributes>,
    tags: Option<HashMap<String, String>>,
    now: Timestamp,
) -> Queue {
    let text = |name: Name| attributes.and_then(|it| it.get(&name)).cloned();
    let number = |name: Name| text(name).and_then(|text| text.parse::<i64>().ok());
    let moment = |name: Name| number(name).and_then(|seconds| seconds.checked_mul(1000)).map(Timestamp);
    // AWS leaves out an attribute that is not set.
    let is_true = |name: Name| attributes.map(|it| it.get(&name).is_some_and(|text| text == "true"));
    let created_at = moment(Name::CreatedTimestamp);
    let kms_key_id = text(Name::KmsMasterKeyId).filter(|id| !id.is_empty());
    let is_sqs_managed_encrypted = is_true(Name::SqsManagedSseEnabled);
    let redrive_policy_json = text(Name::RedrivePolicy);
    Queue {
        arn,
        queue_name: url.rsplit('/').next().unwrap_or_default().to_owned(),
        queue_url: url.to_owned(),
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        last_modified_at: moment(Name::LastModifiedTimestamp),
        is_fifo: url.ends_with(".fifo"),
        is_encrypted: is_sqs_managed_encrypted.map(|is_managed| is_managed || kms_key_id.is_some()),
        is_sqs_managed_encrypted,
        kms_key_id,
        retention_seconds: number(Name::MessageRetentionPeriod),
        visibility_timeout_seconds: number(Name::VisibilityTimeout),
        delay_seconds: number(Name::DelaySeconds),
        receive_wait_seconds: number(Name::ReceiveMessageWaitTimeSeconds),
        maximum_message_bytes: number(Name::MaximumMessageSize),
        has_dead_letter_queue: attributes.map(|_| redrive_policy_json.is_some()),
        redrive_policy_json,
        redrive_allow_policy_json: text(Name::RedriveAllowPolicy),
        tags: tags.map(BTreeMap::from_iter),
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
        assert_eq!(collected.missed.as_ref().map(|missed| missed.items), Some(1));

        let queues = collected.table("sqs_queues");
        assert_eq!(queues.len(), 2);
        assert_eq!(queues[0]["age_days"], 10);
        assert_eq!(queues[0]["retention_seconds"], 345_600);
        assert!(queues[0]["delay_seconds"].is_null());
        assert_eq!(queues[0]["is_encrypted"], true);
        assert_eq!(queues[0]["is_fifo"], true);
        assert_eq!(queues[0]["tags"]["team"], "shop");
        assert_eq!(queues[1]["arn"], "arn:aws:sqs:eu-west-1:111122223333:secret");
        assert!(queues[1]["is_encrypted"].is_null());
    }

    #[tokio::test]
    async fn a_denied_policy_is_unread_and_not_absent() {
        let collected = recorded().run(&QUEUES).await;
        let states: Vec<_> = collected.table("policy_documents").iter().map(|row| row["state"].clone()).collect();
        assert_eq!(states, ["read", "unread"]);
        assert_eq!(collected.table("policy_statements")[0]["has_wildcard_principal"], true);
    }
}
