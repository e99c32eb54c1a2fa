//! Web ACLs of WAF: ListWebACLs and ListLoggingConfigurations, then GetWebACL for each; and for each regional one
//! ListResourcesForWebACL by type of resource. Those of CloudFront are in one region, and the distributions themselves
//! say which of them stands before each.

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::{Collector, Error, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::associations::{self, Association};
use super::rules::{self, Grouped, Rule, Switches, WebAclRule};
use super::statements::DefaultAction;
use crate::items::{Answer, Unread, all, details, given, is_gone};

const LIST: Read<Page> = reads("wafv2", "ListWebACLs");
const GET: Read<ItsAcl> = reads("wafv2", "GetWebACL");
const LOGGING: Read<Configurations> = reads("wafv2", "ListLoggingConfigurations");

/// How WAF says that there is no such web ACL.
const GONE: &[&str] = &["WAFNonexistentItemException"];

/// The scopes of web ACLs, and the one region of those before CloudFront.
const REGIONAL: &str = "REGIONAL";
const CLOUDFRONT: &str = "CLOUDFRONT";
const REGION: &str = "us-east-1";

/// One web ACL of WAF: the rules that stand before load balancers, APIs or distributions. WAF Classic's are not read.
#[derive(Debug, Serialize, Row)]
#[row(table = "wafv2_web_acls", key = "arn")]
pub struct WebAcl {
    /// The web ACL's ARN.
    pub arn: String,
    /// The web ACL's id.
    pub web_acl_id: String,
    /// The web ACL's name.
    pub web_acl_name: String,
    /// REGIONAL, or CLOUDFRONT: it stands before distributions.
    pub scope: String,
    /// What people wrote about it. Null: nothing.
    pub description: Option<String>,
    /// Allow or Block: what becomes of a request that no rule decides. Null: it could not be read.
    pub default_action: Option<String>,
    /// How many rules it has, with those of Firewall Manager. Null: they could not be read.
    pub rule_count: Option<i32>,
    /// The rules that only count. Null: they could not be read.
    pub counting_rule_names: Option<Vec<String>>,
    /// The groups of rules that AWS or a vendor wrote: AWS/AWSManagedRulesCommonRuleSet. Null: they could not be read.
    pub managed_rule_groups: Option<Vec<String>>,
    /// The other groups of rules, by ARN. Null: they could not be read.
    pub rule_group_arns: Option<Vec<String>>,
    /// Whether a rule stops SQL injection; one that only counts does not. Null: it could not be read, or it rests on a
    /// group whose rules are not known.
    pub has_sql_injection_rules: Option<bool>,
    /// Whether a rule stops cross-site scripting; one that only counts does not. Null: it could not be read, or it
    /// rests on a group whose rules are not known.
    pub has_xss_rules: Option<bool>,
    /// Whether a rule stops those who ask too often; one that only counts does not. Null: it could not be read, or it
    /// rests on a group whose rules are not known.
    pub has_rate_limit: Option<bool>,
    /// What it uses, in web ACL capacity units. Null: it could not be read.
    pub capacity_wcu: Option<i64>,
    /// Whether Firewall Manager made it. Null: it could not be read.
    pub is_managed_by_firewall_manager: Option<bool>,
    /// Whether it has metrics in CloudWatch. Null: it could not be read.
    pub has_cloudwatch_metrics: Option<bool>,
    /// Whether it keeps samples of requests. Null: it could not be read.
    pub has_sampled_requests: Option<bool>,
    /// Whether it logs requests. Null: it could not be read.
    pub is_logging_enabled: Option<bool>,
    /// Where it logs: a log group, a stream or a bucket, by ARN. Null: it could not be read.
    pub log_destination_arns: Option<Vec<String>>,
}

/// The web ACLs of one region, with what is behind them.
pub const WEB_ACLS: Collector = Collector {
    name: "wafv2_web_acls",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), GET.call(), LOGGING.call(), associations::LIST.call()],
    resources: &[],
    tables: &[table::<WebAcl>(), table::<WebAclRule>(), table::<Association>()],
    collect: |session, rows| Box::pin(collect(session, rows, REGIONAL)),
};

/// The web ACLs of an account that stand before distributions of CloudFront.
pub const CLOUDFRONT_WEB_ACLS: Collector = Collector {
    name: "wafv2_cloudfront_web_acls",
    scope: Scope::Account,
    runs: Runs::Always,
    calls: &[LIST.call(), GET.call(), LOGGING.call()],
    resources: &[],
    tables: &[table::<WebAcl>(), table::<WebAclRule>()],
    collect: |session, rows| Box::pin(collect_global(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Page {
    #[serde(rename = "WebACLs")]
    web_acls: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Listed {
    name: Option<String>,
    id: Option<String>,
    description: Option<String>,
    #[serde(rename = "ARN")]
    arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ItsAcl {
    #[serde(rename = "WebACL")]
    web_acl: Option<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Described {
    default_action: DefaultAction,
    rules: Vec<Rule>,
    pre_process_firewall_manager_rule_groups: Vec<Grouped>,
    post_process_firewall_manager_rule_groups: Vec<Grouped>,
    capacity: Option<i64>,
    managed_by_firewall_manager: Option<bool>,
    visibility_config: Switches,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Configurations {
    logging_configurations: Vec<Configuration>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Configuration {
    resource_arn: Option<String>,
    log_destination_configs: Vec<String>,
}

/// A web ACL, with the answers to the calls about it.
struct Details {
    listed: Listed,
    described: Answer<Described>,
    resources: Vec<Answer<Vec<Association>>>,
}

/// Where web ACLs log, by their ARNs.
type Logging = BTreeMap<String, Vec<String>>;

async fn collect_global(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    if session.partition() != "aws" {
        return Ok(());
    }
    collect(&session.in_region(REGION), rows, CLOUDFRONT).await
}

async fn collect(session: &Session, rows: &mut Rows<'_>, scope: &'static str) -> Result<(), Error> {
    let input = json!({"Scope": scope, "Limit": 100});
    let listed = all(&LIST, session, input.clone(), |page| page.web_acls).await?;
    if listed.is_empty() {
        return Ok(());
    }
    let logging = all(&LOGGING, session, input, |page| page.logging_configurations).await;
    let by_acl = |it: Configuration| Some((it.resource_arn?, it.log_destination_configs));
    let logging = logging.and_then(|all| {
        let logging: Option<Logging> = all.into_iter().map(by_acl).collect();
        given(logging, &LOGGING.call().name(), "ResourceArn")
    });
    let logging = rows.item([WebAcl::TABLE], logging)?;
    let mut acls = details(listed, |listed| read(session, listed, scope));
    while let Some(acl) = acls.next().await {
        push(rows, acl, logging.as_ref(), scope).await?;
    }
    Ok(())
}

async fn read(session: &Session, listed: Listed, scope: &'static str) -> Details {
    // The call itself does not demand them.
    let named = listed.name.as_deref().zip(listed.id.as_deref());
    let answer = match given(named, &LIST.call().name(), "Name, Id") {
        Ok((name, id)) => GET.send(session, json!({"Name": name, "Id": id, "Scope": scope})).await,
        Err(error) => Err(error),
    };
    let described = answer.and_then(|it| given(it.web_acl, &GET.call().name(), "WebACL"));
    let resources = match &listed.arn {
        Some(arn) if scope == REGIONAL => associations::read(session, arn).await,
        _ => Vec::new(),
    };
    Details { listed, described, resources }
}

async fn push(
    rows: &mut Rows<'_>,
    details: Details,
    logging: Option<&Logging>,
    scope: &'static str,
) -> Result<(), Error> {
    let Details { mut listed, described, resources } = details;
    if is_gone(GONE, &described) && resources.iter().all(Result::is_err) {
        rows.gone();
        return Ok(());
    }
    let mut unread = Unread::default();
    let Some(arn) = unread.value("ARN", listed.arn.take()) else {
        let associations = (scope == REGIONAL).then_some(Association::TABLE);
        let tables = [WebAcl::TABLE, WebAclRule::TABLE].into_iter().chain(associations);
        unread.lost(rows, tables, &LIST.call().name());
        return Ok(());
    };
    for answer in resources {
        for association in rows.item([Association::TABLE], answer)?.unwrap_or_default() {
            rows.push(association).await?;
        }
    }
    let described = rows.item([WebAcl::TABLE, WebAclRule::TABLE], described)?;
    let destinations = logging.map(|it| it.get(&arn).cloned().unwrap_or_default());
    let row = listed_row(arn, listed, scope, destinations);
    let Some(mut described) = described else { return rows.push(row).await };
    let (first, last) = (
        std::mem::take(&mut described.pre_process_firewall_manager_rule_groups),
        std::mem::take(&mut described.post_process_firewall_manager_rule_groups),
    );
    let of_rules = rules::rows(&row.arn, std::mem::take(&mut described.rules), first, last, &mut unread);
    unread.count(rows, WebAclRule::TABLE, &GET.call().name());
    let mut unread = Unread::default();
    let row = described_row(row, &described, &of_rules, &mut unread);
    unread.count(rows, WebAcl::TABLE, &GET.call().name());
    for rule in of_rules {
        rows.push(rule).await?;
    }
    rows.push(row).await
}

/// What the lists say of a web ACL.
fn listed_row(arn: String, it: Listed, scope: &str, destinations: Option<Vec<String>>) -> WebAcl {
    WebAcl {
        arn,
        web_acl_id: it.id.unwrap_or_default(),
        web_acl_name: it.name.unwrap_or_default(),
        scope: scope.to_owned(),
        description: it.description.filter(|text| !text.is_empty()),
        default_action: None,
        rule_count: None,
        counting_rule_names: None,
        managed_rule_groups: None,
        rule_group_arns: None,
        has_sql_injection_rules: None,
        has_xss_rules: None,
        has_rate_limit: None,
        capacity_wcu: None,
        is_managed_by_firewall_manager: None,
        has_cloudwatch_metrics: None,
        has_sampled_requests: None,
        is_logging_enabled: destinations.as_ref().map(|it| !it.is_empty()),
        log_destination_arns: destinations,
    }
}

/// The names that some rules have.
fn names(rules: &[WebAclRule], name: impl Fn(&WebAclRule) -> Option<&String>) -> Vec<String> {
    rules.iter().filter_map(name).cloned().collect()
}

/// Whether one of the rules stops something. Not known if none does, and it is not known of one.
fn any(rules: &[WebAclRule], stops: impl Fn(&WebAclRule) -> Option<bool>) -> Option<bool> {
    let stopped: Vec<Option<bool>> = rules.iter().map(stops).collect();
    if stopped.contains(&Some(true)) { Some(true) } else { (!stopped.contains(&None)).then_some(false) }
}

/// The same with what the web ACL itself says.
fn described_row(row: WebAcl, it: &Described, rules: &[WebAclRule], unread: &mut Unread) -> WebAcl {
    let counting = |it: &&WebAclRule| it.is_counting == Some(true);
    WebAcl {
        default_action: unread.value("DefaultAction", it.default_action.word()).map(str::to_owned),
        rule_count: Some(i32::try_from(rules.len()).unwrap_or(i32::MAX)),
        counting_rule_names: Some(rules.iter().filter(counting).map(|it| it.rule_name.clone()).collect()),
        managed_rule_groups: Some(names(rules, |it| it.managed_rule_group.as_ref())),
        rule_group_arns: Some(names(rules, |it| it.rule_group_arn.as_ref())),
        has_sql_injection_rules: any(rules, |it| it.stops_sql_injection),
        has_xss_rules: any(rules, |it| it.stops_xss),
        has_rate_limit: any(rules, |it| it.stops_floods),
        capacity_wcu: unread.value("Capacity", it.capacity),
        is_managed_by_firewall_manager: Some(it.managed_by_firewall_manager == Some(true)),
        has_cloudwatch_metrics: it.visibility_config.cloud_watch_metrics_enabled,
        has_sampled_requests: it.visibility_config.sampled_requests_enabled,
        ..row
    }
}

#[cfg(test)]
mod tests;
