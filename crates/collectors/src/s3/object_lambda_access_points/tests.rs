//! Access points of Object Lambda: one with everything, one without a policy, and those that cannot be read.

use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::OBJECT_LAMBDA_ACCESS_POINTS;
use crate::testing::{columns, xml_error};

const FULL: &str = "<ObjectLambdaAccessPoint><Name>redact</Name><ObjectLambdaAccessPointArn>arn:redact\
    </ObjectLambdaAccessPointArn><Alias><Value>redact--ol-s3</Value><Status>READY</Status></Alias>\
    </ObjectLambdaAccessPoint>";
const POINT: &str = "<GetAccessPointForObjectLambdaResult><PublicAccessBlockConfiguration>\
    <BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls>\
    <BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets>\
    </PublicAccessBlockConfiguration><CreationDate>2025-12-22T00:00:00Z</CreationDate>\
    </GetAccessPointForObjectLambdaResult>";
const CONFIGURATION: &str = "<GetAccessPointConfigurationForObjectLambdaResult><Configuration>\
    <SupportingAccessPoint>arn:web</SupportingAccessPoint><CloudWatchMetricsEnabled>true</CloudWatchMetricsEnabled>\
    <AllowedFeatures><AllowedFeature>GetObject-Range</AllowedFeature></AllowedFeatures><TransformationConfigurations>\
    <TransformationConfiguration><Actions><Action>GetObject</Action></Actions><ContentTransformation><AwsLambda>\
    <FunctionArn>arn:f</FunctionArn><FunctionPayload>secret</FunctionPayload></AwsLambda></ContentTransformation>\
    </TransformationConfiguration></TransformationConfigurations></Configuration>\
    </GetAccessPointConfigurationForObjectLambdaResult>";
const POLICY: &str = "<GetAccessPointPolicyForObjectLambdaResult><Policy>{\"Statement\":[]}</Policy>\
    </GetAccessPointPolicyForObjectLambdaResult>";
const STATUS: &str = "<GetAccessPointPolicyStatusForObjectLambdaResult><PolicyStatus><IsPublic>false</IsPublic>\
    </PolicyStatus></GetAccessPointPolicyStatusForObjectLambdaResult>";

fn listed(name: &str) -> String {
    format!("<ObjectLambdaAccessPoint><Name>{name}</Name></ObjectLambdaAccessPoint>")
}

fn page(points: &str, token: &str) -> String {
    format!(
        "<ListAccessPointsForObjectLambdaResult><ObjectLambdaAccessPointList>{points}</ObjectLambdaAccessPointList>\
         {token}</ListAccessPointsForObjectLambdaResult>"
    )
}

/// Six on two pages: a usual one, one without a policy, one that went away, one of which nothing may be read, one whose
/// calls are unknown or whose answers say nothing, and one without a name.
async fn collected() -> Collected {
    let first = page(&format!("{FULL}{}", listed("plain")), "<NextToken>more</NextToken>");
    let nameless = "<ObjectLambdaAccessPoint/>";
    let second = page(&format!("{}{nameless}", ["gone", "secret", "odd"].map(listed).concat()), "");
    let mut recorded = Recorded::new()
        .answer_to("ListAccessPointsForObjectLambda", "maxResults=1000", &first)
        .answer_to("ListAccessPointsForObjectLambda", "nextToken=more", &second)
        .answer_to("GetAccessPointPolicyForObjectLambda", "/redact/", POLICY)
        .answer_to("GetAccessPointPolicyStatusForObjectLambda", "/redact/", STATUS)
        .refuse("GetAccessPointForObjectLambda", "/gone", 404, &xml_error("NoSuchAccessPoint"))
        .answer_to("GetAccessPointForObjectLambda", "/odd", "<GetAccessPointForObjectLambdaResult/>")
        .answer_to(
            "GetAccessPointConfigurationForObjectLambda",
            "/odd/",
            "<GetAccessPointConfigurationForObjectLambdaResult/>",
        );
    for name in ["redact", "plain"] {
        recorded = recorded.answer_to("GetAccessPointForObjectLambda", &format!("/{name}"), POINT).answer_to(
            "GetAccessPointConfigurationForObjectLambda",
            &format!("/{name}/"),
            CONFIGURATION,
        );
    }
    for (name, http, code) in
        [("plain", 404, "NoSuchAccessPointPolicy"), ("secret", 403, "AccessDenied"), ("odd", 405, "MethodNotAllowed")]
    {
        for operation in ["GetAccessPointPolicyForObjectLambda", "GetAccessPointPolicyStatusForObjectLambda"] {
            recorded = recorded.refuse(operation, &format!("/{name}/"), http, &xml_error(code));
        }
    }
    for operation in ["GetAccessPointForObjectLambda", "GetAccessPointConfigurationForObjectLambda"] {
        recorded = recorded.refuse(operation, "/secret", 403, &xml_error("AccessDenied"));
    }
    let collected = recorded.run(&OBJECT_LAMBDA_ACCESS_POINTS).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn access_points_of_two_pages_have_rows() {
    let collected = collected().await;
    collected.assert_all_calls(&OBJECT_LAMBDA_ACCESS_POINTS);
    let names = ["access_point_name", "age_days", "aws_is_public", "restrict_public_buckets"];
    assert_eq!(
        columns(&collected, "s3_object_lambda_access_points", &names),
        [
            json!(["redact", 10, false, true]),
            json!(["plain", 10, false, true]),
            json!(["secret", null, null, null]),
            json!(["odd", null, null, null]),
        ]
    );
    let points = collected.table("s3_object_lambda_access_points");
    let redact = &points[0];
    assert_eq!(
        (&redact["alias"], &redact["supporting_access_point_arn"]),
        (&json!("redact--ol-s3"), &json!("arn:web"))
    );
    assert_eq!((&redact["function_arns"], &redact["transformed_actions"]), (&json!(["arn:f"]), &json!(["GetObject"])));
    assert!(!redact.to_string().contains("secret"), "{redact}");
    assert_eq!(points[1]["arn"], "arn:aws:s3-object-lambda:eu-west-1:111122223333:accesspoint/plain");
    assert_eq!(collected.gone, 1);
}

#[tokio::test]
async fn a_policy_is_read_absent_or_unread() {
    let collected = collected().await;
    let states = columns(&collected, "policy_documents", &["state", "error_code"]);
    assert_eq!(
        states,
        [
            json!(["read", null]),
            json!(["absent", null]),
            json!(["unread", "AccessDenied"]),
            json!(["unread", "MethodNotAllowed"]),
        ]
    );
    // Four answers of one; of another two answers, its blocks and what supports it; one without a name.
    let tables = vec!["policy_documents", "policy_statements", "s3_object_lambda_access_points"];
    assert_eq!(collected.short(), (4 + 4 + 1, tables));
}

#[tokio::test]
async fn a_denied_list_is_how_the_task_ends() {
    let recorded = Recorded::new().refuse("ListAccessPointsForObjectLambda", "", 403, &xml_error("AccessDenied"));
    let collected = recorded.run(&OBJECT_LAMBDA_ACCESS_POINTS).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
}
