//! WAF.

use orgcensus_collect::Collector;
use orgcensus_collect::kinds::WAFV2_RULE_GROUP;

use crate::listed::Input::{Arn, Text};
use crate::listed::{list, listed, listed_collectors, policy};

pub mod associations;
pub mod rules;
mod statements;
pub mod web_acls;

listed_collectors! {
    /// Rule groups for CloudFront, with those with whom they are shared.
    CLOUDFRONT_RULE_GROUPS = listed(
        "wafv2_cloudfront_rule_groups",
        WAFV2_RULE_GROUP,
        &[list("wafv2", "ListRuleGroups", "RuleGroups", &[("Scope", Text("CLOUDFRONT"))])],
        &[policy("wafv2", "GetPermissionPolicy", &[("ResourceArn", Arn)], "Policy").none(&["WAFNonexistentItemException"])],
    )
    .arn("ARN")
    .name("Name")
    .keeps(&["Id", "Description"])
    .once_in("us-east-1");

    /// Regional rule groups, with those with whom they are shared.
    RULE_GROUPS = listed(
        "wafv2_rule_groups",
        WAFV2_RULE_GROUP,
        &[list("wafv2", "ListRuleGroups", "RuleGroups", &[("Scope", Text("REGIONAL"))])],
        &[policy("wafv2", "GetPermissionPolicy", &[("ResourceArn", Arn)], "Policy").none(&["WAFNonexistentItemException"])],
    )
    .arn("ARN")
    .name("Name")
    .keeps(&["Id", "Description"]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] =
    &[CLOUDFRONT_RULE_GROUPS, web_acls::CLOUDFRONT_WEB_ACLS, RULE_GROUPS, web_acls::WEB_ACLS];

#[cfg(test)]
mod of_cloudfront {
    use orgcensus_collect::testing::Recorded;
    use serde_json::json;

    use super::CLOUDFRONT_RULE_GROUPS;
    use crate::testing::columns;

    #[tokio::test]
    async fn rule_groups_for_cloudfront_are_asked_for_in_one_region() {
        let arn = "arn:aws:wafv2:us-east-1:111122223333:global/rulegroup/own/1";
        let page = json!({"RuleGroups": [{"Name": "own", "Id": "1", "ARN": arn}]}).to_string();
        let collected = Recorded::new()
            .answer_to("ListRuleGroups", "wafv2.us-east-1", &page)
            .answer_to("GetPermissionPolicy", "wafv2.us-east-1", r#"{"Policy":"{}"}"#)
            .run(&CLOUDFRONT_RULE_GROUPS)
            .await;
        collected.result.as_ref().unwrap();
        let names = ["arn", "resource_type", "resource_name"];
        assert_eq!(columns(&collected, "other_resources", &names), [json!([arn, "wafv2_rule_group", "own"])]);
        assert_eq!(columns(&collected, "policy_documents", &["resource_arn", "state"]), [json!([arn, "read"])]);
    }

    #[tokio::test]
    async fn the_scope_is_that_of_cloudfront() {
        let recorded = Recorded::new().answer_to("ListRuleGroups", r#""Scope":"CLOUDFRONT""#, "{}");
        let collected = recorded.run(&CLOUDFRONT_RULE_GROUPS).await;
        collected.result.as_ref().unwrap();
        assert_eq!((collected.table("other_resources").len(), collected.short().0), (0, 0));
    }
}
