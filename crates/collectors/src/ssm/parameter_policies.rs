//! Policies of advanced parameters of Systems Manager: DescribeParameters, then GetResourcePolicies for each. Fills the
//! tables of policies only.

use futures::StreamExt;
use orgcensus_collect::kinds::SSM_PARAMETER;
use orgcensus_collect::{
    Collector, Error, POLICY_TABLE_NAMES, Policy, PolicyText, Read, Rows, Runs, Scope, Session, read as reads,
};
use serde::Deserialize;
use serde_json::json;

use super::parameters::arn;
use crate::items::{Answer, all, details, given, is_gone};

const LIST: Read<Page> = reads("ssm", "DescribeParameters");
const POLICIES: Read<Policies> = reads("ssm", "GetResourcePolicies");

/// How Systems Manager says that there is no such parameter.
const GONE: &[&str] = &["ResourceNotFoundException"];

/// The policies of the advanced parameters of one region. Others can have none.
pub const PARAMETER_POLICIES: Collector = Collector {
    name: "ssm_parameter_policies",
    scope: Scope::Region,
    runs: Runs::IfNamed("1 call for each advanced parameter, and the list of these parameters once more"),
    calls: &[LIST.call(), POLICIES.call()],
    resources: &[SSM_PARAMETER],
    tables: &[],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    parameters: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Listed {
    name: Option<String>,
    #[serde(rename = "ARN")]
    arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Policies {
    policies: Vec<Document>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Document {
    policy_id: Option<String>,
    policy: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let tiers = json!([{"Key": "Tier", "Option": "Equals", "Values": ["Advanced", "Intelligent-Tiering"]}]);
    let mut pages = LIST.pages(session, json!({"ParameterFilters": tiers, "MaxResults": 50}));
    while let Some(page) = pages.next().await {
        let mut parameters = details(page?.parameters, |listed| read(session, listed));
        while let Some((arn, policies)) = parameters.next().await {
            push(rows, arn, policies).await?;
        }
    }
    Ok(())
}

async fn read(session: &Session, listed: Listed) -> (Option<String>, Answer<Vec<Document>>) {
    let arn = listed.arn.or_else(|| listed.name.map(|name| arn(session, &name)));
    let input = json!({"ResourceArn": arn, "MaxResults": 50});
    let policies = all(&POLICIES, session, input, |page| page.policies).await;
    (arn, policies)
}

async fn push(rows: &mut Rows<'_>, arn: Option<String>, policies: Answer<Vec<Document>>) -> Result<(), Error> {
    if is_gone(GONE, &policies) {
        rows.gone();
        return Ok(());
    }
    let arn = given(arn, &LIST.call().name(), "ARN");
    let Some(arn) = rows.item(POLICY_TABLE_NAMES, arn)? else { return Ok(()) };
    let failed = policies.as_ref().err().cloned();
    let policies = rows.item(POLICY_TABLE_NAMES, policies)?.unwrap_or_default();
    if policies.is_empty() {
        let text = failed.map_or(PolicyText::Absent, PolicyText::Unread);
        return rows.policy(Policy::of(&arn, SSM_PARAMETER, text)).await;
    }
    for it in policies {
        let text = match given(it.policy, &POLICIES.call().name(), "Policy") {
            Ok(document) => PolicyText::Document(document),
            Err(error) => {
                rows.miss(POLICY_TABLE_NAMES, error.clone());
                PolicyText::Unread(error)
            }
        };
        let name = given(it.policy_id, &POLICIES.call().name(), "PolicyId");
        let name = rows.item(POLICY_TABLE_NAMES, name)?.unwrap_or_default();
        rows.policy(Policy { name: &name, ..Policy::of(&arn, SSM_PARAMETER, text) }).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::PARAMETER_POLICIES;
    use crate::testing::{columns, json_error};

    const LIST: &str = "DescribeParameters";
    const GET: &str = "GetResourcePolicies";

    #[tokio::test]
    async fn policies_of_parameters_of_two_pages() {
        let two = r#"{"Policies":[{"PolicyId":"p-1","PolicyHash":"h","Policy":"{}"}],"NextToken":"next"}"#;
        let recorded = Recorded::new()
            .answer_to(
                LIST,
                "Advanced",
                r#"{"Parameters":[{"Name":"/a","ARN":"arn:a"},{"Name":"/b"}],"NextToken":"more"}"#,
            )
            .answer_to(LIST, "more", r#"{"Parameters":[{"Name":"/gone"},{"Name":"/secret"},{"Name":"/odd"},{}]}"#)
            .answer_to(GET, "arn:a\"", two)
            .answer_to(GET, "next", r#"{"Policies":[{"PolicyId":"p-2"},{"Policy":"{}"}]}"#)
            .answer_to(GET, "parameter/b", r#"{"Policies":[]}"#)
            .refuse(GET, "gone", 400, &json_error("ResourceNotFoundException"))
            .refuse(GET, "secret", 400, &json_error("AccessDeniedException"))
            .refuse(GET, "odd", 400, &json_error("ResourcePolicyInvalidParameterException"));
        let collected = recorded.run(&PARAMETER_POLICIES).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&PARAMETER_POLICIES);
        let of = |name: &str| format!("arn:aws:ssm:eu-west-1:111122223333:parameter/{name}");
        assert_eq!(
            columns(&collected, "policy_documents", &["resource_arn", "policy_name", "state", "error_code"]),
            [
                json!(["arn:a", "p-1", "read", null]),
                json!(["arn:a", "p-2", "unread", "ValueUnread"]),
                json!(["arn:a", "", "read", null]),
                json!([of("b"), "", "absent", null]),
                json!([of("secret"), "", "unread", "AccessDeniedException"]),
                json!([of("odd"), "", "unread", "ResourcePolicyInvalidParameterException"]),
            ]
        );
        // Three policies, one without an id, and a parameter without a name.
        assert_eq!(collected.short(), (5, vec!["policy_documents", "policy_statements"]));
        assert_eq!(collected.gone, 1);
    }

    #[tokio::test]
    async fn a_denied_list_is_how_the_task_ends() {
        let denied = json_error("AccessDeniedException");
        let collected = Recorded::new().refuse(LIST, "", 400, &denied).run(&PARAMETER_POLICIES).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
