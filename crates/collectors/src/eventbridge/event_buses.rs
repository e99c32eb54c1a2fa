//! EventBridge event buses: ListEventBuses, which gives their policies, then DescribeEventBus for each.

use futures::StreamExt;
use orgcensus_collect::kinds::EVENTS_EVENT_BUS;
use orgcensus_collect::{
    Collector, Error, Moment, Policy, PolicyText, Read, Rows, Runs, Scope, Session, read as reads,
};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Answer, Unread, details, given, is_gone, with_policies};

const LIST: Read<Page> = reads("eventbridge", "ListEventBuses").needs("events:ListEventBuses");
const DESCRIBE: Read<Described> = reads("eventbridge", "DescribeEventBus").needs("events:DescribeEventBus");

/// How EventBridge says that there is no such bus.
const GONE: &[&str] = &["ResourceNotFoundException"];

/// One event bus of EventBridge.
#[derive(Debug, Serialize, Row)]
#[row(table = "eventbridge_event_buses", key = "arn", resource = EVENTS_EVENT_BUS.resource_type)]
pub struct EventBus {
    /// The bus's ARN.
    pub arn: String,
    /// The bus's name; default for the one that every account has.
    pub event_bus_name: String,
    /// Its description. Null: none.
    pub description: Option<String>,
    /// Whether it is the bus that every account has and that takes the events of AWS's services.
    pub is_default: bool,
    /// Whether it has a policy.
    pub has_policy: bool,
    /// The AWS service that made it and manages it. Null: none.
    pub managed_by: Option<String>,
    /// The KMS key that encrypts events, as it was named: an ARN, an id or an alias. Null: a key of AWS, or it could
    /// not be read.
    pub kms_key_id: Option<String>,
    /// The queue that gets the events that could not be delivered. Null: none, or it could not be read.
    pub dead_letter_queue_arn: Option<String>,
    /// What is logged: OFF, ERROR, INFO or TRACE. Null: AWS did not say, or it could not be read.
    pub log_level: Option<String>,
    /// Whether logs have the events themselves: NONE or FULL. Null: AWS did not say, or it could not be read.
    pub log_detail: Option<String>,
    /// When it was made (UTC). Null: AWS did not say, as of the default bus.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// When it was last changed (UTC). Null: AWS did not say.
    pub last_modified_at: Option<Timestamp>,
}

/// The event buses of one region, with their policies.
pub const EVENT_BUSES: Collector = Collector {
    name: "eventbridge_event_buses",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), DESCRIBE.call()],
    resources: &[EVENTS_EVENT_BUS],
    tables: &[table::<EventBus>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    event_buses: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Listed {
    name: Option<String>,
    arn: Option<String>,
    description: Option<String>,
    policy: Option<String>,
    creation_time: Option<Moment>,
    last_modified_time: Option<Moment>,
    managed_by: Option<String>,
}

/// What the list does not say.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Described {
    kms_key_identifier: Option<String>,
    dead_letter_config: DeadLetters,
    log_config: Logging,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct DeadLetters {
    arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Logging {
    level: Option<String>,
    include_detail: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"Limit": 100}));
    while let Some(page) = pages.next().await {
        let mut buses = details(page?.event_buses, |listed| read(session, listed));
        while let Some((listed, described)) = buses.next().await {
            push(session, rows, listed, described).await?;
        }
    }
    Ok(())
}

async fn read(session: &Session, listed: Listed) -> (Listed, Answer<Described>) {
    // Without a name AWS would describe the default bus.
    let described = match given(listed.name.as_deref(), &LIST.call().name(), "Name") {
        Ok(name) => DESCRIBE.send(session, json!({"Name": name})).await,
        Err(error) => Err(error),
    };
    (listed, described)
}

async fn push(
    session: &Session,
    rows: &mut Rows<'_>,
    mut listed: Listed,
    described: Answer<Described>,
) -> Result<(), Error> {
    if is_gone(GONE, &described) {
        rows.gone();
        return Ok(());
    }
    let mut unread = Unread::default();
    let made = |name: &str| session.arn("events", &format!("event-bus/{name}"));
    let Some(identity) = unread.identity("Name", listed.name.take(), listed.arn.take(), made) else {
        unread.lost(rows, with_policies([EventBus::TABLE]), &LIST.call().name());
        return Ok(());
    };
    let text = PolicyText::read(listed.policy.take());
    let has_policy = matches!(text, PolicyText::Document(_));
    let described = rows.item([EventBus::TABLE], described)?;
    let row = event_bus(identity, listed, described.unwrap_or_default(), has_policy, rows.captured_at(), &mut unread);
    unread.count(rows, EventBus::TABLE, &LIST.call().name());
    rows.policy(Policy::of(&row.arn, EVENTS_EVENT_BUS, text)).await?;
    rows.push(row).await
}

fn event_bus(
    (arn, event_bus_name): (String, String),
    it: Listed,
    described: Described,
    has_policy: bool,
    now: Timestamp,
    unread: &mut Unread,
) -> EventBus {
    let created_at = unread.moment("CreationTime", it.creation_time.as_ref());
    EventBus {
        is_default: arn.ends_with(":event-bus/default"),
        arn,
        event_bus_name,
        description: it.description.filter(|text| !text.is_empty()),
        has_policy,
        managed_by: it.managed_by,
        kms_key_id: described.kms_key_identifier,
        dead_letter_queue_arn: described.dead_letter_config.arn,
        log_level: described.log_config.level,
        log_detail: described.log_config.include_detail,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        last_modified_at: unread.moment("LastModifiedTime", it.last_modified_time.as_ref()),
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::{Collected, Recorded};
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::EVENT_BUSES;
    use crate::testing::{columns, json_error};

    const FULL: &str = concat!(
        r#"{"Name":"orders","Arn":"arn:aws:events:eu-west-1:111122223333:event-bus/orders","Description":"of orders","#,
        r#""CreationTime":1735689600,"LastModifiedTime":1766361600.5,"#,
        r#""Policy":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"events:PutEvents\"}]}"}"#
    );
    const DESCRIBED: &str = r#"{"Name":"orders","KmsKeyIdentifier":"alias/events","DeadLetterConfig":{"Arn":"arn:queue"},
        "LogConfig":{"Level":"WHISPER","IncludeDetail":"FULL"}}"#;

    /// Seven buses on two pages: one with everything, the default one, one that went away, two that are refused, one
    /// without a name, and one without an ARN either.
    async fn collected() -> Collected {
        let first = format!(r#"{{"EventBuses":[{FULL},{{"Name":"default"}}],"NextToken":"more"}}"#);
        let second = r#"{"EventBuses":[{"Name":"gone"},{"Name":"secret","CreationTime":"soon"},{"Name":"odd"},
            {"Arn":"arn:bus"},{"CreationTime":1}]}"#;
        let recorded = Recorded::new()
            .answer("ListEventBuses", &first)
            .answer_to("ListEventBuses", "more", second)
            .answer_to("DescribeEventBus", "orders", DESCRIBED)
            .answer_to("DescribeEventBus", "default", r#"{"Name":"default"}"#)
            .refuse("DescribeEventBus", "gone", 400, &json_error("ResourceNotFoundException"))
            .refuse("DescribeEventBus", "secret", 400, &json_error("AccessDeniedException"))
            .refuse("DescribeEventBus", "odd", 400, &json_error("UnsupportedOperation"));
        let collected = recorded.run(&EVENT_BUSES).await;
        collected.result.as_ref().unwrap();
        collected
    }

    #[tokio::test]
    async fn buses_of_two_pages_have_rows() {
        let collected = collected().await;
        collected.assert_all_calls(&EVENT_BUSES);
        assert_eq!(
            columns(&collected, "eventbridge_event_buses", &["event_bus_name", "is_default", "has_policy", "age_days"]),
            [
                json!(["orders", false, true, 365]),
                json!(["default", true, false, null]),
                json!(["secret", false, false, null]),
                json!(["odd", false, false, null]),
                json!(["", false, false, null]),
            ]
        );
        let of_details = ["kms_key_id", "dead_letter_queue_arn", "log_level", "log_detail", "description"];
        let details = columns(&collected, "eventbridge_event_buses", &of_details);
        assert_eq!(details[0], json!(["alias/events", "arn:queue", "WHISPER", "FULL", "of orders"]));
        assert_eq!(details[2], json!([null, null, null, null, null]));
        let arn = "arn:aws:events:eu-west-1:111122223333:event-bus/default";
        assert_eq!(collected.table("eventbridge_event_buses")[1]["arn"], arn);
    }

    #[tokio::test]
    async fn policies_are_in_the_list_and_need_no_details() {
        let collected = collected().await;
        let states = columns(&collected, "policy_documents", &["state"]);
        let absent = || json!(["absent"]);
        assert_eq!(states, [json!(["read"]), absent(), absent(), absent(), absent()]);
        assert_eq!(collected.table("policy_statements")[0]["has_wildcard_principal"], true);
        // The details of three buses, a moment that cannot be read, a name, and a bus without a name and an ARN.
        let tables = vec!["eventbridge_event_buses", "policy_documents", "policy_statements"];
        assert_eq!(collected.short(), (6, tables));
        assert_eq!(collected.gone, 1);
    }

    #[tokio::test]
    async fn a_denied_list_is_how_the_task_ends() {
        let denied = json_error("AccessDeniedException");
        let collected = Recorded::new().refuse("ListEventBuses", "", 400, &denied).run(&EVENT_BUSES).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
