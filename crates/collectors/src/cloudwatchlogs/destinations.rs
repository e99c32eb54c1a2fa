//! Destinations of CloudWatch Logs: DescribeDestinations, which gives their policies.

use orgcensus_collect::kinds::LOGS_DESTINATION;
use orgcensus_collect::{Collector, Error, Policy, PolicyText, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Unread, with_policies};

const LIST: Read<Page> = reads("cloudwatchlogs", "DescribeDestinations").needs("logs:DescribeDestinations");

/// One destination of CloudWatch Logs: where log groups of other accounts may send what is written to them.
#[derive(Debug, Serialize, Row)]
#[row(table = "logs_destinations", key = "arn")]
pub struct Destination {
    /// The destination's ARN.
    pub arn: String,
    /// The destination's name.
    pub destination_name: String,
    /// The stream that gets the logs, by its ARN. Null: AWS did not say.
    pub target_arn: Option<String>,
    /// The role with which logs are written to the stream. Null: AWS did not say.
    pub role_arn: Option<String>,
    /// Whether it has a policy. Without one, only its own account may send to it.
    pub has_policy: bool,
    /// When it was made (UTC). Null: AWS did not say.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
}

/// The destinations of one region, with their policies.
pub const DESTINATIONS: Collector = Collector {
    name: "logs_destinations",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call()],
    resources: &[LOGS_DESTINATION],
    tables: &[table::<Destination>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    destinations: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Listed {
    destination_name: Option<String>,
    target_arn: Option<String>,
    role_arn: Option<String>,
    access_policy: Option<String>,
    arn: Option<String>,
    creation_time: Option<i64>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"limit": 50}));
    while let Some(page) = pages.next().await {
        for mut listed in page?.destinations {
            let text = PolicyText::read(listed.access_policy.take().filter(|text| !text.is_empty()));
            let has_policy = matches!(text, PolicyText::Document(_));
            let mut unread = Unread::default();
            let Some(row) = destination(session, listed, has_policy, rows.captured_at(), &mut unread) else {
                unread.lost(rows, with_policies([Destination::TABLE]), &LIST.call().name());
                continue;
            };
            unread.count(rows, Destination::TABLE, &LIST.call().name());
            rows.policy(Policy::of(&row.arn, LOGS_DESTINATION, text)).await?;
            rows.push(row).await?;
        }
    }
    Ok(())
}

fn destination(
    session: &Session,
    it: Listed,
    has_policy: bool,
    now: Timestamp,
    unread: &mut Unread,
) -> Option<Destination> {
    let made = |name: &str| session.arn("logs", &format!("destination:{name}"));
    let (arn, destination_name) = unread.identity("destinationName", it.destination_name, it.arn, made)?;
    let created_at = it.creation_time.map(Timestamp);
    Some(Destination {
        arn,
        destination_name,
        target_arn: it.target_arn,
        role_arn: it.role_arn,
        has_policy,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
    })
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::DESTINATIONS;
    use crate::testing::{columns, json_error};

    const LIST: &str = "DescribeDestinations";
    const FULL: &str = concat!(
        r#"{"destinationName":"central","arn":"arn:central","targetArn":"arn:stream","roleArn":"arn:role","#,
        r#""creationTime":1766361600000,"accessPolicy":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":"#,
        r#"{\"AWS\":\"222233334444\"},\"Action\":\"logs:PutSubscriptionFilter\",\"Resource\":\"*\"}]}"}"#
    );

    #[tokio::test]
    async fn destinations_of_two_pages_with_and_without_a_policy() {
        let first = format!(r#"{{"destinations":[{FULL}],"nextToken":"more"}}"#);
        let recorded = Recorded::new().answer(LIST, &first).answer_to(
            LIST,
            "more",
            r#"{"destinations":[{"destinationName":"bare"},{"roleArn":"arn:role"}]}"#,
        );
        let collected = recorded.run(&DESTINATIONS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&DESTINATIONS);
        assert_eq!(
            columns(&collected, "logs_destinations", &["arn", "target_arn", "role_arn", "has_policy", "age_days"]),
            [
                json!(["arn:central", "arn:stream", "arn:role", true, 10]),
                json!(["arn:aws:logs:eu-west-1:111122223333:destination:bare", null, null, false, null]),
            ]
        );
        assert_eq!(columns(&collected, "policy_documents", &["state"]), [json!(["read"]), json!(["absent"])]);
        assert_eq!(collected.table("policy_statements")[0]["principals"], json!(["AWS:222233334444"]));
        let short = vec!["logs_destinations", "policy_documents", "policy_statements"];
        assert_eq!(collected.short(), (1, short), "one has no name");
    }

    #[tokio::test]
    async fn denied_is_how_the_task_ends() {
        for (code, class) in
            [("AccessDeniedException", Class::Denied), ("UnknownOperationException", Class::Unsupported)]
        {
            let collected = Recorded::new().refuse(LIST, "", 400, &json_error(code)).run(&DESTINATIONS).await;
            assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == class), "{code}");
        }
    }
}
