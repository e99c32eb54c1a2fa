//! Policies of CloudWatch Logs: DescribeResourcePolicies, once for those of the region and once for those of log
//! groups.

use orgcensus_collect::kinds::LOGS_RESOURCE_POLICY;
use orgcensus_collect::{
    Collector, Error, POLICY_TABLE_NAMES, Policy, PolicyText, Read, Rows, Runs, Scope, Session, read as reads,
};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Answer, Unread, all, given, with_policies};

const LIST: Read<Page> = reads("cloudwatchlogs", "DescribeResourcePolicies").needs("logs:DescribeResourcePolicies");

/// One policy of CloudWatch Logs: of an account's region, or of one log group.
#[derive(Debug, Serialize, Row)]
#[row(table = "logs_resource_policies", key = "resource_arn, policy_name")]
pub struct ResourcePolicy {
    /// The ARN of the log group that has it; of a policy of the region, which AWS gives no ARN, one that ends in
    /// :resource-policies.
    pub resource_arn: String,
    /// The policy's name; empty where a log group's policy has none.
    pub policy_name: String,
    /// ACCOUNT (about all log groups of the region) or RESOURCE (about one). Null: AWS did not say.
    pub policy_scope: Option<String>,
    /// When it was last changed (UTC). Null: AWS did not say.
    pub last_updated_at: Option<Timestamp>,
    /// Whole days since it was last changed.
    pub last_updated_days: Option<i32>,
    /// The id of this version of it. Null: AWS did not say.
    pub revision_id: Option<String>,
}

/// The policies of one region: who may write logs there.
pub const RESOURCE_POLICIES: Collector = Collector {
    name: "logs_resource_policies",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call()],
    resources: &[LOGS_RESOURCE_POLICY],
    tables: &[table::<ResourcePolicy>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    resource_policies: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Listed {
    policy_name: Option<String>,
    policy_document: Option<String>,
    last_updated_time: Option<i64>,
    policy_scope: Option<String>,
    resource_arn: Option<String>,
    revision_id: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    // AWS gives the policies of a region no ARN, and there is one set for each account and region: this one is ours.
    let region_arn = session.arn("logs", "resource-policies");
    let of_region = listed(session, "ACCOUNT").await?;
    if of_region.is_empty() {
        rows.policy(Policy::of(&region_arn, LOGS_RESOURCE_POLICY, PolicyText::Absent)).await?;
    }
    for policy in of_region {
        let mut unread = Unread::default();
        unread.value("policyName", policy.policy_name.as_ref());
        unread.count(rows, ResourcePolicy::TABLE, &LIST.call().name());
        push(rows, region_arn.clone(), policy).await?;
    }
    let of_groups = listed(session, "RESOURCE").await;
    for mut policy in rows.item(with_policies([ResourcePolicy::TABLE]), of_groups)?.unwrap_or_default() {
        let mut unread = Unread::default();
        let Some(arn) = unread.value("resourceArn", policy.resource_arn.take()) else {
            unread.lost(rows, with_policies([ResourcePolicy::TABLE]), &LIST.call().name());
            continue;
        };
        push(rows, arn, policy).await?;
    }
    Ok(())
}

async fn listed(session: &Session, scope: &str) -> Answer<Vec<Listed>> {
    all(&LIST, session, json!({"limit": 50, "policyScope": scope}), |page| page.resource_policies).await
}

async fn push(rows: &mut Rows<'_>, resource_arn: String, it: Listed) -> Result<(), Error> {
    let policy_name = it.policy_name.unwrap_or_default();
    let text = match given(it.policy_document, &LIST.call().name(), "policyDocument") {
        Ok(document) => PolicyText::Document(document),
        Err(error) => {
            rows.miss(POLICY_TABLE_NAMES, error.clone());
            PolicyText::Unread(error)
        }
    };
    let policy = Policy::of(&resource_arn, LOGS_RESOURCE_POLICY, text);
    rows.policy(Policy { name: &policy_name, ..policy }).await?;
    let (last_updated_at, now) = (it.last_updated_time.map(Timestamp), rows.captured_at());
    rows.push(ResourcePolicy {
        resource_arn,
        policy_name,
        policy_scope: it.policy_scope,
        last_updated_at,
        last_updated_days: last_updated_at.map(|at| at.days_until(now)),
        revision_id: it.revision_id,
    })
    .await
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::RESOURCE_POLICIES;
    use crate::testing::{columns, json_error};

    const LIST: &str = "DescribeResourcePolicies";
    const REGION: &str = "arn:aws:logs:eu-west-1:111122223333:resource-policies";
    const DNS: &str = concat!(
        r#"{"policyName":"dns","policyScope":"ACCOUNT","lastUpdatedTime":1766361600000,"revisionId":"7","#,
        r#""policyDocument":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"route53.amazonaws.com\"},"#,
        r#"\"Action\":\"logs:PutLogEvents\",\"Resource\":\"*\"}]}"}"#
    );

    #[tokio::test]
    async fn policies_of_the_region_and_of_log_groups() {
        let first = format!(r#"{{"resourcePolicies":[{DNS}],"nextToken":"more"}}"#);
        let second = r#"{"resourcePolicies":[{"policyName":"odd","policyScope":"GALAXY"},{"policyDocument":"{}"}]}"#;
        let of_group = r#"{"resourcePolicies":[{"resourceArn":"arn:group","policyDocument":"{}",
            "policyScope":"RESOURCE"},{"policyDocument":"{}","policyScope":"RESOURCE"}]}"#;
        let recorded = Recorded::new()
            .answer_to(LIST, "ACCOUNT", &first)
            .answer_to(LIST, "more", second)
            .answer_to(LIST, "RESOURCE", of_group);
        let collected = recorded.run(&RESOURCE_POLICIES).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&RESOURCE_POLICIES);
        let names = ["resource_arn", "policy_name", "policy_scope", "last_updated_days", "revision_id"];
        assert_eq!(
            columns(&collected, "logs_resource_policies", &names),
            [
                json!([REGION, "dns", "ACCOUNT", 10, "7"]),
                json!([REGION, "odd", "GALAXY", null, null]),
                json!([REGION, "", null, null, null]),
                json!(["arn:group", "", "RESOURCE", null, null]),
            ]
        );
        assert_eq!(
            columns(&collected, "policy_documents", &["resource_arn", "policy_name", "state"]),
            [
                json!([REGION, "dns", "read"]),
                json!([REGION, "odd", "unread"]),
                json!([REGION, "", "read"]),
                json!(["arn:group", "", "read"]),
            ]
        );
        assert_eq!(collected.table("policy_statements")[0]["principals"], json!(["Service:route53.amazonaws.com"]));
        // A document, the name of a policy, and the log group of another.
        assert_eq!(collected.short(), (3, vec!["logs_resource_policies", "policy_documents", "policy_statements"]));
    }

    #[tokio::test]
    async fn a_region_without_policies_has_none_and_a_refused_second_list_is_counted() {
        let refusal = json_error("InvalidParameterException");
        let recorded = Recorded::new().answer_to(LIST, "ACCOUNT", "{}").refuse(LIST, "RESOURCE", 400, &refusal);
        let collected = recorded.run(&RESOURCE_POLICIES).await;
        collected.result.as_ref().unwrap();
        assert_eq!(columns(&collected, "policy_documents", &["resource_arn", "state"]), [json!([REGION, "absent"])]);
        assert!(collected.table("logs_resource_policies").is_empty());
        assert_eq!(collected.short(), (1, vec!["logs_resource_policies", "policy_documents", "policy_statements"]));
    }

    #[tokio::test]
    async fn denied_is_how_the_task_ends() {
        let denied = json_error("AccessDeniedException");
        let collected = Recorded::new().refuse(LIST, "", 400, &denied).run(&RESOURCE_POLICIES).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
        assert!(collected.table("policy_documents").is_empty());
    }
}
