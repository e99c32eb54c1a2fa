//! Buckets and access points on Outposts: usual ones, bare ones, and those that cannot be read.

use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::OUTPOSTS;
use crate::testing::{columns, json_error, xml_error};

const LIST: &str = "ListOutpostsWithS3";
const BUCKETS: &str = "ListRegionalBuckets";
const BUCKET_POLICY: &str = "GetBucketPolicy";
const POINTS: &str = "ListAccessPoints";
const POINT: &str = "GetAccessPoint";
const POINT_POLICY: &str = "GetAccessPointPolicy";

const LOGS: &str = "<RegionalBucket><Bucket>logs</Bucket><BucketArn>arn:logs</BucketArn><PublicAccessBlockEnabled>true\
    </PublicAccessBlockEnabled><CreationDate>2025-12-22T00:00:00Z</CreationDate></RegionalBucket>";
const WEB: &str = "<AccessPoint><Name>web</Name><NetworkOrigin>VPC</NetworkOrigin><VpcConfiguration>\
    <VpcId>vpc-1</VpcId></VpcConfiguration><Bucket>logs</Bucket><AccessPointArn>arn:web</AccessPointArn></AccessPoint>";

fn bucket(name: &str) -> String {
    format!(
        "<RegionalBucket><Bucket>{name}</Bucket><PublicAccessBlockEnabled>true</PublicAccessBlockEnabled>\
         <CreationDate>2025-12-22T00:00:00Z</CreationDate></RegionalBucket>"
    )
}

fn buckets(listed: &str, token: &str) -> String {
    format!("<{BUCKETS}Result><RegionalBucketList>{listed}</RegionalBucketList>{token}</{BUCKETS}Result>")
}

fn points(listed: &str, token: &str) -> String {
    format!("<{POINTS}Result><AccessPointList>{listed}</AccessPointList>{token}</{POINTS}Result>")
}

fn policy(operation: &str) -> String {
    format!("<{operation}Result><Policy>{{\"Statement\":[]}}</Policy></{operation}Result>")
}

/// The answers about the buckets of one Outpost: a usual one, one without anything, one that went away, one of which
/// nothing may be read, one whose answers lack what they must have, and one without a name and an ARN. The usual one
/// has four access points, one of them without both.
fn of_buckets(recorded: Recorded) -> Recorded {
    let bare = |name: &str| format!("<AccessPoint><Name>{name}</Name><Bucket>logs</Bucket></AccessPoint>");
    let made = "<GetAccessPointResult><CreationDate>2025-12-22T00:00:00Z</CreationDate></GetAccessPointResult>";
    let recorded = recorded
        .answer_to(BUCKET_POLICY, "arn%3Alogs", &policy(BUCKET_POLICY))
        .answer_to(POINTS, "bucket=arn%3Alogs", &points(&format!("{WEB}{}", bare("gone")), "<NextToken>p2</NextToken>"))
        .answer_to(
            POINTS,
            "nextToken=p2",
            &points(&(bare("bare") + "<AccessPoint><Bucket>logs</Bucket></AccessPoint>"), ""),
        )
        .refuse(BUCKET_POLICY, "bucket%2Fplain", 404, &xml_error("NoSuchBucketPolicy"))
        .answer_to(POINTS, "bucket%2Fplain", &points("", ""))
        .answer_to(BUCKET_POLICY, "bucket%2Fodd", "<GetBucketPolicyResult/>")
        .answer_to(POINTS, "bucket%2Fodd", &points("", ""))
        .answer_to(POINT, "arn%3Aweb", made)
        .answer_to(POINT_POLICY, "arn%3Aweb", &policy(POINT_POLICY))
        .refuse(POINT, "accesspoint%2Fgone", 404, &xml_error("NoSuchAccessPoint"))
        .refuse(POINT, "accesspoint%2Fbare", 403, &xml_error("AccessDenied"))
        .refuse(POINT_POLICY, "accesspoint%2Fbare", 404, &xml_error("NoSuchAccessPointPolicy"));
    [("gone", 404, "NoSuchBucket"), ("secret", 403, "AccessDenied")].into_iter().fold(
        recorded,
        |recorded, (name, status, code)| {
            let of = format!("bucket%2F{name}");
            recorded.refuse(BUCKET_POLICY, &of, status, &xml_error(code)).refuse(POINTS, &of, status, &xml_error(code))
        },
    )
}

/// Five Outposts on two pages: one with buckets on two pages, one without an id, one that is refused, one that went
/// away, and an empty one. The id is a header, so that the order of the calls tells the answers.
async fn collected() -> Collected {
    let first = json!({"Outposts": [{"OutpostId": "op-1", "OwnerId": "999988887777"}, {}], "NextToken": "more"});
    let second = json!({"Outposts": [{"OutpostId": "op-2"}, {"OutpostId": "op-3"}, {"OutpostId": "op-4"}]});
    let odd = "<RegionalBucket><Bucket>odd</Bucket></RegionalBucket>\
        <RegionalBucket><PublicAccessBlockEnabled>true</PublicAccessBlockEnabled></RegionalBucket>";
    let rest = format!("{}{}{odd}", bucket("gone"), bucket("secret"));
    let recorded = Recorded::new()
        .answer_to(LIST, "maxResults=100", &first.to_string())
        .answer_to(LIST, "nextToken=more", &second.to_string())
        .answer_to(
            BUCKETS,
            "maxResults=1000",
            &buckets(&format!("{LOGS}{}", bucket("plain")), "<NextToken>b2</NextToken>"),
        )
        .answer_to(BUCKETS, "nextToken=b2", &buckets(&rest, ""))
        .refuse(BUCKETS, "", 403, &xml_error("AccessDenied"))
        .refuse(BUCKETS, "", 404, &xml_error("NoSuchOutpost"))
        .answer(BUCKETS, &buckets("", ""));
    let collected = of_buckets(recorded).run(&OUTPOSTS).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn buckets_and_access_points_have_rows() {
    let collected = collected().await;
    collected.assert_all_calls(&OUTPOSTS);
    let arn = |rest: &str| format!("arn:aws:s3-outposts:eu-west-1:111122223333:outpost/op-1/{rest}");
    let names =
        ["arn", "outpost_id", "outpost_account_id", "is_public_access_blocked", "access_point_count", "age_days"];
    assert_eq!(
        columns(&collected, "s3_outposts_buckets", &names),
        [
            json!(["arn:logs", "op-1", "999988887777", true, 4, 10]),
            json!([arn("bucket/plain"), "op-1", "999988887777", true, 0, 10]),
            json!([arn("bucket/secret"), "op-1", "999988887777", true, null, 10]),
            json!([arn("bucket/odd"), "op-1", "999988887777", null, 0, null]),
        ]
    );
    let names = ["arn", "access_point_name", "bucket_arn", "network_origin", "vpc_id", "age_days"];
    assert_eq!(
        columns(&collected, "s3_outposts_access_points", &names),
        [
            json!(["arn:web", "web", "arn:logs", "VPC", "vpc-1", 10]),
            json!([arn("accesspoint/bare"), "bare", "arn:logs", null, null, null]),
        ]
    );
    // An Outpost, a bucket, an access point.
    assert_eq!(collected.gone, 3);
}

#[tokio::test]
async fn a_policy_is_read_absent_or_unread_and_a_vpc_stands_before_an_access_point() {
    let collected = collected().await;
    assert_eq!(
        columns(&collected, "policy_documents", &["resource_type", "state", "gate", "error_code"]),
        [
            json!(["s3_outposts_bucket", "read", null, null]),
            json!(["s3_outposts_bucket", "absent", null, null]),
            json!(["s3_outposts_bucket", "unread", null, "AccessDenied"]),
            json!(["s3_outposts_bucket", "unread", null, "ValueUnread"]),
            json!(["s3_outposts_access_point", "read", "vpc_only", null]),
            json!(["s3_outposts_access_point", "absent", null, null]),
        ]
    );
    // Two Outposts; two answers of one bucket; of another its policy and two values; of one access point an answer and a
    // value; a bucket and an access point that cannot be told from others.
    let tables = ["policy_documents", "policy_statements", "s3_outposts_access_points", "s3_outposts_buckets"];
    assert_eq!(collected.short(), (2 + 2 + 3 + 2 + 2, tables.to_vec()));
}

#[tokio::test]
async fn an_account_without_outposts_costs_one_call() {
    let collected = Recorded::new().answer(LIST, r#"{"Outposts":[]}"#).run(&OUTPOSTS).await;
    collected.result.as_ref().unwrap();
    assert_eq!(collected.calls.iter().collect::<Vec<_>>(), ["s3outposts:ListOutpostsWithS3"]);
    assert_eq!((collected.short().0, collected.rows.len()), (0, 0));
}

#[tokio::test]
async fn a_task_whose_lists_are_all_denied_is_denied() {
    let outposts = json!({"Outposts": [{"OutpostId": "op-1"}]}).to_string();
    let list = Recorded::new().refuse(LIST, "", 403, &json_error("AccessDeniedException"));
    let buckets = Recorded::new().answer(LIST, &outposts).refuse(BUCKETS, "", 403, &xml_error("AccessDenied"));
    for recorded in [list, buckets] {
        let collected = recorded.run(&OUTPOSTS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
