//! Recorded answers: snapshots of two pages, one that went away, and refused attributes.

use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::CLUSTER_SNAPSHOTS;
use crate::testing::{columns, xml_error};

const FULL: &str = "<DBClusterSnapshot><DBClusterSnapshotArn>arn:aws:cluster-snapshot:one</DBClusterSnapshotArn>
    <DBClusterSnapshotIdentifier>one</DBClusterSnapshotIdentifier><DBClusterIdentifier>graph</DBClusterIdentifier>
    <DbClusterResourceId>cluster-0A</DbClusterResourceId><SnapshotType>manual</SnapshotType><Engine>neptune</Engine>
    <EngineVersion>1.3</EngineVersion><EngineMode>provisioned</EngineMode><Status>available</Status>
    <StorageEncrypted>true</StorageEncrypted><StorageEncryptionType>sse-kms</StorageEncryptionType>
    <KmsKeyId>arn:key</KmsKeyId><IAMDatabaseAuthenticationEnabled>true</IAMDatabaseAuthenticationEnabled>
    <VpcId>vpc-0a</VpcId><AvailabilityZones><AvailabilityZone>eu-west-1a</AvailabilityZone></AvailabilityZones>
    <AllocatedStorage>1</AllocatedStorage><StorageType>aurora</StorageType>
    <SourceDBClusterSnapshotArn>arn:source</SourceDBClusterSnapshotArn>
    <SnapshotCreateTime>2025-12-22T00:00:00.000Z</SnapshotCreateTime>
    <ClusterCreateTime>2025-12-01T00:00:00.000Z</ClusterCreateTime>
    <TagList><Tag><Key>team</Key><Value>data</Value></Tag></TagList></DBClusterSnapshot>";

/// What RDS always says.
fn listed(name: &str) -> String {
    format!(
        "<DBClusterSnapshot><DBClusterSnapshotIdentifier>{name}</DBClusterSnapshotIdentifier><Engine>cobol</Engine>\
         <Status>resting</Status><StorageEncrypted>false</StorageEncrypted>\
         <IAMDatabaseAuthenticationEnabled>false</IAMDatabaseAuthenticationEnabled>\
         <AllocatedStorage>5</AllocatedStorage></DBClusterSnapshot>"
    )
}

fn page(snapshots: &str, marker: &str) -> String {
    format!(
        "<DescribeDBClusterSnapshotsResponse><DescribeDBClusterSnapshotsResult><DBClusterSnapshots>{snapshots}\
         </DBClusterSnapshots>{marker}</DescribeDBClusterSnapshotsResult></DescribeDBClusterSnapshotsResponse>"
    )
}

/// Two attributes, of which one says who may restore the snapshot.
fn restored_by(values: &[&str]) -> String {
    let values: String = values.iter().map(|it| format!("<AttributeValue>{it}</AttributeValue>")).collect();
    let attribute = |name: &str, values: &str| {
        format!(
            "<DBClusterSnapshotAttribute><AttributeName>{name}</AttributeName>\
             <AttributeValues>{values}</AttributeValues></DBClusterSnapshotAttribute>"
        )
    };
    let odd = attribute("admire", "<AttributeValue>all</AttributeValue>");
    format!(
        "<DescribeDBClusterSnapshotAttributesResponse><DescribeDBClusterSnapshotAttributesResult>\
         <DBClusterSnapshotAttributesResult><DBClusterSnapshotAttributes>{odd}{}</DBClusterSnapshotAttributes>\
         </DBClusterSnapshotAttributesResult></DescribeDBClusterSnapshotAttributesResult>\
         </DescribeDBClusterSnapshotAttributesResponse>",
        attribute("restore", &values)
    )
}

/// Six snapshots on two pages: one that is shared with an account, one that is public, one of which little is said, one
/// that went away, and two whose attributes are refused.
async fn collected() -> Collected {
    const CALL: &str = "DescribeDBClusterSnapshotAttributes";
    let odd = "<DBClusterSnapshot><DBClusterSnapshotIdentifier>three</DBClusterSnapshotIdentifier></DBClusterSnapshot>";
    let first = [FULL.to_owned(), listed("two")].concat();
    let second = [odd.to_owned(), listed("four"), listed("five"), listed("six")].concat();
    let of = |name: &str| format!("DBClusterSnapshotIdentifier={name}");
    let recorded = Recorded::new()
        .answer_to("DescribeDBClusterSnapshots", "SnapshotType=manual", &page(&first, "<Marker>second</Marker>"))
        .answer_to("DescribeDBClusterSnapshots", "Marker=second", &page(&second, ""))
        .answer_to(CALL, &of("one"), &restored_by(&["222233334444"]))
        .answer_to(CALL, &of("two"), &restored_by(&["all", "222233334444"]))
        .answer_to(CALL, &of("three"), &restored_by(&[]))
        .refuse(CALL, &of("four"), 404, &xml_error("DBClusterSnapshotNotFoundFault"))
        .refuse(CALL, &of("five"), 403, &xml_error("AccessDenied"))
        .refuse(CALL, &of("six"), 400, &xml_error("UnsupportedOperation"));
    let collected = recorded.run(&CLUSTER_SNAPSHOTS).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn snapshots_of_two_pages_have_rows() {
    let collected = collected().await;
    collected.assert_all_calls(&CLUSTER_SNAPSHOTS);
    let names = ["db_cluster_snapshot_identifier", "engine", "is_public", "shared_account_ids", "age_days"];
    assert_eq!(
        columns(&collected, "rds_cluster_snapshots", &names),
        [
            json!(["one", "neptune", false, ["222233334444"], 10]),
            json!(["two", "cobol", true, ["222233334444"], null]),
            json!(["three", null, false, [], null]),
            json!(["five", "cobol", null, null, null]),
            json!(["six", "cobol", null, null, null]),
        ]
    );
    let names = ["arn", "kms_key_id", "source_snapshot_arn", "availability_zones", "tags"];
    let rows = columns(&collected, "rds_cluster_snapshots", &names);
    assert_eq!(
        rows[0],
        json!(["arn:aws:cluster-snapshot:one", "arn:key", "arn:source", ["eu-west-1a"], {"team": "data"}])
    );
    assert_eq!(rows[1][0], "arn:aws:rds:eu-west-1:111122223333:cluster-snapshot:two");
}

#[tokio::test]
async fn a_share_is_read_absent_or_unread() {
    let collected = collected().await;
    assert_eq!(
        columns(&collected, "policy_documents", &["policy_kind", "state", "error_code"]),
        [
            json!(["snapshot_attribute", "read", null]),
            json!(["snapshot_attribute", "read", null]),
            json!(["snapshot_attribute", "absent", null]),
            json!(["snapshot_attribute", "unread", "AccessDenied"]),
            json!(["snapshot_attribute", "unread", "UnsupportedOperation"]),
        ]
    );
    let principals = columns(&collected, "policy_statements", &["principals"]);
    let account = ["AWS:arn:aws:iam::222233334444:root"];
    assert_eq!(principals, [json!([account]), json!([account]), json!([["AWS:*"]])]);
    assert_eq!(collected.table("policy_statements")[0]["actions"], json!(["rds:RestoreDBClusterFromSnapshot"]));
    // Two shares, and five values that one snapshot lacks.
    assert_eq!(collected.short(), (7, vec!["policy_documents", "policy_statements", "rds_cluster_snapshots"]));
    assert_eq!(collected.gone, 1);
}

#[tokio::test]
async fn one_without_a_name_is_counted_and_without_an_arn_it_has_no_row() {
    let unnamed = FULL.replace("<DBClusterSnapshotIdentifier>one</DBClusterSnapshotIdentifier>", "");
    let list = page(&format!("{unnamed}<DBClusterSnapshot><Engine>postgres</Engine></DBClusterSnapshot>"), "");
    let collected = Recorded::new().answer("DescribeDBClusterSnapshots", &list).run(&CLUSTER_SNAPSHOTS).await;
    collected.result.as_ref().unwrap();
    assert_eq!(
        columns(&collected, "rds_cluster_snapshots", &["arn", "is_public"]),
        [json!(["arn:aws:cluster-snapshot:one", null])]
    );
    assert_eq!(columns(&collected, "policy_documents", &["state"]), [json!(["unread"])]);
    // Of one its name and its share, and the other.
    assert_eq!(collected.short(), (3, vec!["policy_documents", "policy_statements", "rds_cluster_snapshots"]));
}

#[tokio::test]
async fn a_denied_list_is_how_the_task_ends() {
    let recorded = Recorded::new().refuse("DescribeDBClusterSnapshots", "", 403, &xml_error("AccessDenied"));
    let collected = recorded.run(&CLUSTER_SNAPSHOTS).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
}
