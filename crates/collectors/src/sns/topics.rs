//! SNS topics: ListTopics, then GetTopicAttributes and ListTagsForResource for each.

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::kinds::SNS_TOPIC;
use orgcensus_collect::{
    Collector, Error, POLICY_TABLE_NAMES, Policy, PolicyText, Read, Rows, Runs, Scope, Session, read as reads,
};
use orgcensus_row::{Row, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Answer, Tag, Unread, by_key, details, given, is_gone, with_policies};

const LIST: Read<Page> = reads("sns", "ListTopics");
const ATTRIBUTES: Read<Attributes> = reads("sns", "GetTopicAttributes");
const TAGS: Read<Tags> = reads("sns", "ListTagsForResource");

/// How SNS says that there is no such topic.
const GONE: &[&str] = &["NotFound", "NotFoundException"];

/// One SNS topic.
#[derive(Debug, Serialize, Row)]
#[row(table = "sns_topics", key = "arn")]
pub struct Topic {
    /// The topic's ARN.
    pub arn: String,
    /// The topic's name, with .fifo if it is one.
    pub topic_name: String,
    /// The name that receivers of text messages see.
    pub display_name: Option<String>,
    /// The account that made it, 12 digits. Null: its attributes could not be read.
    pub owner_id: Option<String>,
    /// Whether it keeps the order of messages.
    pub is_fifo: bool,
    /// Whether messages are encrypted at rest with a KMS key.
    pub is_encrypted: Option<bool>,
    /// The KMS key that encrypts messages: an id, an ARN or an alias. Null: none.
    pub kms_key_id: Option<String>,
    /// Subscriptions that receive messages.
    pub confirmed_subscription_count: Option<i64>,
    /// Subscriptions that wait to be confirmed.
    pub pending_subscription_count: Option<i64>,
    /// Subscriptions that were deleted.
    pub deleted_subscription_count: Option<i64>,
    /// How messages are signed: 1 with SHA-1, 2 with SHA-256. Null: not set, which means 1.
    pub signature_version: Option<String>,
    /// X-Ray tracing: PassThrough or Active. Null: not set.
    pub tracing_mode: Option<String>,
    /// The delivery policy as JSON. Null: the default.
    pub delivery_policy_json: Option<String>,
    /// Tags. Null: they could not be read.
    pub tags: Option<BTreeMap<String, String>>,
}

/// The topics of one region.
pub const TOPICS: Collector = Collector {
    name: "sns_topics",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), ATTRIBUTES.call(), TAGS.call()],
    resources: &[SNS_TOPIC],
    tables: &[table::<Topic>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    topics: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Listed {
    topic_arn: Option<String>,
}

/// What SNS says of a topic; all of it is text.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Attributes {
    attributes: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Tags {
    tags: Vec<Tag>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({}));
    while let Some(page) = pages.next().await {
        let mut arns = Vec::new();
        for topic in page?.topics {
            let mut unread = Unread::default();
            match unread.value("TopicArn", topic.topic_arn) {
                Some(arn) => arns.push(arn),
                None => unread.lost(rows, with_policies([Topic::TABLE]), &LIST.call().name()),
            }
        }
        let mut topics = details(arns, |arn| read(session, arn));
        while let Some(topic) = topics.next().await {
            push(rows, topic).await?;
        }
    }
    Ok(())
}

struct Details {
    arn: String,
    attributes: Answer<Attributes>,
    tags: Answer<Tags>,
}

async fn read(session: &Session, arn: String) -> Details {
    let attributes = ATTRIBUTES.send(session, json!({"TopicArn": arn})).await;
    let tags = TAGS.send(session, json!({"ResourceArn": arn})).await;
    Details { arn, attributes, tags }
}

async fn push(rows: &mut Rows<'_>, details: Details) -> Result<(), Error> {
    let Details { arn, attributes, tags } = details;
    if is_gone(GONE, &attributes) && tags.is_err() {
        rows.gone();
        return Ok(());
    }
    // A topic always has a policy: AWS creates it with one for its owner.
    let policy = match &attributes {
        Ok(attributes) => given(attributes.attributes.get("Policy").cloned(), "sns:GetTopicAttributes", "Policy"),
        Err(error) => Err(error.clone()),
    };
    let text = match policy {
        Ok(document) => PolicyText::Document(document),
        Err(error) => {
            if attributes.is_ok() {
                rows.miss(POLICY_TABLE_NAMES, error.clone());
            }
            PolicyText::Unread(error)
        }
    };
    rows.policy(Policy::of(&arn, SNS_TOPIC, text)).await?;
    let attributes = rows.item(with_policies([Topic::TABLE]), attributes)?;
    let tags = rows.item([Topic::TABLE], tags)?;
    let mut unread = Unread::default();
    let row = topic(arn, attributes.as_ref(), tags, &mut unread);
    unread.count(rows, Topic::TABLE, "sns:GetTopicAttributes");
    rows.push(row).await
}

fn topic(arn: String, attributes: Option<&Attributes>, tags: Option<Tags>, unread: &mut Unread) -> Topic {
    let text = |name: &str| attributes.and_then(|it| it.attributes.get(name)).filter(|text| !text.is_empty()).cloned();
    let mut number = |name: &str| {
        let number = text(name).and_then(|text| text.parse().ok());
        attributes.and_then(|_| unread.value(name, number))
    };
    let kms_key_id = text("KmsMasterKeyId");
    Topic {
        topic_name: arn.rsplit(':').next().unwrap_or_default().to_owned(),
        display_name: text("DisplayName"),
        owner_id: text("Owner"),
        is_fifo: arn.ends_with(".fifo"),
        is_encrypted: attributes.map(|_| kms_key_id.is_some()),
        kms_key_id,
        confirmed_subscription_count: number("SubscriptionsConfirmed"),
        pending_subscription_count: number("SubscriptionsPending"),
        deleted_subscription_count: number("SubscriptionsDeleted"),
        signature_version: text("SignatureVersion"),
        tracing_mode: text("TracingConfig"),
        delivery_policy_json: text("DeliveryPolicy"),
        tags: tags.map(|it| by_key(it.tags)),
        arn,
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;

    use super::TOPICS;

    const ARN: &str = "arn:aws:sns:eu-west-1:111122223333";

    fn list(names: &[&str], token: &str) -> String {
        let topics: String =
            names.iter().map(|name| format!("<member><TopicArn>{ARN}:{name}</TopicArn></member>")).collect();
        format!(
            "<ListTopicsResponse><ListTopicsResult><Topics>{topics}</Topics>{token}</ListTopicsResult></ListTopicsResponse>"
        )
    }

    fn attributes(entries: &[(&str, &str)]) -> String {
        let entries: String = entries
            .iter()
            .map(|(key, value)| format!("<entry><key>{key}</key><value>{value}</value></entry>"))
            .collect();
        format!(
            "<GetTopicAttributesResponse><GetTopicAttributesResult><Attributes>{entries}</Attributes>\
             </GetTopicAttributesResult></GetTopicAttributesResponse>"
        )
    }

    fn tags(tags: &str) -> String {
        format!(
            "<ListTagsForResourceResponse><ListTagsForResourceResult><Tags>{tags}</Tags>\
             </ListTagsForResourceResult></ListTagsForResourceResponse>"
        )
    }

    fn error(code: &str) -> String {
        format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"
        )
    }

    fn recorded() -> Recorded {
        let policy =
            r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"SNS:Publish","Resource":"*"}]}"#;
        let alarms = [("Owner", "111122223333"), ("Policy", policy), ("SubscriptionsConfirmed", "3"), ("New", "x")];
        let alarms = [&alarms[..], &[("SubscriptionsPending", "0"), ("SubscriptionsDeleted", "0")]].concat();
        let second = list(&["orders.fifo"], "").replace("</Topics>", "<member/></Topics>");
        Recorded::new()
            .answer("ListTopics", &list(&["alarms", "gone"], "<NextToken>second</NextToken>"))
            .answer_to("ListTopics", "second", &second)
            .answer_to("GetTopicAttributes", "alarms", &attributes(&alarms))
            .answer_to("ListTagsForResource", "alarms", &tags("<member><Key>team</Key><Value>ops</Value></member>"))
            .refuse("GetTopicAttributes", "gone", 404, &error("NotFound"))
            .refuse("ListTagsForResource", "gone", 404, &error("ResourceNotFound"))
            .refuse("GetTopicAttributes", "orders", 403, &error("AuthorizationError"))
            .refuse("ListTagsForResource", "orders", 403, &error("AuthorizationError"))
    }

    #[tokio::test]
    async fn topics_of_two_pages_one_gone_one_denied() {
        let collected = recorded().run(&TOPICS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&TOPICS);
        // Attributes, tags, and a topic without an ARN.
        assert_eq!(collected.short(), (3, vec!["policy_documents", "policy_statements", "sns_topics"]));
        assert_eq!(collected.gone, 1);

        let topics = collected.table("sns_topics");
        assert_eq!(topics.len(), 2);
        assert_eq!(topics[0]["topic_name"], "alarms");
        assert_eq!(topics[0]["is_encrypted"], false);
        assert_eq!(topics[0]["confirmed_subscription_count"], 3);
        assert_eq!(topics[0]["tags"]["team"], "ops");
        assert_eq!(topics[1]["is_fifo"], true);
        assert!(topics[1]["is_encrypted"].is_null() && topics[1]["tags"].is_null());
    }

    #[tokio::test]
    async fn what_every_topic_has_and_one_answer_lacks_is_unknown() {
        let recorded = Recorded::new()
            .answer("ListTopics", &list(&["odd"], ""))
            .answer("GetTopicAttributes", &attributes(&[("Owner", "111122223333"), ("SubscriptionsPending", "few")]))
            .refuse("ListTagsForResource", "", 501, &error("NotImplemented"));
        let collected = recorded.run(&TOPICS).await;
        collected.result.as_ref().unwrap();
        // The policy, three counts, the tags.
        assert_eq!(collected.short(), (5, vec!["policy_documents", "policy_statements", "sns_topics"]));
        assert_eq!(collected.table("policy_documents")[0]["state"], "unread");
        assert!(collected.table("sns_topics")[0]["pending_subscription_count"].is_null());
    }

    #[tokio::test]
    async fn a_denied_policy_is_unread_and_not_absent() {
        let collected = recorded().run(&TOPICS).await;
        let states: Vec<_> = collected.table("policy_documents").iter().map(|row| row["state"].clone()).collect();
        assert_eq!(states, ["read", "unread"]);
    }
}
