//! ECR registry policies: GetRegistryPolicy, one for each region. Fills the tables of policies only.

use orgcensus_collect::kinds::ECR_REGISTRY;
use orgcensus_collect::{
    Collector, Error, Optional, Policy, PolicyText, Read, Rows, Runs, Scope, Session, read as reads,
};
use serde::Deserialize;
use serde_json::json;

use crate::items::given;

const POLICY: Read<Answer> = reads("ecr", "GetRegistryPolicy");

/// The policy of one region's registry: who may replicate into it, or pull through it.
pub const REGISTRY_POLICIES: Collector = Collector {
    name: "ecr_registry_policies",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[POLICY.call()],
    resources: &[ECR_REGISTRY],
    tables: &[],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Answer {
    policy_text: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let answer = POLICY.send(session, json!({})).await.optional(&["RegistryPolicyNotFoundException"])?;
    // AWS gives a registry no ARN, and there is one for each account and region: this one is ours.
    let arn = session.arn("ecr", "registry");
    let text = answer.map(|answer| given(answer.policy_text, "ecr:GetRegistryPolicy", "policyText")).transpose()?;
    let text = PolicyText::read(text);
    rows.policy(Policy::of(&arn, ECR_REGISTRY, text)).await
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};

    use super::REGISTRY_POLICIES;

    const NONE: &str = r#"{"__type": "RegistryPolicyNotFoundException", "message": "none"}"#;
    const DENIED: &str = r#"{"__type": "AccessDeniedException", "message": "not authorized"}"#;

    #[tokio::test]
    async fn a_policy_is_kept_byte_for_byte() {
        let answer = r#"{"registryId": "111122223333", "policyText": "{ \"Statement\" : \"odd\" }"}"#;
        let collected = Recorded::new().answer("GetRegistryPolicy", answer).run(&REGISTRY_POLICIES).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&REGISTRY_POLICIES);
        let policy = &collected.table("policy_documents")[0];
        assert_eq!(policy["resource_arn"], "arn:aws:ecr:eu-west-1:111122223333:registry");
        assert_eq!(policy["document"], r#"{ "Statement" : "odd" }"#);
    }

    #[tokio::test]
    async fn no_policy_is_absent() {
        let collected = Recorded::new().refuse("GetRegistryPolicy", "", 400, NONE).run(&REGISTRY_POLICIES).await;
        collected.result.as_ref().unwrap();
        assert_eq!(collected.table("policy_documents")[0]["state"], "absent");
    }

    #[tokio::test]
    async fn denied_is_how_the_task_ends() {
        let collected = Recorded::new().refuse("GetRegistryPolicy", "", 400, DENIED).run(&REGISTRY_POLICIES).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
        assert!(collected.table("policy_documents").is_empty());
    }
}
