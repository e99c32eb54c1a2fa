//! Sources of deliveries: distributions of CloudFront, and knowledge bases of Bedrock.

use crate::dice::some_tags;
use crate::place::Place;
use crate::services::cloudfront;
use serde_json::{Map, Value, json};

/// Where logs go: to S3, a log group, both, or Firehose.
const WAYS: &[&[&str]] = &[&["S3"], &["CWL"], &["CWL", "S3"], &["FH"]];

/// A source, and where its logs go.
#[derive(Debug)]
pub(super) struct Source {
    name: String,
    resource_arn: String,
    service: &'static str,
    log_type: &'static str,
    /// What gets them, by AWS's words.
    destinations: Vec<&'static str>,
    tags: Vec<(String, String)>,
}

/// The sources of a place. Those of distributions are in one region.
pub(super) fn sources(place: &Place<'_>) -> Vec<Source> {
    let mut all = Vec::new();
    if place.region == cloudfront::LOGS_REGION {
        let mut dice = place.dice("logs-deliveries-of-distributions");
        for (number, (resource_arn, delivers)) in cloudfront::delivery_sources(&place.whole()).into_iter().enumerate() {
            let many = dice.pick(WAYS);
            all.push(Source {
                name: format!("distribution-{number}"),
                resource_arn,
                service: "cloudfront",
                log_type: "ACCESS_LOGS",
                destinations: if delivers { many.to_vec() } else { vec![] },
                tags: some_tags(&mut dice),
            });
        }
    }
    let (mut dice, count) =
        place.population("logs-delivery-sources", place.organization.settings.rates.other_resources.min(1));
    for number in 0..count {
        let idle = dice.chance(0.25);
        let many = dice.pick(WAYS);
        all.push(Source {
            name: format!("knowledge-{number}"),
            resource_arn: place.arn("bedrock", &format!("knowledge-base/{}", dice.base32(10))),
            service: "bedrock",
            log_type: "APPLICATION_LOGS",
            destinations: if idle { vec![] } else { many.to_vec() },
            tags: some_tags(&mut dice),
        });
    }
    all
}

/// The sources as they are listed.
pub(super) fn describe(place: &Place<'_>) -> Vec<Value> {
    let describe = |it: &Source| {
        let tags: Map<String, Value> = it.tags.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
        json!({
            "name": it.name,
            "arn": place.arn("logs", &format!("delivery-source:{}", it.name)),
            "resourceArns": [it.resource_arn],
            "service": it.service,
            "logType": it.log_type,
            "tags": tags,
        })
    };
    sources(place).iter().map(describe).collect()
}

/// The deliveries of all sources.
pub(super) fn deliveries(place: &Place<'_>) -> Vec<Value> {
    let each = |source: Source| {
        let of = |kind: &'static str| {
            let id = format!("{}{}", source.name.replace('-', ""), kind.to_lowercase());
            let name = format!("{}-{}", source.name, kind.to_lowercase());
            json!({
                "id": id,
                "arn": place.arn("logs", &format!("delivery:{id}")),
                "deliverySourceName": source.name,
                "deliveryDestinationArn": place.arn("logs", &format!("delivery-destination:{name}")),
                "deliveryDestinationType": kind,
            })
        };
        source.destinations.iter().copied().map(of).collect::<Vec<Value>>()
    };
    sources(place).into_iter().flat_map(each).collect()
}
