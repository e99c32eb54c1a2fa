use orgcensus_collect::testing::Recorded;
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::HUBS;
use crate::testing::{columns, json_error};

const HUB: &str = r#"{"HubArn":"arn:hub","SubscribedAt":"2025-12-22T00:00:00.000Z","AutoEnableControls":true,
    "ControlFindingGenerator":"SECURITY_CONTROL","NewMember":"of 2030"}"#;
const STANDARDS: &str = r#"{"StandardsSubscriptions":[
    {"StandardsSubscriptionArn":"arn:aws:securityhub:eu-west-1:1:subscription/fsbp",
     "StandardsArn":"arn:aws:securityhub:eu-west-1::standards/fsbp/v/1.0.0","StandardsStatus":"INCOMPLETE",
     "StandardsStatusReason":{"StatusReasonCode":"NO_AVAILABLE_CONFIGURATION_RECORDER"}}],"NextToken":"second"}"#;
const CIS: &str = r#"{"StandardsSubscriptions":[{"StandardsSubscriptionArn":"arn:cis"},{}]}"#;
const AGGREGATOR: &str = r#"{"FindingAggregators":[
    {"FindingAggregatorArn":"arn:aws:securityhub:us-east-1:2:finding-aggregator/x"}]}"#;
const LINKS: &str = r#"{"RegionLinkingMode":"SPECIFIED_REGIONS","Regions":["us-west-2","eu-west-1"]}"#;
const PRODUCTS: &str = r#"{"ProductSubscriptions":["arn:aws:securityhub:eu-west-1:1:product-subscription/aws/inspector",
    "arn:aws:securityhub:eu-west-1:1:product-subscription/aws/guardduty-of-2030"],"NextToken":"more-products"}"#;
const GUARDDUTY: &str =
    r#"{"ProductSubscriptions":["arn:aws:securityhub:eu-west-1:1:product-subscription/aws/guardduty"]}"#;
const OFF: &str = r#"{"Code":"InvalidAccessException","Message":"Account 1 is not subscribed to AWS Security Hub"}"#;

fn controls(controls: &str, more: &str) -> String {
    format!(r#"{{"Controls":[{controls}]{more}}}"#)
}

#[tokio::test]
async fn a_hub_its_standards_and_the_controls_that_are_off() {
    let on = r#"{"StandardsControlArn":"arn:c1","ControlStatus":"ENABLED","ControlId":"IAM.1"}"#;
    let off = r#"{"StandardsControlArn":"arn:c2","ControlStatus":"DISABLED","ControlId":"IAM.2","Title":"No users",
        "SeverityRating":"LOW","DisabledReason":"not ours","ControlStatusUpdatedAt":1766361600}"#;
    let recorded = Recorded::new()
        .answer("DescribeHub", HUB)
        .answer("GetAdministratorAccount", r#"{"Administrator":{"AccountId":"2","MemberStatus":"Enabled"}}"#)
        .answer("ListFindingAggregators", AGGREGATOR)
        .answer("GetFindingAggregator", LINKS)
        .answer("ListEnabledProductsForImport", PRODUCTS)
        .answer_to("ListEnabledProductsForImport", "more-products", GUARDDUTY)
        .answer("GetEnabledStandards", STANDARDS)
        .answer_to("GetEnabledStandards", "second", CIS)
        .answer_to("DescribeStandardsControls", "fsbp", &controls(on, r#","NextToken":"more""#))
        .answer_to("DescribeStandardsControls", "more", &controls(&format!("{off},{on}"), ""))
        .answer_to("DescribeStandardsControls", "cis", &controls(r#"{"ControlId":"1.1"}"#, ""));
    let collected = recorded.run(&HUBS).await;
    collected.result.as_ref().unwrap();
    collected.assert_all_calls(&HUBS);
    let names = ["is_enabled", "hub_arn", "subscribed_days", "administrator_account_id", "aggregation_region"];
    assert_eq!(columns(&collected, "securityhub_hubs", &names), [json!([true, "arn:hub", 10, "2", "us-east-1"])]);
    let names = ["standard_count", "is_taking_guardduty"];
    assert_eq!(columns(&collected, "securityhub_hubs", &names), [json!([3, true])]);
    let names = ["region_linking_mode", "specified_regions", "is_region_linked"];
    let links = json!(["SPECIFIED_REGIONS", ["eu-west-1", "us-west-2"], true]);
    assert_eq!(columns(&collected, "securityhub_hubs", &names), [links]);
    let names =
        ["standards_id", "status", "status_reason", "control_count", "enabled_control_count", "disabled_control_count"];
    assert_eq!(
        columns(&collected, "securityhub_standards", &names),
        [
            json!(["standards/fsbp/v/1.0.0", "INCOMPLETE", "NO_AVAILABLE_CONFIGURATION_RECORDER", 3, 2, 1]),
            json!([null, null, null, 1, null, null]),
        ]
    );
    let names = ["standards_control_arn", "control_id", "severity", "disabled_reason", "updated_at"];
    assert_eq!(
        columns(&collected, "securityhub_disabled_controls", &names),
        [json!(["arn:c2", "IAM.2", "LOW", "not ours", "2025-12-22T00:00:00"])]
    );
    // Of CIS its ARN, its status and that of a control; of the last standard its name, and so its controls.
    assert_eq!(collected.short(), (5, vec!["securityhub_disabled_controls", "securityhub_standards"]));
}

#[tokio::test]
async fn off_is_a_row_and_another_refusal_by_the_same_code_is_none() {
    let collected = Recorded::new().refuse("DescribeHub", "", 401, OFF).run(&HUBS).await;
    collected.result.as_ref().unwrap();
    let names = ["is_enabled", "hub_arn", "standard_count", "is_taking_guardduty"];
    assert_eq!(columns(&collected, "securityhub_hubs", &names), [json!([false, null, null, null])]);
    assert!(collected.missed.is_none());

    let other = r#"{"Code":"InvalidAccessException","Message":"Account 1 is not an administrator"}"#;
    let collected = Recorded::new().refuse("DescribeHub", "", 401, other).run(&HUBS).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.code == "InvalidAccessException"));
    let denied = json_error("AccessDeniedException");
    let collected = Recorded::new().refuse("DescribeHub", "", 403, &denied).run(&HUBS).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    assert!(collected.table("securityhub_hubs").is_empty());
}

#[tokio::test]
async fn what_is_refused_is_unknown_and_counted() {
    let denied = json_error("AccessDeniedException");
    let recorded = Recorded::new()
        .answer("DescribeHub", "{}")
        .refuse("GetAdministratorAccount", "", 403, &denied)
        .refuse("ListFindingAggregators", "", 403, &denied)
        .refuse("ListEnabledProductsForImport", "", 403, &denied)
        .refuse("GetEnabledStandards", "", 403, &denied);
    let collected = recorded.run(&HUBS).await;
    collected.result.as_ref().unwrap();
    let names = ["is_enabled", "hub_arn", "administrator_account_id", "aggregation_region", "standard_count"];
    assert_eq!(columns(&collected, "securityhub_hubs", &names), [json!([true, null, null, null, null])]);
    assert_eq!(columns(&collected, "securityhub_hubs", &["is_taking_guardduty"]), [json!([null])]);
    let tables = vec!["securityhub_disabled_controls", "securityhub_hubs", "securityhub_standards"];
    assert_eq!(collected.short(), (5, tables));
}

#[tokio::test]
async fn an_account_on_its_own_without_standards() {
    let recorded = Recorded::new()
        .answer("DescribeHub", HUB)
        .refuse("GetAdministratorAccount", "", 404, &json_error("ResourceNotFoundException"))
        .answer("ListFindingAggregators", "{}")
        .answer("ListEnabledProductsForImport", r#"{"ProductSubscriptions":[]}"#)
        .answer("GetEnabledStandards", r#"{"StandardsSubscriptions":[]}"#);
    let collected = recorded.run(&HUBS).await;
    collected.result.as_ref().unwrap();
    let names = ["administrator_account_id", "finding_aggregator_arn", "standard_count", "is_taking_guardduty"];
    assert_eq!(columns(&collected, "securityhub_hubs", &names), [json!([null, null, 0, false])]);
    assert!(collected.missed.is_none());
}

#[tokio::test]
async fn an_aggregator_that_is_denied_is_known_by_its_region_alone() {
    let recorded = |answer: fn(Recorded) -> Recorded| {
        answer(
            Recorded::new()
                .answer("DescribeHub", HUB)
                .answer("GetAdministratorAccount", "{}")
                .answer("ListFindingAggregators", AGGREGATOR)
                .answer("ListEnabledProductsForImport", GUARDDUTY)
                .answer("GetEnabledStandards", "{}"),
        )
    };
    let names = ["aggregation_region", "region_linking_mode", "is_region_linked"];
    let denied = |it: Recorded| it.refuse("GetFindingAggregator", "", 403, &json_error("AccessDeniedException"));
    let collected = recorded(denied).run(&HUBS).await;
    collected.result.as_ref().unwrap();
    assert_eq!(columns(&collected, "securityhub_hubs", &names), [json!(["us-east-1", null, null])]);
    assert_eq!(collected.short(), (1, vec!["securityhub_hubs"]));

    let gone = |it: Recorded| it.refuse("GetFindingAggregator", "", 404, &json_error("ResourceNotFoundException"));
    let collected = recorded(gone).run(&HUBS).await;
    assert_eq!(columns(&collected, "securityhub_hubs", &names), [json!([null, null, null])]);
    assert!(collected.missed.is_none());

    let odd = |it: Recorded| it.answer("GetFindingAggregator", r#"{"Regions":[]}"#);
    let collected = recorded(odd).run(&HUBS).await;
    assert_eq!(columns(&collected, "securityhub_hubs", &names), [json!(["us-east-1", null, null])]);
    assert_eq!(collected.short(), (1, vec!["securityhub_hubs"]));
}
