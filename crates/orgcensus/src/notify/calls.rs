//! The calls that tell of a run. Beside those of the catalogue they are the only writes of this program, and
//! `tests/calls.rs` names this file.

use orgcensus_aws::{Class, Error, Session, Write, write};
use orgcensus_collect::Call;
use serde::Deserialize;
use serde_json::json;

const PUT_EVENTS: Write<Put> = write("eventbridge", "PutEvents");
const PUBLISH: Write<Published> = write("sns", "Publish");

/// Every call.
pub(crate) const CALLS: &[Call] = &[PUT_EVENTS.call(), PUBLISH.call()];

/// Who says it, as rules of EventBridge match it.
const SOURCE: &str = "orgcensus";

/// The end of the name of a topic that keeps its messages in order, and wants to be told in which.
const FIFO: &str = ".fifo";

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Put {
    entries: Vec<Entry>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Entry {
    event_id: Option<String>,
    error_code: Option<String>,
    error_message: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Published {
    message_id: Option<String>,
}

/// One message, as it is put into a call.
pub(crate) struct Told {
    /// `run`, `change` or `more`.
    pub(crate) kind: &'static str,
    /// The priority of a change.
    pub(crate) priority: Option<&'static str>,
    /// One line, for people.
    pub(crate) subject: String,
    /// The whole, as JSON.
    pub(crate) json: String,
    /// What no other message is called.
    pub(crate) id: String,
}

/// The call by which an event bus or a topic is told; none of another ARN.
pub(crate) fn call_of(arn: &str) -> Option<&'static Call> {
    let service = arn.split(':').nth(2)?;
    CALLS.iter().find(|call| call.action().split_once(':').is_some_and(|(of, _)| of == service))
}

/// Tells an event bus or a topic.
pub(crate) async fn send(session: &Session, arn: &str, told: &Told) -> Result<(), Error> {
    match call_of(arn) {
        Some(call) if *call == PUT_EVENTS.call() => put(session, arn, told).await,
        Some(_) => publish(session, arn, told).await,
        None => Err(Error::new(Class::Failed, "NotSent", format!("{arn} is neither an event bus nor a topic"))),
    }
}

async fn put(session: &Session, bus: &str, told: &Told) -> Result<(), Error> {
    let entry = json!({
        "Source": SOURCE, "DetailType": format!("{SOURCE} {}", told.kind), "Detail": told.json, "EventBusName": bus,
    });
    let answer = PUT_EVENTS.send(session, json!({ "Entries": [entry] })).await?;
    taken(answer).map_err(|error| error.during(&PUT_EVENTS.call().name()))
}

/// An event that was refused is answered with 200.
fn taken(answer: Put) -> Result<(), Error> {
    match answer.entries.into_iter().next().unwrap_or_default() {
        Entry { error_code: None, event_id: Some(_), .. } => Ok(()),
        Entry { error_code, error_message, .. } => {
            let code = error_code.as_deref().unwrap_or("Unknown");
            Err(Error::new(Class::Failed, code, error_message.unwrap_or_else(|| "the event has no id".to_owned())))
        }
    }
}

async fn publish(session: &Session, topic: &str, told: &Told) -> Result<(), Error> {
    let attribute =
        |(name, value): (&str, &str)| json!({"Name": name, "Value": {"DataType": "String", "StringValue": value}});
    let attributes = [("kind", Some(told.kind)), ("priority", told.priority)];
    let attributes: Vec<_> =
        attributes.into_iter().filter_map(|(name, value)| Some(attribute((name, value?)))).collect();
    let is_ordered = topic.ends_with(FIFO);
    let input = json!({
        "TopicArn": topic, "Subject": told.subject, "Message": told.json, "MessageAttributes": { "entry": attributes },
        "MessageGroupId": is_ordered.then_some(SOURCE), "MessageDeduplicationId": is_ordered.then_some(&told.id),
    });
    let answer = PUBLISH.send(session, input).await?;
    let without = || Error::new(Class::Failed, "Unknown", "the message has no id").during(&PUBLISH.call().name());
    answer.message_id.map(drop).ok_or_else(without)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn an_event_that_was_refused_is_answered_like_one_that_was_taken() {
        let of = |json: Value| taken(serde_json::from_value(json).unwrap()).map_err(|error| error.to_string());
        assert_eq!(of(json!({"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]})), Ok(()));
        let refused =
            json!({"FailedEntryCount": 1, "Entries": [{"ErrorCode": "ThrottlingException", "ErrorMessage": "slower"}]});
        assert_eq!(of(refused), Err("ThrottlingException: slower".to_owned()));
        assert_eq!(of(json!({})), Err("Unknown: the event has no id".to_owned()));
    }

    #[test]
    fn an_arn_says_how_it_is_told() {
        let action = |arn: &str| call_of(arn).map(|call| call.action());
        let bus = action("arn:aws:events:eu-west-1:111122223333:event-bus/census");
        assert_eq!(bus.as_deref(), Some("events:PutEvents"));
        assert_eq!(action("arn:aws:sns:eu-west-1:111122223333:census").as_deref(), Some("sns:Publish"));
        assert_eq!(action("arn:aws:sqs:eu-west-1:111122223333:census"), None);
        assert_eq!(CALLS.len(), 2);
    }
}
