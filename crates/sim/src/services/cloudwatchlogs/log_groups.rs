//! Log groups: those with a policy of their own, those of functions, and others.

use super::of_groups;
use crate::place::Place;
use crate::services::lambda;
use crate::truth::Tally;
use serde_json::{Value, json};

/// A log group.
#[derive(Debug)]
pub(super) struct LogGroup {
    name: String,
    arn: String,
    class: &'static str,
    retention_days: Option<i64>,
    is_encrypted: bool,
    is_protected: bool,
    stored_bytes: i64,
    created_millis: i64,
}

/// The log groups of a place.
pub(super) fn log_groups(place: &Place<'_>) -> Vec<LogGroup> {
    let (mut dice, count) = place.population("log-groups", place.organization.settings.rates.other_resources);
    let of_functions = lambda::logging(place).into_iter().map(|name| format!("/aws/lambda/{name}"));
    let others = of_functions.chain((0..count).map(|number| format!("/app/job-{number}")));
    let others = others.map(|name| place.arn("logs", &format!("log-group:{name}")));
    let arns: Vec<String> = of_groups(place).into_iter().map(|it| it.arn).chain(others).collect();
    let log_group = |arn: String| {
        let days = dice.between(0, 1500);
        LogGroup {
            name: arn.split(":log-group:").nth(1).unwrap_or_default().to_owned(),
            class: dice.weighted(&[("STANDARD", 8), ("INFREQUENT_ACCESS", 2), ("ETERNAL", 1)]),
            retention_days: dice.pick(&[None, None, Some(1), Some(30), Some(365)]),
            is_encrypted: dice.chance(0.3),
            is_protected: dice.chance(0.2),
            stored_bytes: dice.between(0, 1 << 40),
            created_millis: place.days_ago(days, &mut dice),
            arn,
        }
    };
    arns.into_iter().map(log_group).collect()
}

/// Counts the log groups that keep for ever what is written to them.
pub(super) fn count(place: &Place<'_>, tally: &mut Tally) {
    for it in log_groups(place) {
        tally.misconfigurations.one("E18", "log_groups", "lake", it.retention_days.is_none());
    }
}

/// The log groups as they are listed.
pub(super) fn describe(place: &Place<'_>) -> Vec<Value> {
    let describe = |it: &LogGroup| {
        json!({
            "logGroupName": it.name,
            "creationTime": it.created_millis,
            "retentionInDays": it.retention_days,
            "metricFilterCount": 0,
            "arn": format!("{}:*", it.arn),
            "logGroupArn": it.arn,
            "storedBytes": it.stored_bytes,
            "kmsKeyId": it.is_encrypted.then(|| place.arn("kms", "key/00000000-0000-4000-8000-000000000000")),
            "logGroupClass": it.class,
            "deletionProtectionEnabled": it.is_protected,
        })
    };
    log_groups(place).iter().map(describe).collect()
}
