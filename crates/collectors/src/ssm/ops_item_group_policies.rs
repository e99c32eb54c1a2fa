//! Who may work on an account's OpsItems: GetResourcePolicies of the one group of them that each region has.

use orgcensus_collect::kinds::SSM_OPS_ITEM_GROUP;

use crate::listed::Input::Arn;
use crate::listed::{listed, listed_collectors, policy};

listed_collectors! {
    /// The policies of the group of OpsItems of each account and region. Where there is none the list is empty. No error
    /// says so: `ResourceNotFoundException` is about parameters.
    OPS_ITEM_GROUP_POLICIES = listed(
        "ssm_ops_item_group_policies",
        SSM_OPS_ITEM_GROUP,
        &[],
        &[policy("ssm", "GetResourcePolicies", &[("ResourceArn", Arn)], "Policies").each("Policy", "PolicyId").may_lack()],
    )
    .arn("ssm:opsitemgroup/default");
}

#[cfg(test)]
mod of_the_group {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::OPS_ITEM_GROUP_POLICIES;
    use crate::testing::{columns, json_error};

    const GET: &str = "GetResourcePolicies";

    #[tokio::test]
    async fn policies_of_two_pages_are_of_the_one_group() {
        let group = "arn:aws:ssm:eu-west-1:111122223333:opsitemgroup/default";
        let first = r#"{"Policies":[{"PolicyId":"p-1","PolicyHash":"h","Policy":"{}"}],"NextToken":"next"}"#;
        let collected = Recorded::new()
            .answer_to(GET, group, first)
            .answer_to(GET, "next", r#"{"Policies":[{"PolicyId":"p-2"},{"Policy":"{}"}]}"#)
            .run(&OPS_ITEM_GROUP_POLICIES)
            .await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&OPS_ITEM_GROUP_POLICIES);
        assert_eq!(
            columns(&collected, "policy_documents", &["resource_arn", "policy_name", "state", "error_code"]),
            [
                json!([group, "p-1", "read", null]),
                json!([group, "p-2", "unread", "ValueUnread"]),
                json!([group, "", "read", null]),
            ]
        );
        // A policy without a document, and one without an id.
        assert_eq!(collected.short(), (2, vec!["policy_documents", "policy_statements"]));
    }

    #[tokio::test]
    async fn an_error_does_not_mean_that_there_is_no_policy() {
        for code in ["ResourceNotFoundException", "ResourcePolicyInvalidParameterException"] {
            let refused = Recorded::new().refuse(GET, "", 400, &json_error(code));
            let collected = refused.run(&OPS_ITEM_GROUP_POLICIES).await;
            let is_code = |error: &Error| matches!(error, Error::Aws(error) if error.code == code);
            assert!(collected.result.as_ref().is_err_and(is_code), "{collected:?}");
            assert!(collected.table("policy_documents").is_empty(), "{collected:?}");
        }
    }

    #[tokio::test]
    async fn a_denied_call_is_how_the_task_ends() {
        let denied = Recorded::new().refuse(GET, "", 400, &json_error("AccessDeniedException"));
        let collected = denied.run(&OPS_ITEM_GROUP_POLICIES).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
