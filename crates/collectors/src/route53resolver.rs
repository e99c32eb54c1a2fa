//! Route 53 Resolver.

use orgcensus_collect::Collector;
use orgcensus_collect::kinds::{
    ROUTE53RESOLVER_FIREWALL_RULE_GROUP, ROUTE53RESOLVER_QUERY_LOG_CONFIG, ROUTE53RESOLVER_RULE,
};

use crate::listed::Input::Arn;
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Rules of the account, with those with whom they are shared.
    RULES = listed(
        "route53resolver_rules",
        ROUTE53RESOLVER_RULE,
        &[list("route53resolver", "ListResolverRules", "ResolverRules", &[])],
        &[policy("route53resolver", "GetResolverRulePolicy", &[("Arn", Arn)], "ResolverRulePolicy")
            .none(&["UnknownResourceException", "ResourceNotFoundException"])
            .may_lack()],
    )
    .arn("Arn")
    .name("Name")
    .created("CreationTime")
    .keeps(&["Id", "DomainName", "RuleType", "Status", "ShareStatus", "ResolverEndpointId"])
    .owner("OwnerId");
    /// Groups of firewall rules of the account, with those with whom they are shared.
    FIREWALL_RULE_GROUPS = listed(
        "route53resolver_firewall_rule_groups",
        ROUTE53RESOLVER_FIREWALL_RULE_GROUP,
        &[list("route53resolver", "ListFirewallRuleGroups", "FirewallRuleGroups", &[])],
        &[policy("route53resolver", "GetFirewallRuleGroupPolicy", &[("Arn", Arn)], "FirewallRuleGroupPolicy")
            .none(&["UnknownResourceException", "ResourceNotFoundException"])
            .may_lack()],
    )
    .arn("Arn")
    .name("Name")
    .keeps(&["Id", "ShareStatus"])
    .owner("OwnerId");
    /// Configurations of query logs of the account, with those with whom they are shared.
    QUERY_LOG_CONFIGS = listed(
        "route53resolver_query_log_configs",
        ROUTE53RESOLVER_QUERY_LOG_CONFIG,
        &[list("route53resolver", "ListResolverQueryLogConfigs", "ResolverQueryLogConfigs", &[])],
        &[policy("route53resolver", "GetResolverQueryLogConfigPolicy", &[("Arn", Arn)], "ResolverQueryLogConfigPolicy")
            .none(&["UnknownResourceException", "ResourceNotFoundException"])
            .may_lack()],
    )
    .arn("Arn")
    .name("Name")
    .created("CreationTime")
    .keeps(&["Id", "DestinationArn", "Status", "ShareStatus", "AssociationCount"])
    .owner("OwnerId");
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[RULES, FIREWALL_RULE_GROUPS, QUERY_LOG_CONFIGS];
