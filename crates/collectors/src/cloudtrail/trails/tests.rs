use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::TRAILS;
use crate::testing::{columns, json_error};

const LIST: &str = "DescribeTrails";
const STATUS: &str = "GetTrailStatus";
const SELECTORS: &str = "GetEventSelectors";
const INSIGHTS: &str = "GetInsightSelectors";

const FULL: &str = r#"{"TrailARN":"arn:trail/all","Name":"all","HomeRegion":"eu-west-1","IsMultiRegionTrail":true,
    "IsOrganizationTrail":true,"IncludeGlobalServiceEvents":true,"LogFileValidationEnabled":true,"S3BucketName":"trails",
    "S3KeyPrefix":"o","SnsTopicARN":"arn:topic","CloudWatchLogsLogGroupArn":"arn:group","CloudWatchLogsRoleArn":"arn:role",
    "KmsKeyId":"arn:key","HasCustomEventSelectors":true,"HasInsightSelectors":true}"#;

/// Six trails: a usual one, one of which little is said, one that went away, one of which nothing more may be read, one
/// that says that it has no insights, and one without a name.
async fn collected() -> Collected {
    let calm = r#"{"TrailARN":"arn:trail/calm","Name":"calm","HasInsightSelectors":false}"#;
    let named = |name: &str| format!(r#"{{"TrailARN":"arn:trail/{name}","Name":"{name}"}}"#);
    let list = format!(r#"{{"trailList":[{FULL},{},{},{},{calm},{{}}]}}"#, named("bare"), named("gone"), named("shut"));
    let status = r#"{"IsLogging":true,"StartLoggingTime":1766361600.5,"LatestDeliveryTime":1766361600,
        "LatestDeliveryError":"","LatestDigestDeliveryTime":"soon","LatestCloudWatchLogsDeliveryError":"Access denied."}"#;
    let selectors = r#"{"TrailARN":"arn:trail/all","EventSelectors":[{"ReadWriteType":"WriteOnly",
        "IncludeManagementEvents":true,"DataResources":[{"Type":"AWS::S3::Object"}]}]}"#;
    let insights = r#"{"TrailARN":"arn:trail/all","InsightSelectors":[{"InsightType":"ApiCallRateInsight"},{}]}"#;
    let none = json_error("InsightNotEnabledException");
    let (gone, denied) = (json_error("TrailNotFoundException"), json_error("AccessDeniedException"));
    let recorded = Recorded::new()
        .answer_to(LIST, r#""includeShadowTrails":false"#, &list)
        .answer_to(STATUS, "trail/all", status)
        .answer_to(STATUS, "trail/bare", r#"{"IsLogging":false}"#)
        .refuse(STATUS, "trail/gone", 400, &gone)
        .refuse(STATUS, "trail/shut", 400, &denied)
        .answer_to(SELECTORS, "trail/all", selectors)
        .answer_to(SELECTORS, "trail/bare", "{}")
        .refuse(SELECTORS, "trail/gone", 400, &gone)
        .refuse(SELECTORS, "trail/shut", 400, &denied)
        .answer_to(STATUS, "trail/calm", r#"{"IsLogging":true}"#)
        .answer_to(SELECTORS, "trail/calm", "{}")
        .answer_to(INSIGHTS, "trail/all", insights)
        .refuse(INSIGHTS, "trail/bare", 400, &none)
        .refuse(INSIGHTS, "trail/gone", 400, &gone)
        .refuse(INSIGHTS, "trail/shut", 400, &denied);
    let collected = recorded.run(&TRAILS).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn trails_have_their_status_and_what_they_log() {
    let collected = collected().await;
    collected.assert_all_calls(&TRAILS);
    let names = ["trail_name", "is_multi_region", "is_logging", "has_management_reads", "has_management_writes"];
    assert_eq!(
        columns(&collected, "cloudtrail_trails", &names),
        [
            json!(["all", true, true, false, true]),
            json!(["bare", null, false, false, false]),
            json!(["shut", null, null, null, null]),
            json!(["calm", null, true, false, false]),
        ]
    );
    let names = ["data_event_types", "latest_delivery_error", "latest_log_group_error", "latest_digest_delivered_at"];
    assert_eq!(
        columns(&collected, "cloudtrail_trails", &names),
        [
            json!([["AWS::S3::Object"], null, "Access denied.", null]),
            json!([[], null, null, null]),
            json!([null, null, null, null]),
            json!([[], null, null, null]),
        ]
    );
    assert_eq!(
        columns(&collected, "cloudtrail_trails", &["insight_types"]),
        [json!([["ApiCallRateInsight"]]), json!([[]]), json!([null]), json!([[]])]
    );
    let names = ["arn", "bucket_name", "topic_arn", "log_group_arn", "kms_key_id", "is_log_file_validated"];
    assert_eq!(
        columns(&collected, "cloudtrail_trails", &names)[0],
        json!(["arn:trail/all", "trails", "arn:topic", "arn:group", "arn:key", true])
    );
    assert!(collected.table("cloudtrail_trails")[0]["started_logging_at"].is_string());
    // Three refusals, a moment that cannot be read, an insight without a type, and a trail without a name.
    assert_eq!((collected.short(), collected.gone), ((6, vec!["cloudtrail_trails"]), 1));
}

#[tokio::test]
async fn refused_is_how_the_task_ends() {
    for (code, class) in [("AccessDeniedException", Class::Denied), ("UnknownOperationException", Class::Unsupported)] {
        let collected = Recorded::new().refuse(LIST, "", 400, &json_error(code)).run(&TRAILS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == class), "{code}");
    }
}
