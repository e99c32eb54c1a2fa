//! What rules stop: those that act, those that only count, and groups.

use serde_json::{Value, json};

use super::{Rule, rows};
use crate::items::Unread;

/// What the rule stops: SQL injection, cross-site scripting, floods.
fn stops(rule: &Value) -> [Option<bool>; 3] {
    let rule: Rule = serde_json::from_value(rule.clone()).unwrap();
    let row = rows("arn:acl", vec![rule], vec![], vec![], &mut Unread::default()).remove(0);
    [row.stops_sql_injection, row.stops_xss, row.stops_floods]
}

fn own(statement: &Value, action: &str) -> Value {
    json!({"Name": "one", "Priority": 1, "Statement": statement, "Action": {action: {}}})
}

fn group(vendor: &str, name: &str, more: Value, override_action: &str) -> Value {
    let mut group = more;
    group["VendorName"] = json!(vendor);
    group["Name"] = json!(name);
    let statement = json!({"ManagedRuleGroupStatement": group});
    json!({"Name": "one", "Priority": 1, "Statement": statement, "OverrideAction": {override_action: {}}})
}

const NOTHING: [Option<bool>; 3] = [Some(false); 3];
const UNKNOWN: [Option<bool>; 3] = [None; 3];
const SQL: [Option<bool>; 3] = [Some(true), Some(false), Some(false)];
const XSS: [Option<bool>; 3] = [Some(false), Some(true), Some(false)];

#[test]
fn own_rules_stop_what_they_find_if_they_act() {
    let sql = json!({"SqliMatchStatement": {"FieldToMatch": {"Body": {}}, "TextTransformations": []}});
    let xss = json!({"XssMatchStatement": {}});
    let geo = json!({"GeoMatchStatement": {}});
    for action in ["Block", "Captcha", "Challenge"] {
        assert_eq!(stops(&own(&sql, action)), SQL, "{action}");
    }
    for action in ["Count", "Allow", "Monetize"] {
        assert_eq!(stops(&own(&sql, action)), NOTHING, "{action}");
    }
    assert_eq!(stops(&own(&sql, "Petrify")), [None, Some(false), Some(false)], "an action that is not known");
    assert_eq!(stops(&own(&json!({"AndStatement": {"Statements": [geo, xss]}}), "Block")), XSS);
    let nested = json!({"OrStatement": {"Statements": [geo, {"AndStatement": {"Statements": [sql]}}]}});
    assert_eq!(stops(&own(&nested, "Block")), SQL);
    assert_eq!(stops(&own(&json!({"NotStatement": {"Statement": sql}}), "Block")), NOTHING);
    let rate = json!({"RateBasedStatement": {"Limit": 100, "AggregateKeyType": "IP", "ScopeDownStatement": sql}});
    assert_eq!(stops(&own(&rate, "Block")), [Some(false), Some(false), Some(true)]);
    assert_eq!(stops(&own(&rate, "Count")), NOTHING);
}

#[test]
fn groups_stop_what_is_known_of_them() {
    let (sql, common) = ("AWSManagedRulesSQLiRuleSet", "AWSManagedRulesCommonRuleSet");
    assert_eq!(stops(&group("AWS", sql, json!({}), "None")), SQL);
    assert_eq!(stops(&group("AWS", common, json!({}), "None")), XSS);
    assert_eq!(stops(&group("AWS", sql, json!({}), "Count")), NOTHING, "all of it only counts");
    assert_eq!(stops(&group("AWS", "AWSManagedRulesLinuxRuleSet", json!({}), "None")), NOTHING);
    assert_eq!(stops(&group("Fortress", "All", json!({}), "None")), UNKNOWN);
    assert_eq!(stops(&group("Fortress", "All", json!({}), "Count")), NOTHING);
    assert_eq!(stops(&group("AWS", sql, json!({}), "Shrug")), UNKNOWN);
    let weakened = |parts: &[&str]| {
        let overrides =
            parts.iter().map(|it| json!({"Name": format!("CrossSiteScripting_{it}"), "ActionToUse": {"Count": {}}}));
        let excluded = [json!({"Name": "CrossSiteScripting_BODY"})];
        json!({"RuleActionOverrides": overrides.collect::<Vec<_>>(), "ExcludedRules": excluded})
    };
    assert_eq!(stops(&group("AWS", common, weakened(&["COOKIE"]), "None")), XSS, "others still act");
    let all = weakened(&["COOKIE", "QUERYARGUMENTS", "URIPATH"]);
    assert_eq!(stops(&group("AWS", common, all, "None")), NOTHING);
    let harder = json!({"RuleActionOverrides": [{"Name": "SQLi_BODY", "ActionToUse": {"Captcha": {}}}]});
    assert_eq!(stops(&group("AWS", sql, harder, "None")), SQL);
    let reference = json!({"RuleGroupReferenceStatement": {"ARN": "arn:group"}});
    let reference = json!({"Name": "one", "Statement": reference, "OverrideAction": {"None": {}}});
    assert_eq!(stops(&reference), UNKNOWN, "its rules are not read");
}
