//! WAF.

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListRuleGroups", "RuleGroups", |context| {
            RULE_GROUPS.list(context, |it| {
                json!({
                    "Name": it.name,
                    "Id": it.id,
                    "ARN": it.arn,
                    "LockToken": it.id,
                    "Description": "",
                })
            })
        }),
        get("GetPermissionPolicy", |context| {
            RULE_GROUPS.policy(
                context,
                "ResourceArn",
                "Policy",
                ("ResourceNotFoundException", "WAFNonexistentItemException"),
            )
        }),
    ]],
    kinds: &[other(|place| RULE_GROUPS.planted(place))],
    ..Service::named("wafv2")
};

const RULE_GROUPS: Things = kind_of(
    "wafv2_rule_groups",
    "wafv2",
    "regional/rulegroup/{name}/{id}",
    &["wafv2:CreateWebACL", "wafv2:GetRuleGroup"],
);
