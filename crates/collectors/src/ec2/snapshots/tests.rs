use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::{READ_AT_MOST, SNAPSHOTS};
use crate::ec2::testing::refused;
use crate::testing::columns;

const DATA: &str = "<item><snapshotId>snap-0aa</snapshotId><volumeId>vol-0a</volumeId><status>completed</status>
    <startTime>2025-12-22T00:00:00.000Z</startTime><ownerId>111122223333</ownerId><volumeSize>8</volumeSize>
    <description/><encrypted>true</encrypted><kmsKeyId>arn:key</kmsKeyId><storageTier>archive</storageTier>
    <fullSnapshotSizeInBytes>9000000000</fullSnapshotSizeInBytes><completionTime>2025-12-22T01:00:00Z</completionTime>
    <tagSet><item><key>Name</key><value>data</value></item></tagSet></item>";

/// What EC2 always says, and a state that is not known yet. The number is the minute in which it was begun.
fn listed(id: &str, minute: usize) -> String {
    let (hour, minute) = (minute / 60, minute % 60);
    format!(
        "<item><snapshotId>{id}</snapshotId><status>resting</status><encrypted>false</encrypted>
        <startTime>2025-12-31T{hour:02}:{minute:02}:00Z</startTime></item>"
    )
}

fn page(snapshots: &str, token: &str) -> String {
    format!("<DescribeSnapshotsResponse><snapshotSet>{snapshots}</snapshotSet>{token}</DescribeSnapshotsResponse>")
}

fn permission(items: &str) -> String {
    format!(
        "<DescribeSnapshotAttributeResponse><createVolumePermission>{items}</createVolumePermission>
        </DescribeSnapshotAttributeResponse>"
    )
}

fn block(state: &str) -> String {
    format!(
        "<GetSnapshotBlockPublicAccessStateResponse><state>{state}</state></GetSnapshotBlockPublicAccessStateResponse>"
    )
}

/// Nine snapshots on two pages: one that is shared with an account, a public one, one of which nothing is said, one
/// that went away, two whose permissions are refused, one whose answer lacks the permission, and two without an id.
async fn collected() -> Collected {
    let first = page(&format!("{DATA}{}", listed("snap-0bb", 1)), "<nextToken>second</nextToken>");
    let rest = [("snap-0cc", 2), ("snap-0dd", 3), ("snap-0ee", 4), ("snap-0ff", 5)];
    let rest: String = rest.iter().map(|(id, minute)| listed(id, *minute)).collect();
    let nameless = "<item><status>completed</status></item>".repeat(2);
    let second = page(&format!("{rest}<item><snapshotId>snap-000</snapshotId></item>{nameless}"), "");
    let recorded = Recorded::new()
        .answer_to("DescribeSnapshots", "Owner.1=self", &first)
        .answer_to("DescribeSnapshots", "RestorableBy.1=all", &page(&format!("{}<item/>", listed("snap-0bb", 1)), ""))
        .answer_to("DescribeSnapshots", "NextToken=second", &second)
        .answer("GetSnapshotBlockPublicAccessState", &block("block-new-sharing"))
        .answer_to("DescribeSnapshotAttribute", "snap-0aa", &permission("<item><userId>999988887777</userId></item>"))
        .refuse("DescribeSnapshotAttribute", "snap-0cc", 400, &refused("InvalidSnapshot.NotFound"))
        .refuse("DescribeSnapshotAttribute", "snap-0dd", 403, &refused("UnauthorizedOperation"))
        .refuse("DescribeSnapshotAttribute", "snap-0ee", 400, &refused("UnsupportedOperation"))
        .answer_to("DescribeSnapshotAttribute", "snap-0ff", "<DescribeSnapshotAttributeResponse/>")
        .answer_to("DescribeSnapshotAttribute", "snap-000", &permission(""));
    let collected = recorded.run(&SNAPSHOTS).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn snapshots_of_two_pages_have_rows() {
    let collected = collected().await;
    collected.assert_all_calls(&SNAPSHOTS);
    let names = ["snapshot_id", "state", "is_public", "is_permission_read", "is_encrypted", "age_days"];
    assert_eq!(
        columns(&collected, "ec2_snapshots", &names),
        [
            json!(["snap-0bb", "resting", true, false, false, 0]),
            json!(["snap-0aa", "completed", false, true, true, 10]),
            json!(["snap-0dd", "resting", false, false, false, 0]),
            json!(["snap-0ee", "resting", false, false, false, 0]),
            json!(["snap-0ff", "resting", false, false, false, 0]),
            json!(["snap-000", null, false, true, null, null]),
        ]
    );
    let data = &collected.table("ec2_snapshots")[1];
    assert_eq!(data["arn"], "arn:aws:ec2:eu-west-1::snapshot/snap-0aa");
    assert_eq!((&data["snapshot_name"], &data["kms_key_id"]), (&json!("data"), &json!("arn:key")));
    assert_eq!((&data["volume_size_gib"], &data["full_size_bytes"]), (&json!(8), &json!(9_000_000_000_i64)));
    assert_eq!((&data["storage_tier"], &data["description"]), (&json!("archive"), &json!(null)));
}

#[tokio::test]
async fn an_attribute_is_read_absent_or_unread() {
    let collected = collected().await;
    assert_eq!(
        columns(&collected, "policy_documents", &["policy_kind", "state", "error_code", "gate"]),
        [
            json!(["snapshot_attribute", "read", null, "block_new_sharing"]),
            json!(["snapshot_attribute", "read", null, "block_new_sharing"]),
            json!(["snapshot_attribute", "unread", "UnauthorizedOperation", "block_new_sharing"]),
            json!(["snapshot_attribute", "unread", "UnsupportedOperation", "block_new_sharing"]),
            json!(["snapshot_attribute", "unread", "ValueUnread", "block_new_sharing"]),
            json!(["snapshot_attribute", "absent", null, "block_new_sharing"]),
        ]
    );
    let principals = columns(&collected, "policy_statements", &["principals", "actions"]);
    assert_eq!(
        principals,
        [
            json!([["AWS:*"], ["ec2:CreateVolume"]]),
            json!([["AWS:arn:aws:iam::999988887777:root"], ["ec2:CreateVolume"]])
        ]
    );
    // Three attributes, two values that one snapshot lacks, two snapshots without an id, and a public one without.
    assert_eq!(collected.short(), (8, vec!["ec2_snapshots", "policy_documents", "policy_statements"]));
    assert_eq!(collected.gone, 1);
}

#[tokio::test]
async fn the_attributes_of_the_newest_are_read_and_of_the_others_by_choice_not() {
    let ids: Vec<String> = (0..READ_AT_MOST + 2).map(|number| format!("snap-{number:03}")).collect();
    let snapshots: String = ids.iter().enumerate().map(|(minute, id)| listed(id, minute)).collect();
    let mut recorded = Recorded::new()
        .answer_to("DescribeSnapshots", "Owner.1=self", &page(&snapshots, ""))
        .answer_to("DescribeSnapshots", "RestorableBy.1=all", &page("", ""))
        .answer("GetSnapshotBlockPublicAccessState", &block("unblocked"));
    for id in &ids[2..] {
        recorded = recorded.answer_to("DescribeSnapshotAttribute", id, &permission(""));
    }
    let collected = recorded.run(&SNAPSHOTS).await;
    collected.result.as_ref().unwrap();
    let names = ["snapshot_id", "is_public", "is_permission_read"];
    let rows = columns(&collected, "ec2_snapshots", &names);
    assert_eq!(rows.len(), READ_AT_MOST + 2);
    let expected =
        [json!(["snap-000", false, false]), json!(["snap-001", false, false]), json!(["snap-002", false, true])];
    assert_eq!(rows[..3], expected);
    let documents = columns(&collected, "policy_documents", &["state", "error_code"]);
    assert_eq!(documents[..3], [json!(["unread", "NotAsked"]), json!(["unread", "NotAsked"]), json!(["absent", null])]);
    assert_eq!(collected.short(), (0, vec![]), "it is by choice");
}

/// State, code and gate of a public snapshot in a region whose block is answered so.
async fn public_behind(status: u16, answer: &str) -> (serde_json::Value, u64) {
    let recorded = Recorded::new()
        .answer_to("DescribeSnapshots", "Owner.1=self", &page(&listed("snap-0bb", 1), ""))
        .answer_to("DescribeSnapshots", "RestorableBy.1=all", &page(&listed("snap-0bb", 1), ""))
        .refuse("GetSnapshotBlockPublicAccessState", "", status, answer);
    let collected = recorded.run(&SNAPSHOTS).await;
    collected.result.as_ref().unwrap();
    assert_eq!(collected.table("ec2_snapshots")[0]["is_public"], true);
    (columns(&collected, "policy_documents", &["state", "error_code", "gate"]).remove(0), collected.short().0)
}

#[tokio::test]
async fn a_block_stands_before_a_public_snapshot_and_an_unread_one_leaves_it_open_whether() {
    let denied = refused("UnauthorizedOperation");
    assert_eq!(public_behind(200, &block("block-all-sharing")).await, (json!(["read", null, "block_all_sharing"]), 0));
    assert_eq!(public_behind(200, &block("unblocked")).await, (json!(["read", null, null]), 0));
    assert_eq!(public_behind(200, &block("block-some")).await, (json!(["unread", "ValueUnread", null]), 1));
    assert_eq!(public_behind(403, &denied).await, (json!(["unread", "UnauthorizedOperation", null]), 1));
}

#[tokio::test]
async fn a_region_without_snapshots_costs_one_call() {
    let collected = Recorded::new().answer("DescribeSnapshots", &page("", "")).run(&SNAPSHOTS).await;
    collected.result.as_ref().unwrap();
    assert_eq!((collected.calls.len(), collected.short()), (1, (0, vec![])));
}

#[tokio::test]
async fn a_denied_list_is_how_the_task_ends() {
    let recorded = Recorded::new().refuse("DescribeSnapshots", "", 403, &refused("UnauthorizedOperation"));
    let collected = recorded.run(&SNAPSHOTS).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
}
