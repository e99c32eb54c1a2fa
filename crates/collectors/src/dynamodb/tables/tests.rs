//! Recorded answers: tables of two pages, one that went away, refused ones, and streams.

use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::TABLES;
use crate::testing::{columns, json_error};

const FULL: &str = r#"{"Table":{"TableName":"orders","TableArn":"arn:table/orders","TableId":"id-1",
    "TableStatus":"ACTIVE","CreationDateTime":1735689600.5,"BillingModeSummary":{"BillingMode":"PAY_PER_REQUEST"},
    "ProvisionedThroughput":{"ReadCapacityUnits":0,"WriteCapacityUnits":0,"NumberOfDecreasesToday":0},
    "TableClassSummary":{"TableClass":"STANDARD_INFREQUENT_ACCESS"},"ItemCount":7,"TableSizeBytes":1024,
    "SSEDescription":{"Status":"ENABLED","SSEType":"KMS","KMSMasterKeyArn":"arn:key"},
    "DeletionProtectionEnabled":true,
    "StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_IMAGE"},
    "LatestStreamArn":"arn:table/orders/stream/1","GlobalTableVersion":"2019.11.21",
    "MultiRegionConsistency":"STRONG","Replicas":[{"RegionName":"us-east-1","ReplicaStatus":"ACTIVE"}],
    "GlobalSecondaryIndexes":[{"IndexName":"by-day"}],"LocalSecondaryIndexes":[{"IndexName":"by-hour"}],
    "RestoreSummary":{"SourceTableArn":"arn:table/old","RestoreDateTime":1735689600,"RestoreInProgress":false},
    "ArchivalSummary":{"ArchivalDateTime":1735689600}}}"#;
const POLICY: &str = concat!(
    r#"{"RevisionId":"1","Policy":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\","#,
    r#"\"Action\":\"dynamodb:GetItem\",\"Resource\":\"*\"}]}"}"#
);

/// What DynamoDB says of a plain table, and more.
fn plain(name: &str, more: &str) -> String {
    format!(
        r#"{{"Table":{{"TableName":"{name}","TableStatus":"DREAMING","CreationDateTime":1735689600,
        "DeletionProtectionEnabled":false{more}}}}}"#
    )
}

fn table(name: &str) -> String {
    format!(r#""TableName":"{name}""#)
}

/// The end of the ARN in a request for the policy of a table.
fn of(name: &str) -> String {
    format!(r#"table/{name}""#)
}

/// Seven tables on two pages: a usual one; one whose stream was switched off and is gone; one of which nothing is said;
/// one that went away; one whose policy is refused; one that may not be described; and one that does not know policies.
async fn collected() -> Collected {
    let off = r#","StreamSpecification":{"StreamEnabled":false},"LatestStreamArn":"arn:table/old/stream/1""#;
    let recorded = Recorded::new()
        .answer("ListTables", r#"{"TableNames":["orders","old","odd"],"LastEvaluatedTableName":"odd"}"#)
        .answer_to("ListTables", "ExclusiveStartTableName", r#"{"TableNames":["gone","closed","dark","new"]}"#)
        .answer_to("DescribeTable", &table("orders"), FULL)
        .answer_to("GetResourcePolicy", &of("orders"), POLICY)
        .answer_to("GetResourcePolicy", "orders/stream/1", POLICY)
        .answer_to("DescribeTable", &table("old"), &plain("old", off))
        .refuse("GetResourcePolicy", &of("old"), 400, &json_error("PolicyNotFoundException"))
        .refuse("GetResourcePolicy", "old/stream/1", 400, &json_error("ResourceNotFoundException"))
        .answer_to("DescribeTable", &table("odd"), r#"{"Table":{}}"#)
        .refuse("GetResourcePolicy", &of("odd"), 400, &json_error("PolicyNotFoundException"))
        .refuse("DescribeTable", &table("gone"), 400, &json_error("ResourceNotFoundException"))
        .refuse("GetResourcePolicy", &of("gone"), 400, &json_error("ResourceNotFoundException"))
        .answer_to("DescribeTable", &table("closed"), &plain("closed", ""))
        .refuse("GetResourcePolicy", &of("closed"), 400, &json_error("AccessDeniedException"))
        .refuse("DescribeTable", &table("dark"), 400, &json_error("AccessDeniedException"))
        .refuse("GetResourcePolicy", &of("dark"), 400, &json_error("PolicyNotFoundException"))
        .answer_to("DescribeTable", &table("new"), &plain("new", ""))
        .refuse("GetResourcePolicy", &of("new"), 400, &json_error("UnknownOperationException"));
    let collected = recorded.run(&TABLES).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn tables_of_two_pages_have_rows() {
    let collected = collected().await;
    collected.assert_all_calls(&TABLES);
    let names = ["table_name", "table_status", "billing_mode", "is_stream_enabled", "replica_regions", "age_days"];
    assert_eq!(
        columns(&collected, "dynamodb_tables", &names),
        [
            json!(["orders", "ACTIVE", "PAY_PER_REQUEST", true, ["us-east-1"], 364]),
            json!(["old", "DREAMING", null, false, [], 365]),
            json!(["odd", null, null, false, [], null]),
            json!(["closed", "DREAMING", null, false, [], 365]),
            json!(["dark", null, null, null, null, null]),
            json!(["new", "DREAMING", null, false, [], 365]),
        ]
    );
    let names = ["arn", "sse_type", "kms_key_arn", "is_deletion_protected", "stream_arn", "table_class"];
    let rows = columns(&collected, "dynamodb_tables", &names);
    let stream = "arn:table/orders/stream/1";
    assert_eq!(rows[0], json!(["arn:table/orders", "KMS", "arn:key", true, stream, "STANDARD_INFREQUENT_ACCESS"]));
    assert_eq!(rows[4], json!(["arn:aws:dynamodb:eu-west-1:111122223333:table/dark", null, null, null, null, null]));
    let names = ["item_count", "size_bytes", "global_index_names", "local_index_names", "restored_from_arn"];
    let rows = columns(&collected, "dynamodb_tables", &names);
    assert_eq!(rows[0], json!([7, 1024, ["by-day"], ["by-hour"], "arn:table/old"]));
}

#[tokio::test]
async fn a_policy_is_read_absent_or_unread() {
    let collected = collected().await;
    assert_eq!(
        columns(&collected, "policy_documents", &["resource_type", "state", "error_code"]),
        [
            json!(["dynamodb_table", "read", null]),
            json!(["dynamodb_stream", "read", null]),
            json!(["dynamodb_table", "absent", null]),
            json!(["dynamodb_table", "absent", null]),
            json!(["dynamodb_table", "unread", "AccessDeniedException"]),
            json!(["dynamodb_table", "absent", null]),
            json!(["dynamodb_table", "unread", "UnknownOperationException"]),
        ]
    );
    // Two policies, one table, and the two values that another lacks. A table and a stream are gone.
    assert_eq!(collected.short(), (5, vec!["dynamodb_tables", "policy_documents", "policy_statements"]));
    assert_eq!(collected.gone, 2);
}

#[tokio::test]
async fn a_denied_list_is_how_the_task_ends() {
    let denied = json_error("AccessDeniedException");
    let collected = Recorded::new().refuse("ListTables", "", 400, &denied).run(&TABLES).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
}
