//! WAF: web ACLs with what is behind them, and rule groups.

mod web_acls;

pub(super) use web_acls::{global_arns, regional_arns, weak_arns};

use crate::service::{Service, get, list};
use crate::things::{Thing, Things, kind_of, other, other_of_account};
use crate::truth::{At, things};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    answers: &[
        web_acls::ANSWERS,
        &[
            list("ListRuleGroups", "RuleGroups", |context| {
                let is_global = web_acls::asked(context)?.region.is_empty();
                let groups = if is_global { CLOUDFRONT_RULE_GROUPS } else { RULE_GROUPS };
                groups.list(context, describe)
            }),
            get("GetPermissionPolicy", |context| {
                let is_global = context.request.required("ResourceArn")?.contains(":global/");
                let groups = if is_global { CLOUDFRONT_RULE_GROUPS } else { RULE_GROUPS };
                groups.policy(
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
        other_of_account(|place| CLOUDFRONT_RULE_GROUPS.planted(&place.in_region("us-east-1"))),
        things(At::Account, "wafv2_web_acls", |place| web_acls::web_acls(place).len()),
        things(At::Region, "wafv2_web_acls", |place| web_acls::web_acls(place).len()),
        things(At::Account, "wafv2_web_acl_rules", web_acls::rule_count),
        things(At::Region, "wafv2_web_acl_rules", web_acls::rule_count),
        things(At::Region, "wafv2_associations", web_acls::association_count),
    ],
    ..Service::named("wafv2")
};

fn describe(it: &Thing) -> Value {
    json!({ "Name": it.name, "Id": it.id, "ARN": it.arn, "LockToken": it.id, "Description": "" })
}

const RULE_GROUPS: Things = kind_of(
    "wafv2_rule_groups",
    "wafv2",
    "regional/rulegroup/{name}/{id}",
    &["wafv2:CreateWebACL", "wafv2:GetRuleGroup"],
);

/// They are in one region.
const CLOUDFRONT_RULE_GROUPS: Things = kind_of(
    "wafv2_cloudfront_rule_groups",
    "wafv2",
    "global/rulegroup/{name}/{id}",
    &["wafv2:CreateWebACL", "wafv2:GetRuleGroup"],
);

#[cfg(test)]
mod tests {
    use crate::testing::{Client, quiet};
    use serde_json::{Value, json};

    /// The rule groups of a scope, each by its ARN and whether it has a policy.
    fn groups(client: &Client, scope: &str) -> Vec<(String, bool)> {
        let page = client.json("wafv2", "ListRuleGroups", &json!({ "Scope": scope })).json();
        let of = |it: &Value| {
            let policy = client.json("wafv2", "GetPermissionPolicy", &json!({ "ResourceArn": it["ARN"] }));
            (it["ARN"].as_str().unwrap_or_default().to_owned(), policy.status == 200)
        };
        page["RuleGroups"].as_array().into_iter().flatten().map(of).collect()
    }

    #[test]
    fn rule_groups_of_both_scopes_have_a_policy_or_none() {
        let client = Client::new(quiet(40, 1)).in_region("us-east-1");
        let accounts: Vec<Client> = (1..40).filter_map(|index| client.assume(index, "").ok()).collect();
        for (scope, part) in [("REGIONAL", ":regional/rulegroup/"), ("CLOUDFRONT", ":global/rulegroup/")] {
            let all: Vec<(String, bool)> = accounts.iter().flat_map(|it| groups(it, scope)).collect();
            assert!(all.iter().all(|(arn, _)| arn.contains(":us-east-1:") && arn.contains(part)), "{all:?}");
            for has_policy in [true, false] {
                assert!(all.iter().filter(|it| it.1 == has_policy).count() >= 2, "{scope} {has_policy}: {all:?}");
            }
        }
    }

    #[test]
    fn those_for_cloudfront_are_in_one_region() {
        let client = Client::new(quiet(4, 1)).in_region("eu-west-1");
        let refused = client.json("wafv2", "ListRuleGroups", &json!({ "Scope": "CLOUDFRONT" }));
        assert_eq!(refused.json()["__type"].as_str(), Some("WAFInvalidParameterException"));
    }
}
