//! Report groups of CodeBuild: ListReportGroups, BatchGetReportGroups for a page of ARNs, then GetResourcePolicy for
//! each.

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::kinds::CODEBUILD_REPORT_GROUP;
use orgcensus_collect::{Collector, Error, Moment, Policy, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::policy::{POLICY, policy_of};
use crate::items::{Answer, Unread, details, policy_text, with_policies};

const LIST: Read<Page> = reads("codebuild", "ListReportGroups");
const DESCRIBE: Read<Described> = reads("codebuild", "BatchGetReportGroups");

/// One report group of CodeBuild: results of tests.
#[derive(Debug, Serialize, Row)]
#[row(table = "codebuild_report_groups", key = "arn")]
pub struct ReportGroup {
    /// The report group's ARN.
    pub arn: String,
    /// Its name. Null: AWS did not say.
    pub report_group_name: Option<String>,
    /// TEST or CODE_COVERAGE. Null: AWS did not say.
    pub report_type: Option<String>,
    /// ACTIVE or DELETING. Null: AWS did not say.
    pub report_group_status: Option<String>,
    /// Where raw results go: S3 or NO_EXPORT. Null: AWS did not say.
    pub export_type: Option<String>,
    /// The bucket that gets them. Null: none.
    pub export_bucket: Option<String>,
    /// The account that owns this bucket, 12 digits. Null: AWS did not say.
    pub export_bucket_owner_id: Option<String>,
    /// Whether what is exported is not encrypted. Null: AWS did not say.
    pub is_export_encryption_disabled: Option<bool>,
    /// The KMS key that encrypts what is exported. Null: none, or AWS did not say.
    pub export_kms_key_id: Option<String>,
    /// When it was made (UTC). Null: AWS did not say.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// When it was last changed (UTC). Null: AWS did not say.
    pub last_modified_at: Option<Timestamp>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The report groups of one region, with their policies.
pub const REPORT_GROUPS: Collector = Collector {
    name: "codebuild_report_groups",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), DESCRIBE.call(), POLICY.call()],
    resources: &[CODEBUILD_REPORT_GROUP],
    tables: &[table::<ReportGroup>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    report_groups: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    report_groups: Vec<Group>,
    report_groups_not_found: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Group {
    arn: Option<String>,
    name: Option<String>,
    #[serde(rename = "type")]
    report_type: Option<String>,
    export_config: Export,
    created: Option<Moment>,
    last_modified: Option<Moment>,
    tags: Vec<GroupTag>,
    status: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Export {
    export_config_type: Option<String>,
    s3_destination: Destination,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Destination {
    bucket: Option<String>,
    bucket_owner: Option<String>,
    encryption_key: Option<String>,
    encryption_disabled: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct GroupTag {
    key: String,
    value: String,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"maxResults": 100}));
    while let Some(page) = pages.next().await {
        // A page of the list has at most as many ARNs as one call takes.
        let arns = page?.report_groups;
        if arns.is_empty() {
            continue;
        }
        let described = DESCRIBE.send(session, json!({"reportGroupArns": arns})).await?;
        described.report_groups_not_found.iter().for_each(|_| rows.gone());
        let mut groups = details(described.report_groups, |group| read(session, group));
        while let Some((group, policy)) = groups.next().await {
            push(rows, group, policy).await?;
        }
    }
    Ok(())
}

async fn read(session: &Session, group: Group) -> (Group, Answer<Option<String>>) {
    let policy = policy_of(session, group.arn.as_deref()).await;
    (group, policy)
}

async fn push(rows: &mut Rows<'_>, it: Group, policy: Answer<Option<String>>) -> Result<(), Error> {
    let mut unread = Unread::default();
    let Some(arn) = unread.value("arn", it.arn) else {
        unread.lost(rows, with_policies([ReportGroup::TABLE]), &DESCRIBE.call().name());
        return Ok(());
    };
    let text = policy_text(rows, policy)?;
    rows.policy(Policy::of(&arn, CODEBUILD_REPORT_GROUP, text)).await?;
    let created_at = unread.moment("created", it.created.as_ref());
    let last_modified_at = unread.moment("lastModified", it.last_modified.as_ref());
    unread.count(rows, ReportGroup::TABLE, &DESCRIBE.call().name());
    let (destination, now) = (it.export_config.s3_destination, rows.captured_at());
    rows.push(ReportGroup {
        arn,
        report_group_name: it.name,
        report_type: it.report_type,
        report_group_status: it.status,
        export_type: it.export_config.export_config_type,
        export_bucket: destination.bucket,
        export_bucket_owner_id: destination.bucket_owner,
        is_export_encryption_disabled: destination.encryption_disabled,
        export_kms_key_id: destination.encryption_key,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        last_modified_at,
        tags: it.tags.into_iter().map(|tag| (tag.key, tag.value)).collect(),
    })
    .await
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::REPORT_GROUPS;
    use crate::testing::{columns, json_error};

    const FULL: &str = r#"{"arn":"arn:unit","name":"unit","type":"HUNCH","status":"ACTIVE","created":1766361600.5,
        "exportConfig":{"exportConfigType":"S3","s3Destination":{"bucket":"results","bucketOwner":"222233334444",
        "encryptionKey":"arn:key","encryptionDisabled":false}},"tags":[{"key":"team","value":"shop"}]}"#;

    #[tokio::test]
    async fn report_groups_of_two_pages_with_their_policies() {
        let first = format!(r#"{{"reportGroups":[{FULL}],"reportGroupsNotFound":["arn:gone"]}}"#);
        let second =
            r#"{"reportGroups":[{"arn":"arn:bare"},{"arn":"arn:secret"},{"arn":"arn:odd","created":"once"},{}]}"#;
        let recorded = Recorded::new()
            .answer("ListReportGroups", r#"{"reportGroups":["arn:unit","arn:gone"],"nextToken":"more"}"#)
            .answer_to("ListReportGroups", "more", r#"{"reportGroups":["arn:bare","arn:secret","arn:odd"]}"#)
            .answer_to("BatchGetReportGroups", "arn:gone", &first)
            .answer_to("BatchGetReportGroups", "arn:bare", second)
            .answer_to("GetResourcePolicy", "arn:unit", r#"{"policy":"{}"}"#)
            .refuse("GetResourcePolicy", "arn:bare", 400, &json_error("ResourceNotFoundException"))
            .refuse("GetResourcePolicy", "arn:secret", 400, &json_error("AccessDeniedException"))
            .answer_to("GetResourcePolicy", "arn:odd", "{}");
        let collected = recorded.run(&REPORT_GROUPS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&REPORT_GROUPS);
        let names = ["arn", "report_type", "export_bucket", "export_bucket_owner_id", "age_days", "tags"];
        assert_eq!(
            columns(&collected, "codebuild_report_groups", &names),
            [
                json!(["arn:unit", "HUNCH", "results", "222233334444", 9, {"team": "shop"}]),
                json!(["arn:bare", null, null, null, null, {}]),
                json!(["arn:secret", null, null, null, null, {}]),
                json!(["arn:odd", null, null, null, null, {}]),
            ]
        );
        assert_eq!(
            columns(&collected, "policy_documents", &["state", "error_code"]),
            [
                json!(["read", null]),
                json!(["absent", null]),
                json!(["unread", "AccessDeniedException"]),
                json!(["unread", "ValueUnread"]),
            ]
        );
        // Two policies, a moment that cannot be read, and a group without an ARN.
        assert_eq!(collected.short(), (4, vec!["codebuild_report_groups", "policy_documents", "policy_statements"]));
        assert_eq!(collected.gone, 1);
    }

    #[tokio::test]
    async fn a_denied_list_is_how_the_task_ends() {
        let denied = json_error("AccessDeniedException");
        let collected = Recorded::new().refuse("ListReportGroups", "", 400, &denied).run(&REPORT_GROUPS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
