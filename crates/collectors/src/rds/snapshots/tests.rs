//! Recorded answers: snapshots of two pages, one that went away, and refused attributes.

use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::{Value, json};

use super::SNAPSHOTS;
use crate::testing::{columns, xml_error};

const FULL: &str = "<DBSnapshot><DBSnapshotArn>arn:aws:snapshot:one</DBSnapshotArn>
    <DBSnapshotIdentifier>one</DBSnapshotIdentifier><DBInstanceIdentifier>ledger</DBInstanceIdentifier>
    <DbiResourceId>db-0A</DbiResourceId><SnapshotType>manual</SnapshotType><Engine>postgres</Engine>
    <EngineVersion>16.4</EngineVersion><Status>available</Status><Encrypted>true</Encrypted>
    <StorageEncryptionType>sse-kms</StorageEncryptionType><KmsKeyId>arn:key</KmsKeyId>
    <IAMDatabaseAuthenticationEnabled>false</IAMDatabaseAuthenticationEnabled><VpcId>vpc-0a</VpcId>
    <AvailabilityZone>eu-west-1a</AvailabilityZone><AllocatedStorage>20</AllocatedStorage>
    <FullSnapshotSizeInBytes>1024</FullSnapshotSizeInBytes><StorageType>gp3</StorageType>
    <LicenseModel>postgresql-license</LicenseModel>
    <SourceDBSnapshotIdentifier>arn:source</SourceDBSnapshotIdentifier><SourceRegion>us-east-1</SourceRegion>
    <SnapshotCreateTime>2025-12-22T00:00:00.000Z</SnapshotCreateTime>
    <OriginalSnapshotCreateTime>2025-12-21T00:00:00.000Z</OriginalSnapshotCreateTime>
    <InstanceCreateTime>2025-12-01T00:00:00.000Z</InstanceCreateTime>
    <TagList><Tag><Key>team</Key><Value>data</Value></Tag></TagList></DBSnapshot>";

/// What RDS always says.
fn listed(name: &str) -> String {
    format!(
        "<DBSnapshot><DBSnapshotIdentifier>{name}</DBSnapshotIdentifier><Engine>dbase</Engine><Status>resting</Status>\
         <Encrypted>false</Encrypted><IAMDatabaseAuthenticationEnabled>false</IAMDatabaseAuthenticationEnabled>\
         <AllocatedStorage>5</AllocatedStorage></DBSnapshot>"
    )
}

fn page(snapshots: &str, marker: &str) -> String {
    format!(
        "<DescribeDBSnapshotsResponse><DescribeDBSnapshotsResult><DBSnapshots>{snapshots}</DBSnapshots>{marker}\
         </DescribeDBSnapshotsResult></DescribeDBSnapshotsResponse>"
    )
}

fn restored_by(values: &[&str]) -> String {
    let values: String = values.iter().map(|it| format!("<AttributeValue>{it}</AttributeValue>")).collect();
    format!(
        "<DescribeDBSnapshotAttributesResponse><DescribeDBSnapshotAttributesResult><DBSnapshotAttributesResult>\
         <DBSnapshotAttributes><DBSnapshotAttribute><AttributeName>restore</AttributeName>\
         <AttributeValues>{values}</AttributeValues></DBSnapshotAttribute></DBSnapshotAttributes>\
         </DBSnapshotAttributesResult></DescribeDBSnapshotAttributesResult></DescribeDBSnapshotAttributesResponse>"
    )
}

/// Seven snapshots on two pages: one that is shared with two accounts, one that is public, one that nobody else may
/// restore, one of which little is said and nothing answered, one that went away, and two whose attributes are refused.
async fn collected() -> Collected {
    let first = [FULL.to_owned(), listed("two"), listed("three")].concat();
    let odd = "<DBSnapshot><DBSnapshotIdentifier>four</DBSnapshotIdentifier></DBSnapshot>".to_owned();
    let second = [odd, listed("five"), listed("six"), listed("seven")].concat();
    let empty = "<DescribeDBSnapshotAttributesResponse><DescribeDBSnapshotAttributesResult/>\
                 </DescribeDBSnapshotAttributesResponse>";
    let of = |name: &str| format!("DBSnapshotIdentifier={name}");
    let recorded = Recorded::new()
        .answer_to("DescribeDBSnapshots", "SnapshotType=manual", &page(&first, "<Marker>second</Marker>"))
        .answer_to("DescribeDBSnapshots", "Marker=second", &page(&second, ""))
        .answer_to("DescribeDBSnapshotAttributes", &of("one"), &restored_by(&["444455556666", "222233334444"]))
        .answer_to("DescribeDBSnapshotAttributes", &of("two"), &restored_by(&["all"]))
        .answer_to("DescribeDBSnapshotAttributes", &of("three"), &restored_by(&[]))
        .answer_to("DescribeDBSnapshotAttributes", &of("four"), empty)
        .refuse("DescribeDBSnapshotAttributes", &of("five"), 404, &xml_error("DBSnapshotNotFound"))
        .refuse("DescribeDBSnapshotAttributes", &of("six"), 403, &xml_error("AccessDenied"))
        .refuse("DescribeDBSnapshotAttributes", &of("seven"), 400, &xml_error("UnsupportedOperation"));
    let collected = recorded.run(&SNAPSHOTS).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn snapshots_of_two_pages_have_rows() {
    let collected = collected().await;
    collected.assert_all_calls(&SNAPSHOTS);
    let names = ["db_snapshot_identifier", "status", "is_public", "shared_account_ids", "age_days"];
    assert_eq!(
        columns(&collected, "rds_snapshots", &names),
        [
            json!(["one", "available", false, ["444455556666", "222233334444"], 10]),
            json!(["two", "resting", true, [], null]),
            json!(["three", "resting", false, [], null]),
            json!(["four", null, null, null, null]),
            json!(["six", "resting", null, null, null]),
            json!(["seven", "resting", null, null, null]),
        ]
    );
    let names = ["arn", "kms_key_id", "size_bytes", "source_snapshot_arn", "db_instance_identifier", "tags"];
    let rows = columns(&collected, "rds_snapshots", &names);
    assert_eq!(rows[0], json!(["arn:aws:snapshot:one", "arn:key", 1024, "arn:source", "ledger", {"team": "data"}]));
    assert_eq!(rows[1][0], "arn:aws:rds:eu-west-1:111122223333:snapshot:two");
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
            json!(["snapshot_attribute", "unread", "ValueUnread"]),
            json!(["snapshot_attribute", "unread", "AccessDenied"]),
            json!(["snapshot_attribute", "unread", "UnsupportedOperation"]),
        ]
    );
    let statements = columns(&collected, "policy_statements", &["principals", "actions"]);
    let restores = |principals: Value| json!([principals, ["rds:RestoreDBInstanceFromDBSnapshot"]]);
    assert_eq!(
        statements,
        [
            restores(json!(["AWS:arn:aws:iam::222233334444:root", "AWS:arn:aws:iam::444455556666:root"])),
            restores(json!(["AWS:*"]))
        ]
    );
    // Three shares, and five values that one snapshot lacks.
    assert_eq!(collected.short(), (8, vec!["policy_documents", "policy_statements", "rds_snapshots"]));
    assert_eq!(collected.gone, 1);
}

#[tokio::test]
async fn one_without_a_name_is_counted_and_without_an_arn_it_has_no_row() {
    let unnamed = FULL.replace("<DBSnapshotIdentifier>one</DBSnapshotIdentifier>", "");
    let list = page(&format!("{unnamed}<DBSnapshot><Engine>postgres</Engine></DBSnapshot>"), "");
    let collected = Recorded::new().answer("DescribeDBSnapshots", &list).run(&SNAPSHOTS).await;
    collected.result.as_ref().unwrap();
    assert_eq!(columns(&collected, "rds_snapshots", &["arn", "is_public"]), [json!(["arn:aws:snapshot:one", null])]);
    assert_eq!(columns(&collected, "policy_documents", &["state"]), [json!(["unread"])]);
    // Of one its name and its share, and the other.
    assert_eq!(collected.short(), (3, vec!["policy_documents", "policy_statements", "rds_snapshots"]));
}

#[tokio::test]
async fn a_denied_list_is_how_the_task_ends() {
    let recorded = Recorded::new().refuse("DescribeDBSnapshots", "", 403, &xml_error("AccessDenied"));
    let collected = recorded.run(&SNAPSHOTS).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
}
