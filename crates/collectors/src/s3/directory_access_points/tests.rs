//! Access points of directory buckets: one with a scope, one of a VPC without anything, and those that cannot be read.

use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::DIRECTORY_ACCESS_POINTS;
use crate::testing::{columns, xml_error};

const LIST: &str = "ListAccessPointsForDirectoryBuckets";
const READ: &str = "<AccessPoint><Name>read--euw1-az1--xa-s3</Name><NetworkOrigin>Internet</NetworkOrigin>\
    <Bucket>b--euw1-az1--x-s3</Bucket><AccessPointArn>arn:read</AccessPointArn>\
    <BucketAccountId>222233334444</BucketAccountId></AccessPoint>";
const BLOCK: &str = "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls>\
    <IgnorePublicAcls>true</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy>\
    <RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>";
const SCOPE: &str = "<GetAccessPointScopeResult><Scope><Prefixes><Prefix>reports/</Prefix></Prefixes><Permissions>\
    <Permission>GetObject</Permission><Permission>PaintObject</Permission></Permissions></Scope>\
    </GetAccessPointScopeResult>";
const POLICY: &str = "<GetAccessPointPolicyResult><Policy>{\"Statement\":[]}</Policy></GetAccessPointPolicyResult>";

fn listed(name: &str, origin: &str) -> String {
    format!(
        "<AccessPoint><Name>{name}</Name>{origin}<VpcConfiguration><VpcId>vpc-1</VpcId></VpcConfiguration>\
         <Bucket>b--euw1-az1--x-s3</Bucket></AccessPoint>"
    )
}

fn page(points: &str, token: &str) -> String {
    format!("<{LIST}Result><AccessPointList>{points}</AccessPointList>{token}</{LIST}Result>")
}

fn point(content: &str) -> String {
    format!("<GetAccessPointResult><CreationDate>2025-12-22T00:00:00Z</CreationDate>{content}</GetAccessPointResult>")
}

/// Six on two pages: a usual one, one of a VPC for which nothing is set, one that went away, one of which nothing may
/// be read, one whose name is odd and whose answers lack what they must have, and one without a name and an ARN.
async fn collected() -> Collected {
    let of_vpc = "<NetworkOrigin>VPC</NetworkOrigin>";
    let first = page(&format!("{READ}{}", listed("inner--euw1-az1--xa-s3", of_vpc)), "<NextToken>more</NextToken>");
    let untold = "<AccessPoint><Bucket>b--euw1-az1--x-s3</Bucket></AccessPoint>";
    let second = page(&(["gone", "secret", "odd"].map(|name| listed(name, "")).concat() + untold), "");
    let mut recorded = Recorded::new()
        .answer_to(LIST, "maxResults=1000", &first)
        .answer_to(LIST, "nextToken=more", &second)
        .answer_to("GetAccessPoint", "accesspoint/read--", &point(BLOCK))
        .answer_to("GetAccessPointPolicy", "accesspoint/read--", POLICY)
        .answer_to("GetAccessPointScope", "accesspoint/read--", SCOPE)
        .answer_to("GetAccessPoint", "accesspoint/inner--", &point(""))
        .refuse("GetAccessPointPolicy", "accesspoint/inner--", 404, &xml_error("NoSuchAccessPointPolicy"))
        .answer_to("GetAccessPointScope", "accesspoint/inner--", "<GetAccessPointScopeResult/>")
        .refuse("GetAccessPoint", "accesspoint/gone", 404, &xml_error("NoSuchAccessPoint"))
        .answer_to("GetAccessPoint", "accesspoint/odd", &point("<PublicAccessBlockConfiguration/>"))
        .answer_to("GetAccessPointPolicy", "accesspoint/odd/", "<GetAccessPointPolicyResult/>")
        .refuse("GetAccessPointScope", "accesspoint/odd/", 405, &xml_error("MethodNotAllowed"));
    for operation in ["GetAccessPoint", "GetAccessPointPolicy", "GetAccessPointScope"] {
        recorded = recorded.refuse(operation, "accesspoint/secret", 403, &xml_error("AccessDenied"));
    }
    let collected = recorded.run(&DIRECTORY_ACCESS_POINTS).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn access_points_of_two_pages_have_rows() {
    let collected = collected().await;
    collected.assert_all_calls(&DIRECTORY_ACCESS_POINTS);
    let names = ["access_point_name", "zone_id", "network_origin", "vpc_id", "age_days", "restrict_public_buckets"];
    assert_eq!(
        columns(&collected, "s3express_access_points", &names),
        [
            json!(["read--euw1-az1--xa-s3", "euw1-az1", "Internet", null, 10, true]),
            json!(["inner--euw1-az1--xa-s3", "euw1-az1", "VPC", "vpc-1", 10, null]),
            json!(["secret", null, null, "vpc-1", null, null]),
            json!(["odd", null, null, "vpc-1", 10, null]),
        ]
    );
    assert_eq!(
        columns(&collected, "s3express_access_points", &["arn", "scope_prefixes", "scope_permissions"]),
        [
            json!(["arn:read", ["reports/"], ["GetObject", "PaintObject"]]),
            json!(["arn:aws:s3express:eu-west-1:111122223333:accesspoint/inner--euw1-az1--xa-s3", [], []]),
            json!(["arn:aws:s3express:eu-west-1:111122223333:accesspoint/secret", null, null]),
            json!(["arn:aws:s3express:eu-west-1:111122223333:accesspoint/odd", null, null]),
        ]
    );
    assert_eq!(collected.table("s3express_access_points")[0]["bucket_account_id"], "222233334444");
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
            json!(["unread", "access_point", null, "ValueUnread"]),
        ]
    );
    // Of the one that is refused three answers and its origin; of the odd one its policy, its scope, its origin and four
    // settings; and the one that cannot be told from others.
    assert_eq!(
        collected.short(),
        (3 + 1 + 7 + 1, vec!["policy_documents", "policy_statements", "s3express_access_points"])
    );
}

#[tokio::test]
async fn a_denied_list_is_how_the_task_ends() {
    let collected =
        Recorded::new().refuse(LIST, "", 403, &xml_error("AccessDenied")).run(&DIRECTORY_ACCESS_POINTS).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
}
