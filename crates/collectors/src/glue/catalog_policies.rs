//! Policies of Glue's Data Catalog: GetResourcePolicies, of each region the one that was put there and those that
//! Resource Access Manager made. Fills the tables of policies only.

use orgcensus_collect::kinds::GLUE_CATALOG;
use orgcensus_collect::{
    Collector, Error, Optional, POLICY_TABLE_NAMES, Policy, PolicyText, Read, Rows, Runs, Scope, Session, read as reads,
};
use serde::Deserialize;
use serde_json::json;

use crate::items::{all, given};

const LIST: Read<Page> = reads("glue", "GetResourcePolicies");

/// The policies of one region's catalogue: who may read its databases and tables from elsewhere.
pub const CATALOG_POLICIES: Collector = Collector {
    name: "glue_catalog_policies",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call()],
    resources: &[GLUE_CATALOG],
    tables: &[],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    get_resource_policies_response_list: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Listed {
    policy_in_json: Option<String>,
    policy_hash: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let answer =
        all(&LIST, session, json!({"MaxResults": 1000}), |page| page.get_resource_policies_response_list).await;
    let policies = answer.optional(&["EntityNotFoundException"])?.unwrap_or_default();
    let arn = session.arn("glue", "catalog");
    if policies.is_empty() {
        return rows.policy(Policy::of(&arn, GLUE_CATALOG, PolicyText::Absent)).await;
    }
    for it in policies {
        let text = match given(it.policy_in_json, &LIST.call().name(), "PolicyInJson") {
            Ok(document) => PolicyText::Document(document),
            Err(error) => {
                rows.miss(POLICY_TABLE_NAMES, error.clone());
                PolicyText::Unread(error)
            }
        };
        // AWS gives these policies no names. Their hashes tell them apart.
        let name = given(it.policy_hash, &LIST.call().name(), "PolicyHash");
        let name = rows.item(POLICY_TABLE_NAMES, name)?.unwrap_or_default();
        rows.policy(Policy { name: &name, ..Policy::of(&arn, GLUE_CATALOG, text) }).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::CATALOG_POLICIES;
    use crate::testing::{columns, json_error};

    const GET: &str = "GetResourcePolicies";
    const ARN: &str = "arn:aws:glue:eu-west-1:111122223333:catalog";

    #[tokio::test]
    async fn policies_of_two_pages() {
        let first =
            r#"{"GetResourcePoliciesResponseList":[{"PolicyInJson":"{ }","PolicyHash":"a"}],"NextToken":"more"}"#;
        let second = r#"{"GetResourcePoliciesResponseList":[{"PolicyHash":"b"},{"PolicyInJson":"{}"}]}"#;
        let collected = Recorded::new().answer(GET, first).answer_to(GET, "more", second).run(&CATALOG_POLICIES).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&CATALOG_POLICIES);
        assert_eq!(
            columns(&collected, "policy_documents", &["resource_arn", "policy_name", "state", "document"]),
            [json!([ARN, "a", "read", "{ }"]), json!([ARN, "b", "unread", null]), json!([ARN, "", "read", "{}"])]
        );
        assert_eq!(collected.short(), (2, vec!["policy_documents", "policy_statements"]));
    }

    #[tokio::test]
    async fn no_policy_is_absent() {
        let none = json_error("EntityNotFoundException");
        for recorded in [Recorded::new().answer(GET, "{}"), Recorded::new().refuse(GET, "", 400, &none)] {
            let collected = recorded.run(&CATALOG_POLICIES).await;
            collected.result.as_ref().unwrap();
            assert_eq!(columns(&collected, "policy_documents", &["resource_arn", "state"]), [json!([ARN, "absent"])]);
        }
    }

    #[tokio::test]
    async fn denied_is_how_the_task_ends() {
        for (code, class) in
            [("AccessDeniedException", Class::Denied), ("UnknownOperationException", Class::Unsupported)]
        {
            let collected = Recorded::new().refuse(GET, "", 400, &json_error(code)).run(&CATALOG_POLICIES).await;
            assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == class), "{code}");
            assert!(collected.table("policy_documents").is_empty());
        }
    }
}
