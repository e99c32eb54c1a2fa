//! What the tests of several collectors need: errors as AWS writes them, and some columns of a table.

use orgcensus_collect::testing::Collected;
use serde_json::Value;

/// An error in the query protocol's XML: IAM, SNS.
pub(crate) fn xml_error(code: &str) -> String {
    format!("<ErrorResponse><Error><Code>{code}</Code><Message>recorded</Message></Error></ErrorResponse>")
}

/// An error in the JSON protocols: KMS, Secrets Manager.
pub(crate) fn json_error(code: &str) -> String {
    format!(r#"{{"__type":"{code}","message":"recorded"}}"#)
}

/// Some columns of every row of a table; null where a column has no value.
pub(crate) fn columns(collected: &Collected, table: &str, columns: &[&str]) -> Vec<Value> {
    let pick = |row: &Value| columns.iter().map(|column| row.get(column).cloned().unwrap_or_default()).collect();
    collected.table(table).iter().map(pick).collect()
}
