//! Policies of IoT: ListPolicies, then GetPolicy for each.

use futures::StreamExt;
use orgcensus_collect::kinds::IOT_POLICY;
use orgcensus_collect::{
    Collector, Error, Moment, POLICY_TABLE_NAMES, Policy, PolicyText, Read, Rows, Runs, Scope, Session, read as reads,
};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Answer, Unread, details, given, is_gone, with_policies};

const LIST: Read<Page> = reads("iot", "ListPolicies");
const GET: Read<Got> = reads("iot", "GetPolicy");

/// How IoT says that there is no such policy.
const GONE: &[&str] = &["ResourceNotFoundException"];

/// One policy of IoT: what the devices may do whose certificates it is attached to. Its document is in
/// policy_documents, as an inline policy, and names no principals.
#[derive(Debug, Serialize, Row)]
#[row(table = "iot_policies", key = "arn")]
pub struct IotPolicy {
    /// The policy's ARN.
    pub arn: String,
    /// The policy's name.
    pub policy_name: String,
    /// The version that is in force. Null: it was not read.
    pub default_version_id: Option<String>,
    /// When it was made (UTC). Null: it was not read.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// When it was last changed (UTC). Null: it was not read.
    pub modified_at: Option<Timestamp>,
}

/// The policies of one region, with the documents that are in force.
pub const POLICIES: Collector = Collector {
    name: "iot_policies",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), GET.call()],
    resources: &[IOT_POLICY],
    tables: &[table::<IotPolicy>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    policies: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Listed {
    policy_name: Option<String>,
    policy_arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Got {
    policy_document: Option<String>,
    default_version_id: Option<String>,
    creation_date: Option<Moment>,
    last_modified_date: Option<Moment>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"pageSize": 250}));
    while let Some(page) = pages.next().await {
        let mut policies = details(page?.policies, |listed| read(session, listed));
        while let Some((listed, got)) = policies.next().await {
            push(session, rows, listed, got).await?;
        }
    }
    Ok(())
}

async fn read(session: &Session, listed: Listed) -> (Listed, Answer<Got>) {
    let got = GET.send(session, json!({"policyName": listed.policy_name})).await;
    (listed, got)
}

async fn push(session: &Session, rows: &mut Rows<'_>, listed: Listed, got: Answer<Got>) -> Result<(), Error> {
    if is_gone(GONE, &got) {
        rows.gone();
        return Ok(());
    }
    let mut unread = Unread::default();
    let made = |name: &str| session.arn("iot", &format!("policy/{name}"));
    let identity = unread.identity("policyName", listed.policy_name, listed.policy_arn, made);
    let Some((arn, policy_name)) = identity else {
        unread.lost(rows, with_policies([IotPolicy::TABLE]), &LIST.call().name());
        return Ok(());
    };
    let error = got.as_ref().err().cloned();
    let mut got = rows.item(with_policies([IotPolicy::TABLE]), got)?;
    let document = got.as_mut().map(|it| given(it.policy_document.take(), &GET.call().name(), "policyDocument"));
    let text = match (document, error) {
        (Some(Ok(document)), _) => PolicyText::Document(document),
        (Some(Err(error)), _) => {
            rows.miss(POLICY_TABLE_NAMES, error.clone());
            PolicyText::Unread(error)
        }
        (None, Some(error)) => PolicyText::Unread(error),
        (None, None) => PolicyText::Absent,
    };
    rows.policy(Policy::of(&arn, IOT_POLICY, text)).await?;
    let row = policy(arn, policy_name, got, rows.captured_at(), &mut unread);
    unread.count(rows, IotPolicy::TABLE, &GET.call().name());
    rows.push(row).await
}

fn policy(arn: String, policy_name: String, got: Option<Got>, now: Timestamp, unread: &mut Unread) -> IotPolicy {
    let created = got.as_ref().and_then(|it| unread.moment("creationDate", it.creation_date.as_ref()));
    IotPolicy {
        arn,
        policy_name,
        created_at: created,
        age_days: created.map(|at| at.days_until(now)),
        modified_at: got.as_ref().and_then(|it| unread.moment("lastModifiedDate", it.last_modified_date.as_ref())),
        default_version_id: got.and_then(|it| unread.value("defaultVersionId", it.default_version_id)),
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::POLICIES;
    use crate::testing::{columns, json_error};

    const LIST: &str = "ListPolicies";
    const GET: &str = "GetPolicy";

    /// Six policies on two pages: a usual one, one of which nothing is said, one that went away, two that are refused,
    /// and one without a name.
    #[tokio::test]
    async fn policies_of_two_pages_with_their_documents() {
        let listed = |name: &str| format!(r#"{{"policyName":"{name}","policyArn":"arn:{name}"}}"#);
        let first = format!(r#"{{"policies":[{},{{"policyName":"bare"}}],"nextMarker":"more"}}"#, listed("all"));
        let second = format!(r#"{{"policies":[{},{},{},{{}}]}}"#, listed("gone"), listed("denied"), listed("old"));
        let document = r#"{"policyName":"all","defaultVersionId":"2","creationDate":1766361600,"lastModifiedDate":"soon",
            "policyDocument":"{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}"}"#;
        let recorded = Recorded::new()
            .answer_to(LIST, "pageSize=250", &first)
            .answer_to(LIST, "marker=more", &second)
            .answer_to(GET, "policies/all", document)
            .answer_to(GET, "policies/bare", "{}")
            .refuse(GET, "policies/gone", 404, &json_error("ResourceNotFoundException"))
            .refuse(GET, "policies/denied", 403, &json_error("AccessDeniedException"))
            .refuse(GET, "policies/old", 400, &json_error("UnsupportedOperation"));
        let collected = recorded.run(&POLICIES).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&POLICIES);
        assert_eq!(
            columns(&collected, "iot_policies", &["arn", "policy_name", "default_version_id", "age_days"]),
            [
                json!(["arn:all", "all", "2", 10]),
                json!(["arn:aws:iot:eu-west-1:111122223333:policy/bare", "bare", null, null]),
                json!(["arn:denied", "denied", null, null]),
                json!(["arn:old", "old", null, null]),
            ]
        );
        assert_eq!(
            columns(&collected, "policy_documents", &["policy_kind", "state", "error_code"]),
            [
                json!(["inline", "read", null]),
                json!(["inline", "unread", "ValueUnread"]),
                json!(["inline", "unread", "AccessDeniedException"]),
                json!(["inline", "unread", "UnsupportedOperation"]),
            ]
        );
        assert_eq!(collected.table("policy_statements")[0]["allows_everything"], true);
        // Two policies, a document, a version, a moment, and a policy without a name.
        assert_eq!(collected.short(), (6, vec!["iot_policies", "policy_documents", "policy_statements"]));
        assert_eq!(collected.gone, 1);
    }

    #[tokio::test]
    async fn a_denied_list_is_how_the_task_ends() {
        let denied = json_error("UnauthorizedException");
        let collected = Recorded::new().refuse(LIST, "", 401, &denied).run(&POLICIES).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
