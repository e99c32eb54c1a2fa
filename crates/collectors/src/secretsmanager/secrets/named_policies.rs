//! The policies of a secret besides its default one: ListResourcePolicies, then GetResourcePolicy for each name. Services
//! of AWS attach them; the owner can change the default one only.

use orgcensus_collect::kinds::SECRETSMANAGER_SECRET;
use orgcensus_collect::{Error, Optional, Policy, Read, Rows, Session, read as reads};
use serde::Deserialize;
use serde_json::json;

use super::{GONE, POLICY};
use crate::items::{Answer, all, given, policy_text};

pub(super) const LIST: Read<Page> = reads("secretsmanager", "ListResourcePolicies");

/// The name of the policy that the owner changes.
const DEFAULT: &str = "default";

/// The name of an unread policy that stands for those whose names could not be read.
const UNLISTED: &str = "unlisted";

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Page {
    resource_policies: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Listed {
    policy_name: Option<String>,
}

/// A policy of a secret that is not its default one.
pub(super) struct NamedPolicy {
    name: String,
    text: Answer<Option<String>>,
}

/// The policies of a secret besides its default one. An error: it is not known which there are.
pub(super) async fn read(session: &Session, secret_id: &str) -> Answer<Vec<NamedPolicy>> {
    let input = json!({"SecretId": secret_id, "MaxResults": 100});
    let listed = all(&LIST, session, input, |page| page.resource_policies).await?;
    let mut policies = Vec::new();
    for listed in listed {
        let name = given(listed.policy_name, &LIST.call().name(), "PolicyName")?;
        if name != DEFAULT {
            policies.push(NamedPolicy { text: text(session, secret_id, &name).await, name });
        }
    }
    Ok(policies)
}

/// One policy. None: it went away after it was listed.
async fn text(session: &Session, secret_id: &str, name: &str) -> Answer<Option<String>> {
    let answer = POLICY.send(session, json!({"SecretId": secret_id, "PolicyName": name})).await.optional(GONE)?;
    answer.map(|it| given(it.resource_policy, &POLICY.call().name(), "ResourcePolicy")).transpose()
}

/// Adds them.
pub(super) async fn push(rows: &mut Rows<'_>, arn: &str, policies: Answer<Vec<NamedPolicy>>) -> Result<(), Error> {
    let policies = match policies {
        Ok(policies) => policies,
        Err(error) => vec![NamedPolicy { name: UNLISTED.to_owned(), text: Err(error) }],
    };
    for NamedPolicy { name, text } in policies {
        let text = policy_text(rows, text)?;
        rows.policy(Policy { name: &name, ..Policy::of(arn, SECRETSMANAGER_SECRET, text) }).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use serde_json::{Value, json};

    use crate::secretsmanager::secrets::SECRETS;
    use crate::testing::{columns, json_error};

    const FOREIGN: &str = concat!(
        r#"{"PolicyName":"aws-sync","ResourcePolicy":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":"#,
        r#"{\"AWS\":\"999988887777\"},\"Action\":\"secretsmanager:GetSecretValue\",\"Resource\":\"*\"}]}"}"#
    );

    /// One secret, whose default policy is asked for first.
    fn secret() -> Recorded {
        Recorded::new()
            .answer("ListSecrets", r#"{"SecretList":[{"ARN":"arn:s:db","Name":"db"}]}"#)
            .answer("GetResourcePolicy", r#"{"ARN":"arn:s:db","Name":"db","PolicyName":"default"}"#)
    }

    async fn policies(recorded: Recorded, missed: u64) -> Vec<Value> {
        let collected = recorded.run(&SECRETS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&SECRETS);
        assert_eq!(collected.short().0, missed);
        assert_eq!((collected.table("secretsmanager_secrets").len(), collected.gone), (1, 0));
        columns(&collected, "policy_documents", &["policy_name", "state", "error_code"])
    }

    #[tokio::test]
    async fn policies_of_two_pages_are_read_by_name() {
        let first = r#"{"ResourcePolicies":[{"PolicyName":"default"},{"PolicyName":"aws-sync"}],"NextToken":"more"}"#;
        let second = r#"{"ResourcePolicies":[{"PolicyName":"gone"},{"PolicyName":"hidden"},{"PolicyName":"empty"}]}"#;
        let recorded = secret()
            .answer_to("ListResourcePolicies", r#""MaxResults":100"#, first)
            .answer_to("ListResourcePolicies", r#""NextToken":"more""#, second)
            .answer_to("GetResourcePolicy", "aws-sync", FOREIGN)
            .refuse("GetResourcePolicy", r#""gone""#, 400, &json_error("ResourceNotFoundException"))
            .refuse("GetResourcePolicy", r#""hidden""#, 400, &json_error("AccessDeniedException"))
            .answer_to("GetResourcePolicy", r#""empty""#, r#"{"PolicyName":"empty"}"#);
        assert_eq!(
            policies(recorded, 2).await,
            [
                json!(["", "absent", null]),
                json!(["aws-sync", "read", null]),
                json!(["gone", "absent", null]),
                json!(["hidden", "unread", "AccessDeniedException"]),
                json!(["empty", "unread", "ValueUnread"]),
            ]
        );
    }

    #[tokio::test]
    async fn where_the_names_are_refused_there_may_be_policies_that_are_unread() {
        for code in ["AccessDeniedException", "UnknownOperationException", "ResourceNotFoundException"] {
            let recorded = secret().refuse("ListResourcePolicies", "", 400, &json_error(code));
            let expected = [json!(["", "absent", null]), json!(["unlisted", "unread", code])];
            assert_eq!(policies(recorded, 1).await, expected, "{code}");
        }
        let nameless = secret().answer("ListResourcePolicies", r#"{"ResourcePolicies":[{}]}"#);
        assert_eq!(policies(nameless, 1).await[1], json!(["unlisted", "unread", "ValueUnread"]));
    }
}
