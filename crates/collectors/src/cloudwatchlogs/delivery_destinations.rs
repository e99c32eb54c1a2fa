//! Destinations of deliveries of CloudWatch Logs: DescribeDeliveryDestinations, then GetDeliveryDestinationPolicy for
//! each.

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::kinds::LOGS_DELIVERY_DESTINATION;
use orgcensus_collect::{Collector, Error, Optional, Policy, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Answer, Unread, details, policy_text, with_policies};

const LIST: Read<Page> =
    reads("cloudwatchlogs", "DescribeDeliveryDestinations").needs("logs:DescribeDeliveryDestinations");
const POLICY: Read<ItsPolicy> =
    reads("cloudwatchlogs", "GetDeliveryDestinationPolicy").needs("logs:GetDeliveryDestinationPolicy");

/// One destination of deliveries: where logs of AWS's services are delivered, also those of other accounts.
#[derive(Debug, Serialize, Row)]
#[row(table = "logs_delivery_destinations", key = "arn")]
pub struct DeliveryDestination {
    /// The destination's ARN.
    pub arn: String,
    /// The destination's name.
    pub delivery_destination_name: String,
    /// Where logs go: S3, CWL (a log group), FH (Firehose) or XRAY. Null: AWS did not say.
    pub delivery_destination_type: Option<String>,
    /// The form of the logs: json, plain, w3c, raw or parquet. Null: AWS did not say.
    pub output_format: Option<String>,
    /// The bucket, log group or stream that gets the logs, by its ARN. Null: none, as for X-Ray.
    pub destination_resource_arn: Option<String>,
    /// The role with which logs are delivered. Null: none.
    pub role_arn: Option<String>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The destinations of deliveries of one region, with their policies.
pub const DELIVERY_DESTINATIONS: Collector = Collector {
    name: "logs_delivery_destinations",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), POLICY.call()],
    resources: &[LOGS_DELIVERY_DESTINATION],
    tables: &[table::<DeliveryDestination>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    delivery_destinations: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Listed {
    name: Option<String>,
    arn: Option<String>,
    delivery_destination_type: Option<String>,
    output_format: Option<String>,
    delivery_destination_configuration: Configuration,
    role_arn: Option<String>,
    tags: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Configuration {
    destination_resource_arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ItsPolicy {
    policy: Document,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Document {
    delivery_destination_policy: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"limit": 50}));
    while let Some(page) = pages.next().await {
        let mut destinations = details(page?.delivery_destinations, |listed| read(session, listed));
        while let Some((listed, policy)) = destinations.next().await {
            push(session, rows, listed, policy).await?;
        }
    }
    Ok(())
}

async fn read(session: &Session, listed: Listed) -> (Listed, Answer<Option<String>>) {
    let answer = POLICY.send(session, json!({"deliveryDestinationName": listed.name})).await;
    // AWS says in the same words that there is no policy and that there is no such destination any more.
    let answer = answer.optional(&["ResourceNotFoundException"]);
    let policy = answer.map(|it| it.and_then(|it| it.policy.delivery_destination_policy));
    (listed, policy)
}

async fn push(session: &Session, rows: &mut Rows<'_>, it: Listed, policy: Answer<Option<String>>) -> Result<(), Error> {
    let mut unread = Unread::default();
    let made = |name: &str| session.arn("logs", &format!("delivery-destination:{name}"));
    let Some((arn, delivery_destination_name)) = unread.identity("name", it.name, it.arn, made) else {
        unread.lost(rows, with_policies([DeliveryDestination::TABLE]), &LIST.call().name());
        return Ok(());
    };
    unread.count(rows, DeliveryDestination::TABLE, &LIST.call().name());
    let text = policy_text(rows, policy)?;
    rows.policy(Policy::of(&arn, LOGS_DELIVERY_DESTINATION, text)).await?;
    rows.push(DeliveryDestination {
        arn,
        delivery_destination_name,
        delivery_destination_type: it.delivery_destination_type,
        output_format: it.output_format,
        destination_resource_arn: it.delivery_destination_configuration.destination_resource_arn,
        role_arn: it.role_arn,
        tags: it.tags,
    })
    .await
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::DELIVERY_DESTINATIONS;
    use crate::testing::{columns, json_error};

    const LIST: &str = "DescribeDeliveryDestinations";
    const POLICY: &str = "GetDeliveryDestinationPolicy";
    const FULL: &str = r#"{"name":"lake","arn":"arn:lake","deliveryDestinationType":"S3","outputFormat":"runes",
        "deliveryDestinationConfiguration":{"destinationResourceArn":"arn:bucket"},"tags":{"team":"data"}}"#;
    const DOCUMENT: &str = concat!(
        r#"{"policy":{"deliveryDestinationPolicy":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":"#,
        r#"{\"AWS\":\"222233334444\"},\"Action\":\"logs:CreateDelivery\"}]}"}}"#
    );

    #[tokio::test]
    async fn destinations_of_two_pages_with_their_policies() {
        let first = format!(r#"{{"deliveryDestinations":[{FULL},{{"name":"bare"}}],"nextToken":"more"}}"#);
        let second = r#"{"deliveryDestinations":[{"name":"empty"},{"name":"secret"},{"name":"odd"},{}]}"#;
        let recorded = Recorded::new()
            .answer(LIST, &first)
            .answer_to(LIST, "more", second)
            .answer_to(POLICY, "lake", DOCUMENT)
            .refuse(POLICY, "bare", 400, &json_error("ResourceNotFoundException"))
            .answer_to(POLICY, "empty", "{}")
            .refuse(POLICY, "secret", 400, &json_error("AccessDeniedException"))
            .refuse(POLICY, "odd", 400, &json_error("UnknownOperationException"));
        let collected = recorded.run(&DELIVERY_DESTINATIONS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&DELIVERY_DESTINATIONS);
        let names = ["delivery_destination_name", "output_format", "destination_resource_arn", "tags"];
        let rows = columns(&collected, "logs_delivery_destinations", &names);
        assert_eq!(rows.len(), 5);
        assert_eq!(rows[0], json!(["lake", "runes", "arn:bucket", {"team": "data"}]));
        assert_eq!(
            collected.table("logs_delivery_destinations")[1]["arn"],
            "arn:aws:logs:eu-west-1:111122223333:delivery-destination:bare"
        );
        assert_eq!(
            columns(&collected, "policy_documents", &["state", "error_code"]),
            [
                json!(["read", null]),
                json!(["absent", null]),
                json!(["absent", null]),
                json!(["unread", "AccessDeniedException"]),
                json!(["unread", "UnknownOperationException"]),
            ]
        );
        // Two policies, and a destination without a name.
        assert_eq!(collected.short(), (3, vec!["logs_delivery_destinations", "policy_documents", "policy_statements"]));
    }

    #[tokio::test]
    async fn a_denied_list_is_how_the_task_ends() {
        let denied = json_error("AccessDeniedException");
        let collected = Recorded::new().refuse(LIST, "", 400, &denied).run(&DELIVERY_DESTINATIONS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
