//! Network Firewall.

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, of_kinds, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListFirewallPolicies", "FirewallPolicies", |context| {
            POLICIES.list(context, |it| json!({"Name": it.name, "Arn": it.arn}))
        }),
        list("ListRuleGroups", "RuleGroups", |context| {
            RULE_GROUPS.list(context, |it| json!({"Name": it.name, "Arn": it.arn}))
        }),
        get("DescribeResourcePolicy", |context| {
            of_kinds(&[&POLICIES, &RULE_GROUPS], context, "ResourceArn", "Policy", "ResourceNotFoundException")
        }),
    ]],
    kinds: &[other(|place| POLICIES.planted(place)), other(|place| RULE_GROUPS.planted(place))],
    ..Service::named("networkfirewall")
};

const POLICIES: Things = kind_of(
    "network_firewall_policies",
    "network-firewall",
    "firewall-policy/{name}",
    &["network-firewall:AssociateFirewallPolicy"],
);
const RULE_GROUPS: Things = kind_of(
    "network_firewall_rule_groups",
    "network-firewall",
    "stateful-rulegroup/{name}",
    &["network-firewall:CreateFirewallPolicy"],
);
