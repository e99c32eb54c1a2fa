//! The Security Hub of 2025: DescribeSecurityHubV2.

use std::collections::BTreeMap;

use orgcensus_collect::{Collector, Error, Moment, Optional, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::Unread;

const HUB: Read<Described> = reads("securityhub", "DescribeSecurityHubV2");

/// The Security Hub of 2025, which stands beside Security Hub CSPM, in one account and region: one row for each, also
/// where it is off.
#[derive(Debug, Default, Serialize, Row)]
#[row(table = "securityhub_v2_hubs")]
pub struct Hub {
    /// Whether it is on.
    pub is_enabled: bool,
    /// The hub's ARN. Null: it is off.
    pub hub_arn: Option<String>,
    /// When it was switched on (UTC). Null: it is off, or AWS did not say.
    pub subscribed_at: Option<Timestamp>,
    /// Whole days since then.
    pub subscribed_days: Option<i32>,
    /// Its features that are on, as AWS names them.
    pub enabled_features: Vec<String>,
    /// Its features that are off.
    pub disabled_features: Vec<String>,
}

/// The hub of one region.
pub const V2_HUBS: Collector = Collector {
    name: "securityhub_v2_hubs",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[HUB.call()],
    resources: &[],
    tables: &[table::<Hub>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Described {
    #[serde(rename = "HubV2Arn")]
    hub_arn: Option<String>,
    subscribed_at: Option<Moment>,
    features: BTreeMap<String, Feature>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Feature {
    feature_status: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let described = HUB.send(session, json!({})).await.optional(&["ResourceNotFoundException"])?;
    let mut unread = Unread::default();
    let row = described.map(|it| row(it, rows.captured_at(), &mut unread)).unwrap_or_default();
    unread.count(rows, Hub::TABLE, &HUB.call().name());
    rows.push(row).await
}

fn row(it: Described, now: Timestamp, unread: &mut Unread) -> Hub {
    let subscribed_at = unread.moment("SubscribedAt", it.subscribed_at.as_ref());
    let of = |status: &str| -> Vec<String> {
        let found = it.features.iter().filter(|(_, feature)| feature.feature_status.as_deref() == Some(status));
        found.map(|(name, _)| name.clone()).collect()
    };
    Hub {
        is_enabled: true,
        enabled_features: of("ENABLED"),
        disabled_features: of("DISABLED"),
        subscribed_at,
        subscribed_days: subscribed_at.map(|at| at.days_until(now)),
        hub_arn: unread.value("HubV2Arn", it.hub_arn),
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::V2_HUBS;
    use crate::testing::{columns, json_error};

    const CALL: &str = "DescribeSecurityHubV2";
    const NAMES: [&str; 5] = ["is_enabled", "hub_arn", "subscribed_days", "enabled_features", "disabled_features"];

    #[tokio::test]
    async fn on_with_its_features() {
        let answer = r#"{"HubV2Arn":"arn:hub","SubscribedAt":"2025-12-22T00:00:00Z","Features":{
            "NETWORK_SCANNING":{"FeatureStatus":"ENABLED","UpdatedAt":1766361600},
            "OTHER":{"FeatureStatus":"DISABLED"},"ODD":{"FeatureStatus":"PONDERING"}}}"#;
        let collected = Recorded::new().answer(CALL, answer).run(&V2_HUBS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&V2_HUBS);
        let rows = columns(&collected, "securityhub_v2_hubs", &NAMES);
        assert_eq!(rows, [json!([true, "arn:hub", 10, ["NETWORK_SCANNING"], ["OTHER"]])]);
        assert!(collected.missed.is_none());
    }

    #[tokio::test]
    async fn off_is_a_row_and_denied_is_how_the_task_ends() {
        let off = json_error("ResourceNotFoundException");
        let collected = Recorded::new().refuse(CALL, "", 404, &off).run(&V2_HUBS).await;
        collected.result.as_ref().unwrap();
        assert_eq!(columns(&collected, "securityhub_v2_hubs", &NAMES), [json!([false, null, null, [], []])]);
        assert!(collected.missed.is_none());

        let denied = json_error("AccessDeniedException");
        let collected = Recorded::new().refuse(CALL, "", 403, &denied).run(&V2_HUBS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
        assert!(collected.table("securityhub_v2_hubs").is_empty());
    }

    #[tokio::test]
    async fn what_is_left_out_is_unknown_and_counted() {
        let collected = Recorded::new().answer(CALL, r#"{"SubscribedAt":"soon"}"#).run(&V2_HUBS).await;
        let rows = columns(&collected, "securityhub_v2_hubs", &NAMES);
        assert_eq!(rows, [json!([true, null, null, [], []])]);
        assert_eq!(collected.short(), (2, vec!["securityhub_v2_hubs"]));
    }
}
