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
pub(crate) const COLLECTORS: &[Collector] = &[web_acls::CLOUDFRONT_WEB_ACLS, RULE_GROUPS, web_acls::WEB_ACLS];
