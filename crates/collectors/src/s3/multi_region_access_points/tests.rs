//! Multi-Region Access Points: a usual one, one without a policy, and those that cannot be read.

use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::MULTI_REGION_ACCESS_POINTS;
use crate::testing::{columns, xml_error};

const FULL: &str = "<AccessPoint><Name>all</Name><Alias>m1.mrap</Alias><CreatedAt>2025-12-22T00:00:00Z</CreatedAt>\
    <PublicAccessBlock><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls>\
    <BlockPublicPolicy>true</BlockPublicPolicy></PublicAccessBlock><Status>READY</Status><Regions><Region>\
    <Bucket>b-1</Bucket><Region>eu-west-1</Region><BucketAccountId>111122223333</BucketAccountId></Region>\
    <Region><Bucket>b-2</Bucket><Region>us-east-1</Region></Region></Regions></AccessPoint>";
const POLICY: &str = "<GetMultiRegionAccessPointPolicyResult><Policy><Established><Policy>{\"Statement\":[]}\
    </Policy></Established><Proposed><Policy>{}</Policy></Proposed></Policy></GetMultiRegionAccessPointPolicyResult>";

fn listed(name: &str) -> String {
    format!("<AccessPoint><Name>{name}</Name><Alias>{name}.mrap</Alias><Status>NAPPING</Status></AccessPoint>")
}

fn page(points: &str, token: &str) -> String {
    format!(
        "<ListMultiRegionAccessPointsResult><AccessPoints>{points}</AccessPoints>{token}\
         </ListMultiRegionAccessPointsResult>"
    )
}

fn status(is_public: &str) -> String {
    format!(
        "<GetMultiRegionAccessPointPolicyStatusResult><Established>{is_public}</Established>\
         </GetMultiRegionAccessPointPolicyStatusResult>"
    )
}

/// Six on two pages: a usual one, one without a policy, one that went away, one of which nothing may be read, one whose
/// answers say nothing, and one without a name.
async fn collected() -> Collected {
    let first = page(&format!("{FULL}{}", listed("plain")), "<NextToken>more</NextToken>");
    let second = page(&format!("{}<AccessPoint/>", ["gone", "secret", "odd"].map(listed).concat()), "");
    let mut recorded = Recorded::new()
        .answer_to("ListMultiRegionAccessPoints", ".us-west-2.", &first)
        .answer_to("ListMultiRegionAccessPoints", "nextToken=more", &second)
        .answer_to("GetMultiRegionAccessPointPolicy", "instances/all/", POLICY)
        .answer_to("GetMultiRegionAccessPointPolicyStatus", "instances/all/", &status("<IsPublic>true</IsPublic>"))
        .answer_to("GetMultiRegionAccessPointPolicy", "instances/odd/", "<GetMultiRegionAccessPointPolicyResult/>")
        .answer_to("GetMultiRegionAccessPointPolicyStatus", "instances/odd/", &status(""));
    for (name, code, http) in [
        ("plain", "NoSuchMultiRegionAccessPointPolicy", 404),
        ("gone", "NoSuchMultiRegionAccessPoint", 404),
        ("secret", "AccessDenied", 403),
    ] {
        for operation in ["GetMultiRegionAccessPointPolicy", "GetMultiRegionAccessPointPolicyStatus"] {
            recorded = recorded.refuse(operation, &format!("instances/{name}/"), http, &xml_error(code));
        }
    }
    let collected = recorded.run(&MULTI_REGION_ACCESS_POINTS).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn access_points_of_two_pages_have_rows() {
    let collected = collected().await;
    collected.assert_all_calls(&MULTI_REGION_ACCESS_POINTS);
    let names = ["access_point_name", "status", "age_days", "aws_is_public", "has_proposed_policy"];
    assert_eq!(
        columns(&collected, "s3_multi_region_access_points", &names),
        [
            json!(["all", "READY", 10, true, true]),
            json!(["plain", "NAPPING", null, false, false]),
            json!(["secret", "NAPPING", null, null, null]),
            json!(["odd", "NAPPING", null, null, false]),
        ]
    );
    let all = &collected.table("s3_multi_region_access_points")[0];
    assert_eq!(all["arn"], "arn:aws:s3::111122223333:accesspoint/m1.mrap");
    assert_eq!(all["region_buckets"], json!({"eu-west-1": "b-1", "us-east-1": "b-2"}));
    assert_eq!(
        (&all["bucket_names"], &all["bucket_accounts"]),
        (&json!(["b-1", "b-2"]), &json!({"b-1": "111122223333"}))
    );
    assert!(all["block_public_policy"] == true && all["restrict_public_buckets"].is_null(), "{all}");
    assert_eq!(collected.gone, 1);
}

#[tokio::test]
async fn the_policy_in_force_is_read_absent_or_unread() {
    let collected = collected().await;
    assert_eq!(
        columns(&collected, "policy_documents", &["state", "policy_kind", "document"]),
        [
            json!(["read", "access_point", "{\"Statement\":[]}"]),
            json!(["absent", "access_point", null]),
            json!(["unread", "access_point", null]),
            json!(["absent", "access_point", null]),
        ]
    );
    // One setting of the first; the blocks of the others; two answers of one, a verdict of another; one without a name.
    let tables = vec!["policy_documents", "policy_statements", "s3_multi_region_access_points"];
    assert_eq!(collected.short(), (1 + 3 + 2 + 1 + 1, tables));
}

#[tokio::test]
async fn a_denied_list_is_how_the_task_ends() {
    let recorded = Recorded::new().refuse("ListMultiRegionAccessPoints", "", 403, &xml_error("AccessDenied"));
    let collected = recorded.run(&MULTI_REGION_ACCESS_POINTS).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
}
