//! Streams of Kinesis: ListStreams, then GetResourcePolicy for each.

use futures::StreamExt;
use orgcensus_collect::kinds::KINESIS_STREAM;
use orgcensus_collect::{Collector, Error, Moment, Policy, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Answer, Unread, details, given, is_gone, policy_text, with_policies};

const LIST: Read<Page> = reads("kinesis", "ListStreams");
pub(super) const POLICY: Read<ItsPolicy> = reads("kinesis", "GetResourcePolicy");

/// How Kinesis says that there is no such stream or consumer.
const GONE: &[&str] = &["ResourceNotFoundException"];

/// One stream of Kinesis.
#[derive(Debug, Serialize, Row)]
#[row(table = "kinesis_streams", key = "arn")]
pub struct Stream {
    /// The stream's ARN.
    pub arn: String,
    /// The stream's name.
    pub stream_name: String,
    /// CREATING, DELETING, ACTIVE or UPDATING.
    pub stream_status: Option<String>,
    /// PROVISIONED or ON_DEMAND. Null: AWS did not say.
    pub stream_mode: Option<String>,
    /// When it was made (UTC). Null: AWS did not say.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
}

/// The streams of one region, with their policies.
pub const STREAMS: Collector = Collector {
    name: "kinesis_streams",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), POLICY.call()],
    resources: &[KINESIS_STREAM],
    tables: &[table::<Stream>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    stream_summaries: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Listed {
    stream_name: Option<String>,
    #[serde(rename = "StreamARN")]
    stream_arn: Option<String>,
    stream_status: Option<String>,
    stream_mode_details: Mode,
    stream_creation_timestamp: Option<Moment>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Mode {
    stream_mode: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct ItsPolicy {
    policy: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"Limit": 1000}));
    while let Some(page) = pages.next().await {
        let mut streams = details(page?.stream_summaries, |listed| read(session, listed));
        while let Some((listed, arn, policy)) = streams.next().await {
            push(rows, listed, arn, policy).await?;
        }
    }
    Ok(())
}

async fn read(session: &Session, listed: Listed) -> (Listed, Option<String>, Answer<Option<String>>) {
    let made = |name: &String| session.arn("kinesis", &format!("stream/{name}"));
    let arn = listed.stream_arn.clone().or_else(|| listed.stream_name.as_ref().map(made));
    let policy = policy_of(session, arn.as_deref()).await;
    (listed, arn, policy)
}

/// The policy of a stream or a consumer. Where there is none, Kinesis answers one that is empty.
pub(super) async fn policy_of(session: &Session, arn: Option<&str>) -> Answer<Option<String>> {
    let answer = POLICY.send(session, json!({"ResourceARN": arn})).await;
    let text = answer.and_then(|it| given(it.policy, &POLICY.call().name(), "Policy"));
    text.map(|text| Some(text).filter(|text| !matches!(text.trim(), "" | "{}")))
}

/// Whether a stream or a consumer went away before its policy was read.
pub(super) fn has_gone(policy: &Answer<Option<String>>) -> bool {
    is_gone(GONE, policy)
}

async fn push(
    rows: &mut Rows<'_>,
    mut listed: Listed,
    arn: Option<String>,
    policy: Answer<Option<String>>,
) -> Result<(), Error> {
    if has_gone(&policy) {
        rows.gone();
        return Ok(());
    }
    let mut unread = Unread::default();
    let stream_name = unread.value("StreamName", listed.stream_name.take());
    let Some(arn) = arn else {
        unread.lost(rows, with_policies([Stream::TABLE]), &LIST.call().name());
        return Ok(());
    };
    let text = policy_text(rows, policy)?;
    rows.policy(Policy::of(&arn, KINESIS_STREAM, text)).await?;
    let row = stream(arn, stream_name.unwrap_or_default(), listed, rows.captured_at(), &mut unread);
    unread.count(rows, Stream::TABLE, &LIST.call().name());
    rows.push(row).await
}

fn stream(arn: String, stream_name: String, it: Listed, now: Timestamp, unread: &mut Unread) -> Stream {
    let created_at = unread.moment("StreamCreationTimestamp", it.stream_creation_timestamp.as_ref());
    Stream {
        arn,
        stream_name,
        stream_status: unread.value("StreamStatus", it.stream_status),
        stream_mode: it.stream_mode_details.stream_mode,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::STREAMS;
    use crate::testing::{columns, json_error};

    const LIST: &str = "ListStreams";
    const POLICY: &str = "GetResourcePolicy";
    const FULL: &str = r#"{"StreamName":"clicks","StreamARN":"arn:clicks","StreamStatus":"DREAMING",
        "StreamModeDetails":{"StreamMode":"ON_DEMAND"},"StreamCreationTimestamp":1766361600.5}"#;
    const DOCUMENT: &str = concat!(
        r#"{"Policy":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"222233334444\"},"#,
        r#"\"Action\":\"kinesis:PutRecord\",\"Resource\":\"arn:clicks\"}]}"}"#
    );

    #[tokio::test]
    async fn streams_of_two_pages_with_their_policies() {
        let first = format!(
            r#"{{"StreamNames":["clicks"],"StreamSummaries":[{FULL}],"HasMoreStreams":true,"NextToken":"more"}}"#
        );
        let names = ["bare", "void", "silent", "gone", "secret", "odd"];
        let rest = names.map(|name| format!(r#"{{"StreamName":"{name}","StreamStatus":"ACTIVE"}}"#)).join(",");
        let second = format!(r#"{{"StreamNames":[],"StreamSummaries":[{rest},{{}}],"HasMoreStreams":false}}"#);
        let recorded = Recorded::new()
            .answer(LIST, &first)
            .answer_to(LIST, "more", &second)
            .answer_to(POLICY, "clicks", DOCUMENT)
            .answer_to(POLICY, "bare", r#"{"Policy":""}"#)
            .answer_to(POLICY, "void", r#"{"Policy":"{}"}"#)
            .answer_to(POLICY, "silent", "{}")
            .refuse(POLICY, "gone", 400, &json_error("ResourceNotFoundException"))
            .refuse(POLICY, "secret", 400, &json_error("AccessDeniedException"))
            .refuse(POLICY, "odd", 400, &json_error("InvalidArgumentException"));
        let collected = recorded.run(&STREAMS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&STREAMS);
        let streams = columns(&collected, "kinesis_streams", &["arn", "stream_status", "stream_mode", "age_days"]);
        assert_eq!(streams.len(), 6);
        assert_eq!(streams[0], json!(["arn:clicks", "DREAMING", "ON_DEMAND", 9]));
        assert_eq!(streams[1][0], "arn:aws:kinesis:eu-west-1:111122223333:stream/bare");
        assert_eq!(
            columns(&collected, "policy_documents", &["state", "error_code"]),
            [
                json!(["read", null]),
                json!(["absent", null]),
                json!(["absent", null]),
                json!(["unread", "ValueUnread"]),
                json!(["unread", "AccessDeniedException"]),
                json!(["unread", "InvalidArgumentException"]),
            ]
        );
        // Three policies, and a stream without a name.
        assert_eq!(collected.short(), (4, vec!["kinesis_streams", "policy_documents", "policy_statements"]));
        assert_eq!(collected.gone, 1);
    }

    #[tokio::test]
    async fn denied_is_how_the_task_ends() {
        let denied = json_error("AccessDeniedException");
        let collected = Recorded::new().refuse(LIST, "", 400, &denied).run(&STREAMS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
