//! The text under which Athena and Trino keep a view in Glue: JSON with typed columns, in base64, in a comment.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::column_type::ColumnType;
use crate::{Error, Result};

/// What the expanded text of every such view is.
pub(crate) const EXPANDED: &str = "/* Presto View */";

/// Athena's own name for Glue.
const CATALOG: &str = "awsdatacatalog";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View<'a> {
    original_sql: &'a str,
    catalog: &'static str,
    schema: &'a str,
    columns: Vec<Column<'a>>,
}

#[derive(Serialize)]
struct Column<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    data_type: String,
}

/// The original text of a view of a database, whose columns have these names and Hive's types.
pub(crate) fn text<'a>(
    database: &str,
    query: &str,
    columns: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<String> {
    let typed = |(name, hive): (&'a str, &str)| Ok(Column { name, data_type: ColumnType::parse(hive)?.trino() });
    let columns = columns.map(typed).collect::<Result<Vec<_>>>()?;
    let view = View { original_sql: query, catalog: CATALOG, schema: database, columns };
    let json = serde_json::to_vec(&view)
        .map_err(|error| Error::Unknown { what: "a view".to_owned(), reason: error.to_string() })?;
    Ok(format!("/* Presto View: {} */", STANDARD.encode(json)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_is_what_trino_stores_for_it() {
        let columns = [("arn", "string"), ("created_at", "timestamp"), ("tags", "map<string,string>")];
        let text = text("orgcensus", "SELECT 1", columns.into_iter()).unwrap();
        let inside = text.strip_prefix("/* Presto View: ").unwrap().strip_suffix(" */").unwrap();
        let json = String::from_utf8(STANDARD.decode(inside).unwrap()).unwrap();
        let expected = r#"{"originalSql":"SELECT 1","catalog":"awsdatacatalog","schema":"orgcensus","columns":[{"name":"arn","type":"varchar"},{"name":"created_at","type":"timestamp(3)"},{"name":"tags","type":"map(varchar,varchar)"}]}"#;
        assert_eq!(json, expected);
    }
}
