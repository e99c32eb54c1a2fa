//! The rules of a web ACL, and what each of them stops. The collector of web ACLs reads them.

use orgcensus_row::Row;
use serde::{Deserialize, Serialize};

use super::statements::{Action, ManagedGroup, Override, OwnGroup, Statement, Threat, group_stops};
use crate::items::Unread;

/// One rule of a web ACL.
#[derive(Debug, Serialize, Row)]
#[row(table = "wafv2_web_acl_rules", key = "web_acl_arn, rule_source, rule_name")]
pub struct WebAclRule {
    /// The web ACL's ARN.
    pub web_acl_arn: String,
    /// own; or firewall_manager_first, firewall_manager_last: Firewall Manager put it before, or after, the web ACL's
    /// own.
    pub rule_source: String,
    /// The rule's name.
    pub rule_name: String,
    /// Its place: lower numbers come first.
    pub priority: Option<i32>,
    /// What it looks at, by AWS's name: SqliMatch, RateBased, ManagedRuleGroup …. Null: something that is not known.
    pub statement_type: Option<String>,
    /// Block, Allow, Count, Captcha, Challenge or Monetize. Null: the rule is a group, whose rules have their own
    /// actions.
    pub action: Option<String>,
    /// None, or Count: all rules of the group only count. Null: the rule is no group.
    pub override_action: Option<String>,
    /// Whether it only counts, and stops nobody. Null: AWS did not say.
    pub is_counting: Option<bool>,
    /// The group that AWS or a vendor wrote, AWS/AWSManagedRulesSQLiRuleSet. Null: none.
    pub managed_rule_group: Option<String>,
    /// The group's version. Null: its default, or the rule is no such group.
    pub managed_rule_group_version: Option<String>,
    /// The other group of rules, by its ARN. Null: none.
    pub rule_group_arn: Option<String>,
    /// Rules of the group that only count, or let requests pass, other than the group says.
    pub weakened_rule_names: Vec<String>,
    /// Whether a managed group looks only at some of the requests.
    pub has_scope_down: bool,
    /// How many requests in the window are too many. Null: it is no limit of a rate.
    pub rate_limit: Option<i64>,
    /// Whether it stops SQL injection, if only in some requests. Null: it is a group whose rules are not known.
    pub stops_sql_injection: Option<bool>,
    /// Whether it stops cross-site scripting, if only in some requests. Null: it is a group whose rules are not known.
    pub stops_xss: Option<bool>,
    /// Whether it stops those who ask too often. Null: it is a group whose rules are not known.
    pub stops_floods: Option<bool>,
    /// Whether it has metrics in CloudWatch. Null: AWS did not say.
    pub has_cloudwatch_metrics: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Rule {
    name: Option<String>,
    priority: Option<i32>,
    statement: Statement,
    action: Option<Action>,
    override_action: Option<Override>,
    visibility_config: Switches,
}

/// A group that Firewall Manager added.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Grouped {
    name: Option<String>,
    priority: Option<i32>,
    firewall_manager_statement: GroupStatement,
    override_action: Option<Override>,
    visibility_config: Switches,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct GroupStatement {
    managed_rule_group_statement: Option<ManagedGroup>,
    rule_group_reference_statement: Option<OwnGroup>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Switches {
    pub(super) sampled_requests_enabled: Option<bool>,
    pub(super) cloud_watch_metrics_enabled: Option<bool>,
}

/// The rows of a web ACL's rules.
pub(super) fn rows(
    arn: &str,
    own: Vec<Rule>,
    first: Vec<Grouped>,
    last: Vec<Grouped>,
    unread: &mut Unread,
) -> Vec<WebAclRule> {
    let mut rows = Vec::new();
    let groups = [("firewall_manager_first", first), ("firewall_manager_last", last)];
    for (source, grouped) in groups.into_iter().flat_map(|(source, all)| all.into_iter().map(move |it| (source, it))) {
        let of = grouped.firewall_manager_statement;
        let rule = Rule {
            name: grouped.name,
            priority: grouped.priority,
            statement: Statement::of_group(of.managed_rule_group_statement, of.rule_group_reference_statement),
            action: None,
            override_action: grouped.override_action,
            visibility_config: grouped.visibility_config,
        };
        rows.push(row(arn, source, rule, unread));
    }
    rows.extend(own.into_iter().map(|rule| row(arn, "own", rule, unread)));
    rows
}

fn row(arn: &str, source: &str, it: Rule, unread: &mut Unread) -> WebAclRule {
    let statement = &it.statement;
    let (managed, own) = (&statement.managed_rule_group_statement, &statement.rule_group_reference_statement);
    let is_group = managed.is_some() || own.is_some();
    let action = it.action.as_ref().and_then(Action::word);
    let override_action = it.override_action.as_ref().and_then(Override::word);
    let decided = unread.value("Action", if is_group { override_action } else { action });
    let stops = |threat: Threat| match decided {
        _ if is_group => group_stops(managed.as_ref(), override_action, threat),
        _ if !statement.finds(threat) => Some(false),
        Some(action) => Some(matches!(action, "Block" | "Captcha" | "Challenge")),
        None => None,
    };
    let weak = match (managed, own) {
        (Some(group), _) => group.weakened(),
        (_, Some(group)) => group.weakened(),
        _ => Vec::new(),
    };
    WebAclRule {
        web_acl_arn: arn.to_owned(),
        rule_source: source.to_owned(),
        rule_name: unread.value("Name", it.name.clone()).unwrap_or_default(),
        priority: unread.value("Priority", it.priority),
        statement_type: statement.type_of().map(str::to_owned),
        action: action.map(str::to_owned),
        override_action: override_action.map(str::to_owned),
        is_counting: decided.map(|it| it == "Count"),
        managed_rule_group: managed.as_ref().map(ManagedGroup::full_name),
        managed_rule_group_version: managed.as_ref().and_then(|it| it.version.clone()),
        rule_group_arn: own.as_ref().and_then(|it| it.arn.clone()),
        weakened_rule_names: weak,
        has_scope_down: managed.as_ref().is_some_and(|it| it.scope_down_statement.is_some()),
        rate_limit: statement.rate_based_statement.as_ref().and_then(|it| it.limit),
        stops_sql_injection: stops(Threat::SqlInjection),
        stops_xss: stops(Threat::Xss),
        stops_floods: stops(Threat::Floods),
        has_cloudwatch_metrics: it.visibility_config.cloud_watch_metrics_enabled,
    }
}

#[cfg(test)]
mod tests;
