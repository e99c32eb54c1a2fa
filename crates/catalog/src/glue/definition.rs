//! Tables, partitions and views as Glue should have them. Pure, and what `catalog print --dialect glue` shows.

use std::collections::BTreeMap;

use orgcensus_lake::ColumnEntry;
use serde::Serialize;

use crate::contents::{PARTITION_KEYS, PublishedTable};
use crate::ddl::view_query;
use crate::glue::presto_view;
use crate::{Contents, Result};

/// The parameter that says which lake made a table. A table without it belongs to someone else.
pub(crate) const OWNER: &str = "orgcensus.lake";

/// Characters that Glue takes as a column's comment, and as a table's description.
const COMMENT_MAX: usize = 255;
const DESCRIPTION_MAX: usize = 2048;

/// A table or view in Glue.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GlueTable {
    /// Its database.
    pub database: String,
    /// Its name.
    pub name: String,
    /// What a row is.
    pub description: String,
    /// Glue's table parameters.
    pub parameters: BTreeMap<String, String>,
    /// Its columns, without the partition's.
    pub columns: Vec<GlueColumn>,
    /// The columns that partitions are named by; a view has none.
    pub partition_keys: Vec<GlueColumn>,
    /// Where its files are; none for a view.
    pub location: Option<String>,
    /// A view's text: `/* Presto View: … */`.
    pub view_text: Option<String>,
    /// A table's partitions, oldest first.
    pub partitions: Vec<GluePartition>,
}

/// A column in Hive's words.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GlueColumn {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub data_type: String,
    /// What it means.
    pub comment: String,
}

/// A partition.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GluePartition {
    /// Organization and date.
    pub values: Vec<String>,
    /// The folder of its files.
    pub location: String,
    /// The columns that its files have.
    pub columns: Vec<GlueColumn>,
}

/// Everything that Glue should have of a lake: the tables, then the views.
pub fn wanted(contents: &Contents) -> Result<Vec<GlueTable>> {
    let mut wanted: Vec<_> = contents.tables.iter().map(|table| history(contents, table)).collect();
    for table in &contents.tables {
        wanted.extend(view(contents, table)?);
    }
    Ok(wanted)
}

fn history(contents: &Contents, table: &PublishedTable) -> GlueTable {
    let parameters = [("EXTERNAL", "TRUE"), ("classification", "parquet"), (OWNER, contents.url.as_str())];
    let mut parameters: BTreeMap<_, _> =
        parameters.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    // Where Athena's console looks for the description.
    parameters.insert("comment".to_owned(), cut(&table.comment, COMMENT_MAX));
    let partitions = table.snapshots.iter().map(|it| GluePartition {
        values: vec![it.organization_id.clone(), it.snapshot_date.clone()],
        location: it.location.clone(),
        columns: columns(&it.columns),
    });
    GlueTable {
        database: contents.databases.history.clone(),
        name: table.name.clone(),
        description: cut(&table.comment, DESCRIPTION_MAX),
        parameters,
        columns: columns(&table.columns),
        partition_keys: partition_keys(),
        location: Some(format!("{}/data/", contents.url)),
        view_text: None,
        partitions: partitions.collect(),
    }
}

fn view(contents: &Contents, table: &PublishedTable) -> Result<Option<GlueTable>> {
    let Some(query) = view_query(contents, table) else { return Ok(None) };
    let parameters = [("comment", "Presto View"), ("presto_view", "true"), (OWNER, contents.url.as_str())];
    let mut columns = columns(&table.columns);
    columns.extend(partition_keys());
    let typed = columns.iter().map(|it| (it.name.as_str(), it.data_type.as_str()));
    let view_text = presto_view::text(&contents.databases.newest, &query, typed)?;
    Ok(Some(GlueTable {
        database: contents.databases.newest.clone(),
        name: table.name.clone(),
        description: cut(&table.comment, DESCRIPTION_MAX),
        parameters: parameters.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        view_text: Some(view_text),
        columns,
        partition_keys: Vec::new(),
        location: None,
        partitions: Vec::new(),
    }))
}

fn columns(columns: &[ColumnEntry]) -> Vec<GlueColumn> {
    let column = |it: &ColumnEntry| GlueColumn {
        name: it.name.clone(),
        data_type: it.data_type.clone(),
        comment: cut(&it.comment, COMMENT_MAX),
    };
    columns.iter().map(column).collect()
}

fn partition_keys() -> Vec<GlueColumn> {
    let column = |(name, comment): (&str, &str)| GlueColumn {
        name: name.to_owned(),
        data_type: "string".to_owned(),
        comment: comment.to_owned(),
    };
    PARTITION_KEYS.map(column).to_vec()
}

/// One line of at most so many characters, as Glue asks.
fn cut(text: &str, max: usize) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= max {
        return text;
    }
    let kept: String = text.chars().take(max - 1).collect();
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contents::tests::contents;

    #[test]
    fn definitions_are_as_reviewed() {
        insta::assert_snapshot!("glue", serde_json::to_string_pretty(&wanted(&contents()).unwrap()).unwrap());
    }

    #[test]
    fn long_comments_are_cut_where_glue_would_refuse_them() {
        assert_eq!(cut("two\nlines", 255), "two lines");
        let long = cut(&"ä".repeat(300), COMMENT_MAX);
        assert_eq!((long.chars().count(), long.ends_with("ä…")), (255, true));
    }
}
