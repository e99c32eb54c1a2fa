//! Access points: a public one, one of a VPC, and those that cannot be read.

use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::ACCESS_POINTS;
use crate::testing::{columns, xml_error};

const WEB: &str = "<AccessPoint><Name>web</Name><NetworkOrigin>Internet</NetworkOrigin><Bucket>b-1</Bucket>\
    <BucketAccountId>222233334444</BucketAccountId><AccessPointArn>arn:aws:s3:eu-west-1:111122223333:accesspoint/web\
    </AccessPointArn><Alias>web-abc-s3alias</Alias></AccessPoint>";
const BLOCK: &str = "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls>\
    <IgnorePublicAcls>true</IgnorePublicAcls><BlockPublicPolicy>false</BlockPublicPolicy>\
    <RestrictPublicBuckets>false</RestrictPublicBuckets></PublicAccessBlockConfiguration>";
const POLICY: &str = "<GetAccessPointPolicyResult><Policy>{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\
    \"Action\":\"s3:GetObject\",\"Resource\":\"*\"}]}</Policy></GetAccessPointPolicyResult>";

fn listed(name: &str, origin: &str) -> String {
    format!(
        "<AccessPoint><Name>{name}</Name><NetworkOrigin>{origin}</NetworkOrigin><VpcConfiguration>\
         <VpcId>vpc-1</VpcId></VpcConfiguration><Bucket>b-2</Bucket></AccessPoint>"
    )
}

fn page(points: &str, token: &str) -> String {
    format!("<ListAccessPointsResult><AccessPointList>{points}</AccessPointList>{token}</ListAccessPointsResult>")
}

fn point(content: &str) -> String {
    format!("<GetAccessPointResult>{content}</GetAccessPointResult>")
}

fn status(is_public: &str) -> String {
    format!(
        "<GetAccessPointPolicyStatusResult><PolicyStatus>{is_public}</PolicyStatus></GetAccessPointPolicyStatusResult>"
    )
}

/// Six access points on two pages: a public one, one for a VPC without a policy, one that went away, one of which
/// nothing may be read, one whose calls are unknown or whose answers lack what they must have, and one without a name.
async fn collected() -> Collected {
    let first = page(&format!("{WEB}{}", listed("inner", "VPC")), "<NextToken>more</NextToken>");
    let second = ["gone", "secret", "odd"].map(|name| listed(name, "Moon")).concat();
    let described = "<CreationDate>2025-12-22T00:00:00Z</CreationDate><Endpoints><entry><key>ipv4</key>\
        <value>s3-accesspoint.eu-west-1.amazonaws.com</value></entry></Endpoints>";
    let mut recorded = Recorded::new()
        .answer_to("ListAccessPoints", "dataSourceType=ALL&maxResults=1000", &first)
        .answer_to("ListAccessPoints", "nextToken=more", &page(&format!("{second}<AccessPoint/>"), ""))
        .answer_to("GetAccessPoint", "accesspoint/web", &point(&format!("{BLOCK}{described}")))
        .answer_to("GetAccessPointPolicy", "accesspoint/web/", POLICY)
        .answer_to("GetAccessPointPolicyStatus", "accesspoint/web/", &status("<IsPublic>true</IsPublic>"))
        .answer_to("GetAccessPoint", "accesspoint/inner", &point(&format!("{BLOCK}{described}")))
        .refuse("GetAccessPoint", "accesspoint/gone", 404, &xml_error("NoSuchAccessPoint"))
        .answer_to("GetAccessPoint", "accesspoint/odd", &point("<Name>odd</Name>"))
        .refuse("GetAccessPointPolicy", "accesspoint/odd/", 405, &xml_error("MethodNotAllowed"))
        .answer_to("GetAccessPointPolicyStatus", "accesspoint/odd/", &status(""));
    for operation in ["GetAccessPointPolicy", "GetAccessPointPolicyStatus"] {
        recorded = recorded.refuse(operation, "accesspoint/inner/", 404, &xml_error("NoSuchAccessPointPolicy"));
    }
    for operation in ["GetAccessPoint", "GetAccessPointPolicy", "GetAccessPointPolicyStatus"] {
        recorded = recorded.refuse(operation, "accesspoint/secret", 403, &xml_error("AccessDenied"));
    }
    let collected = recorded.run(&ACCESS_POINTS).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn access_points_of_two_pages_have_rows() {
    let collected = collected().await;
    collected.assert_all_calls(&ACCESS_POINTS);
    let names = ["access_point_name", "network_origin", "vpc_id", "age_days", "aws_is_public", "block_public_acls"];
    assert_eq!(
        columns(&collected, "s3_access_points", &names),
        [
            json!(["web", "Internet", null, 10, true, true]),
            json!(["inner", "VPC", "vpc-1", 10, false, true]),
            json!(["secret", "Moon", "vpc-1", null, null, null]),
            json!(["odd", "Moon", "vpc-1", null, null, null]),
        ]
    );
    let points = collected.table("s3_access_points");
    assert_eq!(points[0]["bucket_account_id"], "222233334444");
    assert_eq!(points[0]["endpoints"]["ipv4"], "s3-accesspoint.eu-west-1.amazonaws.com");
    assert_eq!(points[0]["restrict_public_buckets"], false);
    assert_eq!(points[1]["arn"], "arn:aws:s3:eu-west-1:111122223333:accesspoint/inner");
    assert_eq!(collected.gone, 1);
}

#[tokio::test]
async fn a_policy_is_read_absent_or_unread_and_a_vpc_stands_before_it() {
    let collected = collected().await;
    assert_eq!(
        columns(&collected, "policy_documents", &["state", "policy_kind", "gate", "error_code"]),
        [
            json!(["read", "access_point", null, null]),
            json!(["absent", "access_point", "vpc_only", null]),
            json!(["unread", "access_point", null, "AccessDenied"]),
            json!(["unread", "access_point", null, "MethodNotAllowed"]),
        ]
    );
    // Three answers of one, of another a policy, a verdict and its blocks, and one without a name.
    assert_eq!(collected.short(), (3 + 3 + 1, vec!["policy_documents", "policy_statements", "s3_access_points"]));
}

#[tokio::test]
async fn a_denied_list_is_how_the_task_ends() {
    let recorded = Recorded::new().refuse("ListAccessPoints", "", 403, &xml_error("AccessDenied"));
    let collected = recorded.run(&ACCESS_POINTS).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
}
