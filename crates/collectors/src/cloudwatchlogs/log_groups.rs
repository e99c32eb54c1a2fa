//! Log groups of CloudWatch Logs: DescribeLogGroups.

use orgcensus_collect::{Collector, Error, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::Unread;

const LIST: Read<Page> = reads("cloudwatchlogs", "DescribeLogGroups");

/// One log group of CloudWatch Logs. What its own policy says is in policy_documents.
#[derive(Debug, Serialize, Row)]
#[row(table = "logs_log_groups", key = "arn")]
pub struct LogGroup {
    /// The log group's ARN, without :* at its end.
    pub arn: String,
    /// The log group's name.
    pub log_group_name: String,
    /// STANDARD, INFREQUENT_ACCESS, DELIVERY or ESSENTIALS. Null: AWS did not say.
    pub log_group_class: Option<String>,
    /// After how many days what is written to it goes away. Null: none is set, never.
    pub retention_days: Option<i32>,
    /// The KMS key that encrypts it, by its ARN. Null: a key of CloudWatch Logs does.
    pub kms_key_id: Option<String>,
    /// What it holds, in bytes. Null: AWS did not say.
    pub stored_bytes: Option<i64>,
    /// How many metrics are made of what is written to it. Null: AWS did not say.
    pub metric_filter_count: Option<i32>,
    /// Whether sensitive data in it are masked: ACTIVATED, DELETED, ARCHIVED or DISABLED. Null: it never had such a
    /// policy.
    pub data_protection_status: Option<String>,
    /// The policies of the account that hold for it, ACCOUNT_DATA_PROTECTION.
    pub inherited_properties: Vec<String>,
    /// Whether it cannot be deleted as long as this is set. Null: AWS did not say.
    pub is_deletion_protected: Option<bool>,
    /// Whether one may write to it with a bearer token, without a signature. Null: AWS did not say.
    pub is_bearer_token_accepted: Option<bool>,
    /// When it was made (UTC). Null: AWS did not say.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
}

/// The log groups of one region.
pub const LOG_GROUPS: Collector = Collector {
    name: "logs_log_groups",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call()],
    resources: &[],
    tables: &[table::<LogGroup>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    log_groups: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    arn: Option<String>,
    log_group_arn: Option<String>,
    log_group_name: Option<String>,
    log_group_class: Option<String>,
    retention_in_days: Option<i32>,
    kms_key_id: Option<String>,
    stored_bytes: Option<i64>,
    metric_filter_count: Option<i32>,
    data_protection_status: Option<String>,
    inherited_properties: Vec<String>,
    deletion_protection_enabled: Option<bool>,
    bearer_token_authentication_enabled: Option<bool>,
    creation_time: Option<i64>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"limit": 50}));
    while let Some(page) = pages.next().await {
        for described in page?.log_groups {
            let mut unread = Unread::default();
            let row = log_group(session, described, rows.captured_at(), &mut unread);
            unread.push(rows, &LIST.call().name(), row).await?;
        }
    }
    Ok(())
}

fn log_group(session: &Session, it: Described, now: Timestamp, unread: &mut Unread) -> Option<LogGroup> {
    // The older of the two ARNs ends so, since it also means the streams.
    let older = || it.arn.map(|arn| arn.strip_suffix(":*").unwrap_or(&arn).to_owned());
    let arn = it.log_group_arn.or_else(older);
    let made = |name: &str| session.arn("logs", &format!("log-group:{name}"));
    let (arn, log_group_name) = unread.identity("logGroupName", it.log_group_name, arn, made)?;
    let created_at = it.creation_time.map(Timestamp);
    Some(LogGroup {
        arn,
        log_group_name,
        log_group_class: it.log_group_class,
        retention_days: it.retention_in_days,
        kms_key_id: it.kms_key_id,
        stored_bytes: it.stored_bytes,
        metric_filter_count: it.metric_filter_count,
        data_protection_status: it.data_protection_status,
        inherited_properties: it.inherited_properties,
        is_deletion_protected: it.deletion_protection_enabled,
        is_bearer_token_accepted: it.bearer_token_authentication_enabled,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
    })
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::LOG_GROUPS;
    use crate::testing::{columns, json_error};

    const LIST: &str = "DescribeLogGroups";
    const FULL: &str = r#"{"logGroupName":"/shop/web","arn":"arn:log-group:/shop/web:*","logGroupArn":"arn:log-group:/shop/web",
        "logGroupClass":"STANDARD","retentionInDays":30,"kmsKeyId":"arn:key","storedBytes":12345678901,"metricFilterCount":2,
        "dataProtectionStatus":"ACTIVATED","inheritedProperties":["ACCOUNT_DATA_PROTECTION"],
        "deletionProtectionEnabled":true,"bearerTokenAuthenticationEnabled":false,"creationTime":1766361600000}"#;

    #[tokio::test]
    async fn log_groups_of_two_pages_one_whole_and_two_of_which_little_is_said() {
        let first = format!(r#"{{"logGroups":[{FULL}],"nextToken":"more"}}"#);
        let rest = r#"{"logGroups":[{"logGroupName":"old","arn":"arn:log-group:old:*","logGroupClass":"ETERNAL"},
            {"logGroupName":"bare"},{"storedBytes":1}]}"#;
        let recorded = Recorded::new().answer_to(LIST, "50", &first).answer_to(LIST, "more", rest);
        let collected = recorded.run(&LOG_GROUPS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&LOG_GROUPS);
        let names = ["arn", "log_group_name", "log_group_class", "retention_days", "stored_bytes", "age_days"];
        assert_eq!(
            columns(&collected, "logs_log_groups", &names),
            [
                json!(["arn:log-group:/shop/web", "/shop/web", "STANDARD", 30, 12_345_678_901_i64, 10]),
                json!(["arn:log-group:old", "old", "ETERNAL", null, null, null]),
                json!(["arn:aws:logs:eu-west-1:111122223333:log-group:bare", "bare", null, null, null, null]),
            ]
        );
        let names = ["kms_key_id", "data_protection_status", "inherited_properties", "is_deletion_protected"];
        assert_eq!(
            columns(&collected, "logs_log_groups", &names)[0],
            json!(["arn:key", "ACTIVATED", ["ACCOUNT_DATA_PROTECTION"], true])
        );
        assert_eq!(collected.short(), (1, vec!["logs_log_groups"]), "one has no name");
    }

    #[tokio::test]
    async fn refused_is_how_the_task_ends() {
        for (code, class) in
            [("AccessDeniedException", Class::Denied), ("UnknownOperationException", Class::Unsupported)]
        {
            let collected = Recorded::new().refuse(LIST, "", 400, &json_error(code)).run(&LOG_GROUPS).await;
            assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == class), "{code}");
        }
    }
}
