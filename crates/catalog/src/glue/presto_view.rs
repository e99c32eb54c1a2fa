//! The text under which Athena and Trino keep a view in Glue: JSON with typed columns, in base64, in a comment.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::column_type::ColumnType;
use crate::glue::definition::GlueColumn;
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

/// The original text of a view of a database.
pub(crate) fn text(database: &str, query: &str, columns: &[GlueColumn]) -> Result<String> {
    let typed = |it: &GlueColumn| Ok((it.name.clone(), ColumnType::parse(&it.data_type)?.trino()));
    let typed = columns.iter().map(typed).collect::<Result<Vec<_>>>()?;
    let columns = typed.iter().map(|(name, data_type)| Column { name, data_type: data_type.clone() });
    let view = View { original_sql: query, catalog: CATALOG, schema: database, columns: columns.collect() };
    let json = serde_json::to_vec(&view)
        .map_err(|error| Error::Unknown { what: "a view".to_owned(), reason: error.to_string() })?;
    Ok(format!("/* Presto View: {} */", STANDARD.encode(json)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_is_what_trino_stores_for_it() {
        let column = |name: &str, data_type: &str| GlueColumn {
            name: name.into(),
            data_type: data_type.into(),
            comment: "not stored".into(),
        };
        let columns =
            [column("arn", "string"), column("created_at", "timestamp"), column("tags", "map<string,string>")];
        let text = text("orgcensus", "SELECT 1", &columns).unwrap();
        let inside = text.strip_prefix("/* Presto View: ").unwrap().strip_suffix(" */").unwrap();
        let json = String::from_utf8(STANDARD.decode(inside).unwrap()).unwrap();
        let expected = r#"{"originalSql":"SELECT 1","catalog":"awsdatacatalog","schema":"orgcensus","columns":[{"name":"arn","type":"varchar"},{"name":"created_at","type":"timestamp(3)"},{"name":"tags","type":"map(varchar,varchar)"}]}"#;
        assert_eq!(json, expected);
    }
}
