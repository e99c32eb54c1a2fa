//! WAF: web ACLs with what is behind them, and rule groups.

mod web_acls;

pub(super) use web_acls::{global_arns, regional_arns, weak_arns};

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, other};
use crate::truth::{At, things};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[
        web_acls::ANSWERS,
        &[
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
        ],
    ],
    kinds: &[
        other(|place| RULE_GROUPS.planted(place)),
        things(At::Account, "wafv2_web_acls", |place| web_acls::web_acls(place).len()),
        things(At::Region, "wafv2_web_acls", |place| web_acls::web_acls(place).len()),
        things(At::Account, "wafv2_web_acl_rules", web_acls::rule_count),
        things(At::Region, "wafv2_web_acl_rules", web_acls::rule_count),
        things(At::Region, "wafv2_associations", web_acls::association_count),
    ],
    ..Service::named("wafv2")
};

const RULE_GROUPS: Things = kind_of(
    "wafv2_rule_groups",
    "wafv2",
    "regional/rulegroup/{name}/{id}",
    &["wafv2:CreateWebACL", "wafv2:GetRuleGroup"],
);
