//! Web ACLs: of a region, and of the whole account for CloudFront. Those are asked for in one region.

use crate::context::Context;
use crate::dice::Dice;
use crate::place::Place;
use crate::protocol::Refusal;
use crate::service::{Operation, get, list};
use crate::services::{apigateway, elasticloadbalancingv2};
use serde_json::{Value, json};

pub(super) const ANSWERS: &[Operation] = &[
    get("GetWebACL", |context| {
        let (name, id) = (context.request.required("Name")?, context.request.required("Id")?);
        let found = web_acls(&asked(context)?).into_iter().find(|it| it.name == name && it.id == id);
        let found = found.ok_or_else(gone)?;
        Ok(json!({ "WebACL": describe(&found), "LockToken": found.id }))
    }),
    list("ListLoggingConfigurations", "LoggingConfigurations", |context| {
        let place = asked(context)?;
        let logs = place.in_region("us-east-1").arn("logs", "log-group:aws-waf-logs-all");
        let configuration = |it: WebAcl| json!({ "ResourceArn": it.arn, "LogDestinationConfigs": [logs] });
        Ok(web_acls(&place).into_iter().filter(|it| it.is_logged).map(configuration).collect())
    }),
    get("ListResourcesForWebACL", |context| {
        let arn = context.request.required("WebACLArn")?;
        let found = web_acls(&context.place).into_iter().find(|it| it.arn == arn).ok_or_else(gone)?;
        let kind = context.request.text("ResourceType").unwrap_or("APPLICATION_LOAD_BALANCER");
        Ok(json!({ "ResourceArns": resources(&context.place, &found, kind) }))
    }),
    list("ListWebACLs", "WebACLs", |context| {
        let summary =
            |it: WebAcl| json!({ "Name": it.name, "Id": it.id, "ARN": it.arn, "Description": "", "LockToken": it.id });
        Ok(web_acls(&asked(context)?).into_iter().map(summary).collect())
    }),
];

/// A web ACL.
#[derive(Debug)]
pub(super) struct WebAcl {
    id: String,
    name: String,
    arn: String,
    default_action: &'static str,
    is_logged: bool,
    /// A load balancer behind it that is no longer there; none of those before CloudFront.
    balancer: Option<String>,
    rules: Vec<Rule>,
}

/// A rule, by what it holds and whether it only counts.
#[derive(Debug)]
struct Rule {
    sort: Sort,
    is_counting: bool,
}

#[derive(Debug, Clone, Copy)]
enum Sort {
    Common,
    Sql,
    Reputation,
    Vendor,
    OwnGroup,
    OwnSql,
    OwnXss,
    Flood,
    Geo,
}

const SORTS: [(Sort, u32); 9] = [
    (Sort::Common, 5),
    (Sort::Sql, 4),
    (Sort::Reputation, 3),
    (Sort::Vendor, 1),
    (Sort::OwnGroup, 1),
    (Sort::OwnSql, 2),
    (Sort::OwnXss, 2),
    (Sort::Flood, 2),
    (Sort::Geo, 1),
];

/// The web ACLs of a region; of the whole account, if the place has none, those for CloudFront.
pub(super) fn web_acls(place: &Place<'_>) -> Vec<WebAcl> {
    let mean = place.organization.settings.rates.other_resources.min(1);
    let (mut dice, count) = if place.region.is_empty() {
        let mut dice = place.dice("wafv2-web-acls");
        let count = dice.count(mean);
        (dice, count)
    } else {
        place.population("wafv2-web-acls", mean)
    };
    (0..count).map(|number| web_acl(place, number, &mut dice)).collect()
}

fn web_acl(place: &Place<'_>, number: u64, dice: &mut Dice) -> WebAcl {
    let id = dice.uuid();
    let name = format!("{}-{number}", dice.pick(&["front", "shop", "api"]));
    let is_global = place.region.is_empty();
    let (region, scope) = if is_global { ("us-east-1", "global") } else { (place.region, "regional") };
    let arn = place.in_region(region).arn("wafv2", &format!("{scope}/webacl/{name}/{id}"));
    let count = dice.some(0, 4);
    let rule = |_| Rule { sort: dice.weighted(&SORTS), is_counting: dice.chance(0.3) };
    let rules = (0..count).map(rule).collect();
    let balancer = place.arn("elasticloadbalancing", &format!("loadbalancer/app/{name}/{}", dice.hex(16)));
    WebAcl {
        default_action: dice.weighted(&[("Allow", 5), ("Block", 1)]),
        is_logged: dice.chance(0.5),
        balancer: (dice.chance(0.5) && !is_global).then_some(balancer),
        id,
        name,
        arn,
        rules,
    }
}

/// The ARNs of the web ACLs of a region.
pub(in crate::services) fn regional_arns(place: &Place<'_>) -> Vec<String> {
    web_acls(place).into_iter().map(|it| it.arn).collect()
}

/// The ARNs of the web ACLs for CloudFront.
pub(in crate::services) fn global_arns(place: &Place<'_>) -> Vec<String> {
    web_acls(&place.whole()).into_iter().map(|it| it.arn).collect()
}

/// The ARNs of the web ACLs of a region, or for CloudFront, that are known not to stop SQL injection or scripts.
pub(in crate::services) fn weak_arns(place: &Place<'_>) -> Vec<String> {
    web_acls(place).into_iter().filter(WebAcl::is_weak).map(|it| it.arn).collect()
}

impl WebAcl {
    fn is_weak(&self) -> bool {
        self.lets_in(Rule::stops_sql_injection) || self.lets_in(Rule::stops_scripts)
    }

    /// Whether it is known of all rules that they do not stop something.
    fn lets_in(&self, stops: impl Fn(&Rule) -> Option<bool>) -> bool {
        self.rules.iter().all(|it| stops(it) == Some(false))
    }
}

impl Rule {
    fn stops_sql_injection(&self) -> Option<bool> {
        self.stops(matches!(self.sort, Sort::Sql | Sort::OwnSql))
    }

    fn stops_scripts(&self) -> Option<bool> {
        self.stops(matches!(self.sort, Sort::Common | Sort::OwnXss))
    }

    /// What groups hold that AWS did not write is not known.
    fn stops(&self, is_for_it: bool) -> Option<bool> {
        let is_unknown = matches!(self.sort, Sort::Vendor | Sort::OwnGroup) && !self.is_counting;
        (!is_unknown).then_some(is_for_it && !self.is_counting)
    }
}

/// How many rules the web ACLs of a place have.
pub(super) fn rule_count(place: &Place<'_>) -> usize {
    web_acls(place).iter().map(|it| it.rules.len()).sum()
}

/// How many resources are behind the web ACLs of a region.
pub(super) fn association_count(place: &Place<'_>) -> usize {
    let of = |it: &WebAcl, kind| resources(place, it, kind).len();
    web_acls(place).iter().map(|it| of(it, "APPLICATION_LOAD_BALANCER") + of(it, "API_GATEWAY")).sum()
}

fn resources(place: &Place<'_>, it: &WebAcl, kind: &str) -> Vec<String> {
    match kind {
        "APPLICATION_LOAD_BALANCER" => {
            let balancers = elasticloadbalancingv2::behind(place, &it.arn);
            it.balancer.iter().cloned().chain(balancers).collect()
        }
        "API_GATEWAY" => {
            let stages = apigateway::stages(place).into_iter();
            stages.filter(|stage| stage.web_acl_arn.as_ref() == Some(&it.arn)).map(|stage| stage.arn).collect()
        }
        _ => Vec::new(),
    }
}

/// Where the web ACLs and rule groups are that a call asks for. CloudFront's are known in one region only.
pub(super) fn asked<'a>(context: &Context<'a>) -> Result<Place<'a>, Refusal> {
    let wrong = || Refusal::new(400, "WAFInvalidParameterException", "The scope is not valid.");
    match context.request.required("Scope")? {
        "REGIONAL" => Ok(context.place),
        "CLOUDFRONT" if context.place.region == "us-east-1" => Ok(context.place.whole()),
        _ => Err(wrong()),
    }
}

fn gone() -> Refusal {
    let message = "AWS WAF couldn't perform the operation because your resource doesn't exist.";
    Refusal::new(400, "WAFNonexistentItemException", message)
}

fn describe(it: &WebAcl) -> Value {
    let rules: Vec<Value> = it.rules.iter().enumerate().map(describe_rule).collect();
    json!({
        "Name": it.name,
        "Id": it.id,
        "ARN": it.arn,
        "DefaultAction": { it.default_action: {} },
        "Description": "",
        "Rules": rules,
        "VisibilityConfig": visibility(&it.name),
        "Capacity": 25 * it.rules.len(),
        "ManagedByFirewallManager": false,
    })
}

fn visibility(name: &str) -> Value {
    json!({ "SampledRequestsEnabled": true, "CloudWatchMetricsEnabled": true, "MetricName": name })
}

fn describe_rule((number, it): (usize, &Rule)) -> Value {
    let name = format!("rule-{number}");
    let managed = |vendor, name| json!({ "ManagedRuleGroupStatement": { "VendorName": vendor, "Name": name } });
    let body = json!({ "FieldToMatch": { "Body": {} }, "TextTransformations": [{ "Priority": 0, "Type": "NONE" }] });
    let flood = json!({ "Limit": 2000, "EvaluationWindowSec": 300, "AggregateKeyType": "IP" });
    let group = "arn:aws:wafv2:us-east-1:111122223333:regional/rulegroup/own/0";
    let (is_group, statement) = match it.sort {
        Sort::Common => (true, managed("AWS", "AWSManagedRulesCommonRuleSet")),
        Sort::Sql => (true, managed("AWS", "AWSManagedRulesSQLiRuleSet")),
        Sort::Reputation => (true, managed("AWS", "AWSManagedRulesAmazonIpReputationList")),
        Sort::Vendor => (true, managed("Fortress", "AllThreats")),
        Sort::OwnGroup => (true, json!({ "RuleGroupReferenceStatement": { "ARN": group } })),
        Sort::OwnSql => (false, json!({ "SqliMatchStatement": body })),
        Sort::OwnXss => (false, json!({ "OrStatement": { "Statements": [{ "XssMatchStatement": body }] } })),
        Sort::Flood => (false, json!({ "RateBasedStatement": flood })),
        Sort::Geo => (false, json!({ "GeoMatchStatement": { "CountryCodes": ["DE"] } })),
    };
    let (action, override_action) = match (is_group, it.is_counting) {
        (true, true) => (Value::Null, json!({ "Count": {} })),
        (true, false) => (Value::Null, json!({ "None": {} })),
        (false, true) => (json!({ "Count": {} }), Value::Null),
        (false, false) => (json!({ "Block": {} }), Value::Null),
    };
    json!({
        "Name": name,
        "Priority": number,
        "Statement": statement,
        "Action": action,
        "OverrideAction": override_action,
        "VisibilityConfig": visibility(&name),
    })
}
