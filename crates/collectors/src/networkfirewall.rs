//! Network Firewall.

use orgcensus_collect::Collector;
use orgcensus_collect::kinds::{NETWORK_FIREWALL_POLICY, NETWORK_FIREWALL_RULE_GROUP};

use crate::listed::Input::{Arn, Text};
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Policies of firewalls, with those with whom they are shared.
    POLICIES = listed(
        "network_firewall_policies",
        NETWORK_FIREWALL_POLICY,
        &[list("networkfirewall", "ListFirewallPolicies", "FirewallPolicies", &[])],
        &[policy("networkfirewall", "DescribeResourcePolicy", &[("ResourceArn", Arn)], "Policy")
            .none(&["ResourceNotFoundException"])],
    )
    .arn("Arn")
    .name("Name");
    /// Rule groups, with those with whom they are shared.
    RULE_GROUPS = listed(
        "network_firewall_rule_groups",
        NETWORK_FIREWALL_RULE_GROUP,
        &[list("networkfirewall", "ListRuleGroups", "RuleGroups", &[("Scope", Text("ACCOUNT"))])],
        &[policy("networkfirewall", "DescribeResourcePolicy", &[("ResourceArn", Arn)], "Policy")
            .none(&["ResourceNotFoundException"])],
    )
    .arn("Arn")
    .name("Name")
    .keeps(&["VendorName"]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[POLICIES, RULE_GROUPS];
