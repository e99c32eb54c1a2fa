//! Spark's statements: views over the folders of the snapshots, which need no metastore that lasts.

use crate::column_type::ColumnType;
use crate::contents::{PARTITION_KEYS, PublishedTable, SnapshotOfTable};
use crate::ddl::{quoted_by_backslash as quoted, snapshot_columns, view_query};
use crate::{Contents, Result};

pub(super) fn statements(contents: &Contents) -> Result<Vec<String>> {
    let databases = &contents.databases;
    let mut statements = vec![
        format!("CREATE DATABASE IF NOT EXISTS {} COMMENT 'The newest complete snapshots'", databases.newest),
        format!("CREATE DATABASE IF NOT EXISTS {} COMMENT 'Every snapshot'", databases.history),
    ];
    for table in &contents.tables {
        let selects = table.snapshots.iter().map(|it| select(table, it)).collect::<Result<Vec<_>>>()?;
        let head = head(&databases.history, table);
        statements.push(format!("{head}\n{}", selects.join("\nUNION ALL\n")));
    }
    for table in &contents.tables {
        if let Some(query) = view_query(contents, table) {
            statements.push(format!("{}\n{}", head(&databases.newest, table), query.trim_end()));
        }
    }
    Ok(statements)
}

fn head(database: &str, table: &PublishedTable) -> String {
    let own = table.columns.iter().map(|it| (it.name.as_str(), it.comment.as_str()));
    let columns: Vec<_> =
        own.chain(PARTITION_KEYS).map(|(name, comment)| format!("  {name} COMMENT {}", quoted(comment))).collect();
    let (columns, comment) = (columns.join(",\n"), quoted(&table.comment));
    format!("CREATE OR REPLACE VIEW {database}.{} (\n{columns}\n)\nCOMMENT {comment} AS", table.name)
}

/// One snapshot's rows.
fn select(table: &PublishedTable, snapshot: &SnapshotOfTable) -> Result<String> {
    let columns = snapshot_columns(table, snapshot, ColumnType::spark)?;
    let place = snapshot.location.trim_end_matches('/').replace('`', "``");
    Ok(format!("SELECT {columns} FROM parquet.`{place}`"))
}
