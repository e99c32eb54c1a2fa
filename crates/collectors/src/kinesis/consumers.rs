//! Consumers of streams of Kinesis: ListStreams, ListStreamConsumers for each stream, then GetResourcePolicy for each
//! consumer.

use futures::StreamExt;
use orgcensus_collect::kinds::KINESIS_CONSUMER;
use orgcensus_collect::{Collector, Error, Moment, Policy, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::streams::{POLICY, has_gone, policy_of};
use crate::items::{Answer, Unread, all, details, given, is_gone, policy_text, with_policies};

const STREAMS: Read<Page> = reads("kinesis", "ListStreams");
const LIST: Read<Consumers> = reads("kinesis", "ListStreamConsumers");

/// How Kinesis says that there is no such stream.
const GONE: &[&str] = &["ResourceNotFoundException"];

/// One consumer of a stream, which reads it at a rate of its own (enhanced fan-out).
#[derive(Debug, Serialize, Row)]
#[row(table = "kinesis_consumers", key = "arn")]
pub struct Consumer {
    /// The consumer's ARN.
    pub arn: String,
    /// The consumer's name.
    pub consumer_name: String,
    /// The stream that it reads, by its ARN.
    pub stream_arn: String,
    /// CREATING, DELETING or ACTIVE.
    pub consumer_status: Option<String>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
}

/// The consumers of the streams of one region, with their policies.
pub const CONSUMERS: Collector = Collector {
    name: "kinesis_consumers",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[STREAMS.call(), LIST.call(), POLICY.call()],
    resources: &[KINESIS_CONSUMER],
    tables: &[table::<Consumer>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    stream_summaries: Vec<Stream>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Stream {
    stream_name: Option<String>,
    #[serde(rename = "StreamARN")]
    stream_arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Consumers {
    consumers: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Listed {
    consumer_name: Option<String>,
    #[serde(rename = "ConsumerARN")]
    consumer_arn: Option<String>,
    consumer_status: Option<String>,
    consumer_creation_timestamp: Option<Moment>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let streams = all(&STREAMS, session, json!({"Limit": 1000}), |page| page.stream_summaries).await?;
    let mut lists = details(streams, |stream| consumers(session, stream));
    while let Some((stream_arn, read)) = lists.next().await {
        if is_gone(GONE, &read) {
            rows.gone();
            continue;
        }
        for consumer in rows.item(with_policies([Consumer::TABLE]), read)?.unwrap_or_default() {
            push(rows, &stream_arn, consumer).await?;
        }
    }
    Ok(())
}

/// A consumer, its ARN if it has one or a name, and its policy.
type Consuming = (Listed, Option<String>, Answer<Option<String>>);

/// The consumers of one stream, with their policies.
async fn consumers(session: &Session, stream: Stream) -> (String, Answer<Vec<Consuming>>) {
    let made = |name: String| session.arn("kinesis", &format!("stream/{name}"));
    let stream_arn = stream.stream_arn.or_else(|| stream.stream_name.map(made));
    let stream_arn = match given(stream_arn, &STREAMS.call().name(), "StreamName") {
        Ok(arn) => arn,
        Err(error) => return (String::new(), Err(error)),
    };
    let input = json!({"StreamARN": stream_arn, "MaxResults": 1000});
    let listed = match all(&LIST, session, input, |page| page.consumers).await {
        Ok(listed) => listed,
        Err(error) => return (stream_arn, Err(error)),
    };
    let mut found = Vec::new();
    for listed in listed {
        found.push(read(session, &stream_arn, listed).await);
    }
    (stream_arn, Ok(found))
}

async fn read(session: &Session, stream_arn: &str, listed: Listed) -> Consuming {
    let made = |name: &String| format!("{stream_arn}/consumer/{name}");
    let arn = listed.consumer_arn.clone().or_else(|| listed.consumer_name.as_ref().map(made));
    let policy = policy_of(session, arn.as_deref()).await;
    (listed, arn, policy)
}

async fn push(rows: &mut Rows<'_>, stream_arn: &str, (it, arn, policy): Consuming) -> Result<(), Error> {
    if has_gone(&policy) {
        rows.gone();
        return Ok(());
    }
    let mut unread = Unread::default();
    let consumer_name = unread.value("ConsumerName", it.consumer_name);
    let Some(arn) = arn else {
        unread.lost(rows, with_policies([Consumer::TABLE]), &LIST.call().name());
        return Ok(());
    };
    let text = policy_text(rows, policy)?;
    rows.policy(Policy::of(&arn, KINESIS_CONSUMER, text)).await?;
    let created = unread.value("ConsumerCreationTimestamp", it.consumer_creation_timestamp.as_ref());
    let created_at = unread.moment("ConsumerCreationTimestamp", created);
    let consumer_status = unread.value("ConsumerStatus", it.consumer_status);
    unread.count(rows, Consumer::TABLE, &LIST.call().name());
    let now = rows.captured_at();
    rows.push(Consumer {
        arn,
        consumer_name: consumer_name.unwrap_or_default(),
        stream_arn: stream_arn.to_owned(),
        consumer_status,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
    })
    .await
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::CONSUMERS;
    use crate::testing::{columns, json_error};

    const STREAMS: &str = r#"{"StreamNames":[],"StreamSummaries":[{"StreamName":"a","StreamARN":"arn:a:1"},
        {"StreamName":"b","StreamARN":"arn:b:2"},{"StreamName":"c","StreamARN":"arn:c:3"},
        {"StreamName":"d","StreamARN":"arn:d:4"},{}],"HasMoreStreams":false}"#;
    const LIST: &str = "ListStreamConsumers";
    const POLICY: &str = "GetResourcePolicy";

    fn consumer(name: &str) -> String {
        format!(r#"{{"ConsumerName":"{name}","ConsumerStatus":"ACTIVE","ConsumerCreationTimestamp":1766361600}}"#)
    }

    #[tokio::test]
    async fn consumers_of_streams_and_pages_with_their_policies() {
        let first = format!(r#"{{"Consumers":[{}],"NextToken":"more"}}"#, consumer("one"));
        let rest = [consumer("gone"), consumer("secret"), r#"{"ConsumerName":"odd"},{}"#.to_owned()].join(",");
        let recorded = Recorded::new()
            .answer("ListStreams", STREAMS)
            .answer_to(LIST, "arn:a:1", &first)
            .answer_to(LIST, "more", &format!(r#"{{"Consumers":[{rest}]}}"#))
            .answer_to(LIST, "arn:b:2", "{}")
            .refuse(LIST, "arn:c:3", 400, &json_error("ResourceNotFoundException"))
            .refuse(LIST, "arn:d:4", 400, &json_error("AccessDeniedException"))
            .answer_to(POLICY, "consumer/one", r#"{"Policy":"{\"Statement\":[]}"}"#)
            .refuse(POLICY, "consumer/gone", 400, &json_error("ResourceNotFoundException"))
            .refuse(POLICY, "consumer/secret", 400, &json_error("AccessDeniedException"))
            .answer_to(POLICY, "consumer/odd", r#"{"Policy":""}"#);
        let collected = recorded.run(&CONSUMERS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&CONSUMERS);
        assert_eq!(
            columns(&collected, "kinesis_consumers", &["arn", "stream_arn", "consumer_status", "age_days"]),
            [
                json!(["arn:a:1/consumer/one", "arn:a:1", "ACTIVE", 10]),
                json!(["arn:a:1/consumer/secret", "arn:a:1", "ACTIVE", 10]),
                json!(["arn:a:1/consumer/odd", "arn:a:1", null, null]),
            ]
        );
        assert_eq!(
            columns(&collected, "policy_documents", &["state", "error_code"]),
            [json!(["read", null]), json!(["unread", "AccessDeniedException"]), json!(["absent", null])]
        );
        // A list, a policy, two values of one consumer, a stream and a consumer without a name.
        assert_eq!(collected.short(), (6, vec!["kinesis_consumers", "policy_documents", "policy_statements"]));
        assert_eq!(collected.gone, 2);
    }

    #[tokio::test]
    async fn a_denied_list_is_how_the_task_ends() {
        let denied = json_error("AccessDeniedException");
        let collected = Recorded::new().refuse("ListStreams", "", 400, &denied).run(&CONSUMERS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
