use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::RULES;
use crate::testing::{columns, json_error};

const LIST: &str = "DescribeConfigRules";
const COMPLIANCE: &str = "DescribeComplianceByConfigRule";
const REMEDIATION: &str = "DescribeRemediationConfigurations";
const TABLE: &str = "config_rules";

const MANAGED: &str = r#"{"ConfigRuleName":"versioned","ConfigRuleArn":"arn:rule/1","ConfigRuleId":"config-rule-1",
    "Scope":{"ComplianceResourceTypes":["AWS::S3::Bucket"]},"Source":{"Owner":"AWS",
    "SourceIdentifier":"S3_BUCKET_VERSIONING_ENABLED"},"ConfigRuleState":"ACTIVE","InputParameters":"{\"a\":\"CANARY\"}",
    "CreatedBy":"securityhub.amazonaws.com","EvaluationModes":[{"Mode":"DETECTIVE"},{"Mode":"PROACTIVE"}]}"#;
const HYBRID: &str = r#"{"ConfigRuleName":"tagged","ConfigRuleArn":"arn:rule/2","Scope":{"TagKey":"stage",
    "TagValue":"prod"},"Source":{"Owner":"CUSTOM_LAMBDA","SourceIdentifier":"arn:function","SourceDetails":[
    {"EventSource":"aws.config","MessageType":"ConfigurationItemChangeNotification"},
    {"MessageType":"ScheduledNotification","MaximumExecutionFrequency":"Six_Hours"}]}}"#;

/// Five rules on two pages: one of AWS, a hybrid one, one that looks by the clock, one of which AWS says little, not even
/// the ARN, and one without a name.
async fn collected() -> Collected {
    let first = format!(r#"{{"ConfigRules":[{MANAGED},{HYBRID}],"NextToken":"more"}}"#);
    let second = r#"{"ConfigRules":[{"ConfigRuleName":"daily","ConfigRuleArn":"arn:rule/3","Source":{"Owner":"AWS",
        "SourceIdentifier":"ROOT_ACCOUNT_MFA_ENABLED"},"MaximumExecutionFrequency":"TwentyFour_Hours"},
        {"ConfigRuleName":"odd","ConfigRuleId":"config-rule-4","Scope":{"TagKey":"a"},"ConfigRuleState":"ASLEEP"},
        {"ConfigRuleArn":"arn:rule/5"}]}"#;
    let compliance = r#"{"ComplianceByConfigRules":[{"ConfigRuleName":"versioned","Compliance":{
        "ComplianceType":"NON_COMPLIANT","ComplianceContributorCount":{"CappedCount":25,"CapExceeded":true}}},
        {"ConfigRuleName":"tagged","Compliance":{"ComplianceType":"COMPLIANT"}},{}],"NextToken":"next"}"#;
    let remediation = r#"{"RemediationConfigurations":[{"ConfigRuleName":"versioned","TargetType":"SSM_DOCUMENT",
        "TargetId":"AWS-ConfigureS3BucketVersioning","Automatic":true,"Parameters":{"AutomationAssumeRole":{
        "StaticValue":{"Values":["arn:role"]}},"BucketName":{"ResourceValue":{"Value":"RESOURCE_ID"}}}},
        {"ConfigRuleName":"tagged","TargetId":"Ours","Automatic":false}]}"#;
    let last =
        r#"{"ComplianceByConfigRules":[{"ConfigRuleName":"daily","Compliance":{"ComplianceType":"NOT_APPLICABLE"}}]}"#;
    let recorded = Recorded::new()
        .answer(LIST, &first)
        .answer_to(LIST, "more", second)
        .answer(COMPLIANCE, compliance)
        .answer_to(COMPLIANCE, "next", last)
        .answer_to(REMEDIATION, r#"["versioned","tagged","daily","odd"]"#, remediation);
    let collected = recorded.run(&RULES).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn rules_say_what_makes_them_look_and_at_what() {
    let collected = collected().await;
    collected.assert_all_calls(&RULES);
    let names = ["rule_name", "is_managed", "trigger_type", "frequency", "scope_tag_key", "is_tag_scope_leaky"];
    assert_eq!(
        columns(&collected, TABLE, &names),
        [
            json!(["versioned", true, "change", null, null, false]),
            json!(["tagged", false, "hybrid", "Six_Hours", "stage", true]),
            json!(["daily", true, "periodic", "TwentyFour_Hours", null, false]),
            json!(["odd", null, null, null, "a", null]),
        ]
    );
    let names = ["source_identifier", "created_by", "rule_state", "scope_types", "evaluation_modes"];
    let types = ["AWS::S3::Bucket"];
    let of_versioned = ["S3_BUCKET_VERSIONING_ENABLED", "securityhub.amazonaws.com", "ACTIVE"];
    let [source, by, state] = of_versioned;
    assert_eq!(columns(&collected, TABLE, &names)[0], json!([source, by, state, types, ["DETECTIVE", "PROACTIVE"]]));
    assert_eq!(collected.table(TABLE)[3]["arn"], "arn:aws:config:eu-west-1:111122223333:config-rule/config-rule-4");
    assert!(!format!("{:?}", collected.rows).contains("CANARY"));
    // The owner of a rule, and a rule without a name.
    assert_eq!(collected.short(), (2, vec![TABLE]));
}

#[tokio::test]
async fn rules_say_what_they_found_and_what_is_done() {
    let collected = collected().await;
    let names = ["compliance_type", "noncompliant_count", "is_count_capped"];
    assert_eq!(
        columns(&collected, TABLE, &names),
        [
            json!(["NON_COMPLIANT", 25, true]),
            json!(["COMPLIANT", null, null]),
            json!(["NOT_APPLICABLE", null, null]),
            json!([null, null, null]),
        ]
    );
    let names = ["has_remediation", "remediation_document", "remediation_role_arn", "is_remediation_automatic"];
    assert_eq!(
        columns(&collected, TABLE, &names),
        [
            json!([true, "AWS-ConfigureS3BucketVersioning", "arn:role", true]),
            json!([true, "Ours", null, false]),
            json!([false, null, null, null]),
            json!([false, null, null, null]),
        ]
    );
}

#[tokio::test]
async fn remediations_are_asked_for_25_rules_at_once() {
    let rule = |number: usize| {
        format!(r#"{{"ConfigRuleName":"r-{number}","ConfigRuleArn":"arn:{number}","Source":{{"Owner":"AWS"}}}}"#)
    };
    let rules: Vec<String> = (0..26).map(rule).collect();
    let recorded = Recorded::new()
        .answer(LIST, &format!(r#"{{"ConfigRules":[{}]}}"#, rules.join(",")))
        .answer(COMPLIANCE, "{}")
        .answer_to(REMEDIATION, r#""r-24"]"#, "{}")
        .answer_to(REMEDIATION, r#"["r-25"]"#, "{}");
    let collected = recorded.run(&RULES).await;
    assert_eq!(collected.table(TABLE).len(), 26);
    assert_eq!(collected.short(), (0, vec![]));
}

#[tokio::test]
async fn what_is_refused_beside_the_list_is_null() {
    let denied = json_error("AccessDeniedException");
    let recorded = Recorded::new()
        .answer(LIST, &format!(r#"{{"ConfigRules":[{MANAGED}]}}"#))
        .refuse(COMPLIANCE, "", 400, &denied)
        .refuse(REMEDIATION, "", 400, &denied);
    let collected = recorded.run(&RULES).await;
    let names = ["rule_name", "compliance_type", "has_remediation", "is_remediation_automatic"];
    assert_eq!(columns(&collected, TABLE, &names), [json!(["versioned", null, null, null])]);
    assert_eq!(collected.short(), (2, vec![TABLE]));
}

#[tokio::test]
async fn without_rules_nothing_more_is_asked_and_refused_is_how_the_task_ends() {
    let collected = Recorded::new().answer(LIST, "{}").run(&RULES).await;
    collected.result.as_ref().unwrap();
    assert!(collected.rows.is_empty());
    for (code, class) in [("AccessDeniedException", Class::Denied), ("UnknownOperationException", Class::Unsupported)] {
        let collected = Recorded::new().refuse(LIST, "", 400, &json_error(code)).run(&RULES).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == class), "{code}");
    }
}
