//! Recorded answers: web ACLs of two pages, regional and before CloudFront.

use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::super::associations::RESOURCE_TYPES;
use super::{CLOUDFRONT_WEB_ACLS, WEB_ACLS};
use crate::testing::{columns, json_error};

const FULL: &str = r#"{"WebACL":{"Name":"front","Id":"id-a","ARN":"arn:a","DefaultAction":{"Allow":{}},"Capacity":725,
    "VisibilityConfig":{"SampledRequestsEnabled":true,"CloudWatchMetricsEnabled":false,"MetricName":"m"},"Rules":[
    {"Name":"common","Priority":1,"OverrideAction":{"None":{}},"Statement":{"ManagedRuleGroupStatement":{
    "VendorName":"AWS","Name":"AWSManagedRulesCommonRuleSet","Version":"1.20",
    "ScopeDownStatement":{"GeoMatchStatement":{}},
    "RuleActionOverrides":[{"Name":"SizeRestrictions_BODY","ActionToUse":{"Count":{}}}]}}},
    {"Name":"sql","Priority":2,"Action":{"Count":{}},"Statement":{"SqliMatchStatement":{}}},
    {"Name":"flood","Priority":3,"Action":{"Block":{"CustomResponse":{"ResponseCode":429}}},
    "Statement":{"RateBasedStatement":{"Limit":2000}}},
    {"Statement":{"StarMatchStatement":{}},"Priority":4}],
    "PreProcessFirewallManagerRuleGroups":[{"Name":"fms","Priority":0,"OverrideAction":{"Count":{}},
    "FirewallManagerStatement":{"RuleGroupReferenceStatement":{"ARN":"arn:group"}}}],
    "ManagedByFirewallManager":false},"LockToken":"t"}"#;
const BARE: &str = r#"{"WebACL":{"DefaultAction":{"Ponder":{}}}}"#;

fn listed(id: &str) -> String {
    format!(r#"{{"Name":"acl-{id}","Id":"id-{id}","ARN":"arn:{id}","Description":"","LockToken":"t"}}"#)
}

fn resources(resource_type: &str, id: &str) -> String {
    format!(r#"{resource_type}","WebACLArn":"arn:{id}""#)
}

/// Six regional web ACLs on two pages: a whole one, one without rules, one that went away, one of which all is denied,
/// one of which it is not supported, and one without an ARN.
async fn collected() -> Collected {
    let (gone, denied) = (json_error("WAFNonexistentItemException"), json_error("AccessDeniedException"));
    let unknown = json_error("WAFInvalidOperationException");
    let first = format!(r#"{{"WebACLs":[{},{}],"NextMarker":"more"}}"#, listed("a"), listed("b"));
    let second = format!(r#"{{"WebACLs":[{},{},{},{{}}]}}"#, listed("c"), listed("d"), listed("e"));
    let logging = r#"{"LoggingConfigurations":[{"ResourceArn":"arn:a","LogDestinationConfigs":["arn:log"]}]}"#;
    let mut recorded = Recorded::new()
        .answer_to("ListWebACLs", "REGIONAL", &first)
        .answer_to("ListWebACLs", "more", &second)
        .answer_to("ListLoggingConfigurations", "REGIONAL", logging)
        .answer_to("GetWebACL", "id-a", FULL)
        .answer_to("GetWebACL", "id-b", BARE)
        .refuse("GetWebACL", "id-c", 400, &gone)
        .refuse("GetWebACL", "id-d", 400, &denied)
        .refuse("GetWebACL", "id-e", 400, &unknown)
        .answer_to("ListResourcesForWebACL", &resources("API_GATEWAY", "a"), r#"{"ResourceArns":["arn:stage"]}"#)
        .answer_to(
            "ListResourcesForWebACL",
            &resources("APPLICATION_LOAD_BALANCER", "a"),
            r#"{"ResourceArns":["arn:front","arn:back"]}"#,
        );
    for resource_type in RESOURCE_TYPES {
        recorded = recorded
            .answer_to("ListResourcesForWebACL", &resources(resource_type, "b"), "{}")
            .refuse("ListResourcesForWebACL", &resources(resource_type, "c"), 400, &gone)
            .refuse("ListResourcesForWebACL", &resources(resource_type, "d"), 400, &denied)
            .answer_to("ListResourcesForWebACL", &resources(resource_type, "e"), r#"{"ResourceArns":[]}"#);
    }
    let collected = recorded.run(&WEB_ACLS).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn web_acls_of_two_pages_have_rows() {
    let collected = collected().await;
    collected.assert_all_calls(&WEB_ACLS);
    let names = ["arn", "default_action", "rule_count", "has_sql_injection_rules", "has_xss_rules", "has_rate_limit"];
    assert_eq!(
        columns(&collected, "wafv2_web_acls", &names),
        [
            json!(["arn:a", "Allow", 5, false, true, true]),
            json!(["arn:b", null, 0, false, false, false]),
            json!(["arn:d", null, null, null, null, null]),
            json!(["arn:e", null, null, null, null, null]),
        ]
    );
    let names = ["counting_rule_names", "managed_rule_groups", "rule_group_arns", "capacity_wcu", "is_logging_enabled"];
    assert_eq!(
        columns(&collected, "wafv2_web_acls", &names),
        [
            json!([["fms", "sql"], ["AWS/AWSManagedRulesCommonRuleSet"], ["arn:group"], 725, true]),
            json!([[], [], [], null, false]),
            json!([null, null, null, null, false]),
            json!([null, null, null, null, false]),
        ]
    );
    let first = &collected.table("wafv2_web_acls")[0];
    assert_eq!((&first["log_destination_arns"], &first["scope"]), (&json!(["arn:log"]), &json!("REGIONAL")));
    assert_eq!((&first["has_sampled_requests"], &first["has_cloudwatch_metrics"]), (&json!(true), &json!(false)));
    assert_eq!(first["description"], json!(null));
    // A rule's name and action; a default action and a capacity; two web ACLs; both types of resources of one; one
    // without an ARN.
    let short = vec!["wafv2_associations", "wafv2_web_acl_rules", "wafv2_web_acls"];
    assert_eq!(collected.short(), (9, short));
    assert_eq!(collected.gone, 1);
}

#[tokio::test]
async fn rules_say_what_they_do() {
    let collected = collected().await;
    let names = ["rule_source", "rule_name", "statement_type", "action", "override_action", "is_counting"];
    assert_eq!(
        columns(&collected, "wafv2_web_acl_rules", &names),
        [
            json!(["firewall_manager_first", "fms", "RuleGroupReference", null, "Count", true]),
            json!(["own", "common", "ManagedRuleGroup", null, "None", false]),
            json!(["own", "sql", "SqliMatch", "Count", null, true]),
            json!(["own", "flood", "RateBased", "Block", null, false]),
            json!(["own", "", null, null, null, null]),
        ]
    );
    let common = &collected.table("wafv2_web_acl_rules")[1];
    assert_eq!(common["weakened_rule_names"], json!(["SizeRestrictions_BODY"]));
    assert_eq!((&common["managed_rule_group_version"], &common["has_scope_down"]), (&json!("1.20"), &json!(true)));
    assert_eq!(collected.table("wafv2_web_acl_rules")[3]["rate_limit"], 2000);
}

#[tokio::test]
async fn each_type_of_resource_is_asked_for_apart() {
    let collected = collected().await;
    assert_eq!(
        columns(&collected, "wafv2_associations", &["web_acl_arn", "resource_type", "resource_arn"]),
        [
            json!(["arn:a", "APPLICATION_LOAD_BALANCER", "arn:front"]),
            json!(["arn:a", "APPLICATION_LOAD_BALANCER", "arn:back"]),
            json!(["arn:a", "API_GATEWAY", "arn:stage"]),
        ]
    );
}

#[tokio::test]
async fn those_before_cloudfront_are_asked_for_in_their_own_region() {
    let first = format!(r#"{{"WebACLs":[{},{}]}}"#, listed("a"), listed("c"));
    let recorded = Recorded::new()
        .answer_to("ListWebACLs", "us-east-1", &first)
        .refuse("ListLoggingConfigurations", "CLOUDFRONT", 400, &json_error("AccessDeniedException"))
        .answer_to("GetWebACL", "id-a\",\"Scope\":\"CLOUDFRONT\"", FULL)
        .refuse("GetWebACL", "id-c", 400, &json_error("WAFNonexistentItemException"));
    let collected = recorded.run(&CLOUDFRONT_WEB_ACLS).await;
    collected.result.as_ref().unwrap();
    collected.assert_all_calls(&CLOUDFRONT_WEB_ACLS);
    let names = ["arn", "scope", "is_logging_enabled", "rule_count"];
    assert_eq!(columns(&collected, "wafv2_web_acls", &names), [json!(["arn:a", "CLOUDFRONT", null, 5])]);
    // Where they log; a rule's name and action.
    assert_eq!(collected.short(), (3, vec!["wafv2_web_acl_rules", "wafv2_web_acls"]));
    assert_eq!(collected.gone, 1);
}

#[tokio::test]
async fn logging_that_names_no_web_acl_may_be_that_of_any() {
    let recorded = Recorded::new()
        .answer("ListWebACLs", &format!(r#"{{"WebACLs":[{}]}}"#, listed("a")))
        .answer("ListLoggingConfigurations", r#"{"LoggingConfigurations":[{"LogDestinationConfigs":["arn:log"]}]}"#)
        .answer("GetWebACL", BARE);
    let collected = recorded.run(&CLOUDFRONT_WEB_ACLS).await;
    collected.result.as_ref().unwrap();
    assert_eq!(columns(&collected, "wafv2_web_acls", &["is_logging_enabled"]), [json!([null])]);
    // Where they log; a default action and a capacity.
    assert_eq!(collected.short(), (3, vec!["wafv2_web_acls"]));
}

#[tokio::test]
async fn nothing_more_is_asked_where_there_is_none_and_a_denied_list_ends_the_task() {
    let none = Recorded::new().answer("ListWebACLs", r#"{"WebACLs":[]}"#).run(&WEB_ACLS).await;
    none.result.as_ref().unwrap();
    assert_eq!(none.table("wafv2_web_acls").len(), 0);
    let denied = json_error("AccessDeniedException");
    for collector in [&WEB_ACLS, &CLOUDFRONT_WEB_ACLS] {
        let collected = Recorded::new().refuse("ListWebACLs", "", 400, &denied).run(collector).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
