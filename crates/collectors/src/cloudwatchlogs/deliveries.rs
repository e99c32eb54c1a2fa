//! What services deliver by way of CloudWatch Logs: DescribeDeliverySources, and DescribeDeliveries, which say where the
//! logs of each source go.

use std::collections::{BTreeMap, BTreeSet};

use orgcensus_collect::{Collector, Error, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Unread, all};

const SOURCES: Read<Sources> = reads("cloudwatchlogs", "DescribeDeliverySources").needs("logs:DescribeDeliverySources");
const DELIVERIES: Read<Deliveries> = reads("cloudwatchlogs", "DescribeDeliveries").needs("logs:DescribeDeliveries");

/// One source of deliveries: a resource of a service that can write its logs to CloudWatch Logs, S3 or Firehose, and
/// where they go. The sources of distributions of CloudFront are in us-east-1.
#[derive(Debug, Serialize, Row)]
#[row(table = "logs_delivery_sources", key = "arn")]
pub struct DeliverySource {
    /// The source's ARN.
    pub arn: String,
    /// The source's name.
    pub delivery_source_name: String,
    /// The service whose logs these are, cloudfront. Null: AWS did not say.
    pub service_name: Option<String>,
    /// Which logs these are, ACCESS_LOGS. Null: AWS did not say.
    pub log_type: Option<String>,
    /// The resource whose logs these are, by its ARN; the first, if there were several, of which AWS allows one. Null:
    /// AWS did not say.
    pub resource_arn: Option<String>,
    /// ACTIVE or INACTIVE. Null: AWS did not say.
    pub status: Option<String>,
    /// Why it is inactive, RESOURCE_DELETED. Null: AWS did not say.
    pub status_reason: Option<String>,
    /// How many deliveries it has. Without one its logs go nowhere. Null: the deliveries were not read.
    pub delivery_count: Option<i32>,
    /// The destinations of its deliveries, by ARN. Those of this account are in logs_delivery_destinations.
    pub delivery_destination_arns: Vec<String>,
    /// What these are: S3, CWL (a log group), FH (Firehose) or XRAY.
    pub delivery_destination_types: Vec<String>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The sources of deliveries of one region.
pub const DELIVERIES_OF_SERVICES: Collector = Collector {
    name: "logs_deliveries",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[SOURCES.call(), DELIVERIES.call()],
    resources: &[],
    tables: &[table::<DeliverySource>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Sources {
    delivery_sources: Vec<Source>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Source {
    name: Option<String>,
    arn: Option<String>,
    resource_arns: Vec<String>,
    service: Option<String>,
    log_type: Option<String>,
    status: Option<String>,
    status_reason: Option<String>,
    tags: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Deliveries {
    deliveries: Vec<Delivery>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Delivery {
    delivery_source_name: Option<String>,
    delivery_destination_arn: Option<String>,
    delivery_destination_type: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let sources = all(&SOURCES, session, json!({"limit": 50}), |page| page.delivery_sources).await?;
    // Who has no source has no delivery either.
    if sources.is_empty() {
        return Ok(());
    }
    let deliveries = all(&DELIVERIES, session, json!({"limit": 50}), |page| page.deliveries).await;
    let of_sources = rows.item([DeliverySource::TABLE], deliveries)?.and_then(|it| by_source(rows, it));
    for listed in sources {
        let mut unread = Unread::default();
        let row = source(session, listed, of_sources.as_ref(), &mut unread);
        unread.push(rows, &SOURCES.call().name(), row).await?;
    }
    Ok(())
}

/// The deliveries of each source, by its name. None: AWS did not say whose one of them is, so it may be any source's.
fn by_source(rows: &mut Rows<'_>, deliveries: Vec<Delivery>) -> Option<BTreeMap<String, Vec<Delivery>>> {
    let mut of_sources = BTreeMap::<String, Vec<Delivery>>::new();
    for mut delivery in deliveries {
        let mut unread = Unread::default();
        let name = unread.value("deliverySourceName", delivery.delivery_source_name.take());
        unread.count(rows, DeliverySource::TABLE, &DELIVERIES.call().name());
        of_sources.entry(name?).or_default().push(delivery);
    }
    Some(of_sources)
}

fn source(
    session: &Session,
    it: Source,
    of_sources: Option<&BTreeMap<String, Vec<Delivery>>>,
    unread: &mut Unread,
) -> Option<DeliverySource> {
    let made = |name: &str| session.arn("logs", &format!("delivery-source:{name}"));
    let (arn, name) = unread.identity("name", it.name, it.arn, made)?;
    // Of a source without a name nobody can tell the deliveries.
    let of_sources = of_sources.filter(|_| !name.is_empty());
    let deliveries = of_sources.map(|of_sources| of_sources.get(&name).map(Vec::as_slice).unwrap_or_default());
    let over_all = |value: fn(&Delivery) -> Option<&String>| -> Vec<String> {
        let values: BTreeSet<&String> = deliveries.into_iter().flatten().filter_map(value).collect();
        values.into_iter().cloned().collect()
    };
    Some(DeliverySource {
        delivery_count: deliveries.map(|all| i32::try_from(all.len()).unwrap_or(i32::MAX)),
        delivery_destination_arns: over_all(|it| it.delivery_destination_arn.as_ref()),
        delivery_destination_types: over_all(|it| it.delivery_destination_type.as_ref()),
        resource_arn: it.resource_arns.into_iter().next(),
        arn,
        delivery_source_name: name,
        service_name: it.service,
        log_type: it.log_type,
        status: it.status,
        status_reason: it.status_reason,
        tags: it.tags,
    })
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::{Collected, Recorded};
    use orgcensus_collect::{Class, Error};
    use serde_json::{Value, json};

    use super::DELIVERIES_OF_SERVICES;
    use crate::testing::{columns, json_error};

    const SOURCES: &str = "DescribeDeliverySources";
    const DELIVERIES: &str = "DescribeDeliveries";
    const FULL: &str = r#"{"name":"cdn","arn":"arn:cdn","resourceArns":["arn:distribution"],"service":"cloudfront",
        "logType":"ACCESS_LOGS","status":"ASLEEP","tags":{"team":"web"}}"#;

    fn delivered(collected: &Collected) -> Vec<Value> {
        let names = ["delivery_source_name", "resource_arn", "delivery_count", "delivery_destination_types"];
        columns(collected, "logs_delivery_sources", &names)
    }

    #[tokio::test]
    async fn sources_of_two_pages_with_where_their_logs_go() {
        let first = format!(r#"{{"deliverySources":[{FULL}],"nextToken":"more"}}"#);
        let second = r#"{"deliverySources":[{"name":"idle","resourceArns":["arn:other"]},{"name":"bare"},{}]}"#;
        let deliveries = r#"{"deliveries":[{"deliverySourceName":"cdn","deliveryDestinationArn":"arn:b",
            "deliveryDestinationType":"S3"}],"nextToken":"next"}"#;
        let further = r#"{"deliveries":[{"deliverySourceName":"cdn","deliveryDestinationArn":"arn:a",
            "deliveryDestinationType":"RUNES"},{"deliverySourceName":"gone"}]}"#;
        let recorded = Recorded::new()
            .answer(SOURCES, &first)
            .answer_to(SOURCES, "more", second)
            .answer(DELIVERIES, deliveries)
            .answer_to(DELIVERIES, "next", further);
        let collected = recorded.run(&DELIVERIES_OF_SERVICES).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&DELIVERIES_OF_SERVICES);
        assert_eq!(
            delivered(&collected),
            [
                json!(["cdn", "arn:distribution", 2, ["RUNES", "S3"]]),
                json!(["idle", "arn:other", 0, []]),
                json!(["bare", null, 0, []]),
            ]
        );
        let row = &collected.table("logs_delivery_sources")[0];
        assert_eq!(
            (&row["status"], &row["log_type"], &row["tags"]["team"]),
            (&json!("ASLEEP"), &json!("ACCESS_LOGS"), &json!("web"))
        );
        assert_eq!(row["delivery_destination_arns"], json!(["arn:a", "arn:b"]));
        assert_eq!(
            collected.table("logs_delivery_sources")[2]["arn"],
            "arn:aws:logs:eu-west-1:111122223333:delivery-source:bare"
        );
        // One has no name.
        assert_eq!(collected.short(), (1, vec!["logs_delivery_sources"]));
    }

    #[tokio::test]
    async fn where_deliveries_are_denied_or_nameless_nobody_knows_what_is_delivered() {
        let sources = format!(r#"{{"deliverySources":[{FULL}]}}"#);
        let denied =
            Recorded::new().answer(SOURCES, &sources).refuse(DELIVERIES, "", 400, &json_error("AccessDeniedException"));
        let nameless = Recorded::new().answer(SOURCES, &sources).answer(DELIVERIES, r#"{"deliveries":[{"id":"d"}]}"#);
        for recorded in [denied, nameless] {
            let collected = recorded.run(&DELIVERIES_OF_SERVICES).await;
            collected.result.as_ref().unwrap();
            assert_eq!(delivered(&collected), [json!(["cdn", "arn:distribution", null, []])]);
            assert_eq!(collected.short(), (1, vec!["logs_delivery_sources"]));
        }
    }

    #[tokio::test]
    async fn without_sources_nothing_else_is_asked() {
        let collected = Recorded::new().answer(SOURCES, r#"{"deliverySources":[]}"#).run(&DELIVERIES_OF_SERVICES).await;
        collected.result.as_ref().unwrap();
        assert!(collected.table("logs_delivery_sources").is_empty());
        let denied = Recorded::new().refuse(SOURCES, "", 400, &json_error("AccessDeniedException"));
        let denied = denied.run(&DELIVERIES_OF_SERVICES).await;
        assert!(matches!(&denied.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
