//! Route 53 Resolver.

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListResolverRules", "ResolverRules", |context| {
            RULES.list(context, |it| {
                json!({
                    "Id": it.id,
                    "Arn": it.arn,
                    "Name": it.name,
                    "OwnerId": context.place.account.id,
                    "ShareStatus": "NOT_SHARED",
                    "CreationTime": it.created_text(),
                })
            })
        }),
        get("GetResolverRulePolicy", |context| {
            RULES.policy(
                context,
                "Arn",
                "ResolverRulePolicy",
                ("ResourceNotFoundException", "UnknownResourceException"),
            )
        }),
        list("ListFirewallRuleGroups", "FirewallRuleGroups", |context| {
            FIREWALL_RULE_GROUPS.list(context, |it| {
                json!({
                    "Id": it.id,
                    "Arn": it.arn,
                    "Name": it.name,
                    "OwnerId": context.place.account.id,
                    "ShareStatus": "NOT_SHARED",
                })
            })
        }),
        get("GetFirewallRuleGroupPolicy", |context| {
            FIREWALL_RULE_GROUPS.policy(
                context,
                "Arn",
                "FirewallRuleGroupPolicy",
                ("ResourceNotFoundException", "UnknownResourceException"),
            )
        }),
        list("ListResolverQueryLogConfigs", "ResolverQueryLogConfigs", |context| {
            QUERY_LOG_CONFIGS.list(context, |it| {
                json!({
                    "Id": it.id,
                    "Arn": it.arn,
                    "Name": it.name,
                    "OwnerId": context.place.account.id,
                    "ShareStatus": "NOT_SHARED",
                    "CreationTime": it.created_text(),
                })
            })
        }),
        get("GetResolverQueryLogConfigPolicy", |context| {
            QUERY_LOG_CONFIGS.policy(
                context,
                "Arn",
                "ResolverQueryLogConfigPolicy",
                ("ResourceNotFoundException", "UnknownResourceException"),
            )
        }),
    ]],
    kinds: &[
        other(|place| RULES.planted(place)),
        other(|place| FIREWALL_RULE_GROUPS.planted(place)),
        other(|place| QUERY_LOG_CONFIGS.planted(place)),
    ],
    ..Service::named("route53resolver")
};

const RULES: Things = kind_of(
    "route53resolver_rules",
    "route53resolver",
    "resolver-rule/{id}",
    &["route53resolver:AssociateResolverRule"],
);
const FIREWALL_RULE_GROUPS: Things = kind_of(
    "route53resolver_firewall_rule_groups",
    "route53resolver",
    "firewall-rule-group/{id}",
    &["route53resolver:AssociateFirewallRuleGroup"],
);
const QUERY_LOG_CONFIGS: Things = kind_of(
    "route53resolver_query_log_configs",
    "route53resolver",
    "resolver-query-log-config/{id}",
    &["route53resolver:AssociateResolverQueryLogConfig"],
);
