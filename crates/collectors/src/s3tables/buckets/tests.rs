//! Recorded answers: buckets of two pages with tables of two pages, one that went away, and refusals.

use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::BUCKETS;
use crate::testing::{columns, json_error};

const POLICY: &str = concat!(
    r#"{"resourcePolicy":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\","#,
    r#"\"Action\":\"s3tables:*\",\"Resource\":\"*\"}]}"}"#
);
const NO_TABLES: &str = r#"{"tables":[]}"#;

fn bucket(name: &str) -> String {
    format!(
        r#"{{"arn":"arn:{name}","name":"{name}","ownerAccountId":"111122223333","type":"customer",
        "tableBucketId":"id","createdAt":"2025-12-22T00:00:00Z"}}"#
    )
}

fn table(name: &str) -> String {
    format!(
        r#"{{"namespace":["sales"],"name":"{name}","tableARN":"arn:lake/table/{name}","type":"customer",
        "createdAt":"2025-12-22T00:00:00Z","modifiedAt":"2025-12-23T00:00:00Z"}}"#
    )
}

/// Six buckets on two pages: one with four tables on two pages, one that is bare, one that went away, one whose policy
/// is denied, one whose tables are, and one without a name. The last table has no name either.
async fn collected() -> Collected {
    let of = |name: &str| format!("/buckets/arn%3A{name}/policy");
    let tables = |name: &str| format!("/tables/arn%3A{name}?");
    let its = |name: &str| format!("/tables/arn%3Alake/sales/{name}/policy");
    let none = json_error("NotFoundException");
    let denied = json_error("AccessDeniedException");
    let first = format!(r#"{{"tableBuckets":[{},{{"name":"bare"}}],"continuationToken":"more"}}"#, bucket("lake"));
    let rest = [bucket("gone"), bucket("closed"), bucket("dark"), "{}".to_owned()].join(",");
    let odd = r#"{"namespace":["sales"],"name":"odd"}"#;
    let listed = format!(r#"{{"tables":[{},{odd}],"continuationToken":"next"}}"#, table("orders"));
    let bare = "arn%3Aaws%3As3tables%3Aeu-west-1%3A111122223333%3Abucket%2Fbare";
    let recorded = Recorded::new()
        .answer_to("ListTableBuckets", "maxBuckets=1000", &first)
        .answer_to("ListTableBuckets", "continuationToken=more", &format!(r#"{{"tableBuckets":[{rest}]}}"#))
        .answer_to("GetTableBucketPolicy", &of("lake"), POLICY)
        .answer_to("ListTables", &tables("lake"), &listed)
        .answer_to("ListTables", "continuationToken=next", &format!(r#"{{"tables":[{},{{}}]}}"#, table("closed")))
        .refuse("GetTableBucketPolicy", bare, 404, &none)
        .answer_to("ListTables", bare, NO_TABLES)
        .refuse("GetTableBucketPolicy", &of("gone"), 404, &none)
        .refuse("ListTables", &tables("gone"), 404, &none)
        .refuse("GetTableBucketPolicy", &of("closed"), 403, &denied)
        .answer_to("ListTables", &tables("closed"), NO_TABLES)
        .refuse("GetTableBucketPolicy", &of("dark"), 404, &none)
        .refuse("ListTables", &tables("dark"), 403, &denied)
        .answer_to("GetTablePolicy", &its("orders"), POLICY)
        .refuse("GetTablePolicy", &its("odd"), 404, &none)
        .refuse("GetTablePolicy", &its("closed"), 404, &json_error("UnknownOperationException"));
    let collected = recorded.run(&BUCKETS).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn buckets_and_tables_of_two_pages_have_rows() {
    let collected = collected().await;
    collected.assert_all_calls(&BUCKETS);
    assert_eq!(
        columns(&collected, "s3tables_buckets", &["bucket_name", "bucket_type", "table_count", "age_days"]),
        [
            json!(["lake", "customer", 4, 10]),
            json!(["bare", null, 0, null]),
            json!(["closed", "customer", 0, 10]),
            json!(["dark", "customer", null, 10]),
        ]
    );
    assert_eq!(
        columns(&collected, "s3tables_tables", &["arn", "table_name", "namespace_name", "bucket_arn", "age_days"]),
        [
            json!(["arn:lake/table/orders", "orders", "sales", "arn:lake", 10]),
            json!(["arn:lake/table/sales/odd", "odd", "sales", "arn:lake", null]),
            json!(["arn:lake/table/closed", "closed", "sales", "arn:lake", 10]),
        ]
    );
}

#[tokio::test]
async fn a_policy_is_read_absent_or_unread() {
    let collected = collected().await;
    assert_eq!(
        columns(&collected, "policy_documents", &["resource_type", "state", "error_code"]),
        [
            json!(["s3tables_bucket", "read", null]),
            json!(["s3tables_bucket", "absent", null]),
            json!(["s3tables_table", "read", null]),
            json!(["s3tables_table", "absent", null]),
            json!(["s3tables_table", "unread", "UnknownOperationException"]),
            json!(["s3tables_bucket", "unread", "AccessDeniedException"]),
            json!(["s3tables_bucket", "absent", null]),
        ]
    );
    let short = vec!["policy_documents", "policy_statements", "s3tables_buckets", "s3tables_tables"];
    // Two policies, the tables of a bucket, two values that one bucket lacks, three that one table lacks, and a bucket
    // and a table without a name.
    assert_eq!(collected.short(), (10, short));
    assert_eq!(collected.gone, 1);
}

#[tokio::test]
async fn a_denied_list_is_how_the_task_ends() {
    let denied = json_error("AccessDeniedException");
    let collected = Recorded::new().refuse("ListTableBuckets", "", 403, &denied).run(&BUCKETS).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
}
